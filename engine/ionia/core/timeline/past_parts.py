"""How a recording that begins in the past is cut into parts there: planned beforehand, and carried out as it comes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ionia.core.media import EncodedPacket


@dataclass(slots=True, kw_only=True)
class PastParts:
    """`splits`: the keyframes that begin another part, in order, and still to come. The past ends before frame `end`.

    `size`: bytes of all of it. One owner.
    """

    splits: list[int] = field(default_factory=list)
    end: int = 0
    size: int = 0

    def cut(self, packets: Sequence[EncodedPacket]) -> Iterator[tuple[int | None, Sequence[EncodedPacket]]]:
        """These packets in pieces, each with the split that it begins with, if it begins with one."""
        begins: int | None = None
        while self.splits:
            index = self.splits[0]
            at = next((n for n, each in enumerate(packets) if each.track.is_video and each.pts >= index), None)
            if at is None:
                break
            yield begins, packets[:at]
            begins, packets = self.splits.pop(0), packets[at:]
        yield begins, packets
