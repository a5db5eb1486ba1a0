"""Whether looks at a screen lie on the edge of its own beat, so that its pictures are seen unevenly. Pure."""

from collections import deque
from statistics import mode

RUNS = 96
"""So many changes are judged together: three seconds of a screen that changes with each of 30 looks a second."""

FEWEST = 32
"""A share is of so many at least: three odd ones when a take begins are no more than an edge that comes later."""

LONGS = 3
"""So many pictures that were seen once more than usual are no accident."""


class Judder:
    """Looks and a screen whose rate is theirs, or goes evenly into it, have a phase. Where a look lies within the
    jitter of a change, it sees now the picture before and now the one after: one picture is seen once more than usual,
    and the next odd one once less, or never. Looks that come a part of a frame earlier see each equally often.

    A screen of another rate is seen unevenly at every phase: 24 pictures by 60 looks twice and thrice. It is known by
    several that are seen more often, with none between that is less often. Only where pictures are never seen instead
    (45 by 60 looks) nothing tells both apart.
    """

    def __init__(self) -> None:
        self._run = 0  # looks that saw the newest picture; 0: when it came isn't known
        self._runs: deque[int] = deque(maxlen=RUNS)

    def looked(self, *, changed: bool) -> float:
        """One look, in turn; `changed`: it saw a new picture. How many of the pictures were seen once more than usual,
        as a share, or 0: this look tells nothing, or all is even."""
        if not changed:
            self._run += self._run > 0
            return 0.0
        run, self._run = self._run, 1
        if not run:
            return 0.0
        self._runs.append(run)
        return self._share() if run > 1 else 0.0

    def forget(self) -> None:
        """The looks lie elsewhere now."""
        self._run = 0
        self._runs.clear()

    def _share(self) -> float:
        usual = mode(self._runs)
        judged = longs = before = 0
        for run in reversed(self._runs):
            off = run - usual
            # What is older than a hiccup, or is of another rate, tells nothing.
            if abs(off) > 1 or (usual > 1 and off and off == before):
                break
            judged += 1
            longs += off > 0
            before = off or before
        return longs / max(judged, FEWEST) if longs >= LONGS else 0.0
