"""Skip pictures: each equals the one before and is written without an encoder, as one slice in which nothing is coded.

And what an encoder needs so that such pictures can lie between its own: its later pictures counted on. Pure functions
on bytes. Sources: ITU-T H.264 sections 7.3 (syntax), 8.4.1.1 (a skipped macroblock whose neighbours don't move doesn't
move), 8.7.2.1 (nothing is deblocked between such), 9.3 (CABAC). Decision 0142 says what it is good for.
"""

from ionia.core.codec.h264 import NAL_FILLER, annex_b, nal_type, nal_units, parameter_sets
from ionia.core.codec.h264_bits import BitReader, BitWriter, escape, unescape
from ionia.core.codec.h264_sets import SliceSets, expect, slice_sets

SLICE = 1
"""nal_unit_type of a slice of a picture that is no keyframe."""

KEYFRAME_SLICE = 5
"""nal_unit_type of a slice of a keyframe."""

_REFERENCE_SLICE = bytes((0x41,))
"""nal_ref_idc 2, nal_unit_type 1."""

_P_SLICE = 5
"""slice_type: P, and all slices of the picture are."""

_LEAST_QP = 22
"""The lowest at which skipping is the probable case to begin with. x264 begins with its CRF, which may be lower."""

_MOST_HEADER_BYTES = 16
"""The first three fields and frame_num take less, whatever their values."""


class SkipPictures:
    """`StillPictures` of H.264. Raises ValueError for streams unlike those of x264 without delay (tune zerolatency)."""

    def __init__(self, extradata: bytes) -> None:
        (sps, *_), (pps, *_) = parameter_sets(extradata)
        self._sets = _still_sets(sps, pps)
        self._qp = max(self._sets.initial_qp, _LEAST_QP)
        self._skipped = _skipped_macroblocks(self._sets.macroblocks, self._qp)

    @property
    def macroblocks(self) -> int:
        """See the protocol."""
        return self._sets.macroblocks

    def said(self, access_unit: bytes) -> int | None:
        """See the protocol."""
        *slices, last = nal_units(access_unit)
        if nal_type(last) != NAL_FILLER or {nal_type(unit) for unit in slices} != {SLICE}:
            return None
        return sum(map(len, slices))

    def number(self, access_unit: bytes) -> int:
        """See the protocol: frame_num."""
        first = next(unit for unit in nal_units(access_unit) if nal_type(unit) in (SLICE, KEYFRAME_SLICE))
        return self.frame_number(first)

    def renumbered(self, access_unit: bytes, by: int) -> bytes:
        """See the protocol."""
        return annex_b(
            self.renumbered_slice(unit, by) if nal_type(unit) == SLICE else unit for unit in nal_units(access_unit)
        )

    def repeated(self, number: int, size: int) -> bytes:
        """See the protocol."""
        picture = annex_b([self.picture(number)])
        return picture + _filler(size - len(picture))

    def repeats(self, access_unit: bytes) -> bool:
        """Whether it is what `repeated` gives."""
        units = [unit for unit in nal_units(access_unit) if nal_type(unit) != NAL_FILLER]
        if len(units) != 1 or nal_type(units[0]) != SLICE:
            return False
        return units[0] == self.picture(self.frame_number(units[0]))

    def picture(self, frame_number: int) -> bytes:
        """A NAL unit: a reference picture equal to the one before. `frame_number` is one higher than that one's."""
        sets = self._sets
        header = BitWriter()
        header.unsigned(0)  # first_mb_in_slice
        header.unsigned(_P_SLICE)
        header.unsigned(sets.pps_id)
        header.bits(frame_number % (1 << sets.frame_number_bits), sets.frame_number_bits)
        header.bits(int(sets.several_active), 1)  # num_ref_idx_active_override_flag
        if sets.several_active:
            header.unsigned(0)
        header.bits(0, 1)  # ref_pic_list_modification_flag_l0
        header.bits(0, 1)  # adaptive_ref_pic_marking_mode_flag
        header.unsigned(0)  # cabac_init_idc
        header.signed(self._qp - sets.initial_qp)  # slice_qp_delta
        if sets.deblocking_control:
            header.unsigned(1)  # disable_deblocking_filter_idc
        header.align(1)
        return escape(_REFERENCE_SLICE + header.data() + self._skipped)

    def frame_number(self, nal: bytes) -> int:
        """frame_num of a slice."""
        reader, _ = self._at_frame_number(nal)
        return reader.bits(self._sets.frame_number_bits)

    def renumbered_slice(self, nal: bytes, by: int) -> bytes:
        """A slice whose frame_num is higher by `by`."""
        reader, rbsp = self._at_frame_number(nal)
        bits = self._sets.frame_number_bits
        begin = reader.position
        number = (reader.bits(bits) + by) % (1 << bits)
        head = min(_MOST_HEADER_BYTES, len(rbsp) - 1)
        shift = 8 * head - begin - bits
        value = int.from_bytes(rbsp[1 : 1 + head], "big")
        value = value & ~(((1 << bits) - 1) << shift) | number << shift
        return escape(rbsp[:1] + value.to_bytes(head, "big") + rbsp[1 + head :])

    def _at_frame_number(self, nal: bytes) -> tuple[BitReader, bytes]:
        rbsp = unescape(nal)
        reader = BitReader(rbsp[1 : 1 + _MOST_HEADER_BYTES])
        for _ in ("first_mb_in_slice", "slice_type", "pic_parameter_set_id"):
            reader.unsigned()
        return reader, rbsp


def _filler(size: int) -> bytes:
    """Exactly `size` bytes that mean nothing; none if that isn't possible."""
    return annex_b([bytes((NAL_FILLER,)) + b"\xff" * (size - 6) + b"\x80"]) if size >= 6 else b""


def _still_sets(sps: bytes, pps: bytes) -> SliceSets:
    """Raises ValueError where a slice of nothing would be another one than is written here."""
    sets = slice_sets(sps, pps)
    expect(sets.yuv_420, "4:2:0")
    expect(not sets.scaling, "no scaling matrices")
    expect(sets.order_type == 2, "output in the order of decoding")
    expect(sets.references == 1, "one reference picture")
    expect(sets.cabac, "CABAC")
    expect(not sets.orders_of_fields, "no order of fields")
    expect(not sets.weighted, "no weights")
    expect(not sets.redundant, "no redundant pictures")
    return sets


# Table 9-44, rangeTabLPS, by pStateIdx and qCodIRangeIdx.
_LEAST_PROBABLE = (
    (128, 176, 208, 240), (128, 167, 197, 227), (128, 158, 187, 216), (123, 150, 178, 205), (116, 142, 169, 195),
    (111, 135, 160, 185), (105, 128, 152, 175), (100, 122, 144, 166), (95, 116, 137, 158), (90, 110, 130, 150),
    (85, 104, 123, 142), (81, 99, 117, 135), (77, 94, 111, 128), (73, 89, 105, 122), (69, 85, 100, 116),
    (66, 80, 95, 110), (62, 76, 90, 104), (59, 72, 86, 99), (56, 69, 81, 94), (53, 65, 77, 89), (51, 62, 73, 85),
    (48, 59, 69, 80), (46, 56, 66, 76), (43, 53, 63, 72), (41, 50, 59, 69), (39, 48, 56, 65), (37, 45, 54, 62),
    (35, 43, 51, 59), (33, 41, 48, 56), (32, 39, 46, 53), (30, 37, 43, 50), (29, 35, 41, 48), (27, 33, 39, 45),
    (26, 31, 37, 43), (24, 30, 35, 41), (23, 28, 33, 39), (22, 27, 32, 37), (21, 26, 30, 35), (20, 24, 29, 33),
    (19, 23, 27, 31), (18, 22, 26, 30), (17, 21, 25, 28), (16, 20, 23, 27), (15, 19, 22, 25), (14, 18, 21, 24),
    (14, 17, 20, 23), (13, 16, 19, 22), (12, 15, 18, 21), (12, 14, 17, 20), (11, 14, 16, 19), (11, 13, 15, 18),
    (10, 12, 15, 17), (10, 12, 14, 16), (9, 11, 13, 15), (9, 11, 12, 14), (8, 10, 12, 14), (8, 9, 11, 13),
    (7, 9, 11, 12), (7, 9, 10, 12), (7, 8, 10, 11), (6, 8, 9, 11), (6, 7, 9, 10), (6, 7, 8, 9),
)  # fmt: skip

_SKIP_FLAG = (23, 33)
"""m and n of mb_skip_flag in P slices, its neighbours skipped or none; cabac_init_idc 0 (table 9-13)."""


def _skipped_macroblocks(count: int, qp: int) -> bytes:
    """The slice data of `count` skipped macroblocks with its stop bit, coded by CABAC (9.3.4.2)."""
    m, n = _SKIP_FLAG
    context = max(1, min(126, (m * max(0, min(51, qp)) >> 4) + n))
    if context < 64:
        raise ValueError("skipping is not the probable case")  # below _LEAST_QP
    # The less probable case never comes: the coder's `low` stays 0, and all it puts out until the end is zeros.
    state, width, zeros = context - 64, 510, 0
    for left in range(count, 0, -1):
        width -= _LEAST_PROBABLE[state][width >> 6 & 3]
        zeros, width = zeros + (width < 256), width << (width < 256)
        state = min(state + 1, 62)
        width -= 2  # end_of_slice_flag
        if left > 1:
            zeros, width = zeros + (width < 256), width << (width < 256)
    # At the end `low` becomes `width`: ten bits, the last one the stop bit. The first of all is left out.
    bits = ("0" * zeros + f"{width | 1:010b}")[1:]
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")
