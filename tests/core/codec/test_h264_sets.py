"""Parameter sets with fields that the encoders in use here leave out; what these write is in test_idr_numbers.py."""

import pytest

from ionia.core.codec.h264_bits import BitWriter, escape
from ionia.core.codec.h264_sets import slice_sets


def sets(*, frames: int = 1, groups: int = 0, chroma: int = 1) -> tuple[bytes, bytes]:
    """pic_order_cnt_type 1 with a cycle of two, one scaling list of three values, 45 macroblocks."""
    sps, pps = BitWriter(), BitWriter()
    sps.bits(100, 8)
    sps.bits(31, 16)
    for number in (0, chroma, 0, 0):
        sps.unsigned(number)
    sps.bits(0, 1)
    sps.bits(1, 1)  # scaling matrices
    sps.bits(0b1, 1)
    for delta in (4, -2, -10):  # the last one is 0: what follows is as before, and isn't written
        sps.signed(delta)
    sps.bits(0, 7)
    sps.unsigned(2)
    sps.unsigned(1)
    sps.bits(0, 1)
    for number in (-1, 2):
        sps.signed(number)
    sps.unsigned(2)
    for number in (3, -3):
        sps.signed(number)
    sps.unsigned(4)
    sps.bits(0, 1)
    for number in (8, 4):
        sps.unsigned(number)
    sps.bits(frames, 1)
    sps.align(1)
    pps.unsigned(3)
    pps.unsigned(0)
    pps.bits(0b01, 2)
    for number in (groups, 1, 0):
        pps.unsigned(number)
    pps.bits(0b101, 3)
    for number in (-4, 0, 2):
        pps.signed(number)
    pps.bits(0b101, 3)
    pps.align(1)
    return escape(b"\x67" + sps.data()), escape(b"\x68" + pps.data())


def test_each_field_is_found_behind_the_others() -> None:
    read = slice_sets(*sets())
    assert (read.yuv_420, read.scaling, read.frame_number_bits) == (True, True, 6)
    assert (read.order_type, read.order_bits, read.order_deltas) == (1, 0, True)
    assert (read.references, read.macroblocks, read.pps_id) == (4, 45, 3)
    assert (read.cabac, read.orders_of_fields, read.several_active, read.weighted) == (False, True, True, True)
    assert (read.initial_qp, read.deblocking_control, read.redundant) == (22, True, True)


@pytest.mark.parametrize("changed", [{"frames": 0}, {"groups": 1}, {"chroma": 3}])
def test_streams_of_another_kind_are_refused(changed: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="not a stream with"):
        slice_sets(*sets(**changed))


def test_sets_that_end_early_are_refused() -> None:
    sps, pps = sets()
    for one, other in ((sps[:9], pps), (sps, pps[:3])):
        with pytest.raises(ValueError, match="early"):
            slice_sets(one, other)
