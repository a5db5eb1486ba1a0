"""The engine's events as JSON-RPC notifications. Pure."""

from dataclasses import dataclass

from ionia.core.events import (
    BackpressureChanged,
    ConnectionChanged,
    Event,
    EventData,
    Level,
    LevelsMeasured,
    SelftestProgressed,
    SessionFailed,
    SessionStateChanged,
    SessionWarned,
    StatsSampled,
)
from ionia.core.redaction import Redactor, redact_text
from ionia.core.settings import SessionKind
from ionia.rpc import results as r
from ionia.rpc.envelope import notification
from ionia.rpc.schema import NOTIFICATIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """An encoded notification. One with a `key` is replaced by a newer one of the same key while it waits."""

    payload: bytes
    key: tuple[str, ...] | None = None


def announce(event: Event, redactor: Redactor) -> Announcement:
    """Return the notification for an event; secrets are taken out of every text in it."""
    method, params = _message(event, redactor)
    key: tuple[str, ...] | None = None
    if NOTIFICATIONS[method].subscribed and isinstance(event, StatsSampled | LevelsMeasured):
        key = (method, _kind(event.session_kind) or "", event.session_id)
    return Announcement(payload=notification(method, params), key=key)


def clean(data: EventData) -> dict[str, str | int | float | bool | None]:
    """Return details or statistics with every URL redacted.

    Secrets learnt are not searched for here: these are single values that the engine chose, not free text, and a
    stream key such as "screen" must not change the name of a backend.
    """
    return {key: redact_text(value) if isinstance(value, str) else value for key, value in data.items()}


def _message(event: Event, redactor: Redactor) -> tuple[str, object]:  # noqa: PLR0911 - one per event
    match event:
        case SessionStateChanged():
            return "session.state", r.StateNotification(
                id=event.session_id,
                kind=event.session_kind.value,
                state=event.state,
                reason=redactor.redact(event.reason),
            )
        case SessionWarned():
            return "session.warning", r.WarningNotification(
                id=event.session_id,
                code=event.code,
                message=redactor.redact(event.message),
                data=clean(event.data),
                kind=_kind(event.session_kind),
            )
        case SessionFailed():
            return "session.error", r.ErrorNotification(
                id=event.session_id,
                kind=event.session_kind.value,
                code=event.kind.code,
                message=redactor.redact(event.message),
                data=r.FailureData.of(event.kind, redactor.redact(event.hint), event.live_kind),
            )
        case ConnectionChanged():
            return "streamer.connection", r.ConnectionNotification(
                id=event.session_id,
                state=event.state.value,
                attempt=event.attempt,
                delay_ms=event.delay_ms,
                reason=redactor.redact(event.reason),
                kind=event.kind,
            )
        case BackpressureChanged():
            return "streamer.backpressure", r.BackpressureNotification(
                id=event.session_id, active=event.active, latency_ms=event.latency_ms, packets=event.packets
            )
        case StatsSampled():
            whose: dict[str, str | int | float | bool | None] = {"id": event.session_id}
            if event.session_kind is not None:
                whose["kind"] = event.session_kind.value
            return "session.stats", {**clean(event.stats), **whose}
        case SelftestProgressed():
            return "engine.selftestProgress", r.SelftestProgressNotification(
                part=event.part.value, fraction=round(event.fraction, 3), message=redactor.redact(event.message)
            )
        case LevelsMeasured():
            return "audio.levels", r.LevelsNotification(
                id=event.session_id,
                desktop=_level(event.desktop),
                mic=_level(event.mic),
                kind=_kind(event.session_kind),
            )


def _level(level: Level | None) -> r.LevelResult | None:
    return None if level is None else r.LevelResult(peak_db=level.peak_db, rms_db=level.rms_db)


def _kind(kind: SessionKind | None) -> r.KindName | None:
    return None if kind is None else kind.value
