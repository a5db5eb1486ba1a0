"""The single source of the wire: every method, notification and error, as tables.

Dispatch, validation, the OpenRPC document and, from that, the TypeScript types are made from these tables. Nothing
else may name a method.
"""

from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from msgspec import Struct

from ionia.core.errors import ErrorKind
from ionia.core.settings import SessionKind
from ionia.rpc import params as p
from ionia.rpc import results as r
from ionia.rpc.kinds import KINDS, KindRow
from ionia.rpc.media import MEDIA


class Role(Enum):
    """Where a call stands in the order of things; see `ionia.rpc.order`."""

    QUICK = "quick"
    """Answered at once by the engine as a whole."""
    SLOW = "slow"
    """Asks the machine; may take long and waits for nobody."""
    SETTLE = "settle"
    """Initialize and start of a session: later calls on the session wait for it."""
    DRAIN = "drain"
    """Stop and dispose of a session: queries overtake it."""
    CHANGE = "change"
    """Changes a session: in order with what begins and ends it, and queries overtake it."""
    SOUND = "sound"
    """Changes how a session sounds: other changes don't hold it up, for nobody is to be heard after a mute."""
    QUERY = "query"
    """Reads a session."""
    SHUTDOWN = "shutdown"
    """Ends the engine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One method. `positional` are the wire names of the params that may be given by position, in order."""

    name: str
    role: Role
    params: type[Struct]
    result: Any  # a type as msgspec's schema generator takes it
    summary: str
    positional: tuple[str, ...] = ()
    kind: SessionKind | None = None
    names_kind: bool = False
    """Whether its params name the kind of session that it is about."""
    errors: tuple[ErrorKind, ...] = ()
    alias_of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """One notification, engine to client, with a payload of one of the types."""

    name: str
    payloads: tuple[type[Struct], ...]
    summary: str
    subscribed: bool = False


_ENCODE = ("fps", "videoBitrate", "useNvenc", "audioBitrate", "audioMode", "id")
_OPENING = (
    ErrorKind.ALREADY_RUNNING,
    ErrorKind.CAPTURE_UNAVAILABLE,
    ErrorKind.AUDIO_UNAVAILABLE,
    ErrorKind.ENCODER_UNAVAILABLE,
)
_STARTING = (ErrorKind.NOT_INITIALIZED, *_OPENING[1:])
_UNKNOWN = (ErrorKind.NO_SUCH_SESSION,)


def _session_method(  # noqa: PLR0917 - read as a table row
    kind: SessionKind, verb: str, role: Role, result: Any, summary: str, errors: tuple[ErrorKind, ...] = ()
) -> Method:
    return Method(
        name=f"{kind.value}.{verb}",
        role=role,
        params=p.SessionRef,
        result=result,
        summary=summary,
        positional=("id",),
        kind=kind,
        errors=errors,
    )


def _session_methods(row: KindRow) -> list[Method]:
    """All methods of a kind of session."""
    kind, own = row.kind, row.failure
    get_stats = _session_method(kind, "getStats", Role.QUERY, r.STATS[kind], "Statistics; also after stop.", _UNKNOWN)
    return [
        Method(
            name=f"{row.name}.initialize",
            role=Role.SETTLE,
            params=row.initialize,
            result=bool,
            summary=row.initialize_summary,
            positional=(row.target, *_ENCODE),
            kind=kind,
            errors=(*_OPENING, row.initialize_error),
        ),
        replace(
            _session_method(
                kind,
                "start",
                Role.SETTLE,
                bool,
                "Start; false if already running.",
                (*_STARTING, own, *row.start_errors),
            ),
            params=row.start_params,
        ),
        _session_method(
            kind, "stop", Role.DRAIN, bool, "Stop; true once all that was recorded is safe. Idempotent.", (own,)
        ),
        _session_method(kind, "isRunning", Role.QUERY, bool, "Whether it runs; false for an unknown session."),
        get_stats,
        replace(get_stats, name=f"{row.name}.getStatistics", alias_of=get_stats.name),
        _session_method(kind, "getCodecName", Role.QUERY, str, 'Name of the encoder; "none" before initialize.'),
        _session_method(kind, "getCurrentPTSSeconds", Role.QUERY, float, "Media time reached, in seconds."),
        _session_method(kind, "dispose", Role.DRAIN, None, "Stop if running and free the session.", _UNKNOWN),
        *(_session_method(kind, query.verb, Role.QUERY, query.result, query.summary) for query in row.queries),
        *(
            Method(
                name=f"{row.name}.{command.verb}",
                role=Role.CHANGE,
                params=command.params,
                result=command.result,
                summary=command.summary,
                positional=command.positional,
                kind=kind,
                errors=(*_UNKNOWN, *command.errors),
            )
            for command in row.commands
        ),
    ]


METHODS: dict[str, Method] = {
    method.name: method
    for method in [
        Method(
            name="rpc.discover",
            role=Role.QUICK,
            params=p.NoParams,
            result=dict[str, Any],
            summary="This document: the OpenRPC description of the engine.",
        ),
        Method(
            name="engine.info",
            role=Role.QUICK,
            params=p.NoParams,
            result=r.InfoResult,
            summary="Who answers, and what it can do.",
        ),
        Method(
            name="engine.devices",
            role=Role.SLOW,
            params=p.NoParams,
            result=r.DevicesResult,
            summary="Screens, windows, sound devices and encoders of this machine.",
        ),
        Method(
            name="engine.setDebugLogging",
            role=Role.QUICK,
            params=p.DebugLogging,
            result=None,
            summary="Switch debug lines in the log on or off.",
            positional=("enabled",),
        ),
        Method(
            name="engine.subscribe",
            role=Role.QUICK,
            params=p.Subscription,
            result=None,
            summary="Choose the periodic notifications; the others are always sent.",
            positional=("statsIntervalMs", "audioLevels"),
        ),
        Method(
            name="engine.selftest",
            role=Role.SLOW,
            params=p.Selftest,
            result=r.SelftestResult,
            summary="Try everything that recording and streaming need; takes 30 s, flashes and beeps.",
            errors=(ErrorKind.ALREADY_RUNNING, ErrorKind.BAD_URL),
        ),
        Method(
            name="engine.cancelSelftest",
            role=Role.QUICK,
            params=p.NoParams,
            result=bool,
            summary="End the self-test under way, which answers with what it has found; false if there is none.",
        ),
        Method(
            name="engine.setAudioOffset",
            role=Role.QUICK,
            params=p.AudioOffset,
            result=None,
            summary="Remember by how much the sound of a device is moved in every later recording.",
            positional=("device", "offsetMs", "source"),
            errors=(ErrorKind.OUTPUT_FAILED,),
        ),
        *(
            Method(
                name=f"media.{row.verb}",
                role=Role.QUICK,
                params=row.params,
                result=r.JobStarted,
                summary=row.summary,
                positional=row.positional,
                errors=(ErrorKind.MEDIA_FAILED,),
            )
            for row in MEDIA.values()
        ),
        Method(
            name="job.cancel",
            role=Role.QUICK,
            params=p.JobRef,
            result=bool,
            summary="End a job; its file plays as before. False if it is over.",
            positional=("jobId",),
        ),
        Method(
            name="engine.thumbnail",
            role=Role.SLOW,
            params=p.ThumbnailOf,
            result=r.ThumbnailResult,
            summary="A small picture of a screen or window as it is now, for a picker.",
            positional=("screen", "maxWidth"),
            errors=(ErrorKind.CAPTURE_UNAVAILABLE,),
        ),
        Method(
            name="screenshot.save",
            role=Role.SLOW,
            params=p.SaveScreenshot,
            result=r.ScreenshotResult,
            summary="Write one picture to a file: of a screen, a window, a session in any state, or a replay's past.",
            errors=(
                ErrorKind.NOT_INITIALIZED,
                ErrorKind.NO_SUCH_SESSION,
                ErrorKind.CAPTURE_UNAVAILABLE,
                ErrorKind.OUTPUT_FAILED,
            ),
        ),
        Method(
            name="preview.open",
            role=Role.SLOW,
            params=p.OpenPreview,
            result=r.PreviewOpened,
            summary="Live pictures of a screen, or of what a session's encoder gets; x-preview says how they come.",
            errors=(ErrorKind.NO_SUCH_SESSION, ErrorKind.CAPTURE_UNAVAILABLE),
        ),
        Method(
            name="preview.update",
            role=Role.QUICK,
            params=p.UpdatePreview,
            result=bool,
            summary="Change an open preview; paused, it costs nothing. False if there is none of this id.",
        ),
        Method(
            name="preview.close",
            role=Role.QUICK,
            params=p.PreviewRef,
            result=bool,
            summary="End a preview; its reader's connection ends. False if there is none of this id.",
            positional=("previewId",),
        ),
        Method(
            name="push.open",
            role=Role.SLOW,
            params=p.OpenPush,
            result=r.PushOpened,
            summary="Make a screen whose pictures the caller writes into a file that both see.",
            positional=("width", "height"),
            errors=(ErrorKind.CAPTURE_UNAVAILABLE,),
        ),
        Method(
            name="push.close",
            role=Role.QUICK,
            params=p.PushRef,
            result=bool,
            summary="Close a screen of push.open; whoever records it holds its last picture. False if it is unknown.",
            positional=("screen",),
        ),
        Method(
            name="engine.shutdown",
            role=Role.SHUTDOWN,
            params=p.NoParams,
            result=None,
            summary="Finish every session, answer null, exit.",
        ),
        Method(
            name="audio.set",
            role=Role.SOUND,
            params=p.SoundChange,
            result=None,
            summary="Change gain or mute of a session's sound while it runs: within 50 ms, for that session alone.",
            names_kind=True,
            errors=(ErrorKind.NOT_INITIALIZED, ErrorKind.NO_SUCH_SESSION, ErrorKind.AUDIO_UNAVAILABLE),
        ),
        Method(
            name="audio.get",
            role=Role.QUERY,
            params=p.AnySessionRef,
            result=r.SoundsResult,
            summary="The sounds of a session as they are set now; none once it is over.",
            names_kind=True,
            errors=_UNKNOWN,
        ),
        *(method for row in KINDS.values() for method in _session_methods(row)),
    ]
}

NOTIFICATIONS: dict[str, Notification] = {
    notification.name: notification
    for notification in [
        Notification(name="session.state", payloads=(r.StateNotification,), summary="The state of a session changed."),
        Notification(
            name="session.warning",
            payloads=(r.WarningNotification,),
            summary="Something was lost or replaced, and the session goes on.",
        ),
        Notification(name="session.error", payloads=(r.ErrorNotification,), summary="The session can't go on."),
        Notification(
            name="streamer.connection", payloads=(r.ConnectionNotification,), summary="The connection's state changed."
        ),
        Notification(
            name="recorder.fileChanged",
            payloads=(r.FileChangedNotification,),
            summary="A file of a recording is complete, and the recording goes on in the next.",
        ),
        Notification(
            name="replay.saved",
            payloads=(r.ReplaySavedNotification,),
            summary="A file was made of what a replay held, and it goes on.",
        ),
        Notification(
            name="streamer.backpressure",
            payloads=(r.BackpressureNotification,),
            summary="The network began or ceased to be too slow.",
        ),
        Notification(
            name="session.stats",
            payloads=tuple(r.SAMPLES.values()),
            summary="Statistics, as often as subscribed.",
            subscribed=True,
        ),
        Notification(
            name="audio.levels",
            payloads=(r.LevelsNotification,),
            summary="How loud it is, if subscribed.",
            subscribed=True,
        ),
        Notification(
            name="engine.selftestProgress",
            payloads=(r.SelftestProgressNotification,),
            summary="How far the self-test is.",
        ),
        Notification(name="job.progress", payloads=(r.JobProgressNotification,), summary="How far a job is."),
        Notification(name="job.done", payloads=(r.JobDoneNotification,), summary="A job's end, if all went well."),
        Notification(name="job.failed", payloads=(r.JobFailedNotification,), summary="A job's end otherwise."),
    ]
}
