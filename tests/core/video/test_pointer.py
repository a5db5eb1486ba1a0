"""A pointer over a picture: blended, cut off at the edges, elsewhere nothing."""

import numpy as np
import pytest

from ionia.core.video.pointer import draw_pointer


def _ground(value: int = 100) -> np.ndarray:
    return np.full((10, 12, 4), value, np.uint8)


def test_full_half_and_no_alpha() -> None:
    picture = _ground()
    pointer = np.array([[[255, 0, 0, 255], [64, 0, 0, 128], [0, 0, 0, 0]]], np.uint8)
    draw_pointer(picture, pointer, 3, 2)
    assert picture[2, 3].tolist() == [255, 0, 0, 100]
    assert picture[2, 4].tolist() == [114, 50, 50, 100]
    picture[2, 3:5] = 100
    assert (picture == 100).all()


def test_colours_beyond_their_alpha_do_not_run_over() -> None:
    picture = _ground(250)
    draw_pointer(picture, np.full((1, 1, 4), (200, 200, 200, 0), np.uint8), 0, 0)
    assert picture[0, 0].tolist() == [255, 255, 255, 250]


@pytest.mark.parametrize(
    ("x", "y", "shown"), [(-2, -1, 4), (11, 9, 1), (10, -3, 0), (12, 0, 0), (0, 10, 0), (-4, 0, 0), (4, 4, 12)]
)
def test_what_lies_outside_is_cut_off(x: int, y: int, shown: int) -> None:
    picture = _ground()
    draw_pointer(picture, np.full((3, 4, 4), 255, np.uint8), x, y)
    assert int((picture[:, :, 0] == 255).sum()) == shown
