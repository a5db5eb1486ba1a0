"""Instants that Windows gives as its performance counter, on the engine's clock."""

import ctypes
import sys

from ionia.core.ports import Clock
from ionia.core.timebase import NS_PER_S

assert sys.platform == "win32"  # noqa: S101 - mypy checks the rest for Windows only

_MAX_AGE_NS = NS_PER_S


def frequency() -> int:
    """Ticks of the counter a second."""
    found = ctypes.c_int64()
    ctypes.windll.kernel32.QueryPerformanceFrequency(ctypes.byref(found))
    return found.value


def counter_now_ns() -> int:
    """The counter now, in nanoseconds."""
    ticks = ctypes.c_int64()
    ctypes.windll.kernel32.QueryPerformanceCounter(ctypes.byref(ticks))
    return ticks.value * NS_PER_S // frequency()


def instant_of(counter_ns: int, clock: Clock) -> int:
    """The clock's time of an instant that is given in nanoseconds of the counter; at most now, and a second ago."""
    counted_ns = counter_now_ns()
    now_ns = clock.now_ns()
    age_ns = counted_ns - counter_ns
    return now_ns - max(0, min(age_ns, _MAX_AGE_NS))
