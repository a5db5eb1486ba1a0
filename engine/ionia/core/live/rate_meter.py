"""Bits per second from totals of bytes, for displays."""

from collections import deque

from ionia.core.timebase import NS_PER_S

WINDOW_NS = 2 * NS_PER_S
"""Long enough that a keyframe doesn't make the figure jump, short enough to follow a dip."""


class RateMeter:
    """One owner. Totals never go back."""

    def __init__(self) -> None:
        self._totals: deque[tuple[int, int]] = deque()

    def note(self, total_bytes: int, now_ns: int) -> None:
        """The total as of now."""
        self._totals.append((now_ns, total_bytes))
        self._forget(now_ns)

    def kbps(self, now_ns: int) -> float:
        """Kilobits per second over the last two seconds; 0 while nothing can be said."""
        self._forget(now_ns)
        if len(self._totals) < 2:
            return 0.0
        (first_ns, first), (_, last) = self._totals[0], self._totals[-1]
        return (last - first) * 8e6 / max(now_ns - first_ns, 1)

    def _forget(self, now_ns: int) -> None:
        while self._totals and now_ns - self._totals[0][0] > WINDOW_NS:
            self._totals.popleft()
