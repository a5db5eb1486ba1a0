"""AV1 in MP4: which OBUs become a sample, and the configuration that the sample entry has.

Pure functions on bytes. Sources: AV1 Bitstream & Decoding Process Specification 5.3 and 5.5, AV1 Codec ISO Media File
Format Binding v1.2.0 sections 2.3 and 2.4. A sequence header stays in each keyframe's sample: the binding wants it.
"""

from collections.abc import Iterable, Iterator

OBU_SEQUENCE_HEADER, OBU_TEMPORAL_DELIMITER, OBU_PADDING = 1, 2, 15


def obus(data: bytes) -> Iterator[bytes]:
    """The OBUs of a temporal unit, headers and sizes included. Raises ValueError for what isn't one."""
    begin = 0
    while begin < len(data):
        header = data[begin]
        if header & 0x80 or not header & 0x02:
            raise ValueError("no OBU with a size")
        at = begin + 1 + (header >> 2 & 1)
        size, shift = 0, 0
        while True:
            if at >= len(data) or shift > 28:
                raise ValueError("an OBU's size is broken")
            byte = data[at]
            size |= (byte & 0x7F) << shift
            at, shift = at + 1, shift + 7
            if not byte & 0x80:
                break
        if at + size > len(data):
            raise ValueError("an OBU is cut off")
        yield data[begin : at + size]
        begin = at + size


def obu_type(obu: bytes) -> int:
    """obu_type of an OBU."""
    return obu[0] >> 3 & 0x0F


def sequence_headers(data: bytes) -> tuple[bytes, ...]:
    """Those in extradata, a temporal unit or a sample, in order."""
    return tuple(obu for obu in obus(data) if obu_type(obu) == OBU_SEQUENCE_HEADER)


def set_key(_: bytes) -> int:
    """There is one sequence header at a time: each keyframe's takes the place of the one before."""
    return OBU_SEQUENCE_HEADER


def extradata_of(headers: Iterable[bytes]) -> bytes:
    """Extradata made from sequence headers."""
    return b"".join(headers)


def own_extradata(data: bytes) -> bytes | None:
    """The sequence header that a temporal unit brings with it."""
    return b"".join(sequence_headers(data)[:1]) or None


def sample(data: bytes, *, drop: frozenset[bytes] = frozenset(), keep_filler: bool = False) -> bytes:  # noqa: ARG001 - nothing is dropped that the header has
    """One temporal unit as a sample of an `av01` track: without its delimiter, and without padding unless
    `keep_filler`."""
    unwanted = (OBU_TEMPORAL_DELIMITER,) if keep_filler else (OBU_TEMPORAL_DELIMITER, OBU_PADDING)
    return b"".join(obu for obu in obus(data) if obu_type(obu) not in unwanted)


def decoder_configuration(extradata: bytes) -> bytes:
    """AV1CodecConfigurationRecord (the payload of `av1C`) for 4:2:0 pictures of 8 bits per sample.

    Raises ValueError when there is no sequence header.
    """
    headers = sequence_headers(extradata)
    if not headers:
        raise ValueError("AV1 extradata without a sequence header")
    profile, level, tier = _profile_level_tier(headers[0])
    return bytes((0x81, profile << 5 | level, tier << 7 | 0b00001100, 0)) + headers[0]


def _profile_level_tier(header: bytes) -> tuple[int, int, int]:
    """seq_profile, seq_level_idx[0], seq_tier[0] (5.5.1)."""
    size_bytes = 1
    at = 1 + (header[0] >> 2 & 1)
    while header[at + size_bytes - 1] & 0x80:
        size_bytes += 1
    bits = _Bits(header[at + size_bytes :])
    profile = bits.read(3)
    bits.read(1)  # still_picture
    if bits.read(1):  # reduced_still_picture_header
        return profile, bits.read(5), 0
    if bits.read(1):  # timing_info_present_flag
        bits.read(32 + 32)  # num_units_in_display_tick, time_scale
        if bits.read(1):  # equal_picture_interval, and behind it num_ticks_per_picture_minus_1 as uvlc (4.10.3)
            bits.read_uvlc()
        if bits.read(1):  # decoder_model_info_present_flag
            bits.read(5 + 32 + 5 + 5)
    bits.read(1 + 5 + 12)  # initial_display_delay_present_flag, operating_points_cnt_minus_1, operating_point_idc[0]
    level = bits.read(5)
    return profile, level, bits.read(1) if level > 7 else 0


class _Bits:
    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "big")
        self._left = 8 * len(data)

    def read(self, count: int) -> int:
        self._left -= count
        if self._left < 0:
            raise ValueError("an AV1 sequence header is cut off")
        return self._value >> self._left & ((1 << count) - 1)

    def read_uvlc(self) -> None:
        zeros = 0
        while not self.read(1):
            zeros += 1
        self.read(zeros if zeros < 32 else 0)
