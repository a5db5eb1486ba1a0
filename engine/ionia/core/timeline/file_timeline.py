"""Where each packet of an encode lies in a recording: encoder time, file time and UTC, with pauses and parts.

It maps times and looks at no bytes; it opens no file and knows no container. Encoder time counts from the engine's
epoch, in frames and in samples at once; file time counts from a part's first picture.

All positions are whole frames; where the sound lies beside them, `SoundPlaces` says.
"""

from collections import deque
from dataclasses import dataclass
from fractions import Fraction

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.frame_rate import FrameRate
from ionia.core.media import EncodedPacket
from ionia.core.timebase import NS_PER_S
from ionia.core.timeline.packet_order import is_needed_before
from ionia.core.timeline.sound_places import SoundPlaces, moved
from ionia.core.timeline.stretches import NamedPause, Stretch


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """One packet in one part of the recording. Its times count from the part's first picture; preroll is negative."""

    part: int
    packet: EncodedPacket


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePosition:
    """A moment of the recording: `seconds` from the first picture of a part."""

    part: int
    seconds: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochUtc:
    """When frame 0 began, in ns since 1970 in UTC; wrong by `error_ns` at most."""

    utc_ns: int
    error_ns: int


class FileTimeline:
    """One recording. One owner; `place` every packet in DTS order and carry out what it says.

    `pause_at`, `resume_at` and `split_at` name frame indexes and hold from there on; an index that has passed already
    means the next frame, and so does one among B-frames: what these refer to is in the file. A recording can begin, go
    on and be split only at a keyframe, so these wait for the next one. Indexes may be named long before their packets
    come: those of an encoder that is behind come seconds later.
    """

    def __init__(self, *, fps: FrameRate, epoch_utc: EpochUtc | None = None) -> None:
        self._rate = Fraction(fps)
        self._epoch_utc = epoch_utc
        self._stretches: list[Stretch] = []
        self._sounds = SoundPlaces(self._rate)
        self._next = 0  # the frame behind the last one placed
        self._named: deque[NamedPause] = deque()  # the first one is the one under way or to come next
        self._split: int | None = None
        self._over = False
        self._leaving_out = False  # whether the first of them has begun
        self._first: EncodedPacket | None = None  # a keyframe that came in a pause before the start
        self._paused_frames = 0
        self._unnamed_frames = 0  # of pauses that are over, or became one
        self._pauses = 0

    @property
    def started(self) -> bool:
        """Whether the first keyframe has come."""
        return bool(self._stretches)

    @property
    def first(self) -> int:
        """The frame that the recording begins with; 0 until it has."""
        return self._stretches[0].first if self._stretches else 0

    @property
    def paused(self) -> bool:
        """Whether what comes now is left out, or will be from a named index on."""
        return bool(self._named)

    @property
    def pauses(self) -> int:
        """Pauses that are over."""
        return self._pauses

    @property
    def paused_seconds(self) -> Fraction:
        """How long those were in all."""
        return self._paused_frames / self._rate

    @property
    def unnamed_frames(self) -> int:
        """Frames left out in all, beyond those between the named beginnings and ends, the pause under way included.

        Below 0 where B-frames needed some behind a beginning; above where a keyframe came late.
        """
        kept = max(0, self._next - self._named[0].told) if self._named and not self._over else 0
        return self._unnamed_frames - kept

    @property
    def part(self) -> int:
        """The part that packets go to, from 0."""
        return self._stretches[-1].part if self._stretches else 0

    @property
    def split_from(self) -> int | None:
        """The first keyframe from this frame on begins another part, if that is named."""
        return self._split

    def pause_at(self, index: int) -> int:
        """Leave out frame `index` and all that follows, until `resume_at`. A pause that is under way stays.

        What has passed stays, too: the first frame that is left out.
        """
        if self._over:
            return index
        last = self._named[-1] if self._named else None
        told = max(index, self._next)
        if last is None or (last.end is not None and last.end < index):
            self._named.append(NamedPause(begin=index, told=told))
        elif last.end is not None:
            self._unnamed_frames += told - last.end
            last.end = None
        return told

    def resume_at(self, index: int) -> None:
        """Go on with the first keyframe from frame `index` on. Nothing happens without a pause."""
        if not self._named or self._over:
            return
        last = self._named[-1]
        if index <= last.begin and not (self._leaving_out and len(self._named) == 1):
            self._named.pop()  # it would end before it begins
        else:
            last.end = index

    def end_at(self, index: int) -> int:
        """Leave out frame `index` and all that follows, for good; what has passed stays. The frame it ends before."""
        self._over = True
        while self._named and self._named[-1].begin >= index and not (self._leaving_out and len(self._named) == 1):
            self._named.pop()
        last = self._named[-1] if self._named else None
        if last is None or (last.end is not None and last.end < index):
            self._named.append(NamedPause(begin=index, told=index))
        else:
            last.end = None
        return max(index, self._next)

    def split_at(self, index: int) -> None:
        """Begin another part with the first keyframe from frame `index` on."""
        self._split = index

    def place(self, packet: EncodedPacket) -> tuple[Placed, ...]:
        """Where this packet goes: nowhere, or into a part, with sound before it that waited for its place.

        Raises IoniaError(INTERNAL) when the first picture is no keyframe: whatever joins the tracks must see to that.
        """
        if packet.track.is_video:
            return self._place_picture(packet)
        placed = self.place_sound(packet)
        return () if placed is None else (Placed(part=self.part, packet=placed),)

    def place_sound(self, packet: EncodedPacket) -> EncodedPacket | None:
        """A packet of sound as it lies in the part under way; None: nowhere, or it waits for its place."""
        return self._sounds.place(packet, self._left_out_from if self._named else None)

    def only_picture(self) -> Placed | None:
        """At the end of a recording that was paused before it could begin: the picture it was paused at. Ask once."""
        picture = self._first
        if self._stretches or picture is None:
            return None
        self._begin_part(picture.pts)
        self._next = self._stretches[0].end = picture.pts + picture.duration
        return Placed(part=0, packet=moved(picture, picture.pts))

    def position(self, index: int) -> FilePosition:
        """Where frame `index` is, was or will be. What was left out is at the seam; before the start it is 0."""
        if not self._stretches:
            return FilePosition(part=0, seconds=Fraction(0))
        if index >= self._stretches[-1].first:
            return self._coming(index)
        reached = [each for each in self._stretches if each.first <= index]
        stretch = reached[-1] if reached else self._stretches[0]
        at = max(stretch.first, index if stretch.end is None else min(index, stretch.end)) - stretch.offset
        return FilePosition(part=stretch.part, seconds=at / self._rate)

    def part_seconds(self, part: int) -> Fraction:
        """How long the pictures of a part last by now. Raises LookupError for a part that there isn't."""
        last = self._stretches[-1] if self._stretches and self._stretches[-1].part == part else self._of_part(part)[-1]
        return ((self._next if last.end is None else last.end) - last.offset) / self._rate

    @property
    def part_end(self) -> Fraction:
        """How long the part under way will be, if it is split where that is named; by now, where it isn't."""
        if not self._stretches or self._split is None:
            return self.part_seconds(self.part) if self._stretches else Fraction(0)
        stretch, end = self._stretches[-1], max(self._split, self._next)
        return (end - stretch.offset - self._gone(stretch.first, end)) / self._rate

    @property
    def frames(self) -> int:
        """How long the pictures of all parts last by now."""
        lasts = {stretch.part: stretch for stretch in self._stretches}.values()
        return sum((self._next if last.end is None else last.end) - last.offset for last in lasts)

    def index_at(self, position: FilePosition) -> int:
        """The frame that is shown there. Raises LookupError for a part that there isn't."""
        stretches = self._of_part(position.part)
        frame = int(position.seconds * self._rate // 1)
        reached = [each for each in stretches if each.first - each.offset <= frame]
        return frame + (reached[-1] if reached else stretches[0]).offset

    def utc_ns(self, position: FilePosition) -> int | None:
        """When that was, in ns since 1970; None if nobody said when frame 0 was. Raises as `index_at` does."""
        if self._epoch_utc is None:
            return None
        index = self.index_at(position)
        into_frame = position.seconds * self._rate % 1
        return self._epoch_utc.utc_ns + round((index + into_frame) / self._rate * NS_PER_S)

    def _coming(self, index: int) -> FilePosition:
        """From the last stretch on, as far as is named: an end that is named counts as one that finds its keyframe."""
        stretch, split = self._stretches[-1], self._split
        last = self._named[-1] if self._named else None
        waits = last is not None and last.end is None and split is not None and split >= last.begin
        if split is not None and index >= split and not waits:
            begin = max(split, self._next)
            frames = max(0, index - begin - self._gone(begin, index))
            return FilePosition(part=stretch.part + 1, seconds=frames / self._rate)
        frames = index - stretch.offset - self._gone(stretch.first, index)
        return FilePosition(part=stretch.part, seconds=frames / self._rate)

    def _gone(self, begin: int, end: int) -> int:
        """How many of the frames from `begin` to before `end` lie in pauses that are not over."""
        count = 0
        for number, pause in enumerate(self._named):
            first = max(begin, pause.begin, self._next if number == 0 else 0)
            count += max(0, (end if pause.end is None else min(end, pause.end)) - first)
        return count

    def _of_part(self, part: int) -> list[Stretch]:
        stretches = [each for each in self._stretches if each.part == part]
        if not stretches:
            raise LookupError(f"there is no part {part}")
        return stretches

    def _end_of(self, stretch: Stretch) -> int | None:
        if stretch.end is None and self._named:
            return max(self._named[0].begin, self._next)
        return stretch.end

    def _place_picture(self, packet: EncodedPacket) -> tuple[Placed, ...]:
        index = packet.pts
        before = self._stretches[-1] if self._stretches else None
        if self._is_left_out(packet):
            self._leaving_out = True
            if self._first is None and packet.keyframe:
                self._first = packet
            return ()
        if not self._stretches:
            if not packet.keyframe:
                raise IoniaError(ErrorKind.INTERNAL, f"a recording would begin with picture {index}, not a keyframe")
            if self._named and index >= self._named[0].begin:
                self._end_pause(self._named[0].begin, index)
            self._begin_part(index)
        elif packet.keyframe and self._named and index >= self._named[0].begin:
            self._go_on(index)
        elif packet.keyframe and self._split is not None and index >= self._split:
            self._stretches[-1].end = index
            self._begin_part(index)
        stretch = self._stretches[-1]
        sounds = self._sounds.begin(stretch, self._left_out_from) if stretch is not before else ()
        placed = [Placed(part=stretch.part, packet=sound) for sound in sounds]
        self._next = max(self._next, index + packet.duration)
        return (*placed, Placed(part=stretch.part, packet=moved(packet, stretch.offset)))

    def _is_left_out(self, picture: EncodedPacket) -> bool:
        if not self._named or picture.pts < self._named[0].begin:
            return False
        first = self._named[0]
        among = picture.pts < self._next or is_needed_before(picture, first.begin)  # B-frames
        if among and self._stretches and not self._leaving_out:
            return False
        while len(self._named) > 1 and self._named[1].begin <= picture.pts:  # no keyframe came between the two
            if first.end is not None:
                self._unnamed_frames += self._named[1].told - first.end
            first.end = self._named[1].end
            del self._named[1]
        return not (picture.keyframe and first.end is not None and picture.pts >= first.end)

    def _begin_part(self, index: int) -> None:
        part = self._stretches[-1].part + 1 if self._stretches else 0
        self._stretches.append(Stretch(part=part, first=index, offset=index))
        first = len(self._stretches) == 1  # a split that was named before waits for what it can come behind
        self._split = max(self._split, index + 1) if first and self._split is not None else None
        self._first = None

    def _go_on(self, index: int) -> None:
        """A pause ends with the keyframe at `index`, if it was one."""
        before = self._stretches[-1]
        begin = max(self._named[0].begin, self._next)
        if not self._end_pause(begin, index):
            return
        before.end = begin
        if self._split is not None and index >= self._split:
            self._begin_part(index)
        else:
            self._stretches.append(Stretch(part=before.part, first=index, offset=before.offset + index - begin))

    def _end_pause(self, begin: int, index: int) -> bool:
        """The first of the pauses is over; whether it was one."""
        pause = self._named.popleft()
        self._leaving_out = False
        if pause.end is not None:
            self._unnamed_frames += max(index, begin) - begin - max(0, pause.end - pause.told)
        if begin >= index:
            return False
        self._paused_frames += index - begin
        self._pauses += 1
        return True

    @property
    def _left_out_from(self) -> int | None:
        """From which frame on the first of the pauses leaves everything out."""
        return max(self._named[0].begin, self._next) if self._named else None
