"""The one clock, and the one way to wait for it. No other module reads the time or sleeps."""

import threading
import time


def utc_seconds() -> float:
    """The wall clock, in seconds since 1970: for what people read, never for pacing. It may step at any time."""
    return time.time()


class MonotonicClock:
    """`time.perf_counter_ns`: CLOCK_MONOTONIC on Linux, QueryPerformanceCounter on Windows. Any thread.

    Not `time.monotonic_ns`: before Python 3.13 that is GetTickCount64 on Windows, which steps by 15.6 ms.
    """

    def now_ns(self) -> int:
        """Nanoseconds since an arbitrary origin."""
        return time.perf_counter_ns()


class StopSignal:
    """Set once, from any thread; wakes whoever waits for a deadline with it."""

    def __init__(self, clock: MonotonicClock) -> None:
        self._clock = clock
        self._event = threading.Event()

    def set(self) -> None:
        """Stop: every wait under way and to come returns True at once."""
        self._event.set()

    def is_set(self) -> bool:
        """Whether `set` was called."""
        return self._event.is_set()

    def wait_until(self, deadline_ns: int) -> bool:
        """Wait for the instant `deadline_ns` or for `set`; True if it was `set`."""
        while (left_ns := deadline_ns - self._clock.now_ns()) > 0:
            if self._event.wait(left_ns / 1e9):
                return True
        return self._event.is_set()
