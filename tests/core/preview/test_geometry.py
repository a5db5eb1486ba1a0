"""Sizes of preview pictures."""

from hypothesis import given
from hypothesis import strategies as st

from ionia.core.preview.geometry import chroma_halvings, fitted, row_step, side_halvings

SIDES = st.integers(2, 8192)
BOUNDS = st.integers(16, 3840)


def test_a_picture_is_made_as_large_as_fits_and_never_larger_than_it_is() -> None:
    assert fitted((1920, 1080), (640, 360)) == (640, 360)
    assert fitted((1080, 1920), (640, 360)) == (202, 360)
    assert fitted((320, 200), (640, 360)) == (320, 200)
    assert fitted((3840, 1080), (640, 360)) == (640, 180)


@given(SIDES, SIDES, BOUNDS, BOUNDS)
def test_sizes_are_even_and_within_their_bounds(width: int, height: int, most: int, tallest: int) -> None:
    found = fitted((width, height), (most, tallest))
    assert all(side % 2 == 0 and side >= 2 for side in found)
    assert found[0] <= most
    assert found[1] <= tallest


@given(SIDES, BOUNDS)
def test_rows_that_are_left_are_never_fewer_than_wanted(height: int, wanted: int) -> None:
    wanted = min(wanted, height)
    assert row_step(1080, 360) == 2
    assert -(-height // row_step(height, wanted)) >= wanted


@given(SIDES, SIDES, BOUNDS, BOUNDS)
def test_sides_are_halved_as_often_as_leaves_enough(width: int, height: int, least: int, lowest: int) -> None:
    assert [side_halvings((1920, 1080), (wide, wide * 9 // 16)) for wide in (1920, 961, 960, 480, 479)] == [
        0,
        0,
        1,
        2,
        2,
    ]
    found = side_halvings((width, height), (least, lowest))
    enough = [width >> times >= least and height >> times >= lowest for times in (found, found + 1)]
    assert enough == [width >= least and height >= lowest, False]


def test_of_many_rows_not_all_colours_are_read() -> None:
    assert [chroma_halvings(rows, 360) for rows in (360, 540, 720, 1080, 2160)] == [0, 1, 1, 2, 2]
