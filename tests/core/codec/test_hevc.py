"""HEVC's parameter sets and samples: literal bytes as libx265 gave them (1280x720)."""

import pytest

from ionia.core.codec import hevc
from ionia.core.codec.h264 import annex_b

VPS = bytes.fromhex("40010c01ffff01600000030090000003000003005dba0240")
SPS = bytes.fromhex("42010101600000030090000003000003005da00280802d165ba4a4c2f016808080")
PPS = bytes.fromhex("4401c172b46240")
IDR, DELIMITER, FILLER = bytes.fromhex("2801ac642e"), bytes.fromhex("460150"), bytes.fromhex("4c01ffff80")


def test_parameter_sets_are_told_by_type_and_id() -> None:
    unit = annex_b([DELIMITER, VPS, SPS, PPS, IDR])
    assert hevc.units_of_sets(unit) == (VPS, SPS, PPS)
    assert [hevc.set_key(one) for one in (VPS, SPS, PPS)] == [(32, 0), (33, 0), (34, 0)]
    assert hevc.set_key(b"\x42\x01\x03" + SPS[3:]) is None  # sub-layers
    assert hevc.set_key(b"\x44\x01") is hevc.set_key(b"\x44\x01\x00\x00\x00\x00") is None


def test_a_units_own_extradata_is_whole_or_none() -> None:
    assert hevc.own_extradata(annex_b([DELIMITER, VPS, SPS, PPS, IDR])) == annex_b([VPS, SPS, PPS])
    assert hevc.own_extradata(annex_b([SPS, PPS, IDR])) is None


def test_the_record_says_profile_level_and_carries_each_set_in_its_array() -> None:
    record = hevc.decoder_configuration(annex_b([VPS, SPS, PPS]))
    # Main profile, compatible with Main and Main 10, progressive, frame only; level 3.1.
    assert record[:13] == bytes.fromhex("01 01 60000000 900000000000 5d")
    assert record[13:22] == bytes.fromhex("f000 fc fd f8 f8 0000 0f")
    assert record[22] == 3
    arrays = b"".join(
        bytes((0x80 | kind,)) + b"\x00\x01" + len(one).to_bytes(2, "big") + one
        for kind, one in ((32, VPS), (33, SPS), (34, PPS))
    )
    assert record[23:] == arrays


@pytest.mark.parametrize("sets", [(), (SPS, PPS), (VPS, PPS), (VPS, SPS), (VPS, SPS[:9], PPS)])
def test_an_encoder_without_parameter_sets_is_refused(sets: tuple[bytes, ...]) -> None:
    with pytest.raises(ValueError, match="HEVC extradata"):
        hevc.decoder_configuration(annex_b(sets))


def test_a_sample_leaves_out_what_the_header_has() -> None:
    data = annex_b([DELIMITER, VPS, SPS, PPS, IDR, FILLER])
    stored = hevc.length_prefixed(data, drop=frozenset({VPS, SPS, PPS}))
    assert stored == len(IDR).to_bytes(4, "big") + IDR
    assert hevc.sets_of_sample(stored) == ()
    whole = hevc.length_prefixed(data, keep_filler=True)
    assert hevc.sets_of_sample(whole) == (VPS, SPS, PPS)
    assert whole.endswith(FILLER)
