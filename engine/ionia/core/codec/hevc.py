"""HEVC byte streams: parameter sets, the decoder configuration of MP4, and samples of an `hvc1` track.

Pure functions on bytes. Sources: ITU-T H.265 tables 7-1 and 7.3.3, ISO/IEC 14496-15 section 8.3.3. Annex B is H.264's.
"""

from collections.abc import Iterable

from ionia.core.codec.h264 import annex_b, nal_units

NAL_VPS, NAL_SPS, NAL_PPS, NAL_DELIMITER, NAL_FILLER = 32, 33, 34, 35, 38

_SETS = (NAL_VPS, NAL_SPS, NAL_PPS)
_HEADER = 2
_PROFILE_TIER_LEVEL = 12
"""Bytes of general_profile_space up to general_level_idc (7.3.3)."""


def nal_type(nal: bytes) -> int:
    """nal_unit_type of a NAL unit."""
    return nal[0] >> 1 & 0x3F


def units_of_sets(data: bytes) -> tuple[bytes, ...]:
    """The VPS, SPS and PPS in extradata or in an access unit, in order."""
    return tuple(nal for nal in nal_units(data) if nal_type(nal) in _SETS)


def parameter_set_id(nal: bytes) -> int | None:
    """The id by which others refer to this set; None when it can't be read here: broken, or of several layers."""
    body = _unescaped(nal)[_HEADER:]
    if not body:
        return None
    if nal_type(nal) == NAL_VPS:
        return body[0] >> 4
    if nal_type(nal) == NAL_SPS:
        if body[0] >> 1 & 0x07:  # sub-layers, whose profiles come before the id
            return None
        body = body[1 + _PROFILE_TIER_LEVEL :]
    bits = "".join(f"{byte:08b}" for byte in body[:4])
    zeros = bits.find("1")
    if zeros < 0 or len(bits) <= 2 * zeros:
        return None
    return int(bits[zeros : 2 * zeros + 1], 2) - 1


def set_key(nal: bytes) -> tuple[int, int] | None:
    """Type and id of a parameter set; None when the id can't be read."""
    number = parameter_set_id(nal)
    return None if number is None else (nal_type(nal), number)


def own_extradata(data: bytes) -> bytes | None:
    """The parameter sets of an access unit as extradata; None unless all three kinds are there."""
    sets = units_of_sets(data)
    return annex_b(sets) if {nal_type(nal) for nal in sets} == set(_SETS) else None


def length_prefixed(data: bytes, *, drop: frozenset[bytes] = frozenset(), keep_filler: bool = False) -> bytes:
    """One Annex B access unit as a sample of an `hvc1` track: 32-bit lengths instead of start codes.

    Without delimiters, without the parameter sets listed in `drop`, which the header carries, and without filler
    unless `keep_filler`.
    """
    unwanted = (NAL_DELIMITER,) if keep_filler else (NAL_DELIMITER, NAL_FILLER)
    kept = (nal for nal in nal_units(data) if nal_type(nal) not in unwanted and nal not in drop)
    return b"".join(len(nal).to_bytes(4, "big") + nal for nal in kept)


def sets_of_sample(sample: bytes) -> tuple[bytes, ...]:
    """The parameter sets in what `length_prefixed` gave, in order."""
    sets, begin = [], 0
    while begin + 4 < len(sample):
        end = begin + 4 + int.from_bytes(sample[begin : begin + 4], "big")
        if sample[begin + 4] >> 1 & 0x3F in _SETS:
            sets.append(sample[begin + 4 : end])
        begin = end
    return tuple(sets)


def decoder_configuration(extradata: bytes) -> bytes:
    """HEVCDecoderConfigurationRecord (the payload of `hvcC`) for 4:2:0 pictures of 8 bits per sample.

    Raises ValueError when a parameter set is missing.
    """
    sets = units_of_sets(extradata)
    by_kind = [(kind, [nal for nal in sets if nal_type(nal) == kind]) for kind in _SETS]
    if not all(units for _, units in by_kind):
        raise ValueError("HEVC extradata without VPS, SPS and PPS")
    sps = _unescaped(by_kind[1][1][0])[_HEADER:]
    if len(sps) < 1 + _PROFILE_TIER_LEVEL:
        raise ValueError("HEVC extradata with a broken SPS")
    layers, nested = (sps[0] >> 1 & 0x07) + 1, sps[0] & 1
    record = bytearray((1,)) + sps[1 : 1 + _PROFILE_TIER_LEVEL]
    record += bytes((0xF0, 0))  # min_spatial_segmentation_idc: nothing is promised
    record += bytes((0xFC, 0xFC | 1, 0xF8, 0xF8))  # parallelismType unknown, 4:2:0, bit depths 8
    record += bytes((0, 0, layers << 3 | nested << 2 | 3))  # avgFrameRate unspecified, lengths of 4 bytes
    record.append(len(by_kind))
    for kind, units in by_kind:
        record += bytes((0x80 | kind,)) + len(units).to_bytes(2, "big")  # complete: none are in samples only
        for nal in units:
            record += len(nal).to_bytes(2, "big") + nal
    return bytes(record)


def extradata_of(units: Iterable[bytes]) -> bytes:
    """Extradata made from parameter sets."""
    return annex_b(units)


def _unescaped(nal: bytes) -> bytes:
    """Without the bytes that keep start codes from appearing (7.4.2)."""
    return nal.replace(b"\x00\x00\x03", b"\x00\x00")
