"""A keyframe of H.264 with another idr_pic_id, so that one and the same may be sent several times, one after the other.

Two IDR pictures in a row must differ in it (ITU-T H.264, 7.4.3): a decoder that isn't told where access units begin
takes equal ones for one picture (7.4.1.2.4). Pure functions on bytes. Source of the syntax: 7.3.3.
"""

from ionia.core.codec.h264 import annex_b, nal_type, nal_units, parameter_sets
from ionia.core.codec.h264_bits import BitReader, BitWriter, escape, unescape
from ionia.core.codec.h264_sets import SliceSets, slice_sets
from ionia.core.codec.skip_pictures import KEYFRAME_SLICE

_NUMBERS = 1 << 16
_I_SLICES = (2, 7)
_MOST_HEADER_BYTES = 32
"""All fields of an IDR picture's slice header take less, whatever their values."""


def renumbered(extradata: bytes, access_unit: bytes, by: int) -> bytes:
    """The same keyframe, whose idr_pic_id is higher by `by`. `extradata`: Annex B, the sets that it was coded with.

    Raises ValueError for what isn't understood: field coding, several colour planes, slice groups or parameter sets.
    """
    some_sps, some_pps = parameter_sets(extradata)
    if len(set(some_sps)) > 1 or len(set(some_pps)) > 1:
        raise ValueError("it has several parameter sets")
    sets = slice_sets(some_sps[0], some_pps[0])
    return annex_b(
        _renumbered(sets, unit, by) if nal_type(unit) == KEYFRAME_SLICE else unit for unit in nal_units(access_unit)
    )


def _renumbered(sets: SliceSets, nal: bytes, by: int) -> bytes:
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
    if sets.cabac:
        _copy(data, end, reader.position, writer)
        writer.align(1)
        behind = data[-(-reader.position // 8) :]
    else:  # all that follows moves, up to the last bit that is 1
        last = int.from_bytes(data[-1:], "big")
        _copy(data, end, 8 * len(data) - (last & -last).bit_length() + 1, writer)
        writer.align(0)
        behind = b""
    return escape(rbsp[:1] + writer.data() + behind)


def _pass_rest(sets: SliceSets, reader: BitReader) -> None:
    """The fields behind idr_pic_id."""
    if sets.order_bits:
        reader.bits(sets.order_bits)
    for _ in range((sets.order_deltas or sets.order_bits > 0) * sets.orders_of_fields + sets.order_deltas):
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
