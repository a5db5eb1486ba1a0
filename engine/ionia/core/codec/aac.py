"""AAC-LC packets, as far as one has to look into them: which window, and one channel as both sides of a stereo packet.

Pure functions on bytes. Source: ISO/IEC 14496-3, tables 4.4 to 4.6, 4.50 and 4.52. Noise substitution, TNS,
prediction and intensity stereo are not known here.
"""

from functools import cache

_SINGLE, _PAIR, _END = 0, 1, 7
"""id_syn_ele of a channel, of two, and of the end."""

_SHORT = 2
"""EIGHT_SHORT_SEQUENCE."""

_INFO_BITS, _SHORT_INFO_BITS = 11, 15
"""ics_info: a reserved bit, two of the sequence, one of the shape; then max_sfb (6) and no prediction, or max_sfb (4)
and the grouping (7)."""

_ALL_MID_SIDE = 2
"""ms_mask_present: every band is middle and side."""


def window_of(packet: bytes) -> tuple[int, int] | None:
    """(sequence, shape) of the window that both sides have; None where they have one each.

    Behind a packet an encoder may be replaced by another that gave it the same window: the halves overlap.
    """
    head = int.from_bytes(packet[:4].ljust(4, b"\0"), "big")
    if head >> 29 == _SINGLE:
        return head >> 14 & 3, head >> 13 & 1
    return (head >> 21 & 3, head >> 20 & 1) if head >> 29 == _PAIR and head >> 24 & 1 else None


def both_sides(packet: bytes) -> bytes:
    """A packet of one channel as one of two that sound like it: it is the middle, and the side is nothing.

    What is decoded is the same to the bit. Raises ValueError for anything but one channel.
    """
    value = int.from_bytes(packet, "big")
    unused = (value & -value).bit_length() - 1  # behind the end, which is three ones
    length = 8 * len(packet) - unused - 3
    short = len(packet) > 2 and packet[2] >> 6 == _SHORT
    info_bits = _SHORT_INFO_BITS if short else _INFO_BITS
    rest = length - 15 - info_bits
    if rest < 0 or packet[0] >> 5 != _SINGLE:
        raise ValueError("not an AAC packet of one channel")
    value >>= unused + 3
    head = value >> rest
    tag, gain, info = head >> info_bits + 8, head >> info_bits & 0xFF, head & (1 << info_bits) - 1
    silence, silence_bits = _nothing(info, short=short)
    # Element, tag, common window, its info, mask, gain; then the middle as it was, and the side: a gain of nothing.
    front = (((_PAIR << 4 | tag) << 1 | 1) << info_bits | info) << 10 | _ALL_MID_SIDE << 8 | gain
    back = (gain << silence_bits | silence) << 3 | _END
    out = (front << rest | value & (1 << rest) - 1) << silence_bits + 11 | back
    bits = info_bits + 18 + rest + silence_bits + 11
    return (out << -bits % 8).to_bytes((bits + 7) // 8, "big")


@cache
def _nothing(info: int, *, short: bool) -> tuple[int, int]:
    """A channel without a line, behind its gain: all bands of codebook 0, then no pulse, TNS or gain control.

    (bits, how many.) Sections have no length of their own: a length that is all ones goes on in the next field.
    """
    groups, bands, width = (8 - (info & 0x7F).bit_count(), info >> 7 & 15, 3) if short else (1, info >> 1 & 63, 5)
    most = (1 << width) - 1
    section, bits = 0, 4
    for length in (*[most] * (bands // most), bands % most):
        section, bits = section << width | length, bits + width
    out, count = 0, 0
    for _ in range(groups if bands else 0):
        out, count = out << bits | section, count + bits
    return out << 3, count + 3
