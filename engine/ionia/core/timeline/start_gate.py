"""Nothing goes before the first keyframe, in order or in time: this one place sees to it, for files and connections.

Order across the tracks costs a packet 0.1 s or more, because sound is mixed that much later than pictures are
encoded. The first picture of a connection need not wait for it: everything before it is left out anyway.
"""

from collections import defaultdict, deque
from collections.abc import Sequence
from functools import partial

from ionia.core.frame_rate import FrameRate
from ionia.core.media import SAMPLE_RATE, EncodedPacket, TrackId
from ionia.core.timebase import samples_at_frame

PREROLL_SAMPLES = 1024
"""AAC frames overlap their predecessor: whoever begins to decode needs the packet before the first one heard."""

_RECENT = 4
"""Packets of a sound that are remembered: more than reach into the preroll."""


def is_needed_from(zero: int, packet: EncodedPacket) -> bool:
    """Whether a packet of sound is heard at sample `zero` or later, or prepares the decoder for one that is."""
    return packet.pts + packet.duration + PREROLL_SAMPLES > zero


class StartGate:
    """Cuts ordered packets to the present file or connection: from a keyframe on. One owner.

    `announce` tells of keyframes as they leave the encoder, `take` and `skip` get every packet later, in order: from
    some packet on, which may come after the announced keyframe. With `preroll`, sound that a decoder needs goes before
    the keyframe; then nothing may be announced. Sound from before the keyframe that comes after the order has stopped
    waiting for it (see `PacketInterleaver`) is left out.
    """

    def __init__(self, *, fps: FrameRate, preroll: bool = False) -> None:
        self._fps = fps
        self._recent: defaultdict[TrackId, deque[EncodedPacket]] | None = (
            defaultdict(partial(deque, maxlen=_RECENT)) if preroll else None
        )
        self._announced: EncodedPacket | None = None  # not yet seen among the ordered packets
        self._sent_early: EncodedPacket | None = None  # likewise, and handed out already
        self._first: EncodedPacket | None = None  # the keyframe that it began with

    def announce(self, keyframe: EncodedPacket) -> None:
        """This video keyframe has been encoded; among the ordered packets it comes later."""
        self._announced = keyframe

    def restart(self) -> None:
        """What follows is for another file or connection."""
        self._first = None

    def take(self, ordered: Sequence[EncodedPacket]) -> list[EncodedPacket]:
        """What of the next ordered packets goes through, from the first keyframe on, each packet once."""
        first = self._first
        if first is not None and self._recent is not None:  # a file that has begun: nothing is announced
            zero = samples_at_frame(self._fps, first.pts)
            return [packet for packet in ordered if packet.track.is_video or is_needed_from(zero, packet)]
        if first is not None and self._announced is None and self._sent_early is None:  # so it mostly is, live
            zero, units = first.dts * SAMPLE_RATE * self._fps.denominator, self._fps.numerator
            return [packet for packet in ordered if packet.track.is_video or packet.dts * units >= zero]
        packets = []
        if self._first is None and self._announced is not None:
            self._first = self._sent_early = self._announced
            packets.append(self._announced)
        for packet in ordered:
            has_it = packet is self._sent_early
            self._see(packet)
            if self._first is None and _is_keyframe(packet):
                self._first = packet
                packets += self._preroll_of(packet)
            if self._first is not None and self._sent_early is None and not has_it:
                packets += [packet] if self._belongs(packet, self._first) else []
        return packets

    @property
    def begun(self) -> bool:
        """Whether a keyframe went through."""
        return self._first is not None

    def skip(self, ordered: Sequence[EncodedPacket]) -> None:
        """The next ordered packets, while nobody wants them."""
        for packet in ordered:
            self._see(packet)

    def _see(self, packet: EncodedPacket) -> None:
        if _is_at_or_after(packet, self._announced):
            self._announced = None
        if _is_at_or_after(packet, self._sent_early):
            # If it went by unseen, before we got packets, what it was the beginning of went by too: begin again.
            self._first = self._first if packet is self._sent_early else None
            self._sent_early = None
        if self._recent is not None and not (self._first or packet.track.is_video):
            self._recent[packet.track].append(packet)

    def _belongs(self, packet: EncodedPacket, first: EncodedPacket) -> bool:
        if packet.track.is_video:
            return True
        if self._recent is not None:
            return is_needed_from(samples_at_frame(self._fps, first.pts), packet)
        return packet.dts * self._fps.numerator >= first.dts * SAMPLE_RATE * self._fps.denominator

    def _preroll_of(self, keyframe: EncodedPacket) -> list[EncodedPacket]:
        if self._recent is None:
            return []
        zero = samples_at_frame(self._fps, keyframe.pts)
        needed = [packet for heard in self._recent.values() for packet in heard if is_needed_from(zero, packet)]
        self._recent.clear()
        return sorted(needed, key=lambda packet: packet.dts)


def _is_at_or_after(packet: EncodedPacket, keyframe: EncodedPacket | None) -> bool:
    return keyframe is not None and packet.track.is_video and packet.dts >= keyframe.dts


def _is_keyframe(packet: EncodedPacket) -> bool:
    return packet.track.is_video and packet.keyframe
