"""What became of each of the newest frames: so figures can begin and end with a frame, and not with a moment.

Whoever learns of a frame learns of it late: its encoder, the order across the tracks and a disk lie between. What was
counted by then isn't what had been counted when the frame was the newest.
"""

from dataclasses import dataclass

UNIQUE, DUPLICATED, LAGGED, LOST = b"udxl"
"""A picture of its own; the one before again; likewise, and its own tick never came; left out, a hole."""

HISTORY_SECONDS = 3600
"""So far back: a byte for each frame. A recording that begins in the past may end there, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameCounts:
    """Frames before `next_index`, by what became of them. `unique + duplicated + lost` is what has passed."""

    next_index: int = 0
    unique: int = 0
    duplicated: int = 0
    lagged: int = 0
    lost: int = 0


@dataclass(slots=True, kw_only=True)
class FrameMark:
    """The figures up to before frame `index`: `counts`, once that many frames have passed."""

    index: int
    counts: FrameCounts | None = None


class FrameHistory:
    """One owner. Frames from `first_index` on; of older ones than it remembers it says what it knows of the oldest."""

    def __init__(self, *, first_index: int, kept: int) -> None:
        self._kept = kept
        self._fates = bytearray()
        self._forgotten = FrameCounts(next_index=first_index)
        self._marks: list[FrameMark] = []

    def add(self, fates: bytes | bytearray) -> None:
        """What became of the next frames, a byte each."""
        self._fates += fates
        if self._marks:
            end = self._forgotten.next_index + len(self._fates)
            for mark in self._marks:
                if mark.index <= end:
                    mark.counts = self.before(mark.index)
            self._marks = [mark for mark in self._marks if mark.counts is None]
        if len(self._fates) > 2 * self._kept:
            gone = len(self._fates) - self._kept
            self._forgotten = _counted(self._forgotten, self._fates[:gone])
            del self._fates[:gone]

    def before(self, index: int, *, coming: bytes = b"") -> FrameCounts:
        """The figures of all frames before `index`, as far as they have passed. `coming`: what will be added next."""
        known = self._fates + coming if coming else self._fates
        return _counted(self._forgotten, known, max(0, index - self._forgotten.next_index))

    def mark(self, index: int) -> FrameMark:
        """The same, once all those frames have passed."""
        mark = FrameMark(index=index)
        if index <= self._forgotten.next_index + len(self._fates):
            mark.counts = self.before(index)
        else:
            self._marks.append(mark)
        return mark


def _counted(base: FrameCounts, fates: bytearray, end: int | None = None) -> FrameCounts:
    end = len(fates) if end is None else min(end, len(fates))
    late = fates.count(LAGGED, 0, end)
    return FrameCounts(
        next_index=base.next_index + end,
        unique=base.unique + fates.count(UNIQUE, 0, end),
        duplicated=base.duplicated + fates.count(DUPLICATED, 0, end) + late,
        lagged=base.lagged + late,
        lost=base.lost + fates.count(LOST, 0, end),
    )
