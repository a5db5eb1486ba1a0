"""Still pictures and renumbered slices, bit by bit. Whether decoders agree is in tests/media/test_still_encoder.py."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionia.core.codec.h264 import annex_b, nal_type
from ionia.core.codec.h264_bits import BitReader, BitWriter, escape, unescape
from ionia.core.codec.skip_pictures import SLICE, SkipPictures

_GOOD: Mapping[str, int] = {
    "profile": 100,
    "chroma": 1,
    "scaling": 0,
    "frame_bits": 4,
    "order": 2,
    "references": 1,
    "width": 4,
    "height": 3,
    "frames": 1,
    "pps_id": 0,
    "cabac": 1,
    "fields": 0,
    "groups": 0,
    "active": 0,
    "weights": 0,
    "qp": 0,
    "deblocking": 1,
    "redundant": 0,
}


def _extradata(**changed: int) -> bytes:
    value = {**_GOOD, **changed}
    sps, pps = BitWriter(), BitWriter()
    sps.bits(value["profile"], 8)
    sps.bits(31, 16)
    sps.unsigned(0)
    if value["profile"] == 100:
        sps.unsigned(value["chroma"])
        sps.unsigned(0)
        sps.unsigned(0)
        sps.bits(0, 1)
        sps.bits(value["scaling"], 1)
        sps.bits(0, 8 * value["scaling"])
    sps.unsigned(value["frame_bits"] - 4)
    sps.unsigned(value["order"])
    if value["order"] == 0:
        sps.unsigned(0)
    sps.unsigned(value["references"])
    sps.bits(0, 1)
    sps.unsigned(value["width"] - 1)
    sps.unsigned(value["height"] - 1)
    sps.bits(value["frames"], 1)
    sps.bits(1, 1)
    sps.align(0)
    pps.unsigned(value["pps_id"])
    pps.unsigned(0)
    pps.bits(value["cabac"], 1)
    pps.bits(value["fields"], 1)
    pps.unsigned(value["groups"])
    pps.unsigned(value["active"])
    pps.unsigned(0)
    pps.bits(value["weights"], 1)
    pps.bits(0, 2)
    for number in (value["qp"], 0, 0):
        pps.unsigned(2 * number - 1 if number > 0 else -2 * number)
    pps.bits(value["deblocking"], 1)
    pps.bits(0, 1)
    pps.bits(value["redundant"], 1)
    pps.bits(1, 1)
    pps.align(0)
    return annex_b([escape(b"\x67" + sps.data()), escape(b"\x68" + pps.data())])


@pytest.mark.parametrize(
    "changed",
    [
        {"chroma": 2},
        {"scaling": 1},
        {"order": 0},
        {"references": 2},
        {"frames": 0},
        {"cabac": 0},
        {"fields": 1},
        {"groups": 1},
        {"weights": 1},
        {"redundant": 1},
    ],
)
def test_streams_of_another_kind_are_refused(changed: dict[str, int]) -> None:
    SkipPictures(_extradata())
    with pytest.raises(ValueError, match=r"not a stream with|not the probable case"):
        SkipPictures(_extradata(**changed))


@pytest.mark.parametrize("active", [0, 2])
@pytest.mark.parametrize("deblocking", [0, 1])
@pytest.mark.parametrize("profile", [77, 100])
def test_a_still_pictures_header_says_what_it_must(active: int, deblocking: int, profile: int) -> None:
    still = SkipPictures(_extradata(active=active, deblocking=deblocking, profile=profile, pps_id=5, frame_bits=6))
    nal = still.picture(64 + 9)
    assert nal_type(nal) == SLICE
    assert nal[0] >> 5 == 2  # a reference picture
    reader = BitReader(unescape(nal)[1:])
    assert [reader.unsigned(), reader.unsigned(), reader.unsigned()] == [0, 5, 5]
    assert reader.bits(6) == 9 == still.frame_number(nal)
    assert reader.bits(1) == (active > 0)
    if active:
        assert reader.unsigned() == 0
    assert [reader.bits(1), reader.bits(1)] == [0, 0]
    assert [reader.unsigned(), reader.signed()] == [0, 0]
    if deblocking:
        assert reader.unsigned() == 1


@given(st.integers(0, 1000), st.integers(0, 1000), st.integers(4, 16), st.binary(max_size=40))
def test_renumbering_changes_the_number_and_nothing_else(first: int, by: int, bits: int, rest: bytes) -> None:
    still = SkipPictures(_extradata(frame_bits=bits))
    header = BitWriter()
    for field in (7, 5, 0):
        header.unsigned(field)
    header.bits(first % (1 << bits), bits)
    header.align(1)
    nal = escape(b"\x41" + header.data() + rest + b"\x80")
    changed = still.renumbered_slice(nal, by)
    assert still.frame_number(changed) == (first + by) % (1 << bits)
    assert still.renumbered_slice(changed, -by) == nal


@pytest.mark.parametrize(("width", "height"), [(1, 1), (120, 68), (240, 135)])
def test_a_still_picture_is_a_few_bytes_whatever_its_size(width: int, height: int) -> None:
    nal = SkipPictures(_extradata(width=width, height=height)).picture(1)
    assert len(nal) < 10 + width * height / 100


def test_a_repeat_fills_its_share_and_says_its_number() -> None:
    still = SkipPictures(_extradata())
    for size in (40, 41, 400):
        whole = still.repeated(3, size)
        assert len(whole) == size
        assert still.number(whole) == 3
        assert still.said(whole) == len(still.picture(3))
    alone = still.repeated(3, 0)
    assert alone == annex_b([still.picture(3)])
    assert still.said(alone) is None  # no filler


def test_a_keyframe_and_a_picture_with_other_units_say_too_much() -> None:
    still = SkipPictures(_extradata())
    filler = b"\x0c\xff\x80"
    assert still.said(annex_b([b"\x65abc", filler])) is None
    assert still.said(annex_b([b"\x06abc", b"\x41abc", filler])) is None


def test_counting_on_leaves_everything_but_slices_alone() -> None:
    still = SkipPictures(_extradata())
    filler = b"\x0c\xff\x80"
    changed = still.renumbered(annex_b([still.picture(3), filler]), 2)
    assert changed == annex_b([still.picture(5), filler])
