"""Parameter sets of two encoders in one header."""

from dataclasses import replace

import pytest

from ionia.core.codec.avc_sets import AvcConfiguration
from ionia.core.codec.h264 import annex_b, decoder_configuration

SPS, PPS = bytes.fromhex("6764000d acd94141fb0110000003"), bytes.fromhex("68ebe3cb22c0")
OTHER = bytes.fromhex("67640028 08"), bytes.fromhex("6808")
"""With the id 31: ue(31) is 00000100000."""


def test_a_record_is_the_same_when_it_is_written_again() -> None:
    record = decoder_configuration(annex_b([SPS, PPS]))
    parsed = AvcConfiguration.parsed(record)
    assert (parsed.profile, parsed.level, parsed.length_bytes) == (100, 13, 4)
    assert (parsed.sps, parsed.pps) == ((SPS,), (PPS,))
    assert parsed.record() == record


def test_another_encoders_sets_join_under_an_id_that_is_free() -> None:
    parsed = AvcConfiguration.parsed(decoder_configuration(annex_b([SPS, PPS])))
    assert parsed.free_id() == 31
    both = parsed.joined(annex_b(OTHER))
    assert (both.sps, both.pps, both.level) == ((SPS, OTHER[0]), (PPS, OTHER[1]), 40)
    assert AvcConfiguration.parsed(both.record()) == both


def test_no_id_is_free_where_all_are_taken() -> None:
    parsed = AvcConfiguration.parsed(decoder_configuration(annex_b([SPS, PPS])))
    with pytest.raises(LookupError):
        replace(parsed, pps=tuple(_pps(number) for number in range(32))).free_id()


def _pps(number: int) -> bytes:
    text = f"{number + 1:b}"
    bits = ("0" * (len(text) - 1) + text).ljust(16, "1")
    return b"\x68" + int(bits, 2).to_bytes(2, "big")


@pytest.mark.parametrize(
    "record", [b"", b"\x02" * 9, b"\x01\x64\x00\x0d\xff\xe1\x00\x09ab", b"\x01\x64\x00\x0d\xff\xe0"]
)
def test_what_is_no_record_is_refused(record: bytes) -> None:
    with pytest.raises(ValueError, match="AVC"):
        AvcConfiguration.parsed(record)


def test_samples_have_the_tracks_own_lengths() -> None:
    parsed = AvcConfiguration.parsed(bytes((1, 100, 0, 13, 0xFD, 0xE1, 0, len(SPS))) + SPS + b"\x01\0\x06" + PPS)
    assert parsed.length_bytes == 2
    unit = annex_b([b"\x09\xf0", SPS, PPS, b"\x65abc"])
    assert parsed.sample(unit, with_sets=False) == b"\0\x04\x65abc"
    assert parsed.units(parsed.sample(unit, with_sets=True)) == [SPS, PPS, b"\x65abc"]
    assert parsed.begins_anew(b"\0\x04\x65abc")
    assert not parsed.begins_anew(b"\0\x04\x41abc")
    assert parsed.units(b"\0\xffab") == [b"ab"]
