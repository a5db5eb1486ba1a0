"""AV1's OBUs and configuration: literal bytes as libsvtav1 gave them (1280x720)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionia.core.codec import av1

HEADER = bytes.fromhex("0a0e0000002d4cffb3c4af9101010104")
DELIMITER, FRAME, PADDING = b"\x12\x00", b"\x32\x03abc", b"\x7a\x02\xff\x80"


def test_obus_are_found_by_their_sizes() -> None:
    long = b"\x32\x80\x02" + b"x" * 256
    extended = b"\x36\x00\x01y"
    assert list(av1.obus(DELIMITER + HEADER + long + extended)) == [DELIMITER, HEADER, long, extended]
    assert av1.sequence_headers(DELIMITER + HEADER + FRAME) == (HEADER,)
    assert av1.own_extradata(DELIMITER + HEADER + FRAME) == HEADER
    assert av1.own_extradata(DELIMITER + FRAME) is None


@pytest.mark.parametrize("data", [b"\x8a\x00", b"\x08", b"\x0a", b"\x0a\x05abc", b"\x0a\xff\xff\xff\xff\xff\x01"])
def test_what_is_broken_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="OBU"):
        list(av1.obus(data))


def test_the_record_says_profile_and_level_and_carries_the_header() -> None:
    record = av1.decoder_configuration(DELIMITER + HEADER)
    assert record == bytes((0x81, 0 << 5 | 5, 0b00001100, 0)) + HEADER  # Main, level 3.1, 8 bits, 4:2:0
    with pytest.raises(ValueError, match="without a sequence header"):
        av1.decoder_configuration(DELIMITER)
    with pytest.raises(ValueError, match="cut off"):
        av1.decoder_configuration(b"\x0a\x01\x00")


@pytest.mark.parametrize(
    "timing",
    [
        "0",
        "1" + f"{1:032b}{60:032b}" + "0" + "0",
        "1" + f"{1:032b}{60:032b}" + "1" + "00101" + "0",  # equal intervals: uvlc of 4
        "1" + f"{1:032b}{60:032b}" + "1" + "1" + "1" + "01" * 23 + "1",  # with a decoder model
    ],
)
def test_profile_level_and_tier_are_found_behind_timing_information(timing: str) -> None:
    bits = "001" + "0" + "0" + timing + "0" + "00000" + "0" * 12 + "01101" + "1" + "1" * 8
    body = int(bits.ljust(160, "1"), 2).to_bytes(20, "big")
    record = av1.decoder_configuration(b"\x0a\x14" + body)
    assert record[1:3] == bytes((1 << 5 | 13, 0x80 | 0b00001100))


def test_a_sample_keeps_its_header_and_leaves_the_delimiter_out() -> None:
    data = DELIMITER + HEADER + FRAME + PADDING
    assert av1.sample(data, drop=frozenset({HEADER})) == HEADER + FRAME
    assert av1.sample(data, keep_filler=True) == HEADER + FRAME + PADDING
    assert av1.set_key(HEADER) == av1.set_key(b"")
    assert av1.extradata_of((HEADER,)) == HEADER


@given(st.binary(max_size=40))
def test_no_bytes_are_lost_or_made_up(data: bytes) -> None:
    try:
        assert b"".join(av1.obus(data)) == data
    except ValueError:
        return
