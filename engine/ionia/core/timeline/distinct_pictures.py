"""A group of pictures without those that repeat the one before, for whoever decodes it.

While libx264 rests (decision 0142) most of a group are such, and to a decoder none of them is free (0428). Pure.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from ionia.core.codec.codec import H264
from ionia.core.codec.h264 import annex_b, units_of_sample
from ionia.core.codec.skip_pictures import SkipPictures
from ionia.core.media import EncodedPacket, VideoTrack

_skip_pictures = lru_cache(maxsize=2)(SkipPictures)


def distinct_pictures(track: VideoTrack, group: Sequence[EncodedPacket]) -> Sequence[EncodedPacket]:
    """`group`: of this track, from a keyframe to before the next. What is left out looks as what is before it.

    Some may be left in. Where some are left out the rest are numbered anew, and as the encoder gave them, not `stored`.
    """
    if not track.rests or track.codec is not H264 or track.reordered:
        return group
    try:
        kept = list(_distinct(track, group))
    except ValueError:  # another encoder's stream
        return group
    return kept if len(kept) < len(group) else group


def _distinct(track: VideoTrack, group: Sequence[EncodedPacket]) -> Iterator[EncodedPacket]:
    """Raises ValueError."""
    still: SkipPictures | None = None
    left_out = 0
    for packet in group:
        unit = annex_b(units_of_sample(packet.data)) if packet.stored else packet.data
        if still is None:  # the keyframe
            still = _skip_pictures(H264.own_extradata(unit) or track.extradata)
        elif still.repeats(unit):
            left_out += 1
            continue
        yield replace(packet, data=still.renumbered(unit, -left_out) if left_out else unit, stored=False)
