"""Where the sound of a recording lies, measured against its pictures: `FileTimeline`'s part that counts in samples.

A pause takes whole frames out, and sound comes in packets of 1024 samples that don't end where frames do. So the sound
behind a pause lies up to half a packet (10.7 ms) beside its picture. By how much is always measured against the
pictures and never against the sound before, so a hundred pauses are no worse than one.
"""

from collections import defaultdict, deque
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm

from ionia.core.media import AUDIO_TICK_SAMPLES, SAMPLE_RATE, EncodedPacket, TrackId
from ionia.core.timeline.start_gate import PREROLL_SAMPLES
from ionia.core.timeline.stretches import Stretch

_RECENT = 4
"""Packets of sound remembered: those that reach into the preroll of a keyframe come just before it."""


@dataclass(slots=True, kw_only=True)
class _Sound:
    """One audio track. `shift`: encoder samples minus file samples; None until the first packet of a stretch."""

    recent: deque[EncodedPacket] = field(default_factory=lambda: deque(maxlen=_RECENT))
    shift: int | None = None
    end: int | None = None  # file samples at which the last packet of this part ends


class SoundPlaces:
    """All tracks of sound. Packets of a track in DTS order. One owner.

    Positions are integers in units in which a frame and a sample are whole numbers both: nothing is rounded twice.
    """

    def __init__(self, rate: Fraction) -> None:
        """`rate`: frames a second."""
        scale = lcm(SAMPLE_RATE, rate.numerator)
        self._frame = scale * rate.denominator // rate.numerator
        self._sample = scale // SAMPLE_RATE
        self._sounds: defaultdict[TrackId, _Sound] = defaultdict(_Sound)
        self._stretch: Stretch | None = None
        self._part_offset = 0

    def begin(self, stretch: Stretch, left_out_from: int | None) -> list[EncodedPacket]:
        """Sound goes to this stretch from now on: first what came before its keyframe. `left_out_from`: see `place`."""
        self._stretch = stretch
        if stretch.begins_part:
            self._part_offset = stretch.offset
        for sound in self._sounds.values():
            sound.shift = None
            if stretch.begins_part:
                sound.end = None
        recent = sorted(
            (packet for sound in self._sounds.values() for packet in sound.recent), key=lambda packet: packet.dts
        )
        placed = (self._placed(stretch, self._sounds[packet.track], packet, left_out_from) for packet in recent)
        return [packet for packet in placed if packet is not None]

    def place(self, packet: EncodedPacket, left_out_from: int | None) -> EncodedPacket | None:
        """The packet in file time; None where it is left out, or waits for a stretch.

        `left_out_from`: the frame from which on a pause leaves everything out, if one is named.
        """
        sound = self._sounds[packet.track]
        sound.recent.append(packet)
        return None if self._stretch is None else self._placed(self._stretch, sound, packet, left_out_from)

    def _placed(
        self, stretch: Stretch, sound: _Sound, packet: EncodedPacket, left_out_from: int | None
    ) -> EncodedPacket | None:
        shift = self._shift(stretch, sound, packet) if sound.shift is None else sound.shift
        if shift is None:
            return None
        if left_out_from is not None and self._is_behind(packet, packet.dts - shift, left_out_from - stretch.offset):
            return None
        sound.shift = shift
        end = packet.dts + packet.duration - shift
        if end + PREROLL_SAMPLES <= 0:
            return None
        sound.end = end
        return moved(packet, shift)

    def _is_behind(self, packet: EncodedPacket, at: int, end: int) -> bool:
        """Its middle in the file decides: so sound ends within half a packet of the pictures, wherever it lies."""
        return (2 * at + packet.duration) * self._sample >= 2 * end * self._frame

    def _shift(self, stretch: Stretch, sound: _Sound, packet: EncodedPacket) -> int | None:
        """What a stretch's sound is moved by if it begins with this packet; None when that is still to come.

        Behind a pause it is the packet that fits best where the sound before ended.
        """
        if stretch.begins_part:
            return self._samples(stretch.first)
        removed = stretch.offset - self._part_offset
        right = (packet.dts - self._samples(self._part_offset)) * self._sample - removed * self._frame
        half = AUDIO_TICK_SAMPLES * self._sample // 2
        seam = (stretch.first - stretch.offset) * self._frame
        end = sound.end * self._sample if sound.end is not None else None
        if end is None or end < seam - half:  # nothing to go on from: there was no sound just before
            return packet.dts - round(Fraction(right, self._sample)) if right >= seam - half else None
        return packet.dts - end // self._sample if right >= end - half else None

    def _samples(self, index: int) -> int:
        """The sample nearest to the beginning of a frame; half rounds up."""
        return (2 * index * self._frame + self._sample) // (2 * self._sample)


def moved(packet: EncodedPacket, by: int) -> EncodedPacket:
    """That much earlier."""
    return packet.earlier(by) if by else packet
