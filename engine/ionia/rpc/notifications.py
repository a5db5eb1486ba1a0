"""The engine's events as JSON-RPC notifications. Pure."""

from dataclasses import dataclass

from ionia.core.events import (
    BackpressureChanged,
    ConnectionChanged,
    Event,
    FileChanged,
    JobDone,
    JobFailed,
    JobProgressed,
    LevelsMeasured,
    ReplaySaved,
    SelftestProgressed,
    SessionFailed,
    SessionStateChanged,
    SessionWarned,
    StatsSampled,
)
from ionia.core.redaction import Redactor
from ionia.rpc import results as r
from ionia.rpc.envelope import notification
from ionia.rpc.kinds import sample
from ionia.rpc.schema import NOTIFICATIONS
from ionia.rpc.wire import to_wire


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """An encoded notification. One with a `key` is replaced by a newer one of the same key while it waits."""

    payload: bytes
    key: tuple[str, ...] | None = None


def announce(event: Event, redactor: Redactor) -> Announcement:
    """Return the notification for an event; secrets are taken out of every text in it."""
    method = _METHODS[type(event)]
    key: tuple[str, ...] | None = None
    if NOTIFICATIONS[method].subscribed and isinstance(event, StatsSampled | LevelsMeasured):
        key = (method, event.session_kind.value, event.session_id)
    return Announcement(payload=notification(method, _params(event, redactor)), key=key)


_METHODS: dict[type[Event], str] = {
    SessionStateChanged: "session.state",
    SessionWarned: "session.warning",
    SessionFailed: "session.error",
    ConnectionChanged: "streamer.connection",
    FileChanged: "recorder.fileChanged",
    ReplaySaved: "replay.saved",
    BackpressureChanged: "streamer.backpressure",
    StatsSampled: "session.stats",
    LevelsMeasured: "audio.levels",
    SelftestProgressed: "engine.selftestProgress",
    JobProgressed: "job.progress",
    JobDone: "job.done",
    JobFailed: "job.failed",
}


def _params(event: Event, redactor: Redactor) -> object:
    match event:
        case SessionFailed():
            return r.ErrorNotification(
                id=event.session_id,
                kind=event.session_kind,
                code=event.kind.code,
                message=redactor.redact(event.message),
                data=r.FailureData.of(event.kind, redactor.redact(event.hint), event.live_kind),
            )
        case JobFailed():
            return r.JobFailedNotification(
                job_id=event.job_id,
                code=event.kind.code,
                message=redactor.redact(event.message),
                data=r.JobFailureData(
                    kind=event.kind.kind, hint=redactor.redact(event.hint), cancelled=event.cancelled
                ),
            )
        case SelftestProgressed():
            return r.SelftestProgressNotification(
                part=event.part.value, fraction=round(event.fraction, 3), message=redactor.redact(event.message)
            )
        case StatsSampled():
            return to_wire(sample(event), redactor.redact)
        case _:
            return to_wire(event, redactor.redact)
