"""Reads what tells one IDR picture of H.264 from the next (ITU-T H.264, 7.3.3)."""

from ionia.core.codec.h264 import nal_type, nal_units, parameter_sets
from ionia.core.codec.h264_bits import BitReader, unescape
from ionia.core.codec.h264_sets import slice_sets


def idr_number(extradata: bytes, access_unit: bytes) -> int:
    """idr_pic_id of its first slice. `extradata`: Annex B."""
    (sps, *_), (pps, *_) = parameter_sets(extradata)
    slice_ = next(nal for nal in nal_units(access_unit) if nal_type(nal) == 5)
    reader = BitReader(unescape(slice_)[1:24])
    for _ in range(3):
        reader.unsigned()
    reader.bits(slice_sets(sps, pps).frame_number_bits)
    return reader.unsigned()
