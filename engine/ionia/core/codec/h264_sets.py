"""What an SPS and its PPS of H.264 say that a slice's header depends on. Pure. Source: ITU-T H.264, 7.3.2.1.1, 7.3.2.2.

Of streams whose pictures are frames in one plane of 4:2:0 to 4:2:2, without slice groups: nobody sends others.
"""

from dataclasses import dataclass

from ionia.core.codec.h264_bits import BitReader, unescape

_HIGH_PROFILES = frozenset({100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135})
_YUV_420, _YUV_444 = 1, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceSets:
    """In the order of the syntax, under its names but for what is derived."""

    yuv_420: bool
    scaling: bool
    frame_number_bits: int
    order_type: int
    """pic_order_cnt_type."""
    order_bits: int
    """Of pic_order_cnt_lsb; 0: there is none."""
    order_deltas: bool
    """Whether slices have delta_pic_order_cnt."""
    references: int
    """max_num_ref_frames."""
    macroblocks: int
    """In a picture."""
    pps_id: int
    cabac: bool
    orders_of_fields: bool
    """bottom_field_pic_order_in_frame_present_flag."""
    several_active: bool
    """Whether a P slice has several reference pictures where it doesn't say how many."""
    weighted: bool
    initial_qp: int
    deblocking_control: bool
    redundant: bool


def expect(condition: bool, what: str) -> None:
    """Raises ValueError."""
    if not condition:
        raise ValueError(f"not a stream with {what}")


def slice_sets(sps: bytes, pps: bytes) -> SliceSets:
    """`sps`, `pps`: NAL units. Raises ValueError for streams of another kind, and for sets that end early."""
    reader = BitReader(unescape(sps)[1:])
    profile = reader.bits(8)
    reader.bits(16)
    reader.unsigned()  # seq_parameter_set_id
    yuv_420, scaling = _colours(reader) if profile in _HIGH_PROFILES else (True, False)
    frame_number_bits = reader.unsigned() + 4
    order_type = reader.unsigned()
    order_bits = reader.unsigned() + 4 if order_type == 0 else 0
    order_deltas = order_type == 1 and _cycle_leaves_deltas(reader)
    references = reader.unsigned()
    reader.bits(1)  # gaps_in_frame_num_value_allowed_flag
    width, height = reader.unsigned() + 1, reader.unsigned() + 1
    expect(bool(reader.bits(1)), "frames only, but maybe fields")
    reader = BitReader(unescape(pps)[1:])
    pps_id = reader.unsigned()
    reader.unsigned()  # seq_parameter_set_id
    cabac, orders_of_fields = bool(reader.bits(1)), bool(reader.bits(1))
    expect(reader.unsigned() == 0, "one slice group")
    several_active = reader.unsigned() > 0
    reader.unsigned()  # num_ref_idx_l1_default_active_minus1
    weighted = bool(reader.bits(1))
    reader.bits(2)  # weighted_bipred_idc
    initial_qp = 26 + reader.signed()
    reader.signed()  # pic_init_qs
    reader.signed()  # chroma_qp_index_offset
    deblocking_control = bool(reader.bits(1))
    reader.bits(1)  # constrained_intra_pred_flag
    return SliceSets(
        yuv_420=yuv_420,
        scaling=scaling,
        frame_number_bits=frame_number_bits,
        order_type=order_type,
        order_bits=order_bits,
        order_deltas=order_deltas,
        references=references,
        macroblocks=width * height,
        pps_id=pps_id,
        cabac=cabac,
        orders_of_fields=orders_of_fields,
        several_active=several_active,
        weighted=weighted,
        initial_qp=initial_qp,
        deblocking_control=deblocking_control,
        redundant=bool(reader.bits(1)),
    )


def _colours(reader: BitReader) -> tuple[bool, bool]:
    """Whether they are 4:2:0, and whether there are scaling matrices."""
    chroma = reader.unsigned()
    expect(chroma != _YUV_444, "less than 4:4:4 colours")
    for _ in ("bit_depth_luma", "bit_depth_chroma"):
        reader.unsigned()
    reader.bits(1)  # qpprime_y_zero_transform_bypass_flag
    scaling = bool(reader.bits(1))
    if scaling:
        for number in range(8):
            if reader.bits(1):
                _pass_scaling(reader, 16 if number < 6 else 64)
    return chroma == _YUV_420, scaling


def _pass_scaling(reader: BitReader, size: int) -> None:
    last = scale = 8
    for _ in range(size):
        if scale:
            scale = (last + reader.signed()) % 256
        last = scale or last


def _cycle_leaves_deltas(reader: BitReader) -> bool:
    """Past what pic_order_cnt_type 1 brings; whether slices have deltas to it."""
    deltas = not reader.bits(1)
    for _ in ("offset_for_non_ref_pic", "offset_for_top_to_bottom_field"):
        reader.signed()
    for _ in range(reader.unsigned()):
        reader.signed()
    return deltas
