"""What became of the frames of an encode that goes from one capture to another: one count, as if it had been one.

Pure. Each capture counts its own frames, on the one timeline, for whoever takes them; this joins what they say.
"""

from dataclasses import dataclass, replace
from typing import Protocol

from ionia.core.video.frame_history import NO_FRAMES, FrameCounts, FrameMark

CAPTURES_KEPT = 32
"""Of those before, so many are still asked about their frames: each keeps a byte for every frame of an hour."""


class CountsFrames(Protocol):
    """A capture, which may be closed."""

    def snapshot(self, before: int | None = None) -> FrameCounts: ...

    def mark(self, index: int) -> FrameMark: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stretch:
    """The frames from `first` on are those of `counter`; before it the total was `before`, its own count `own`."""

    counter: CountsFrames
    first: int = -1
    before: FrameCounts = NO_FRAMES
    own: FrameCounts = NO_FRAMES

    def total(self, now: FrameCounts) -> FrameCounts:
        """Of all frames, where this capture's own count is `now`."""
        if now.next_index <= self.first:
            return self.before
        return replace(self.before + now - self.own, next_index=now.next_index)


class FrameTotals:
    """Whoever holds it protects it; captures are asked with that lock held."""

    def __init__(self, counter: CountsFrames) -> None:
        self._stretches = [_Stretch(counter=counter)]
        self._marks: list[tuple[FrameMark, FrameMark]] = []  # those yet to come: ours, and the capture's of it

    def change(self, counter: CountsFrames, index: int) -> None:
        """From frame `index` on the frames are those of another capture, which has had that frame."""
        self.settle()
        before = self.total(index)
        # What no capture gave before the other one began was filled with the last picture.
        filled = max(0, index - before.next_index)
        before = replace(before, next_index=index, duplicated=before.duplicated + filled)
        own = counter.snapshot(index)
        # Its picture may be one that the other capture had shown before: here it is seen for the first time.
        repeated = counter.snapshot(index + 1).duplicated - own.duplicated
        own = replace(own, unique=own.unique - repeated, duplicated=own.duplicated + repeated)
        self._stretches.append(_Stretch(counter=counter, first=index, before=before, own=own))
        del self._stretches[:-CAPTURES_KEPT]
        waiting, self._marks = self._marks, []
        for mark, _ in waiting:
            if mark.index <= index:
                mark.counts = self.total(mark.index)
            else:
                self._marks.append((mark, counter.mark(mark.index)))

    def total(self, before: int | None = None) -> FrameCounts:
        """The figures of all frames so far, or of those before frame `before` as far as they have passed."""
        for stretch in reversed(self._stretches):
            if before is None or before > stretch.first:
                return stretch.total(stretch.counter.snapshot(before))
        return self._stretches[0].before  # older than is remembered

    def mark(self, index: int) -> FrameMark:
        """The same of the frames before `index`, which may be yet to come: see `at`."""
        mark = FrameMark(index=index)
        if index <= self._stretches[-1].first:
            mark.counts = self.total(index)
        else:
            self._marks.append((mark, self._stretches[-1].counter.mark(index)))
            self.settle()
        return mark

    def at(self, mark: FrameMark) -> FrameCounts:
        """What had been counted there; of frames that are yet to come, what has been by now."""
        self.settle()
        return self.total(mark.index) if mark.counts is None else mark.counts

    def settle(self) -> None:
        """What has passed is counted for good, however long ago that will be when somebody asks."""
        stretch, waiting = self._stretches[-1], []
        for mark, own in self._marks:
            if own.counts is None:
                waiting.append((mark, own))
            else:
                mark.counts = stretch.total(own.counts)
        self._marks = waiting
