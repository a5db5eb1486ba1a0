"""When to connect, when a link is dead, when to try again and when to stop trying. Opens nothing, waits for nothing.

`ConnectionPolicy` is told what happened and answers what to do; the shell carries that out and calls again at
`deadline_ns`. One attempt is one disposable sender: whatever goes wrong, the answer is to kill it and begin another.
"""

from collections.abc import Callable

from ionia.core.events import ConnectionState
from ionia.core.failure import LiveFailure, LiveKind
from ionia.core.live.backoff import Backoff, ReconnectSettings
from ionia.core.live.connection_events import (
    AskKeyframe,
    AttemptConnected,
    AttemptEnded,
    ClearBuffer,
    CloseAttempt,
    DeliveryObserved,
    GiveUp,
    KeyframeEncoded,
    KillAttempt,
    LagExceeded,
    LinkAction,
    LinkEvent,
    LinkState,
    Notify,
    StartAttempt,
    Started,
    Stopped,
    TimePassed,
)
from ionia.core.live.connection_monitor import STALL_NS, ConnectionMonitor
from ionia.core.live.refusals import AT_ONCE_NS, Refusals, Verdict
from ionia.core.timebase import NS_PER_S

CONNECT_TIMEOUT_NS = 6_000_000_000
"""Longest wait for a server to accept the publishing. A sender's own limit for the TCP connection is 5 s, enough for
the SYNs that Linux sends at 0, 1 and 3 s; this is a little more, so that it can say what went wrong."""

STABLE_NS = 5_000_000_000
"""A connection that dies younger than this counts as a failed attempt: a server that accepts and hangs up must not be
asked again at once for ever."""

LONGEST_NS = (2**31 // 1000 - 3600) * NS_PER_S
"""How old a connection may become, 24.8 days: an hour less than 31 bits of RTMP's milliseconds, at which nginx-rtmp's
files and FFmpeg as a server break (measured). At 32 bits every server that was tried breaks."""

TOO_SLOW = LiveFailure(kind=LiveKind.NETWORK, reason="link too slow for the sound")
NO_ANSWER = LiveFailure(kind=LiveKind.TIMEOUT, reason="no answer from the server")
DEAD = LiveFailure(kind=LiveKind.NETWORK, reason="nothing reaches the server any more")
UNREAD = LiveFailure(
    kind=LiveKind.NETWORK,
    reason="the server's machine answers, but the server reads nothing, or less than the sound alone",
    hint="The server hangs or has too much to do; another server or region may be better.",
)
IDLE = LiveFailure(
    kind=LiveKind.SERVER_CLOSED,
    reason="the server doesn't wait for the end of the delay; the connection is made again just before",
)

CONNECT_AHEAD_NS = 3_000_000_000
"""How long before there is something to send a connection is made that was lost meanwhile: time for a second attempt.
Where the server doesn't wait that long, half of what it waited."""

IDLE_LEAST_NS = 500_000_000
"""A server that hangs up sooner doesn't do it because nothing came."""

IDLE_AHEAD_NS = 250_000_000
"""When something is to be sent sooner than that, a connection isn't idle."""

_WHILE_IDLE = (LiveKind.SERVER_CLOSED, LiveKind.NETWORK)
"""How servers and what is between end a connection over which nothing comes; known ones do after 5 to 30 s."""


class ConnectionPolicy:
    """A streamer's connection, from start to stop. One owner. Events of attempts that are over change nothing."""

    def __init__(self, settings: ReconnectSettings, random: Callable[[], float], *, stall_ns: int = STALL_NS) -> None:
        self._settings = settings
        self._backoff = Backoff(settings, random)
        self._refusals = Refusals(retry=settings.retry_rejected)
        self._stall = stall_ns
        self._state = LinkState.IDLE
        self._attempt_id = 0
        self._attempt = 0
        self._started_ns = 0
        self._connected_ns = 0
        self._outage_ns = 0
        self._retry_ns = 0
        self._ever_connected = False
        self._good_ns: int | None = None  # when the last connection whose key had been looked at ended
        self._flapping = False  # a connection was made again that hasn't proved itself
        self._reconnects = 0
        self._monitor: ConnectionMonitor | None = None
        self._nothing_before_ns = 0
        self._idle_limit_ns = CONNECT_AHEAD_NS * 2  # the least time for which an idle connection stood
        self._resting = False  # it waits for that instant, and not because something failed

    @property
    def state(self) -> LinkState:
        """Where the policy is."""
        return self._state

    @property
    def reconnects(self) -> int:
        """How often the stream came back; a connection that breaks before it has proved itself counts once for all."""
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

    def nothing_before(self, at_ns: int) -> None:
        """Nothing was sent, and nothing is until then, since a delay holds it; 0 otherwise. Look at `deadline_ns` after
        it."""
        self._nothing_before_ns = at_ns
        if self._resting:
            self._retry_ns = self._due_again_ns

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
            case KeyframeEncoded():
                aged = self._state is LinkState.CONNECTED and now_ns - self._connected_ns >= LONGEST_NS
                return self._renew(now_ns) if aged else []
            case LagExceeded():
                return self._lagged(now_ns)
            case _:
                return self._of_attempt(event, now_ns) if event.attempt_id == self._attempt_id else []

    def _of_attempt(self, event: AttemptConnected | AttemptEnded | DeliveryObserved, now_ns: int) -> list[LinkAction]:
        match self._state, event:
            case LinkState.CONNECTING, AttemptConnected():
                return self._connected(now_ns)
            case LinkState.CONNECTING, AttemptEnded(failure=failure):
                return self._failed(self._judged(failure, now_ns), now_ns)
            case LinkState.CONNECTED, AttemptEnded(failure=failure):
                return self._lost(failure, now_ns)
            case LinkState.CONNECTED, DeliveryObserved(delivered_bytes=delivered) if self._monitor:
                self._monitor.observe(delivered, now_ns, pending=event.pending, zero_window=event.zero_window)
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
            return [kill, *self._failed(self._judged(NO_ANSWER, now_ns), now_ns)]
        unread = self._monitor is not None and self._monitor.zero_window
        return [kill, *self._lost(UNREAD if unread else DEAD, now_ns)]

    def _begin(self, now_ns: int, failure: LiveFailure | None = None) -> list[LinkAction]:
        self._state = LinkState.CONNECTING
        if self._resting:
            self._resting, self._outage_ns = False, now_ns
        self._attempt_id += 1
        self._attempt += 1
        self._started_ns = now_ns
        return [
            StartAttempt(attempt_id=self._attempt_id),
            Notify(state=self._trying, attempt=self._attempt, failure=failure),
        ]

    def _connected(self, now_ns: int) -> list[LinkAction]:
        self._state = LinkState.CONNECTED
        self._connected_ns = now_ns
        self._monitor = ConnectionMonitor(now_ns, stall_ns=self._stall)
        self._reconnects += self._ever_connected and not self._flapping
        self._flapping = self._ever_connected
        self._ever_connected = True
        return [ClearBuffer(), AskKeyframe(), Notify(state=ConnectionState.CONNECTED, attempt=self._attempt)]

    def _lost(self, failure: LiveFailure, now_ns: int) -> list[LinkAction]:
        """A connection broke: a new one at once if it had proved itself, else as after a failed attempt."""
        self._monitor = None
        lasted_ns = now_ns - self._connected_ns
        if lasted_ns >= AT_ONCE_NS:
            self._good_ns = now_ns
        idle = lasted_ns >= IDLE_LEAST_NS and self._nothing_before_ns - now_ns >= IDLE_AHEAD_NS
        if idle and failure.kind in _WHILE_IDLE:
            self._idle_limit_ns = min(lasted_ns, self._idle_limit_ns)
            return [ClearBuffer(), *self._rest(now_ns)]
        if lasted_ns < STABLE_NS:
            return [ClearBuffer(), *self._failed(self._judged(failure, now_ns, lasted_ns), now_ns)]
        return [ClearBuffer(), *self._begin_again(now_ns, failure)]

    def _lagged(self, now_ns: int) -> list[LinkAction]:
        if self._state is not LinkState.CONNECTED:
            return []
        return [KillAttempt(attempt_id=self._attempt_id), *self._lost(TOO_SLOW, now_ns)]

    def _renew(self, now_ns: int) -> list[LinkAction]:
        """A connection that has become too old ends in order, and another begins at once."""
        self._monitor = None
        self._good_ns = now_ns
        old = self._attempt_id
        close = (CloseAttempt(attempt_id=old), KillAttempt(attempt_id=old), ClearBuffer())
        return [*close, *self._begin_again(now_ns)]

    def _rest(self, now_ns: int) -> list[LinkAction]:
        """Nobody misses the connection before there is something to send."""
        self._backoff.reset()
        self._refusals.reset()
        self._attempt = 0
        self._state, self._resting = LinkState.WAITING, True
        self._retry_ns = max(now_ns, self._due_again_ns)
        delay_ms = (self._retry_ns - now_ns) * 1000 // NS_PER_S
        return [Notify(state=self._trying, attempt=1, delay_ms=delay_ms, failure=IDLE)]

    @property
    def _due_again_ns(self) -> int:
        return self._nothing_before_ns - min(CONNECT_AHEAD_NS, self._idle_limit_ns // 2)

    def _begin_again(self, now_ns: int, failure: LiveFailure | None = None) -> list[LinkAction]:
        """After a connection that had proved itself."""
        self._backoff.reset()
        self._refusals.reset()
        self._flapping = False
        self._attempt = 0
        self._outage_ns = now_ns
        return self._begin(now_ns, failure)

    def _judged(self, failure: LiveFailure, now_ns: int, lasted_ns: int | None = None) -> Verdict:
        since_good_ns = None if self._good_ns is None else now_ns - self._good_ns
        return self._refusals.judge(failure, lasted_ns=lasted_ns, since_good_ns=since_good_ns)

    def _failed(self, verdict: Verdict, now_ns: int) -> list[LinkAction]:
        """Wait and try again. The delay counts from the attempt's start: what it took has been waited already."""
        failure = verdict.failure
        limit = self._settings.max_outage_ns
        delay = self._backoff.delay_ns(now_ns - self._outage_ns)
        due = max(self._started_ns + delay, now_ns + min(delay, self._settings.initial_ns))
        due = max(due, now_ns + verdict.least_wait_ns)
        first_failed = self._settings.first_must_succeed and not self._ever_connected
        if limit is not None:
            due = min(due, max(now_ns, self._outage_ns + limit))  # the last attempt is made when time is up, not before
        if verdict.final or first_failed or (limit is not None and now_ns - self._outage_ns >= limit):
            self._state = LinkState.FAILED
            return [
                Notify(state=ConnectionState.FAILED, attempt=self._attempt, failure=failure),
                GiveUp(failure=failure),
            ]
        self._state = LinkState.WAITING
        self._retry_ns = due
        delay_ms = (due - now_ns) * 1000 // NS_PER_S
        return [Notify(state=self._trying, attempt=self._attempt + 1, delay_ms=delay_ms, failure=failure)]

    def _stop(self) -> list[LinkAction]:
        actions: list[LinkAction] = []
        if self._state is LinkState.CONNECTED:
            actions.append(CloseAttempt(attempt_id=self._attempt_id))
        elif self._state is LinkState.CONNECTING:
            actions.append(KillAttempt(attempt_id=self._attempt_id))
        if self._state not in (LinkState.STOPPED, LinkState.FAILED):
            actions.append(Notify(state=ConnectionState.CLOSED))
        self._state = LinkState.STOPPED
        self._resting = False
        self._monitor = None
        return actions

    @property
    def _trying(self) -> ConnectionState:
        return ConnectionState.RECONNECTING if self._ever_connected else ConnectionState.CONNECTING
