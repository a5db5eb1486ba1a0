"""Pictures with B-frames as an encoder gives them: in the order of decoding, each with what it refers to."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ionia.core.media import VIDEO, EncodedPacket


@dataclass(frozen=True, slots=True, kw_only=True)
class Reordered:
    """`packets` in the order of decoding; `needs`: for each frame the frames that it refers to."""

    packets: list[EncodedPacket]
    needs: dict[int, tuple[int, ...]]


def reordered(indexes: Sequence[int], *, keys: Collection[int], b_frames: int) -> Reordered:
    """`indexes` are shown one after the other, the first a keyframe. Closed GOPs: none ends with a B-frame."""
    packets, needs = list[EncodedPacket](), dict[int, tuple[int, ...]]()
    anchor = begin = 0
    while begin < len(indexes):
        end = next((n for n in range(begin + 1, len(indexes)) if indexes[n] in keys), len(indexes))
        times = [indexes[begin] - 1, *indexes[begin : end - 1]]  # each is decoded when the one before it is shown
        order = [begin]
        needs[indexes[begin]] = ()
        anchor = begin
        while anchor < end - 1:
            after = min(anchor + b_frames + 1, end - 1)
            order += [after, *range(anchor + 1, after)]
            needs[indexes[after]] = (indexes[anchor],)
            for between in range(anchor + 1, after):
                needs[indexes[between]] = (indexes[anchor], indexes[after])
            anchor = after
        packets += [
            EncodedPacket(
                track=VIDEO, pts=indexes[at], dts=dts, duration=1, keyframe=at == begin, data=b"v%d" % indexes[at]
            )
            for at, dts in zip(order, times, strict=True)
        ]
        begin = end
    return Reordered(packets=packets, needs=needs)
