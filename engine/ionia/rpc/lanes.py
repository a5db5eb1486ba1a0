"""Threads for calls: one lane per session, so that sessions never wait for each other.

A lane runs its calls in the order of `ionia.rpc.order`. Threads are made when there is work and end when there was
none for a while; one stays, which takes what there is when the system has no room for another. Nothing here knows
JSON-RPC.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from ionia.core.timebase import NS_PER_S
from ionia.rpc.order import SessionOrder
from ionia.rpc.schema import Role
from ionia.threads.clock import MonotonicClock

log = logging.getLogger(__name__)

MAX_LANES = 256
"""Sessions with unfinished calls at one time; each has at most three threads."""

MAX_WAITING = 256
"""Unfinished calls of one session."""

ENDS_BEYOND = 16
"""Stops and disposals of one session that may wait beside those."""

_ROOM_SECONDS = 0.25
"""How long who has calls is held up at most while a full lane gets on with its own."""

_ROOM_SECONDS_A_CALL = 0.01
"""Each call that ends gives so much of it back: slow ones hold nobody up for long, and one that hangs nobody again."""

_LINGER_SECONDS = 5.0


class LanesFullError(Exception):
    """The call can't be queued. The text says which bound was met."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Work:
    """A call to run, and what to do with it when the engine ends first. Both run on any thread and never raise."""

    run: Callable[[], None]
    abandon: Callable[[], None]


class Lanes:
    """Runs work by lane. Any thread may call any method. `_lock` protects everything.

    Threads block on `_work`, are woken by `submit`, `close` and each other, and end after a while without work.
    """

    def __init__(self, *, max_lanes: int = MAX_LANES, max_waiting: int = MAX_WAITING) -> None:
        self._clock = MonotonicClock()
        self._max_lanes = max_lanes
        self._max_waiting = max_waiting
        self._lock = threading.Lock()
        self._work = threading.Condition(self._lock)  # something is ready, or closed
        self._quiet = threading.Condition(self._lock)  # no call is unfinished
        self._room = threading.Condition(self._lock)  # a call has ended
        self._lanes: dict[Hashable, SessionOrder[Work]] = {}
        # Seconds for which full lanes may hold somebody up; None: all of them, when there are no more to be had.
        self._patience: dict[Hashable, float] = {}
        self._ready: deque[tuple[Hashable, Work]] = deque()
        self._threads: set[threading.Thread] = set()
        self._idle = 0
        self._made = 0
        self._closed = False

    def start(self) -> None:
        """Start the thread that stays; before any `submit`. Raises RuntimeError when the system can't."""
        with self._lock:
            self._start_thread(None)

    def submit(self, lane: Hashable, role: Role, work: Work) -> None:
        """Queue work; waits a moment for a full lane that gets on. Raises LanesFullError."""
        with self._lock:
            if self._full(lane, role) and not self._closed:
                self._wait_for_room(lane, role)
            if self._closed:
                raise LanesFullError("the engine is shutting down")
            if full := self._full(lane, role):
                raise LanesFullError(full)
            order = self._lanes.setdefault(lane, SessionOrder())
            self._hand_out(lane, order.submit(work, role))

    def _wait_for_room(self, lane: Hashable, role: Role) -> None:
        """Under the lock."""
        place = lane if lane in self._lanes else None
        begun_ns = self._clock.now_ns()
        self._room.wait_for(
            lambda: self._closed or not self._full(lane, role), self._patience.get(place, _ROOM_SECONDS)
        )
        waited = (self._clock.now_ns() - begun_ns) / NS_PER_S
        self._patience[place] = max(0.0, self._patience.get(place, _ROOM_SECONDS) - waited)

    def _calmed(self, place: Hashable) -> None:
        """A call has ended there. Under the lock."""
        if place in self._patience:
            self._patience[place] = min(_ROOM_SECONDS, self._patience[place] + _ROOM_SECONDS_A_CALL)

    def _full(self, lane: Hashable, role: Role) -> str:
        """Why there is no room for another call; empty if there is. Under the lock.

        However often a session was asked something, it can be ended.
        """
        most = self._max_waiting + (ENDS_BEYOND if role is Role.DRAIN else 0)
        order = self._lanes.get(lane)
        if order is None and len(self._lanes) >= self._max_lanes:
            return f"calls on {self._max_lanes} sessions are waiting to be answered"
        if order is not None and len(order) >= most:
            return f"{self._max_waiting} calls on this session are waiting to be answered"
        return ""

    def wait_idle(self, timeout: float) -> bool:
        """Wait until no call is unfinished; False when it took longer than `timeout` seconds."""
        with self._lock:
            return self._quiet.wait_for(lambda: not self._lanes, timeout)

    def close(self) -> None:
        """Take no more work and abandon what has not begun. What runs, runs on; see `join`."""
        with self._lock:
            self._closed = True
            abandoned = [work for order in self._lanes.values() for work in order.withdraw()]
            self._work.notify_all()
            self._room.notify_all()
        for work in abandoned:
            work.abandon()

    def join(self) -> None:
        """Wait for every thread; only after `close`. Not from a lane's own thread."""
        with self._lock:
            threads = list(self._threads)
        for thread in threads:
            thread.join()

    def _hand_out(self, lane: Hashable, ready: list[Work]) -> None:
        for work in ready:
            self._ready.append((lane, work))
        # An idle thread may be promised to work that it has not fetched yet, hence the comparison with all that waits.
        for _ in range(len(self._ready) - self._idle):
            try:
                self._start_thread(_LINGER_SECONDS)
            except RuntimeError as error:
                log.warning("a call waits for another to end: %s", error)
                break
        self._work.notify(len(ready))

    def _start_thread(self, linger: float | None) -> None:
        thread = threading.Thread(target=self._serve, args=(linger,), name=f"rpc-lane-{self._made + 1}")
        thread.start()
        self._made += 1
        self._threads.add(thread)
        self._idle += 1

    def _serve(self, linger: float | None) -> None:
        with self._lock:
            while True:
                self._work.wait_for(lambda: self._ready or self._closed, linger)
                if not self._ready:
                    break
                lane, work = self._ready.popleft()
                self._idle -= 1
                self._run_unlocked(work)
                self._idle += 1
                self._finish(lane, work)
            self._idle -= 1
            self._threads.discard(threading.current_thread())

    def _run_unlocked(self, work: Work) -> None:
        self._lock.release()
        try:
            work.run()
        except Exception:  # a lane must outlive a mistake in its work, or its session hangs for ever
            log.exception("A call ended with an unexpected error")
        finally:
            self._lock.acquire()

    def _finish(self, lane: Hashable, work: Work) -> None:
        order = self._lanes[lane]
        self._hand_out(lane, order.finish(work))
        self._calmed(lane)
        self._room.notify_all()
        if not len(order):
            del self._lanes[lane]
            self._patience.pop(lane, None)
            self._calmed(None)
            if not self._lanes:
                self._quiet.notify_all()
