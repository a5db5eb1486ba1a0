"""When to warn that the disk is filling up. Is told free space and rate; measures nothing."""

from collections import deque

from ionia.core.warning import DiskLow


class DiskWatch:
    """Warns when less than ten minutes remain at the given rate, and again at each halving below that.

    After space was freed (above 1.5 times the limit), it begins anew.
    """

    LIMIT_MINUTES = 10.0

    def __init__(self) -> None:
        self._next_warning = self.LIMIT_MINUTES

    def update(self, free_bytes: int, bytes_per_second: float) -> DiskLow | None:
        """What to warn of now, if anything; minutes rounded down to a tenth. `bytes_per_second`: what is written."""
        minutes = free_bytes / max(bytes_per_second, 1.0) / 60
        if minutes >= 1.5 * self.LIMIT_MINUTES:
            self._next_warning = self.LIMIT_MINUTES
        if minutes >= self._next_warning:
            return None
        while self._next_warning > minutes:
            self._next_warning = self._next_warning / 2 if self._next_warning > 0.1 else 0.0
        return DiskLow(minutes_left=int(minutes * 10) / 10, free_bytes=free_bytes)


MEASURED_LOOKS = 10
"""So many looks, one a second, until what was written meanwhile says how fast a file grows."""

RECENT_LOOKS = 60
"""How far back it is measured."""


class GrowthRate:
    """How fast a recording grows. One owner; a look is about a second."""

    def __init__(self, *, most: float, expected: float | None = None) -> None:
        """Bytes per second: ever, and until it was measured. None: it isn't measured, the rate is what was asked."""
        self._most = most
        self._expected = expected
        self._written: deque[int] = deque(maxlen=RECENT_LOOKS + 1)

    def update(self, bytes_written: int) -> float:
        """Bytes per second, given how large the file is at this look. While it is paused it doesn't grow: no look."""
        if self._expected is None:
            return self._most
        if not self._written or self._written[-1] != bytes_written:
            self._written.append(bytes_written)
        looks = len(self._written) - 1
        if looks < MEASURED_LOOKS:
            return self._expected
        return min(self._most, (self._written[-1] - self._written[0]) / looks)


STALL_LOOKS = 5
"""So many looks in a row, one a second, that the disk has not answered make a warning."""


class StallWatch:
    """One owner."""

    def __init__(self) -> None:
        self._unanswered = 0

    def answered(self, *, answered: bool) -> bool:
        """Whether the disk had answered at a look; True once, when it hasn't for too long."""
        self._unanswered = 0 if answered else self._unanswered + 1
        return self._unanswered == STALL_LOOKS
