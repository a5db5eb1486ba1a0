"""What waits for the video encoder, and what gives way when it has no room. Pure; a lock and a thread are around it."""

from collections import deque
from dataclasses import dataclass
from typing import Generic

from ionia.core.frame_rate import FrameRate
from ionia.core.video.pacer import FrameSpan, P

MOST_PICTURES, FEWEST_PICTURES = 8, 2

WAITING_BYTES = 100_000_000
"""What the pictures that wait may take, as the screen gave them: a picture of 3840 x 2160 has 33 MB."""

AHEAD_BYTES = 16_000_000
"""What those may take that are ready for the encoder, as it takes them: a picture of 3840 x 2160 has 12 MB."""


def room_for(width: int, height: int) -> int:
    """How many of a screen's pictures may wait: eight, and fewer of large ones."""
    return max(FEWEST_PICTURES, min(MOST_PICTURES, WAITING_BYTES // (4 * width * height)))


def ahead_for(width: int, height: int) -> int:
    """How many of an encoder's pictures may be ready before it wants them: one at least, and more of small ones. A
    recording of sound alone has a picture of nothing."""
    return max(1, min(MOST_PICTURES, 2 * AHEAD_BYTES // (3 * max(1, width * height))))


@dataclass(slots=True, kw_only=True)
class BacklogCounters:
    """Frames that the encoder had no room for, and what became of others."""

    skipped: int = 0
    """Pictures replaced by a repeat of the one before, and indexes left out."""
    holes: int = 0
    """Indexes left out, where even repeats were too much. Most are skipped; those that a late tick of ours closed
    together with others are lagged, and the pacer has counted them as that."""


@dataclass(slots=True, kw_only=True)
class SkipMark:
    """Frames before `index` that were skipped: by now, as long as some of those wait for the encoder."""

    index: int
    skipped: int


class EncodeBacklog(Generic[P]):
    """Bounded twice: by pictures, because they are megabytes, and by frames, because they are delay.

    More than `max_pictures` waiting: a new picture is given up and its frames repeat the one before, so the timeline
    keeps every index. More than `max_seconds` of frames waiting: indexes are left out, because a lag that grows
    without end is worse than a longer frame. The newest picture that was given up is shown as soon as there is room,
    unless a newer one comes: a screen that stands still from then on would never be shown as it is.
    """

    def __init__(
        self,
        *,
        fps: FrameRate,
        max_pictures: int = MOST_PICTURES,
        max_ahead: int = MOST_PICTURES,
        max_seconds: int = 5,
    ) -> None:
        self._max_pictures = max_pictures
        self._max_ahead = max_ahead
        self._max_frames = round(fps * max_seconds)
        self._spans: deque[FrameSpan[P]] = deque()
        self._frames = 0
        self._pictures = 0
        self._ahead: deque[FrameSpan[P]] = deque()  # of those with a picture: what nobody began to prepare
        self._prepared = 0  # of those with a picture: the others
        self._given_up: P | None = None  # nothing newer has come since
        self._replaced: deque[int] = deque()  # indexes of pictures that were, and wait as repeats
        self._marks: list[SkipMark] = []  # before whose index something may still be skipped
        self.counters = BacklogCounters()

    def __len__(self) -> int:
        """Frames waiting."""
        return self._frames

    @property
    def pictures(self) -> int:
        """New pictures among them."""
        return self._pictures

    def room(self, max_pictures: int) -> None:
        """So many pictures may wait from now on; those that do go on waiting."""
        self._max_pictures = max_pictures

    def offer(self, span: FrameSpan[P]) -> None:
        """Queue `span`, or what of it there is room for."""
        picture = self._given_up if span.picture is None else span.picture
        over = self._frames + span.count - self._max_frames
        if picture is not None and self._pictures >= self._max_pictures:
            if span.picture is not None and over < span.count:
                self._skip(1, span.first_index)
                self._replaced.append(span.first_index + max(0, over))
            self._given_up, picture = picture, None
        if over > 0:
            # Only the last one's tick was in time.
            self._skip(max(0, over - (span.count - 1)), span.first_index + span.count - 1)
            self.counters.holes += over
            if over >= span.count:
                self._given_up = self._given_up if picture is None else picture
                return
        over = max(0, over)
        count = span.count - over
        accepted = FrameSpan(picture=picture, first_index=span.first_index + over, count=count)
        self._spans.append(accepted)
        self._frames += count
        if picture is not None:
            self._ahead.append(accepted)
            self._pictures += 1
            self._given_up = None

    def clear(self) -> None:
        """Let go of everything that waits; it is counted nowhere."""
        self._spans.clear()
        self._ahead.clear()
        self._replaced.clear()
        self._frames = self._pictures = self._prepared = 0
        self._given_up = None

    def leave_out(self, index: int) -> None:
        """Count an index that was taken and is not encoded; once, also if its picture had found no room."""
        if self._replaced and self._replaced[0] == index:
            self._replaced.popleft()
        else:
            self._skip(1, index)
        self.counters.holes += 1

    def mark(self, index: int) -> SkipMark:
        """What is skipped before frame `index`, which may be yet to come: it goes on counting until that is taken."""
        mark = SkipMark(index=index, skipped=self.counters.skipped)
        self._marks.append(mark)
        return mark

    def _skip(self, count: int, index: int) -> None:
        self.counters.skipped += count
        for mark in self._marks:
            mark.skipped += count if index < mark.index else 0

    def ahead(self) -> FrameSpan[P] | None:
        """The next picture that waits and was neither taken nor given here before: whoever prepares it saves time.

        None also while `max_ahead` that were given here wait to be taken: one that is ready has memory of its own.
        """
        if not self._ahead or self._prepared >= self._max_ahead:
            return None
        self._prepared += 1
        return self._ahead.popleft()

    def take(self) -> FrameSpan[P] | None:
        """The next single frame to encode, as a span of one; None when nothing waits."""
        if not self._spans:
            return None
        span = self._spans[0]
        self._frames -= 1
        while self._replaced and self._replaced[0] < span.first_index:
            self._replaced.popleft()
        self._marks = [mark for mark in self._marks if mark.index > span.first_index] if self._marks else self._marks
        if span.picture is not None:
            self._pictures -= 1
            if self._ahead and self._ahead[0] is span:
                self._ahead.popleft()
            else:
                self._prepared -= 1
        if span.count == 1:
            self._spans.popleft()
        else:
            self._spans[0] = FrameSpan(picture=None, first_index=span.first_index + 1, count=span.count - 1)
        return FrameSpan(picture=span.picture, first_index=span.first_index, count=1)
