"""Where a connection begins in the pipeline's packets: with a keyframe that hasn't waited to be put in order.

Order across the tracks costs a packet 0.1 s or more, because sound is mixed that much later than pictures are
encoded. The first picture of a connection need not wait for it: everything before it is left out anyway.
"""

from collections.abc import Sequence

from ionia.core.media import EncodedPacket


class LiveEdge:
    """Cuts ordered packets to the present connection. One owner.

    `announce` tells of keyframes as they leave the encoder, `take` and `skip` get every packet later, in order: from
    some packet on, which may come after the announced keyframe.
    """

    def __init__(self) -> None:
        self._announced: EncodedPacket | None = None  # not yet seen among the ordered packets
        self._sent_early: EncodedPacket | None = None  # likewise, and handed out already
        self._begun = False

    def announce(self, keyframe: EncodedPacket) -> None:
        """This video keyframe has been encoded; among the ordered packets it comes later."""
        self._announced = keyframe

    def restart(self) -> None:
        """What follows is for another connection."""
        self._begun = False

    def take(self, ordered: Sequence[EncodedPacket]) -> list[EncodedPacket]:
        """What of the next ordered packets goes to the connection, from its first keyframe on, each packet once."""
        packets = []
        if not self._begun and self._announced is not None:
            self._begun = True
            self._sent_early = self._announced
            packets.append(self._announced)
        for packet in ordered:
            has_it = packet is self._sent_early
            self._see(packet)
            self._begun = self._begun or _is_keyframe(packet)
            if self._begun and self._sent_early is None and not has_it:
                packets.append(packet)
        return packets

    def skip(self, ordered: Sequence[EncodedPacket]) -> None:
        """The next ordered packets, while there is no connection."""
        for packet in ordered:
            self._see(packet)

    def _see(self, packet: EncodedPacket) -> None:
        if _is_at_or_after(packet, self._announced):
            self._announced = None
        if _is_at_or_after(packet, self._sent_early):
            # If it went by unseen, before we got packets, what it was the beginning of went by too: begin again.
            self._begun = self._begun and packet is self._sent_early
            self._sent_early = None


def _is_at_or_after(packet: EncodedPacket, keyframe: EncodedPacket | None) -> bool:
    return keyframe is not None and packet.track.is_video and packet.dts >= keyframe.dts


def _is_keyframe(packet: EncodedPacket) -> bool:
    return packet.track.is_video and packet.keyframe
