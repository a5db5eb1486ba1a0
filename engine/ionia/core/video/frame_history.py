"""What became of each of the newest frames: so figures can begin and end with a frame, and not with a moment.

Whoever learns of a frame learns of it late: its encoder, the order across the tracks and a disk lie between. What was
counted by then isn't what had been counted when the frame was the newest.
"""

from collections.abc import Callable
from dataclasses import dataclass
from operator import add, sub

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

    def __add__(self, other: "FrameCounts") -> "FrameCounts":
        """Of frames that follow others."""
        return self._with(add, other)

    def __sub__(self, since: "FrameCounts") -> "FrameCounts":
        """Of the frames in between; `next_index` is then how many those are."""
        return self._with(sub, since)

    def later(self, other: "FrameCounts") -> "FrameCounts":
        """Of two counts of one thing: none of its figures ever falls."""
        return self._with(max, other)

    def _with(self, of: Callable[[int, int], int], other: "FrameCounts") -> "FrameCounts":
        return FrameCounts(
            next_index=of(self.next_index, other.next_index),
            unique=of(self.unique, other.unique),
            duplicated=of(self.duplicated, other.duplicated),
            lagged=of(self.lagged, other.lagged),
            missed=of(self.missed, other.missed),
            lost=of(self.lost, other.lost),
        )


NO_FRAMES = FrameCounts()


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
        self._all += _counts(fates)
        if self._marks:
            end = self._all.next_index
            for mark in self._marks:
                if mark.index <= end:
                    mark.counts = self.before(mark.index)
            self._marks = [mark for mark in self._marks if mark.counts is None]
        # In pieces of a minute: whoever adds is a tick.
        if len(self._fates) > self._kept + max(1, self._kept // 60):
            gone = len(self._fates) - self._kept
            self._forgotten += _counts(self._fates[:gone])
            del self._fates[:gone]

    def before(self, index: int, *, coming: bytes = b"") -> FrameCounts:
        """The figures of all frames before `index`, as far as they have passed. `coming`: what will be added next."""
        end = self._all.next_index
        if index >= end:
            return self._all + _counts(coming[: index - end])
        place = max(0, index - self._forgotten.next_index)
        # From the nearer side: most who ask, ask for what has just been.
        if place < len(self._fates) // 2:
            return self._forgotten + _counts(self._fates[:place])
        return self._all - _counts(self._fates[place:])

    def mark(self, index: int) -> FrameMark:
        """The same, once all those frames have passed."""
        mark = FrameMark(index=index)
        if index <= self._all.next_index:
            mark.counts = self.before(index)
        else:
            self._marks.append(mark)
        return mark


def _counts(fates: bytes | bytearray) -> FrameCounts:
    """Of these frames alone."""
    late, missed = fates.count(LAGGED), fates.count(MISSED)
    return FrameCounts(
        next_index=len(fates),
        unique=fates.count(UNIQUE),
        duplicated=fates.count(DUPLICATED) + late + missed,
        lagged=late,
        missed=missed,
        lost=fates.count(LOST),
    )
