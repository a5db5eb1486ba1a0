"""What a connection policy hears and answers."""

from dataclasses import dataclass
from enum import Enum

from ionia.core.events import ConnectionState
from ionia.core.failure import LiveFailure


class LinkState(Enum):
    """Where the policy is. IDLE, STOPPED and FAILED have no attempt and no deadline."""

    IDLE = "idle"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    WAITING = "waiting"
    FAILED = "failed"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """The user wants to be live."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptConnected:
    """The server accepted the publishing."""

    attempt_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptEnded:
    """The attempt's sender failed or is gone."""

    attempt_id: int
    failure: LiveFailure


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryObserved:
    """Progress of the attempt: total bytes delivered, whether anything waits for delivery, and whether that is because
    the server takes no more (`zero_window`)."""

    attempt_id: int
    delivered_bytes: int
    pending: bool
    zero_window: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LagExceeded:
    """The buffer's `ReconnectAtNow`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyframeEncoded:
    """A new connection could begin with the next picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimePassed:
    """`deadline_ns` was reached, or nothing in particular."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """The user doesn't want to be live any more."""


LinkEvent = (
    Started | AttemptConnected | AttemptEnded | DeliveryObserved | KeyframeEncoded | LagExceeded | TimePassed | Stopped
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StartAttempt:
    """Give the address to a sender. Later events name it by `attempt_id`."""

    attempt_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KillAttempt:
    """End this sender at once; nothing it says matters any more."""

    attempt_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseAttempt:
    """Let this sender say goodbye to the server, within the shell's deadline, then kill it."""

    attempt_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearBuffer:
    """Throw away what waits; the next connection begins at the present."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskKeyframe:
    """Ask the encoder for a keyframe now: the first picture of this connection, or, for a link that is too slow
    (`behind`), one up to which pictures can be dropped."""

    behind: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Notify:
    """`streamer.connection` for the user. `failure` is why it isn't connected, None when nothing failed."""

    state: ConnectionState
    attempt: int = 0
    delay_ms: int = 0
    failure: LiveFailure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveUp:
    """No further attempts; the session ends with this."""

    failure: LiveFailure


LinkAction = StartAttempt | KillAttempt | CloseAttempt | ClearBuffer | AskKeyframe | Notify | GiveUp
