"""Annex B to length-prefixed: every NAL unit survives, filler and delimiters do not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionia.core.codec.h264 import (
    annex_b,
    decoder_configuration,
    length_prefixed,
    nal_type,
    nal_units,
    parameter_set_id,
    parameter_sets,
)

SPS = bytes((0x67, 0x64, 0x00, 0x1F, 0xAC))
PPS = bytes((0x68, 0xEE, 0x3C, 0xB0))
IDR = bytes((0x65, 0x88, 0x80))
FILLER = bytes((0x0C, 0xFF, 0xFF, 0x80))
DELIMITER = bytes((0x09, 0xF0))
EXTRADATA = b"\0\0\0\1" + SPS + b"\0\0\0\1" + PPS

# What an encoder can emit: no start code inside (emulation prevention) and no zero at the end (rbsp_stop_one_bit).
nals = st.builds(
    lambda first, rest: bytes((first, *rest, 0x80)),
    st.sampled_from([0x41, 0x65, 0x06]),
    st.lists(st.integers(1, 255), max_size=40),
)


@given(units=st.lists(nals, min_size=1, max_size=6), long_codes=st.lists(st.booleans(), min_size=6, max_size=6))
def test_units_come_back_whatever_the_start_codes(units: list[bytes], long_codes: list[bool]) -> None:
    stream = b"".join((b"\0\0\0\1" if long else b"\0\0\1") + nal for nal, long in zip(units, long_codes, strict=False))
    assert list(nal_units(stream)) == units
    expected = b"".join(len(nal).to_bytes(4, "big") + nal for nal in units)
    assert length_prefixed(stream) == expected


def test_no_start_code_means_no_units() -> None:
    assert list(nal_units(b"")) == []
    assert list(nal_units(b"\x01\x02")) == []
    assert list(nal_units(b"\0\0\1")) == []


def test_filler_delimiters_and_known_parameter_sets_are_left_out() -> None:
    stream = b"".join(b"\0\0\1" + nal for nal in (DELIMITER, SPS, PPS, IDR, FILLER))
    assert length_prefixed(stream, drop=frozenset({SPS, PPS})) == b"\0\0\0\3" + IDR
    assert FILLER in length_prefixed(stream, keep_filler=True)
    assert SPS in length_prefixed(stream)
    assert nal_type(FILLER) == 12


def test_configuration_record_of_the_high_profile() -> None:
    record = decoder_configuration(EXTRADATA)
    assert record == (
        bytes((1, 0x64, 0x00, 0x1F, 0xFF, 0xE1, 0, 5)) + SPS + bytes((1, 0, 4)) + PPS + bytes((0xFD, 0xF8, 0xF8, 0))
    )


def test_units_become_a_stream_again() -> None:
    assert annex_b([SPS, PPS]) == EXTRADATA
    assert annex_b([]) == b""


@pytest.mark.parametrize(
    ("nal", "number"),
    [
        (SPS, 0),
        (PPS, 0),
        (bytes((0x67, 0x64, 0x00, 0x1F, 0x04, 0x0B)), 31),
        (bytes((0x68, 0x04, 0x00, 0x82)), 31),
        (bytes((0x68, 0x00, 0x80, 0x40)), 255),
        (bytes((0x68,)), None),
        (bytes((0x67, 0x64, 0, 0x1F, 0, 0, 0, 0)), None),
        (bytes((0x68, 0x01)), None),
    ],
)
def test_ids_of_parameter_sets(nal: bytes, number: int | None) -> None:
    assert parameter_set_id(nal) == number


def test_configuration_record_of_two_encoders_holds_for_both() -> None:
    main = bytes((0x67, 0x4D, 0x40, 0x29, 0xAC))
    record = decoder_configuration(annex_b([main, SPS, PPS]))
    assert record[:6] == bytes((1, 0x64, 0x00, 0x1F, 0xFF, 0xE2))
    assert record.index(main) < record.index(SPS)
    assert record.endswith(bytes((0xFD, 0xF8, 0xF8, 0)))


def test_configuration_record_of_the_main_profile_ends_with_its_pps() -> None:
    main = bytes((0x67, 0x4D, 0x00, 0x1F, 0xAC))
    assert decoder_configuration(b"\0\0\1" + main + b"\0\0\1" + PPS).endswith(PPS)


@pytest.mark.parametrize("extradata", [b"", b"\0\0\1" + SPS, b"\0\0\1" + PPS, b"\0\0\1\x67\0\0\1" + PPS])
def test_incomplete_parameter_sets_are_refused(extradata: bytes) -> None:
    with pytest.raises(ValueError, match="SPS and PPS"):
        parameter_sets(extradata)
