"""The newest packets of an encode, held in memory: so many seconds of them, and never more than so many bytes.

They are held as they came, each once. What is held always begins with a keyframe and with the sound that a decoder
needs before it. It is let go of from keyframe to keyframe, when what follows is long enough by itself: so it is never
shorter than asked, and at most as much longer as two keyframes lie apart. Only the bound in bytes makes it shorter.
When half of that lies behind a keyframe another one is wished for: so there is always one to begin with. But not
within half a second of the last: others may share the encode, and a bound too small for that holds little anyway.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from math import ceil
from typing import Generic, TypeVar

from ionia.core.frame_rate import FrameRate
from ionia.core.media import EncodedPacket, TrackId
from ionia.core.timebase import samples_at_frame
from ionia.core.timeline.start_gate import is_needed_from

T = TypeVar("T")

BITE_PACKETS = 512
"""Packets that are handed on at once: whoever takes them holds its lock, and what it makes of them, no longer."""

PACKET_BYTES = 200
"""What a packet takes in memory beside its data: the objects around it (measured, CPython 3.11)."""

_RECENT = 4
"""Packets of a sound that are remembered: more than reach into the preroll."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held(Generic[T]):
    """A stretch that begins with a keyframe: frames `first` to before `end`. `note`: what was noted at its keyframe.

    `packets` are in DTS order, sound that only prepares the decoder first. `span`: which bytes they are of all that
    the ring has ever taken, from and to.
    """

    packets: tuple[EncodedPacket, ...]
    first: int
    end: int
    note: T
    span: tuple[int, int] = (0, 0)

    @property
    def frames(self) -> int:
        """Its length."""
        return self.end - self.first

    @property
    def size(self) -> int:
        """Bytes of its packets' data."""
        return sum(len(packet.data) for packet in self.packets)

    def bites(self) -> Iterator[tuple[EncodedPacket, ...]]:
        """All packets, so many at a time that whoever takes them is not long at it."""
        for begin in range(0, len(self.packets), BITE_PACKETS):
            yield self.packets[begin : begin + BITE_PACKETS]


@dataclass(slots=True, kw_only=True)
class _Group(Generic[T]):
    """From a keyframe to before the next. `preroll`: sound of the group before that this one's decoder needs."""

    first: int
    note: T
    begin: int  # bytes that were taken before it
    preroll: tuple[EncodedPacket, ...]
    packets: list[EncodedPacket] = field(default_factory=list)
    size: int = 0


class ReplayRing(Generic[T]):
    """One owner. `push` every packet, in DTS order; `last` as often as anybody likes: it copies no media.

    `keep_from`: while somebody is to begin with that frame, only the bound in bytes takes it away.
    """

    def __init__(self, *, fps: FrameRate, seconds: float, max_bytes: int, note: Callable[[int], T]) -> None:
        """`note` is asked at each keyframe, by its frame index, for what is to be known of it later."""
        self._fps = fps
        self._frames = ceil(seconds * fps)
        self._max_bytes = max_bytes
        self._note = note
        self._groups: deque[_Group[T]] = deque()
        self._recent: defaultdict[TrackId, deque[EncodedPacket]] = defaultdict(partial(deque, maxlen=_RECENT))
        self._end = 0
        self._size = 0
        self._taken = 0  # bytes, since it was made
        self._shortened = False
        self._wished = False  # whether another keyframe is, since the last one
        self._unsaid = False  # whether that is still to be said
        self.keep_from: int | None = None

    @property
    def frames(self) -> int:
        """How much is held."""
        return self._end - self._groups[0].first if self._groups else 0

    @property
    def size(self) -> int:
        """Bytes of memory that it takes."""
        return self._size

    @property
    def shortened(self) -> bool:
        """Whether the bound in bytes keeps it shorter than was asked, at least from time to time.

        Until a group is old enough to be let go of: what just reaches the length asked for may be cut again soon.
        """
        return self._shortened

    @property
    def first(self) -> int:
        """The frame that it begins with; the one behind the last when it holds nothing."""
        return self._groups[0].first if self._groups else self._end

    def push(self, packets: Sequence[EncodedPacket]) -> bool:
        """Take the next packets. Whether a keyframe is to be asked for, which is said once."""
        for packet in packets:
            if packet.track.is_video:
                self._take_picture(packet)
            else:
                self._recent[packet.track].append(packet)
            if self._groups:
                self._hold(self._groups[-1], packet)
        unsaid, self._unsaid = self._unsaid, False
        return unsaid

    def last(self, seconds: float | None = None, *, before: int | None = None) -> Held[T] | None:
        """The newest stretch that is no shorter than `seconds` (None: all), or all there is; None without a keyframe.

        At most as much longer as two keyframes lie apart. `before`: it is to reach so far back from that frame, and not
        from the newest one.
        """
        if not self._groups:
            return None
        start = 0
        if seconds is not None:
            begin = self.begin_of(seconds, before=before)
            reached = [number for number, group in enumerate(self._groups) if group.first <= begin]
            start = reached[-1] if reached else 0
        groups = list(self._groups)[start:]
        packets = (*groups[0].preroll, *(packet for group in groups for packet in group.packets))
        span = (groups[0].begin, self._taken)
        return Held(packets=packets, first=groups[0].first, end=self._end, note=groups[0].note, span=span)

    def gone(self, spans: Iterable[tuple[int, int]]) -> int:
        """How many of the bytes that lie in any of these spans are held here no more, each counted once."""
        count, reached, held_from = 0, 0, self._taken - self._size
        for begin, end in sorted(spans):
            gone = min(end, held_from)
            count += max(0, gone - max(begin, reached))
            reached = max(reached, gone)
        return count

    def begin_of(self, seconds: float, *, before: int | None = None) -> int:
        """The frame that the last `seconds` before frame `before`, or of now, begin with."""
        return (self._end if before is None else before) - ceil(seconds * self._fps)

    def clear(self) -> None:
        """Hold nothing any more; it goes on with the next keyframe."""
        self._groups.clear()
        self._size = 0

    def _take_picture(self, picture: EncodedPacket) -> None:
        if picture.keyframe:
            zero = samples_at_frame(self._fps, picture.pts)
            needed = (packet for heard in self._recent.values() for packet in heard if is_needed_from(zero, packet))
            preroll = tuple(sorted(needed, key=lambda packet: packet.dts))
            note = self._note(picture.pts)
            self._groups.append(_Group(first=picture.pts, note=note, begin=self._taken, preroll=preroll))
            self._wished = self._unsaid = False
        self._end = max(self._end, picture.pts + picture.duration)

    def _hold(self, group: _Group[T], packet: EncodedPacket) -> None:
        taken = len(packet.data) + PACKET_BYTES
        group.packets.append(packet)
        group.size += taken
        self._size += taken
        self._taken += taken
        due = 2 * group.size > self._max_bytes and 2 * (self._end - group.first) >= self._fps
        if due and not self._wished:
            self._wished = self._unsaid = True
        while len(self._groups) > 1 and self._end - self._groups[1].first >= self._frames and not self._is_kept():
            self._let_go()
            self._shortened = False
        while self._groups and self._size > self._max_bytes:
            self._let_go()
            self._shortened = True

    def _is_kept(self) -> bool:
        return self.keep_from is not None and self._groups[1].first > self.keep_from

    def _let_go(self) -> None:
        self._size -= self._groups.popleft().size
