"""Constant frame rate: decides which picture each frame index shows. Knows no clock, no screen and no encoder."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from ionia.core.frame_rate import FrameRate
from ionia.core.media import VideoFrame
from ionia.core.timebase import frame_at, frame_start_ns
from ionia.core.video.frame_history import (
    DUPLICATED,
    HISTORY_SECONDS,
    LAGGED,
    LOST,
    MISSED,
    UNIQUE,
    FrameCounts,
    FrameHistory,
    FrameMark,
)

FIRST_PICTURE_FRACTION = 2
"""The first frames wait for the very first picture for 1 s / this: a screen's first takes 10 to 200 ms."""

P = TypeVar("P")
"""A picture, in whatever form."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FrameSpan(Generic[P]):
    """`count` frames from `first_index` on, all showing `picture`, or the one before them when `picture` is None."""

    picture: P | None
    first_index: int
    count: int


@dataclass(slots=True, kw_only=True)
class PacerCounters:
    """Frames on the timeline so far. `unique + duplicated + lost == captured`."""

    captured: int = 0
    unique: int = 0
    duplicated: int = 0
    lagged: int = 0
    """Of the duplicated: those whose own tick never came because ours came late."""
    lost: int = 0
    """Indexes left out after a stall longer than the catch-up limit; the timeline has a hole there."""


class VideoPacer:
    """Tick n closes when the interval of frame n ends, at `epoch + (n+1)/fps`.

    Closing at the end and not at the start leaves the grabber, which aims at the interval's middle, half a
    frame of time to deliver. A late tick is caught up in one step, without a gap in the indexes, up to
    `catch_up_seconds`; beyond (the machine slept) the missing indexes are left out and counted, since encoding them
    would only delay what comes after.
    """

    def __init__(self, *, epoch_ns: int, fps: FrameRate, first_index: int = 0, catch_up_seconds: int = 10) -> None:
        self._epoch_ns = epoch_ns
        self._fps = fps
        self._catch_up = round(catch_up_seconds * fps)
        self._next_index = first_index
        self._shown = False
        self._waiting = 0  # frames that are over and wait for the very first picture
        self.counters = PacerCounters()
        self._history = FrameHistory(first_index=first_index, kept=round(HISTORY_SECONDS * fps))

    @property
    def next_index(self) -> int:
        """The index that the next tick begins with."""
        return self._next_index

    @property
    def waiting(self) -> int:
        """Frames from `next_index` on that are over, and wait for the very first picture to fill them all."""
        return self._waiting

    def counted(self, before: int | None = None) -> FrameCounts:
        """What became of the frames so far, or of those before frame `before`.

        Those that wait for the first picture are captured: they come with that, whoever stops or pauses meanwhile.
        """
        coming = bytes((UNIQUE, *[DUPLICATED] * (self._waiting - 1))) if self._waiting else b""
        return self._history.before(self._next_index + self._waiting if before is None else before, coming=coming)

    def mark(self, index: int) -> FrameMark:
        """What will have become of the frames before `index`, which may be yet to come."""
        return self._history.mark(index)

    @property
    def next_deadline_ns(self) -> int:
        """When `tick` has something to return, or `wait` is to be asked again."""
        return frame_start_ns(self._epoch_ns, self._fps, self._next_index + self._waiting + 1)

    def wait(self, now_ns: int) -> bool:
        """There is no picture: whether the frames that have ended wait for the very first one, which will fill them.

        A film begins with the screen and not with a black frame. No wait is longer than half a second, and none comes
        after the first `tick` that returned something.
        """
        over = frame_at(self._epoch_ns, self._fps, now_ns) - self._next_index
        if self.counters.captured or over * FIRST_PICTURE_FRACTION > self._fps:
            return False
        self._waiting = max(over, 0)
        return True

    def tick(
        self, now_ns: int, frame: VideoFrame | None, *, looked_ns: int | None = None
    ) -> list[FrameSpan[VideoFrame]]:
        """Close every frame whose interval has ended by `now_ns`. `frame` is the newest picture, None if unchanged.

        The picture goes to the frame in whose interval it was captured, or to the nearest one closed now; the very
        first picture also fills what came before it. When nothing has ended the list is empty and `frame` was not
        taken: offer it again. `looked_ns`: when the newest look at the screen began that is over; None: just now. A
        frame without a look of its own may have had a new picture to show: it is missed.
        """
        end = frame_at(self._epoch_ns, self._fps, now_ns)
        first = self._next_index
        if end <= first:
            return []
        counters = self.counters
        if end - first > self._catch_up:
            counters.lost += end - first - self._catch_up
            first = end - self._catch_up
        counters.captured += end - self._next_index
        lagged = max(end - first - 1 - self._waiting, 0)
        counters.lagged += lagged
        holes = bytes((LOST,)) * (first - self._next_index)
        repeats = bytearray((LAGGED,)) * lagged + bytearray((DUPLICATED,)) * (end - first - lagged)
        self._waiting = 0
        self._next_index = end
        if frame is None:
            counters.duplicated += end - first
            if looked_ns is not None and frame_at(self._epoch_ns, self._fps, looked_ns) < end - 1:
                repeats[-1] = MISSED
            self._history.add(holes + repeats)
            return [FrameSpan(picture=None, first_index=first, count=end - first)]
        place = (
            min(max(frame_at(self._epoch_ns, self._fps, frame.captured_ns), first), end - 1) if self._shown else first
        )
        del repeats[-1]
        repeats.insert(place - first, UNIQUE)
        self._history.add(holes + repeats)
        self._shown = True
        counters.unique += 1
        counters.duplicated += end - first - 1
        spans = [FrameSpan(picture=frame, first_index=place, count=end - place)]
        if place > first:
            spans.insert(0, FrameSpan(picture=None, first_index=first, count=place - first))
        return spans
