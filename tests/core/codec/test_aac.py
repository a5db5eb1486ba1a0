"""One AAC channel as both sides: every field where the standard has it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionia.core.codec.aac import both_sides, window_of
from ionia.core.codec.h264_bits import BitReader, BitWriter


def packet(*fields: tuple[int, int]) -> bytes:
    """(value, bits) one after the other, the end, and zeros up to a byte."""
    writer = BitWriter()
    for value, count in (*fields, (7, 3)):
        writer.bits(value, count)
    writer.align(0)
    return writer.data()


def channel(info: tuple[tuple[int, int], ...], rest: tuple[tuple[int, int], ...]) -> bytes:
    """single_channel_element with tag 5 and a gain of 140."""
    return packet((0, 3), (5, 4), (140, 8), *info, *rest)


LONG = ((0, 1), (0, 2), (1, 1), (49, 6), (0, 1))
SHORT = ((0, 1), (2, 2), (0, 1), (14, 4), (0b1101011, 7))  # groups of 3, 2 and 3


@given(st.integers(0, 2**64 - 1), st.integers(1, 64))
def test_the_middle_is_as_it_was_and_the_side_is_nothing(value: int, count: int) -> None:
    rest = ((value & (1 << count) - 1, count),)
    assert both_sides(channel(LONG, rest)) == packet(
        *((1, 3), (5, 4), (1, 1), *LONG, (2, 2), (140, 8), *rest),  # one window, all bands middle and side
        *((140, 8), (0, 4), (31, 5), (18, 5), (0, 3)),  # 49 bands of codebook 0; no pulse, TNS or gain control
    )


def test_short_windows_have_a_section_for_each_group() -> None:
    rest = ((0b1011, 4),)
    nothing = ((0, 4), (7, 3), (7, 3), (0, 3)) * 3
    assert both_sides(channel(SHORT, rest)) == packet(
        (1, 3), (5, 4), (1, 1), *SHORT, (2, 2), (140, 8), *rest, (140, 8), *nothing, (0, 3)
    )


def test_a_packet_without_bands_has_no_section() -> None:
    none = (*LONG[:3], (0, 6), (0, 1))
    out = BitReader(both_sides(channel(none, ((0, 3),))))
    fields = [out.bits(count) for count in (3, 4, 1, 11, 2, 8, 3, 8, 3, 3)]
    assert fields == [1, 5, 1, 0b0001_000000_0, 2, 140, 0, 140, 0, 7]


@pytest.mark.parametrize("window", [(0, 1), (1, 0), (2, 0), (3, 1)])
def test_the_window_is_read_of_one_channel_and_of_both(window: tuple[int, int]) -> None:
    info = ((0, 1), (window[0], 2), (window[1], 1), (14, 11 if window[0] == 2 else 7))
    one = channel(info, ((0, 20),))
    assert window_of(one) == window_of(both_sides(one)) == window


def test_two_windows_and_other_elements_have_none() -> None:
    assert window_of(packet((1, 3), (0, 4), (0, 1), (140, 8), *LONG)) is None
    assert window_of(packet((6, 3), (15, 4), (200, 8), (0, 30))) is None  # libav's words about itself


@pytest.mark.parametrize("data", [b"", b"\x20", b"\x01\x18", packet((1, 3), (0, 4), (1, 1), (0, 60))])
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="one channel"):
        both_sides(data)
