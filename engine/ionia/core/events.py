"""What happened in a session, for whoever shows it. One dataclass per notification of the contract."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from ionia.core.errors import ErrorKind
from ionia.core.failure import LiveKind
from ionia.core.selftest_report import Part
from ionia.core.settings import SessionKind

EventData = Mapping[str, str | int | float | bool | None]
"""Details for programs; keys are camelCase as on the wire."""


class ConnectionState(Enum):
    """State of a streamer's connection, as on the wire."""

    CONNECTING = "connecting"
    CONNECTED = "connected"
    RECONNECTING = "reconnecting"
    FAILED = "failed"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionStateChanged:
    """`session.state`. `state` is a value of SessionState; `reason` is one line or empty."""

    session_id: str
    session_kind: SessionKind
    state: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionWarned:
    """`session.warning`: something was lost or replaced and the session goes on. `code` is stable snake_case."""

    session_id: str
    code: str
    message: str
    data: EventData = field(default_factory=dict)
    session_kind: SessionKind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionFailed:
    """`session.error`: the session can't go on; what was recorded is kept. The fields are those of IoniaError."""

    session_id: str
    session_kind: SessionKind
    kind: ErrorKind
    message: str
    hint: str = ""
    live_kind: LiveKind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionChanged:
    """`streamer.connection`. `attempt` counts from 1 since the last success; `delay_ms` is the wait before the next.

    `reason` is one line, or empty; `kind` is its stable name, None when nothing failed.
    """

    session_id: str
    state: ConnectionState
    attempt: int = 0
    delay_ms: int = 0
    reason: str = ""
    kind: LiveKind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BackpressureChanged:
    """`streamer.backpressure`."""

    session_id: str
    active: bool
    latency_ms: float
    packets: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StatsSampled:
    """`session.stats`, when subscribed. `stats` is the object `getStats` answers."""

    session_id: str
    stats: EventData
    session_kind: SessionKind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """Peak and RMS in dBFS over the last interval; -120 for digital silence or a source that gives nothing."""

    peak_db: float
    rms_db: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelsMeasured:
    """`audio.levels`, when subscribed. None where the session does not use that source."""

    session_id: str
    desktop: Level | None
    mic: Level | None
    session_kind: SessionKind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SelftestProgressed:
    """`engine.selftestProgress`. `fraction` of the whole test, 0..1.

    `message` is one line for people: what is going on, or what was just found.
    """

    part: Part
    fraction: float
    message: str


Event = (
    SessionStateChanged
    | SessionWarned
    | SessionFailed
    | ConnectionChanged
    | BackpressureChanged
    | StatsSampled
    | LevelsMeasured
    | SelftestProgressed
)
