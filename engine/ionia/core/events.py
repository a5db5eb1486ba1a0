"""What happened in a session, for whoever shows it. One dataclass per notification of the contract."""

from dataclasses import dataclass
from enum import Enum
from typing import Annotated

from ionia.core.errors import ErrorKind
from ionia.core.facts import Mark, Sentence
from ionia.core.failure import LiveKind
from ionia.core.media_request import MediaFacts
from ionia.core.selftest_report import Part
from ionia.core.settings import FIRST_DESTINATION, SessionKind
from ionia.core.stats import Stats
from ionia.core.warning import NO_FACTS, WarningCode, WarningFacts

DestinationName = Annotated[str, "Which of the stream's destinations; its number, or what the client called it."]


class ConnectionState(Enum):
    """State of a streamer's connection, as on the wire."""

    CONNECTING = "connecting"
    CONNECTED = "connected"
    RECONNECTING = "reconnecting"
    FAILED = "failed"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionStateChanged:
    """session.state: a session went from one state to another."""

    session_id: str
    session_kind: SessionKind
    state: Annotated[str, "State of the session, a stable lower-case word."]
    reason: Sentence = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionWarned:
    """session.warning: something was lost or replaced, and the session goes on."""

    session_id: str
    session_kind: SessionKind
    code: WarningCode
    message: Sentence
    data: Annotated[WarningFacts, "Details for programs; the code says which, see x-warnings."] = NO_FACTS


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionFailed:
    """session.error: the session can't go on; what was recorded is kept. The fields are those of IoniaError."""

    session_id: str
    session_kind: SessionKind
    kind: ErrorKind
    message: str
    hint: str = ""
    live_kind: LiveKind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionChanged:
    """streamer.connection: the state of a streamer's connection changed."""

    session_id: str
    state: ConnectionState
    attempt: Annotated[int, "Counts from 1 since the last success."] = 0
    delay_ms: Annotated[int, "Milliseconds of waiting before the next attempt."] = 0
    reason: Sentence = ""
    kind: Annotated[LiveKind | None, "The reason's stable name, see x-live-kinds; null when nothing failed."] = None
    destination: DestinationName = FIRST_DESTINATION


@dataclass(frozen=True, slots=True, kw_only=True)
class BackpressureChanged:
    """streamer.backpressure: the network began or ceased to be too slow."""

    session_id: str
    active: bool
    latency_ms: Annotated[float, "Milliseconds of media that wait to be sent."]
    packets: Annotated[int, "Packets that wait to be sent."]
    destination: DestinationName = FIRST_DESTINATION


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishedFile:
    """A file of a recording that goes on in another one."""

    path: str
    duration_seconds: Annotated[float, "Length of its pictures."]
    bytes: Annotated[
        int,
        "Size of the finished file. Of a recorder.split in a pause, whose file is finished when the recording goes on, "
        "what is written by now: recorder.fileChanged has the size then.",
    ]
    start_utc: Annotated[str, "When its first picture was captured, ISO 8601 in UTC."]


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkSet:
    """Answer of recorder.mark."""

    index: Annotated[int, "Counts the recording's marks from 0, over all its files."]
    file_seconds: Annotated[float, "Where in the file it is."]
    utc: Annotated[str, "When what is shown there was captured, ISO 8601 in UTC."]
    path: Annotated[str, "The file."]


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitFiles:
    """Answer of recorder.split."""

    finished: FinishedFile
    next: Annotated[str, "Path of the file that the recording goes on in."]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChanged:
    """recorder.fileChanged: a file of a recording is complete, and the recording goes on in the next."""

    session_id: str
    finished: FinishedFile
    next: Annotated[str, "Path of the file that the recording goes on in."]


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedReplay:
    """Answer of replay.save: an ordinary file, complete."""

    path: str
    duration_seconds: Annotated[float, "Length of its pictures: what was asked for, or up to one keyframe more."]
    start_utc: Annotated[str, "When its first picture was captured, ISO 8601 in UTC."]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaySaved:
    """replay.saved: a file was made of what a replay session held, and the session goes on."""

    session_id: str
    saved: Annotated[SavedReplay, Mark.FLAT]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatsSampled:
    """session.stats: what getStats answers, and whose it is."""

    session_id: str
    session_kind: SessionKind
    stats: Stats


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """How loud it was over the last interval; -120 for digital silence or a source that gives nothing."""

    peak_db: Annotated[float, "Largest sample, dBFS."]
    rms_db: Annotated[float, "Root mean square, dBFS."]


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundLevel:
    """How loud a sound of a session is in its mix."""

    name: Annotated[str, "Its name: desktop or mic, unless the session named its sounds."]
    peak_db: Annotated[float, "Largest sample, dBFS; above 0 where its gain is too much."]
    rms_db: Annotated[float, "Root mean square, dBFS."]
    clipped: Annotated[bool, "Whether its gain is too much, or a microphone gives all that it can."]
    muted: Annotated[bool, "Whether nothing of it is left in the mix: a mute that waits is none yet."]


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelsMeasured:
    """audio.levels: how loud it is. Null where the session does not use that source; of several, the first."""

    session_id: str
    session_kind: SessionKind
    desktop: Level | None
    mic: Level | None
    sounds: Annotated[tuple[SoundLevel, ...], "All sounds of the session."] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SelftestProgressed:
    """`engine.selftestProgress`. `fraction` of the whole test, 0..1.

    `message` is one line for people: what is going on, or what was just found.
    """

    part: Part
    fraction: float
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobProgressed:
    """job.progress: how far a job is."""

    job_id: str
    fraction: Annotated[float, "Of the whole job, from 0 to 1."]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobResult:
    """What a job made of its file."""

    path: Annotated[str, "Where the file is; another one than asked for, for a recording that never got to its path."]
    duration_seconds: Annotated[float, "Its length; 0 for one picture, and where media.finalize had nothing to do."]
    bytes: int
    changed: Annotated[bool, "False if the file is as it was."]
    start_seconds: Annotated[
        float | None, Mark.OMITTED_IF_NONE, "Where in the source it really begins: at a picture, or a keyframe."
    ] = None
    index_path: Annotated[str | None, Mark.OMITTED_IF_NONE, "The WebVTT beside a sheet of sprites."] = None
    media: Annotated[MediaFacts | None, Mark.OMITTED_IF_NONE, "What media.probe found."] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobDone:
    """job.done: the job's end, if all went well."""

    job_id: str
    result: JobResult


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFailed:
    """job.failed: the job's end otherwise. The file plays as before."""

    job_id: str
    kind: ErrorKind
    message: str
    hint: str = ""
    cancelled: bool = False


Event = (
    SessionStateChanged
    | SessionWarned
    | SessionFailed
    | ConnectionChanged
    | BackpressureChanged
    | FileChanged
    | ReplaySaved
    | StatsSampled
    | LevelsMeasured
    | SelftestProgressed
    | JobProgressed
    | JobDone
    | JobFailed
)
