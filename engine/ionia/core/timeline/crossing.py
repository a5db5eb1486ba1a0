"""One track's packets, first from one encode and then from another of the same pictures' timeline. Pure.

Both encode for a while. What lies before the frame at which the other one takes over is the first one's, which makes
a keyframe of that frame, too: so none of its packets before it needs one behind it, in whatever order they are decoded.
"""

from collections.abc import Sequence

from ionia.core.media import EncodedPacket


class Crossing:
    """One owner. `over` once the first one has given all that is wanted of it."""

    def __init__(self, at: int) -> None:
        """`at`: the frame from which on the other one's packets count, beginning with a keyframe."""
        self._at = at
        self._waiting: list[EncodedPacket] = []
        self._begun = False
        self._passed: int | None = None  # what the other one has said to leave out
        self.over = False

    def leaving(self, packets: Sequence[EncodedPacket]) -> list[EncodedPacket]:
        """The first one's next packets: what goes on now."""
        if self.over:
            return []
        for number, packet in enumerate(packets):
            if packet.pts >= self._at:
                return [*packets[:number], *self.end()]
        return list(packets)

    def coming(self, packets: Sequence[EncodedPacket]) -> list[EncodedPacket]:
        """The other one's next packets: what goes on now."""
        if not self._begun:
            keyframes = (number for number, one in enumerate(packets) if one.keyframe and one.pts >= self._at)
            first = next(keyframes, None)
            if first is None:
                return []
            self._begun, packets = True, packets[first:]
        if self.over:
            return list(packets)
        self._waiting += packets
        return []

    def end(self) -> list[EncodedPacket]:
        """The first one gives no more: what goes on now."""
        self.over = True
        waiting, self._waiting = self._waiting, []
        return waiting

    def leaving_passes(self, position: int) -> tuple[list[EncodedPacket], int | None]:
        """The first one gives nothing before `position`: what goes on now, and what position is left out then."""
        if self.over:
            return [], None
        if position < self._at:
            return [], position
        return self.end(), self._passed

    def coming_passes(self, position: int) -> int | None:
        """The other one gives nothing before `position`: what position is left out now."""
        if self.over:
            return position
        self._passed = position
        return None
