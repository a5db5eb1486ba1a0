"""What several screens leave uncovered."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ionia.core.video.desktop_gaps import gaps
from ionia.core.video.framing import Region


def region(x: int, y: int, width: int, height: int) -> Region:
    return Region(x=x, y=y, width=width, height=height)


def test_screens_of_one_height_beside_each_other_leave_none() -> None:
    assert gaps((640, 480), [region(320, 0, 320, 480), region(0, 0, 320, 480)]) == ()


def test_a_smaller_one_further_down_leaves_a_band_above_and_below() -> None:
    screens = [region(0, 0, 320, 480), region(320, 100, 320, 240)]
    assert gaps((640, 480), screens) == (region(320, 0, 320, 100), region(320, 340, 320, 140))


def test_one_apart_leaves_what_lies_between() -> None:
    assert gaps((30, 10), [region(0, 0, 10, 10), region(20, 0, 10, 10)]) == (region(10, 0, 10, 10),)
    assert gaps((30, 10), []) == (region(0, 0, 30, 10),)


def test_one_beyond_the_picture_leaves_nothing_of_its_own() -> None:
    assert gaps((10, 10), [region(0, 0, 10, 10), region(12, 0, 5, 10)]) == ()


AREA = st.builds(region, st.integers(-3, 12), st.integers(-3, 12), st.integers(1, 12), st.integers(1, 12))


@given(st.integers(1, 16), st.integers(1, 16), st.lists(AREA, max_size=5))
def test_every_pixel_is_in_a_screen_or_in_one_gap(width: int, height: int, screens: list[Region]) -> None:
    painted = np.zeros((height, width), int)
    for gap in gaps((width, height), screens):
        assert gap.width > 0
        assert gap.height > 0
        painted[gap.y : gap.y + gap.height, gap.x : gap.x + gap.width] += 1
    covered = np.zeros((height, width), bool)
    for one in screens:
        covered[max(0, one.y) : max(0, one.y + one.height), max(0, one.x) : max(0, one.x + one.width)] = True
    assert (painted == ~covered).all()
