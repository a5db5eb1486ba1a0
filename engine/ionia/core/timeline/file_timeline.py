"""Where each packet of an encode lies in a recording: encoder time, file time and UTC, with pauses and parts.

It maps times and looks at no bytes; it opens no file and knows no container. Encoder time counts from the engine's
epoch, in frames and in samples at once; file time counts from a part's first picture.

All positions are integers in units in which a frame and a sample are whole numbers both, so nothing is ever rounded
twice. A pause takes whole frames out, and sound comes in packets of 1024 samples that don't end where frames do.
So the sound behind a pause lies up to half a packet (10.7 ms) beside its picture. By how much is always measured
against the pictures and never against the sound before, so a hundred pauses are no worse than one.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import lcm

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.media import AUDIO_TICK_SAMPLES, SAMPLE_RATE, EncodedPacket, TrackId
from ionia.core.timebase import NS_PER_S
from ionia.core.timeline.start_gate import PREROLL_SAMPLES

_RECENT = 4
"""Packets of sound remembered: those that reach into the preroll of a keyframe come just before it."""


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


@dataclass(slots=True, kw_only=True)
class _Sound:
    """One audio track. `shift`: encoder samples minus file samples; None until the first packet of a stretch."""

    recent: deque[EncodedPacket] = field(default_factory=lambda: deque(maxlen=_RECENT))
    shift: int | None = None
    end: int | None = None  # file samples at which the last packet of this part ends


@dataclass(slots=True, kw_only=True)
class _Stretch:
    """Frames [first, end) that follow one another in a part; `offset`: encoder frames minus file frames."""

    part: int
    first: int
    offset: int
    end: int | None = None  # while it goes on

    @property
    def begins_part(self) -> bool:
        return self.first == self.offset


class FileTimeline:
    """One recording. One owner; `place` every packet in DTS order and carry out what it says.

    `pause_at`, `resume_at` and `split_at` name frame indexes and hold from there on; an index that has passed already
    means the next frame. A recording can begin, go on and be split only at a keyframe, so these wait for the next one.
    """

    def __init__(self, *, fps: int | Fraction, epoch_utc: EpochUtc | None = None) -> None:
        rate = Fraction(fps)
        scale = lcm(SAMPLE_RATE, rate.numerator)
        self._rate = rate
        self._frame = scale * rate.denominator // rate.numerator
        self._sample = scale // SAMPLE_RATE
        self._epoch_utc = epoch_utc
        self._stretches: list[_Stretch] = []
        self._sounds: dict[TrackId, _Sound] = {}
        self._next = 0  # the frame behind the last one placed
        self._pause: int | None = None
        self._resume: int | None = None
        self._split: int | None = None
        self._leaving_out = False  # whether the pause has begun
        self._paused_frames = 0
        self._pauses = 0

    @property
    def started(self) -> bool:
        """Whether the first keyframe has come."""
        return bool(self._stretches)

    @property
    def paused(self) -> bool:
        """Whether what comes now is left out, or will be from a named index on."""
        return self._pause is not None

    @property
    def pauses(self) -> int:
        """Pauses that are over."""
        return self._pauses

    @property
    def paused_seconds(self) -> Fraction:
        """How long those were in all."""
        return self._paused_frames / self._rate

    @property
    def part(self) -> int:
        """The part that packets go to, from 0."""
        return self._stretches[-1].part if self._stretches else 0

    def pause_at(self, index: int) -> None:
        """Leave out frame `index` and all that follows, until `resume_at`. A pause that is under way stays."""
        if self._pause is None:
            self._pause = index
        self._resume = None

    def resume_at(self, index: int) -> None:
        """Go on with the first keyframe from frame `index` on. Nothing happens without a pause."""
        if self._pause is not None and index <= self._pause and not self._leaving_out:
            self._pause = None  # it would end before it begins
        elif self._pause is not None:
            self._resume = index

    def split_at(self, index: int) -> None:
        """Begin another part with the first keyframe from frame `index` on."""
        self._split = index

    def place(self, packet: EncodedPacket) -> tuple[Placed, ...]:
        """Where this packet goes: nowhere, or into a part, with sound before it that waited for its place.

        Raises IoniaError(INTERNAL) when the first picture is no keyframe: whatever joins the tracks must see to that.
        """
        return self._place_picture(packet) if packet.track.is_video else self._place_sound(packet)

    def position(self, index: int) -> FilePosition:
        """Where frame `index` is, was or will be. What was left out is at the seam; before the start it is 0."""
        if not self._stretches:
            return FilePosition(part=0, seconds=Fraction(0))
        reached = [each for each in self._stretches if each.first <= index]
        stretch = reached[-1] if reached else self._stretches[0]
        end = self._end_of(stretch)
        at = max(stretch.first, index if end is None else min(index, end)) - stretch.offset
        return FilePosition(part=stretch.part, seconds=at / self._rate)

    def part_seconds(self, part: int) -> Fraction:
        """How long the pictures of a part last by now. Raises LookupError for a part that there isn't."""
        last = self._of_part(part)[-1]
        return ((self._next if last.end is None else last.end) - last.offset) / self._rate

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

    def _of_part(self, part: int) -> list[_Stretch]:
        stretches = [each for each in self._stretches if each.part == part]
        if not stretches:
            raise LookupError(f"there is no part {part}")
        return stretches

    def _end_of(self, stretch: _Stretch) -> int | None:
        if stretch.end is None and self._pause is not None:
            return max(self._pause, self._next)
        return stretch.end

    def _place_picture(self, packet: EncodedPacket) -> tuple[Placed, ...]:
        index = packet.pts
        begins = False
        if not self._stretches:
            if not packet.keyframe:
                raise IoniaError(ErrorKind.INTERNAL, f"a recording would begin with picture {index}, not a keyframe")
            begins = self._begin_part(index)
        elif self._pause is not None and index >= self._pause:
            if not (packet.keyframe and self._resume is not None and index >= self._resume):
                self._leaving_out = True
                return ()
            begins = self._go_on(index)
        elif packet.keyframe and self._split is not None and index >= self._split:
            self._stretches[-1].end = index
            begins = self._begin_part(index)
        sounds = tuple(self._remembered()) if begins else ()
        self._next = index + packet.duration
        stretch = self._stretches[-1]
        return (*sounds, Placed(part=stretch.part, packet=_moved(packet, stretch.offset)))

    def _begin_part(self, index: int) -> bool:
        part = self._stretches[-1].part + 1 if self._stretches else 0
        self._stretches.append(_Stretch(part=part, first=index, offset=index))
        self._split = None
        for sound in self._sounds.values():
            sound.shift = sound.end = None
        return True

    def _go_on(self, index: int) -> bool:
        """A pause ends with the keyframe at `index`; whether it was one."""
        before = self._stretches[-1]
        begin = self._end_of(before)
        self._pause = self._resume = None
        self._leaving_out = False
        if begin is None or begin >= index:
            return False
        before.end = begin
        self._paused_frames += index - begin
        self._pauses += 1
        if self._split is not None and index >= self._split:
            return self._begin_part(index)
        self._stretches.append(_Stretch(part=before.part, first=index, offset=before.offset + index - begin))
        for sound in self._sounds.values():
            sound.shift = None
        return True

    def _place_sound(self, packet: EncodedPacket) -> tuple[Placed, ...]:
        sound = self._sounds.setdefault(packet.track, _Sound())
        placed = tuple(self._placed_sound(sound, packet)) if self._stretches else ()
        sound.recent.append(packet)
        return placed

    def _remembered(self) -> Iterator[Placed]:
        """Sound that came before the keyframe that a stretch has just begun with."""
        packets = sorted(
            (packet for sound in self._sounds.values() for packet in sound.recent), key=lambda packet: packet.dts
        )
        for packet in packets:
            yield from self._placed_sound(self._sounds[packet.track], packet)

    def _placed_sound(self, sound: _Sound, packet: EncodedPacket) -> Iterator[Placed]:
        shift = self._shift(sound, packet) if sound.shift is None else sound.shift
        if shift is None or self._in_pause(packet, packet.dts - shift):
            return
        sound.shift = shift
        end = packet.dts + packet.duration - shift
        if end + PREROLL_SAMPLES > 0:
            sound.end = end
            yield Placed(part=self._stretches[-1].part, packet=_moved(packet, shift))

    def _in_pause(self, packet: EncodedPacket, at: int) -> bool:
        """Its middle in the file decides: so sound ends within half a packet of the pictures, wherever it lies."""
        if self._pause is None:
            return False
        end = max(self._pause, self._next) - self._stretches[-1].offset
        return (2 * at + packet.duration) * self._sample >= 2 * end * self._frame

    def _shift(self, sound: _Sound, packet: EncodedPacket) -> int | None:
        """What a stretch's sound is moved by if it begins with this packet; None when that is still to come.

        Behind a pause it is the packet that fits best where the sound before ended.
        """
        stretch = self._stretches[-1]
        if stretch.begins_part:
            return self._samples(stretch.first)
        part = self._of_part(stretch.part)[0]
        removed = stretch.offset - part.offset
        right = (packet.dts - self._samples(part.first)) * self._sample - removed * self._frame
        half = AUDIO_TICK_SAMPLES * self._sample // 2
        seam = (stretch.first - stretch.offset) * self._frame
        end = sound.end * self._sample if sound.end is not None else None
        if end is None or end < seam - half:  # nothing to go on from: there was no sound just before
            return packet.dts - round(Fraction(right, self._sample)) if right >= seam - half else None
        return packet.dts - end // self._sample if right >= end - half else None

    def _samples(self, index: int) -> int:
        """The sample nearest to the beginning of a frame; half rounds up."""
        return (2 * index * self._frame + self._sample) // (2 * self._sample)


def _moved(packet: EncodedPacket, by: int) -> EncodedPacket:
    return replace(packet, pts=packet.pts - by, dts=packet.dts - by) if by else packet
