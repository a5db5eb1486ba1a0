"""H.264 byte streams: from Annex B, as encoders give them, to the length-prefixed form that MP4 and FLV carry.

Pure functions on bytes. Sources: ITU-T H.264 table 7-1 and annex B, ISO/IEC 14496-15 section 5.3.3. Nothing here
reads a slice: whatever needs decoding belongs to libav.
"""

from collections.abc import Iterable, Iterator

NAL_SPS = 7
NAL_PPS = 8
NAL_DELIMITER = 9
NAL_FILLER = 12

_START = b"\x00\x00\x01"
_HIGH_PROFILES = frozenset({100, 110, 122, 144})


def nal_units(data: bytes) -> Iterator[bytes]:
    """The NAL units of an Annex B byte stream, in order, without start codes and trailing zero bytes."""
    start = data.find(_START)
    while start >= 0:
        begin = start + 3
        start = data.find(_START, begin)
        # A four-byte start code, and trailing_zero_8bits: a NAL unit itself never ends in a zero byte (7.4.1).
        nal = (data[begin:] if start < 0 else data[begin:start]).rstrip(b"\x00")
        if nal:
            yield nal


def annex_b(units: Iterable[bytes]) -> bytes:
    """NAL units as a byte stream."""
    return b"".join(b"\x00" + _START + nal for nal in units)


def nal_type(nal: bytes) -> int:
    """nal_unit_type of a NAL unit."""
    return nal[0] & 0x1F


def parameter_set_id(nal: bytes) -> int | None:
    """The id by which pictures refer to this SPS or PPS: ue(v) behind profile and level, or at once (7.3.2).

    None when it is too short or broken.
    """
    begin = 4 if nal_type(nal) == NAL_SPS else 1
    bits = "".join(f"{byte:08b}" for byte in nal[begin : begin + 4])
    zeros = bits.find("1")
    if zeros < 0 or len(bits) <= 2 * zeros:
        return None
    return int(bits[zeros : 2 * zeros + 1], 2) - 1


def length_prefixed(data: bytes, *, drop: frozenset[bytes] = frozenset(), keep_filler: bool = False) -> bytes:
    """One Annex B access unit as a sample of an `avc1` track or an FLV tag: 32-bit lengths instead of start codes.

    This is what libav's muxers want from packets of a stream whose template came from an init segment; they check
    nothing, and Annex B there makes a file that no player decodes. Delimiters are left out, and so are the parameter
    sets listed in `drop`, which the header carries already, and filler unless `keep_filler`: it makes the constant
    rate of a live stream, and is pure waste in a file.
    """
    unwanted = (NAL_DELIMITER,) if keep_filler else (NAL_DELIMITER, NAL_FILLER)
    parts: list[bytes] = []
    for nal in nal_units(data):
        if nal_type(nal) in unwanted or nal in drop:
            continue
        parts.append(len(nal).to_bytes(4, "big"))
        parts.append(nal)
    return b"".join(parts)


def parameter_sets(extradata: bytes) -> tuple[list[bytes], list[bytes]]:
    """SPS and PPS of an encoder's Annex B extradata. Raises ValueError when either is missing."""
    units = list(nal_units(extradata))
    sps = [nal for nal in units if nal_type(nal) == NAL_SPS]
    pps = [nal for nal in units if nal_type(nal) == NAL_PPS]
    if not sps or not pps or len(sps[0]) < 4:
        raise ValueError("H.264 extradata without SPS and PPS")
    return sps, pps


def units_of_sets(data: bytes) -> tuple[bytes, ...]:
    """The SPS and PPS in extradata or in an access unit, in order."""
    return tuple(nal for nal in nal_units(data) if nal_type(nal) in (NAL_SPS, NAL_PPS))


def units_of_sample(sample: bytes) -> Iterator[bytes]:
    """The NAL units in what `length_prefixed` gave, in order."""
    begin = 0
    while begin + 4 < len(sample):
        end = begin + 4 + int.from_bytes(sample[begin : begin + 4], "big")
        yield sample[begin + 4 : end]
        begin = end


def sets_of_sample(sample: bytes) -> tuple[bytes, ...]:
    """The SPS and PPS in what `length_prefixed` gave, in order."""
    return tuple(nal for nal in units_of_sample(sample) if nal_type(nal) in (NAL_SPS, NAL_PPS))


def set_key(nal: bytes) -> tuple[int, int] | None:
    """Type and id of a parameter set; None when the id can't be read."""
    number = parameter_set_id(nal)
    return None if number is None else (nal_type(nal), number)


def own_extradata(data: bytes) -> bytes | None:
    """SPS and PPS of an access unit as extradata; None when either is missing."""
    try:
        sps, pps = parameter_sets(data)
    except ValueError:
        return None
    return annex_b([*sps, *pps])


def decoder_configuration(extradata: bytes) -> bytes:
    """AVCDecoderConfigurationRecord (the payload of `avcC`) for 4:2:0 pictures of 8 bits per sample."""
    sps, pps = parameter_sets(extradata)
    profile, constraints, level = max(nal[1:4] for nal in sps)  # the one that demands most stands for all
    record = bytearray((1, profile, constraints, level, 0xFF, 0xE0 | len(sps)))
    for nal in sps:
        record += len(nal).to_bytes(2, "big") + nal
    record.append(len(pps))
    for nal in pps:
        record += len(nal).to_bytes(2, "big") + nal
    if profile in _HIGH_PROFILES:
        record += bytes((0xFC | 1, 0xF8, 0xF8, 0))  # chroma_format_idc 1, bit depths 8, no SPS extension
    return bytes(record)
