"""A keyframe of H.264 with another idr_pic_id, so that one and the same may be sent several times, one after the other.

Two IDR pictures in a row must differ in it (ITU-T H.264, 7.4.3): a decoder that isn't told where access units begin
takes equal ones for one picture (7.4.1.2.4). Pure functions on bytes. Sources of the syntax: 7.3.2.1.1, 7.3.2.2, 7.3.3.
"""

from dataclasses import dataclass

from ionia.core.codec.h264 import annex_b, nal_type, nal_units, parameter_sets
from ionia.core.codec.h264_bits import BitReader, BitWriter, escape, unescape
from ionia.core.codec.skip_pictures import HIGH_PROFILES, KEYFRAME_SLICE

_NUMBERS = 1 << 16
_I_SLICES = (2, 7)
_MOST_HEADER_BYTES = 32
"""All fields of an IDR picture's slice header take less, whatever their values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sets:
    """What of an SPS and its PPS an IDR picture's slice header depends on."""

    frame_number_bits: int
    order_bits: int
    """Of pic_order_cnt_lsb; 0: there is none."""
    order_deltas: bool
    fields_differ: bool
    """Whether the lower field has an order of its own."""
    redundant: bool
    deblocking_control: bool
    arithmetic: bool


def renumbered(extradata: bytes, access_unit: bytes, by: int) -> bytes:
    """The same keyframe, whose idr_pic_id is higher by `by`. `extradata`: Annex B, the sets that it was coded with.

    Raises ValueError for what isn't understood: field coding, several colour planes, slice groups or parameter sets.
    """
    some_sps, some_pps = parameter_sets(extradata)
    if len(set(some_sps)) > 1 or len(set(some_pps)) > 1:
        raise ValueError("it has several parameter sets")
    sets = _read(some_sps[0], some_pps[0])
    return annex_b(
        _renumbered(sets, unit, by) if nal_type(unit) == KEYFRAME_SLICE else unit for unit in nal_units(access_unit)
    )


def _renumbered(sets: _Sets, nal: bytes, by: int) -> bytes:
    rbsp = unescape(nal)
    if rbsp.endswith(b"\0"):
        raise ValueError("the slice ends with zero words")
    reader = BitReader(rbsp[1 : 1 + _MOST_HEADER_BYTES])
    reader.unsigned()  # first_mb_in_slice
    if reader.unsigned() not in _I_SLICES:
        raise ValueError("an IDR picture has other slices than I")
    reader.unsigned()  # pic_parameter_set_id
    reader.bits(sets.frame_number_bits)
    begin = reader.position
    number = (reader.unsigned() + by) % _NUMBERS
    end = reader.position
    _pass_rest(sets, reader)
    writer = BitWriter()
    data = rbsp[1:]
    _copy(data, 0, begin, writer)
    writer.unsigned(number)
    if sets.arithmetic:
        _copy(data, end, reader.position, writer)
        writer.align(1)
        behind = data[-(-reader.position // 8) :]
    else:  # all that follows moves, up to the last bit that is 1
        last = int.from_bytes(data[-1:], "big")
        _copy(data, end, 8 * len(data) - (last & -last).bit_length() + 1, writer)
        writer.align(0)
        behind = b""
    return escape(rbsp[:1] + writer.data() + behind)


def _pass_rest(sets: _Sets, reader: BitReader) -> None:
    """The fields behind idr_pic_id."""
    if sets.order_bits:
        reader.bits(sets.order_bits)
    for _ in range((sets.order_deltas or sets.order_bits > 0) * sets.fields_differ + sets.order_deltas):
        reader.signed()
    if sets.redundant:
        reader.unsigned()
    reader.bits(2)  # no_output_of_prior_pics_flag, long_term_reference_flag
    reader.signed()  # slice_qp_delta
    if sets.deblocking_control and reader.unsigned() != 1:
        reader.signed()
        reader.signed()


def _copy(data: bytes, begin: int, end: int, writer: BitWriter) -> None:
    reader = BitReader(data)
    reader.bits(begin)
    writer.bits(reader.bits(end - begin), end - begin)


def _read(sps: bytes, pps: bytes) -> _Sets:
    reader = BitReader(unescape(sps)[1:])
    profile = reader.bits(8)
    reader.bits(16)
    reader.unsigned()  # seq_parameter_set_id
    if profile in HIGH_PROFILES:
        _pass_colours(reader)
    frame_number_bits = reader.unsigned() + 4
    kind = reader.unsigned()
    order_bits = reader.unsigned() + 4 if kind == 0 else 0
    order_deltas = False
    if kind == 1:
        order_deltas = not reader.bits(1)
        reader.signed()
        reader.signed()
        for _ in range(reader.unsigned()):
            reader.signed()
    reader.unsigned()  # max_num_ref_frames
    reader.bits(1)
    reader.unsigned()
    reader.unsigned()
    if not reader.bits(1):
        raise ValueError("it may have fields")
    reader = BitReader(unescape(pps)[1:])
    reader.unsigned()
    reader.unsigned()
    arithmetic, fields_differ = reader.bits(1), reader.bits(1)
    if reader.unsigned():
        raise ValueError("it has several slice groups")
    for _ in ("num_ref_idx_l0_default", "num_ref_idx_l1_default"):
        reader.unsigned()
    reader.bits(3)
    for _ in ("pic_init_qp", "pic_init_qs", "chroma_qp_index_offset"):
        reader.signed()
    return _Sets(
        frame_number_bits=frame_number_bits,
        order_bits=order_bits,
        order_deltas=order_deltas,
        fields_differ=bool(fields_differ),
        deblocking_control=bool(reader.bits(1)),
        redundant=bool(reader.bits(2) & 1),
        arithmetic=bool(arithmetic),
    )


def _pass_colours(reader: BitReader) -> None:
    if reader.unsigned() == 3:
        raise ValueError("it has 4:4:4 colours")
    reader.unsigned()
    reader.unsigned()
    reader.bits(1)
    if reader.bits(1):
        for number in range(8):
            if reader.bits(1):
                _pass_scaling(reader, 16 if number < 6 else 64)


def _pass_scaling(reader: BitReader, size: int) -> None:
    last = scale = 8
    for _ in range(size):
        if scale:
            scale = (last + reader.signed()) % 256
        last = scale or last
