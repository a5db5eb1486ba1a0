"""What became of each of the newest frames: so figures can begin and end with a frame, and not with a moment.

Whoever learns of a frame learns of it late: its encoder, the order across the tracks and a disk lie between. What was
counted by then isn't what had been counted when the frame was the newest.
"""

from dataclasses import dataclass

UNIQUE, DUPLICATED, LAGGED, MISSED, LOST = b"udxml"
"""A picture of its own; the one before again; likewise, and its own tick never came; likewise, as its picture came too
late; left out, a hole."""

HISTORY_SECONDS = 3600
"""So far back: a byte for each frame. A recording that begins in the past may end there, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameCounts:
    """Frames before `next_index`, by what became of them. `unique + duplicated + lost` is what has passed."""

    next_index: int = 0
    unique: int = 0
    duplicated: int = 0
    lagged: int = 0
    missed: int = 0
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
        self._all = self._forgotten  # of every frame so far: figures of now cost nothing, however long it has run
        self._marks: list[FrameMark] = []

    def add(self, fates: bytes | bytearray) -> None:
        """What became of the next frames, a byte each."""
        self._fates += fates
        self._all = _counted(self._all, fates)
        if self._marks:
            end = self._all.next_index
            for mark in self._marks:
                if mark.index <= end:
                    mark.counts = self.before(mark.index)
            self._marks = [mark for mark in self._marks if mark.counts is None]
        # In pieces of a minute: whoever adds is a tick.
        if len(self._fates) > self._kept + max(1, self._kept // 60):
            gone = len(self._fates) - self._kept
            self._forgotten = _counted(self._forgotten, self._fates[:gone])
            del self._fates[:gone]

    def before(self, index: int, *, coming: bytes = b"") -> FrameCounts:
        """The figures of all frames before `index`, as far as they have passed. `coming`: what will be added next."""
        end = self._all.next_index
        if index >= end:
            return _counted(self._all, coming[: index - end])
        place = max(0, index - self._forgotten.next_index)
        # From the nearer side: most who ask, ask for what has just been.
        if place < len(self._fates) // 2:
            return _counted(self._forgotten, self._fates[:place])
        return _without(self._all, self._fates[place:])

    def mark(self, index: int) -> FrameMark:
        """The same, once all those frames have passed."""
        mark = FrameMark(index=index)
        if index <= self._all.next_index:
            mark.counts = self.before(index)
        else:
            self._marks.append(mark)
        return mark


def _counted(base: FrameCounts, fates: bytes | bytearray) -> FrameCounts:
    """`base` and the frames that follow it."""
    return _moved(base, fates, 1)


def _without(end: FrameCounts, fates: bytes | bytearray) -> FrameCounts:
    """What had been counted before these, the last frames that `end` counts."""
    return _moved(end, fates, -1)


def _moved(base: FrameCounts, fates: bytes | bytearray, sign: int) -> FrameCounts:
    late, missed = fates.count(LAGGED), fates.count(MISSED)
    return FrameCounts(
        next_index=base.next_index + sign * len(fates),
        unique=base.unique + sign * fates.count(UNIQUE),
        duplicated=base.duplicated + sign * (fates.count(DUPLICATED) + late + missed),
        lagged=base.lagged + sign * late,
        missed=base.missed + sign * missed,
        lost=base.lost + sign * fates.count(LOST),
    )
