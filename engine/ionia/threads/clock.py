"""The one clock, and the one way to wait for it. No other module reads the time or sleeps."""

import sys
import threading
import time
from dataclasses import dataclass

from ionia.core.ports import Clock

_TRIES = 3
_COARSE = time.get_clock_info("time").resolution > 0.001
_LONGEST_STEP_NS = 20_000_000
_RESOLUTION_NS = 1_000


class MonotonicClock:
    """`time.perf_counter_ns`: CLOCK_MONOTONIC on Linux, QueryPerformanceCounter on Windows. Any thread.

    Not `time.monotonic_ns`: before Python 3.13 that is GetTickCount64 on Windows, which steps by 15.6 ms.
    """

    def now_ns(self) -> int:
        """Nanoseconds since an arbitrary origin."""
        return time.perf_counter_ns()


def slept_ns() -> int:
    """How long the machine has slept since it was started, where `now_ns` leaves that out; 0 where it counts it."""
    if sys.platform == "linux":
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME) - time.clock_gettime_ns(time.CLOCK_MONOTONIC)
    else:  # noqa: RET505 - mypy takes only the branches of one `if` for other systems' code
        return 0


def utc_seconds() -> float:
    """UTC since 1970, for what is kept for days: it may step, so that nothing is measured by it."""
    return time.time()


class StopSignal:
    """Set once, from any thread; wakes whoever waits for a deadline with it.

    A lock that is held until then, since a wait for an Event costs three times as much, and threads with a beat wait
    here up to 60 times a second each.
    """

    def __init__(self, clock: MonotonicClock) -> None:
        self._clock = clock
        self._set = False
        self._setting = threading.Lock()
        self._held = threading.Lock()
        self._held.acquire()

    def set(self) -> None:
        """Stop: every wait under way and to come returns True at once."""
        with self._setting:
            if not self._set:
                self._set = True
                self._held.release()

    def is_set(self) -> bool:
        """Whether `set` was called."""
        return self._set

    def wait_until(self, deadline_ns: int) -> bool:
        """Wait for the instant `deadline_ns` or for `set`; True if it was `set`."""
        while not self._set and (left_ns := deadline_ns - self._clock.now_ns()) > 0:
            if self._held.acquire(timeout=min(left_ns / 1e9, threading.TIMEOUT_MAX)):
                self._held.release()  # for the next who waits
                return True
        return self._set


@dataclass(frozen=True, slots=True, kw_only=True)
class UtcPairing:
    """The instant `clock_ns` of the engine's clock was `utc_ns` since 1970, wrong by `error_ns` at most."""

    clock_ns: int
    utc_ns: int
    error_ns: int

    def at(self, clock_ns: int) -> int:
        """What UTC was, or will be, at another instant, whatever becomes of the wall clock."""
        return self.utc_ns + clock_ns - self.clock_ns


def pair_with_utc(clock: Clock) -> UtcPairing:
    """Read both clocks together: the closest of some tries. Up to 20 ms where the wall clock has coarse steps.

    The only look at the wall clock: whoever needs UTC later asks the pairing.
    """
    return min((_pair_once(clock) for _ in range(_TRIES)), key=lambda pair: pair.error_ns)


def _pair_once(clock: Clock) -> UtcPairing:
    before = clock.now_ns()
    utc = time.time_ns()
    after = clock.now_ns()
    if _COARSE:  # Windows' clock stands still for up to 16 ms: only where it steps it says the time
        until = after + _LONGEST_STEP_NS
        while (stepped := time.time_ns()) == utc and after < until:
            before, after = after, clock.now_ns()
        utc, after = stepped, clock.now_ns()
    return UtcPairing(clock_ns=(before + after) // 2, utc_ns=utc, error_ns=(after - before + 1) // 2 + _RESOLUTION_NS)
