"""Packets as they are held in memory for a file that may be made of them: as its samples, and without what it lacks.

Start codes are sought once, when a packet comes, and not each time that it is saved. The filler that makes a constant
rate of a still screen is left out: megabytes a minute that say nothing.
"""

from dataclasses import replace

from ionia.core.media import EncodedPacket, MediaHeader


class StoredForm:
    """Made for one header, whose parameter sets need not be in the packets. Any thread."""

    def __init__(self, header: MediaHeader) -> None:
        self._codec = header.video.codec
        self._picture = header.video.id
        self._known_sets = header.video.left_out_sets

    def of(self, packet: EncodedPacket) -> EncodedPacket:
        """The same packet; sound has this form already."""
        if packet.track != self._picture or packet.stored:
            return packet
        return replace(packet, data=self._codec.sample(packet.data, drop=self._known_sets), stored=True)
