"""Sizes and places of preview pictures."""

from hypothesis import given
from hypothesis import strategies as st

from ionia.core.preview.geometry import Box, Region, boxed, clipped, fitted, row_step

SIDES = st.integers(2, 8192)
BOUNDS = st.integers(16, 3840)


def test_a_picture_is_made_as_large_as_fits_and_never_larger_than_it_is() -> None:
    assert fitted(1920, 1080, 640, 360) == (640, 360)
    assert fitted(1080, 1920, 640, 360) == (202, 360)
    assert fitted(320, 200, 640, 360) == (320, 200)
    assert fitted(3840, 1080, 640, 360) == (640, 180)


@given(SIDES, SIDES, BOUNDS, BOUNDS)
def test_sizes_are_even_and_within_their_bounds(width: int, height: int, most: int, tallest: int) -> None:
    found = fitted(width, height, most, tallest)
    assert all(side % 2 == 0 and side >= 2 for side in found)
    assert found[0] <= most
    assert found[1] <= tallest


def test_without_a_region_only_an_odd_edge_is_left_out() -> None:
    assert clipped(None, 1367, 767) == Box(left=0, top=0, width=1366, height=766)


def test_a_region_is_clipped_to_the_picture() -> None:
    assert clipped(Region(x=100, y=50, width=301, height=200), 1920, 1080) == Box(
        left=100, top=50, width=300, height=200
    )
    assert clipped(Region(x=1800, y=1000, width=500, height=500), 1920, 1080) == Box(
        left=1800, top=1000, width=120, height=80
    )


REGIONS = st.builds(
    Region,
    x=st.integers(0, 65_535),
    y=st.integers(0, 65_535),
    width=st.integers(2, 65_535),
    height=st.integers(2, 65_535),
)


@given(REGIONS, SIDES, SIDES)
def test_a_region_is_never_empty_and_never_beyond(region: Region, width: int, height: int) -> None:
    box = clipped(region, width, height)
    assert box.width >= 2
    assert box.height >= 2
    assert box.left + box.width <= width
    assert box.top + box.height <= height


def test_another_shape_goes_between_bars() -> None:
    assert boxed(1920, 1080, (640, 360)) == Box(left=0, top=0, width=640, height=360)
    assert boxed(1000, 1000, (640, 360)) == Box(left=140, top=0, width=360, height=360)
    assert boxed(1920, 540, (640, 360)) == Box(left=0, top=90, width=640, height=180)


@given(SIDES, SIDES, BOUNDS, BOUNDS)
def test_what_is_boxed_lies_within_at_even_places(width: int, height: int, across: int, down: int) -> None:
    inside = across & ~1, down & ~1
    box = boxed(width, height, inside)
    assert box.left + box.width <= inside[0]
    assert box.top + box.height <= inside[1]
    assert all(number % 2 == 0 for number in (box.left, box.top, box.width, box.height))


@given(SIDES, BOUNDS)
def test_rows_that_are_left_are_never_fewer_than_wanted(height: int, wanted: int) -> None:
    wanted = min(wanted, height)
    assert row_step(1080, 360) == 2
    assert -(-height // row_step(height, wanted)) >= wanted
