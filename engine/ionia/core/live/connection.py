"""When to connect, when a link is dead, when to try again and when to stop trying. Opens nothing, waits for nothing.

`ConnectionPolicy` is told what happened and answers what to do; the shell carries that out and calls again at
`deadline_ns`. One attempt is one disposable sender: whatever goes wrong, the answer is to kill it and begin another.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from ionia.core.events import ConnectionState
from ionia.core.timebase import NS_PER_S

STALL_NS = 2_600_000_000
"""No delivered byte for this long while some are waiting: dead. Leaves 0.4 s of the promised 3 s for the rest."""

SHUT_NS = 1_200_000_000
"""The same while the server's machine answers, but has its receive window closed: the program there doesn't read. It
has been so for longer, by all that the window held (up to 1.6 s of a stream of 5 Mbit/s), and no loss can be the
reason, which would take TCP up to 1.6 s to repair."""

SHUT_BYTES = 16_000
"""What must be delivered through a closed window to count as life. TCP's probes push a few kB into what is left of the
window of a frozen server; a server that reads too slowly for the sound alone is not alive, either."""

CONNECT_TIMEOUT_NS = 6_000_000_000
"""Longest wait for a server to accept the publishing. libav's own limit for the TCP connection is 5 s, which holds the
SYNs that Linux sends at 0, 1 and 3 s; a little more, so that it can say what went wrong."""

STABLE_NS = 5_000_000_000
"""A connection that dies younger than this counts as a failed attempt: a server that accepts and hangs up must not be
asked again at once for ever."""

EAGER_NS = 90_000_000_000
"""How long after the loss the short delays are used."""

LATE_MAX_NS = 30_000_000_000
"""Longest delay after that."""

JITTER = 0.1


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
    """The attempt's sender failed or is gone. `reason` is one redacted line."""

    attempt_id: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryObserved:
    """Progress of the attempt: total bytes delivered, whether anything waits for delivery, and whether that is because
    the server takes no more (`shut`)."""

    attempt_id: int
    delivered_bytes: int
    pending: bool
    shut: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LagExceeded:
    """The buffer's `ReconnectAtNow`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimePassed:
    """`deadline_ns` was reached, or nothing in particular."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """The user doesn't want to be live any more."""


LinkEvent = Started | AttemptConnected | AttemptEnded | DeliveryObserved | LagExceeded | TimePassed | Stopped


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
    """Ask the encoder for a keyframe now: the first picture of this connection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notify:
    """`streamer.connection` for the user. The fields are those of `ConnectionChanged`."""

    state: ConnectionState
    attempt: int = 0
    delay_ms: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveUp:
    """No further attempts; the session ends with this reason."""

    reason: str


LinkAction = StartAttempt | KillAttempt | CloseAttempt | ClearBuffer | AskKeyframe | Notify | GiveUp


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconnectSettings:
    """Options of a streamer that concern reconnecting. `max_outage_ns` None: try without end."""

    initial_ns: int = 250_000_000
    max_ns: int = 5_000_000_000
    max_outage_ns: int | None = None
    first_must_succeed: bool = False


class Backoff:
    """Delays between the starts of attempts: initial, doubling to max, after EAGER_NS on to LATE_MAX_NS, ±10 %.

    Why so short at first: with 1 s doubling to 30 s a stream comes back 12 s after its link on average, with 0.25 s
    doubling to 5 s after 2.4 s. `random` returns floats in [0, 1).
    """

    def __init__(self, settings: ReconnectSettings, random: Callable[[], float]) -> None:
        self._initial = settings.initial_ns
        self._max = max(settings.max_ns, settings.initial_ns)
        self._random = random
        self._next = self._initial

    def delay_ns(self, outage_ns: int) -> int:
        """The delay after the failure at hand, `outage_ns` after the loss; each call is one failure."""
        ceiling = self._max if outage_ns < EAGER_NS else max(LATE_MAX_NS, self._max)
        delay = min(self._next, ceiling)
        self._next = min(2 * delay, max(LATE_MAX_NS, self._max))
        return round(delay * (1 + JITTER * (2 * self._random() - 1)))

    def reset(self) -> None:
        """Begin with the initial delay again."""
        self._next = self._initial


class ConnectionMonitor:
    """Finds a dead link by what arrives, because a dead link may never give an error. One connection each."""

    def __init__(self, now_ns: int, *, stall_ns: int = STALL_NS) -> None:
        self._stall = stall_ns
        self._delivered = 0
        self._pending = False
        self._shut = False
        self._trickle = 0  # delivered through a closed window since the last sign of life
        self._alive_ns = now_ns

    @property
    def deadline_ns(self) -> int | None:
        """When the link counts as dead unless something is delivered; None while nothing waits."""
        if not self._pending:
            return None
        return self._alive_ns + (min(SHUT_NS, self._stall) if self._shut else self._stall)

    def observe(self, delivered_bytes: int, now_ns: int, *, pending: bool, shut: bool = False) -> None:
        """Take note of the total delivered, of whether anything waits, and of whether the server takes no more.

        Waiting for nothing is no stall.
        """
        more = max(0, delivered_bytes - self._delivered)
        self._trickle = self._trickle + more if shut else 0
        if self._trickle >= SHUT_BYTES or (more and not shut) or (pending and not self._pending):
            self._alive_ns = now_ns
            self._trickle = 0
        self._delivered = max(self._delivered, delivered_bytes)
        self._pending = pending
        self._shut = shut


class ConnectionPolicy:
    """A streamer's connection, from start to stop. One owner. Events of attempts that are over change nothing."""

    def __init__(self, settings: ReconnectSettings, random: Callable[[], float], *, stall_ns: int = STALL_NS) -> None:
        self._settings = settings
        self._backoff = Backoff(settings, random)
        self._stall = stall_ns
        self._state = LinkState.IDLE
        self._attempt_id = 0
        self._attempt = 0
        self._started_ns = 0
        self._connected_ns = 0
        self._outage_ns = 0
        self._retry_ns = 0
        self._ever_connected = False
        self._reconnects = 0
        self._monitor: ConnectionMonitor | None = None

    @property
    def state(self) -> LinkState:
        """Where the policy is."""
        return self._state

    @property
    def reconnects(self) -> int:
        """Connections made after the first one."""
        return self._reconnects

    @property
    def deadline_ns(self) -> int | None:
        """When `TimePassed` is due at the latest; None when only an event can change anything."""
        match self._state:
            case LinkState.CONNECTING:
                return self._started_ns + CONNECT_TIMEOUT_NS
            case LinkState.CONNECTED:
                return self._monitor.deadline_ns if self._monitor else None
            case LinkState.WAITING:
                return self._retry_ns
            case _:
                return None

    def on(self, event: LinkEvent, now_ns: int) -> list[LinkAction]:
        """What to do about `event`, in this order. Raises ValueError, and changes nothing, for a second Started."""
        match event:
            case Started():
                if self._state is not LinkState.IDLE:
                    raise ValueError(f"started while {self._state.value}")
                self._outage_ns = now_ns
                return self._begin(now_ns)
            case Stopped():
                return self._stop()
            case TimePassed():
                return self._time_passed(now_ns)
            case LagExceeded():
                if self._state is not LinkState.CONNECTED:
                    return []
                return [KillAttempt(attempt_id=self._attempt_id), *self._lost("link too slow for the sound", now_ns)]
            case _:
                return self._of_attempt(event, now_ns) if event.attempt_id == self._attempt_id else []

    def _of_attempt(self, event: AttemptConnected | AttemptEnded | DeliveryObserved, now_ns: int) -> list[LinkAction]:
        match self._state, event:
            case LinkState.CONNECTING, AttemptConnected():
                return self._connected(now_ns)
            case LinkState.CONNECTING, AttemptEnded(reason=reason):
                return self._failed(reason, now_ns)
            case LinkState.CONNECTED, AttemptEnded(reason=reason):
                return self._lost(reason, now_ns)
            case LinkState.CONNECTED, DeliveryObserved(delivered_bytes=delivered) if self._monitor:
                self._monitor.observe(delivered, now_ns, pending=event.pending, shut=event.shut)
                return self._time_passed(now_ns)
            case _:
                return []

    def _time_passed(self, now_ns: int) -> list[LinkAction]:
        deadline = self.deadline_ns
        if deadline is None or now_ns < deadline:
            return []
        if self._state is LinkState.WAITING:
            return self._begin(now_ns)
        kill = KillAttempt(attempt_id=self._attempt_id)
        if self._state is LinkState.CONNECTING:
            return [kill, *self._failed("no answer from the server", now_ns)]
        return [kill, *self._lost("nothing reaches the server any more", now_ns)]

    def _begin(self, now_ns: int, reason: str = "") -> list[LinkAction]:
        self._state = LinkState.CONNECTING
        self._attempt_id += 1
        self._attempt += 1
        self._started_ns = now_ns
        return [
            StartAttempt(attempt_id=self._attempt_id),
            Notify(state=self._trying, attempt=self._attempt, reason=reason),
        ]

    def _connected(self, now_ns: int) -> list[LinkAction]:
        self._state = LinkState.CONNECTED
        self._connected_ns = now_ns
        self._monitor = ConnectionMonitor(now_ns, stall_ns=self._stall)
        self._reconnects += self._ever_connected
        self._ever_connected = True
        return [ClearBuffer(), AskKeyframe(), Notify(state=ConnectionState.CONNECTED, attempt=self._attempt)]

    def _lost(self, reason: str, now_ns: int) -> list[LinkAction]:
        """A connection broke: a new one at once if it had proved itself, else as after a failed attempt."""
        self._monitor = None
        if now_ns - self._connected_ns < STABLE_NS:
            return [ClearBuffer(), *self._failed(reason, now_ns)]
        self._backoff.reset()
        self._attempt = 0
        self._outage_ns = now_ns
        return [ClearBuffer(), *self._begin(now_ns, reason)]

    def _failed(self, reason: str, now_ns: int) -> list[LinkAction]:
        """Wait and try again. The delay counts from the attempt's start: what it took has been waited already."""
        limit = self._settings.max_outage_ns
        delay = self._backoff.delay_ns(now_ns - self._outage_ns)
        due = max(self._started_ns + delay, now_ns + min(delay, self._settings.initial_ns))
        first_failed = self._settings.first_must_succeed and not self._ever_connected
        if limit is not None:
            due = min(due, max(now_ns, self._outage_ns + limit))  # the last attempt is made when time is up, not before
        if first_failed or (limit is not None and now_ns - self._outage_ns >= limit):
            self._state = LinkState.FAILED
            return [
                Notify(state=ConnectionState.FAILED, attempt=self._attempt, reason=reason),
                GiveUp(reason=reason),
            ]
        self._state = LinkState.WAITING
        self._retry_ns = due
        delay_ms = (due - now_ns) * 1000 // NS_PER_S
        return [Notify(state=self._trying, attempt=self._attempt + 1, delay_ms=delay_ms, reason=reason)]

    def _stop(self) -> list[LinkAction]:
        actions: list[LinkAction] = []
        if self._state is LinkState.CONNECTED:
            actions.append(CloseAttempt(attempt_id=self._attempt_id))
        elif self._state is LinkState.CONNECTING:
            actions.append(KillAttempt(attempt_id=self._attempt_id))
        if self._state not in (LinkState.STOPPED, LinkState.FAILED):
            actions.append(Notify(state=ConnectionState.CLOSED))
        self._state = LinkState.STOPPED
        self._monitor = None
        return actions

    @property
    def _trying(self) -> ConnectionState:
        return ConnectionState.RECONNECTING if self._ever_connected else ConnectionState.CONNECTING
