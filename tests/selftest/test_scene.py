"""The scene scrolls the screen, moves its film, and is the same in every run."""

import numpy as np
import pytest

from ionia.selftest.scene import SCROLL_PIXELS, DesktopScene


def screen(width: int, height: int) -> np.ndarray:
    rows = np.arange(height, dtype=np.uint8)[:, None, None]
    return np.broadcast_to(rows, (height, width, 4)).copy()


@pytest.mark.parametrize("size", [(320, 200), (64, 64), (17, 9)])
def test_it_scrolls_and_moves(size: tuple[int, int]) -> None:
    scene = DesktopScene(screen(*size))
    first, third = scene.paint(0).copy(), scene.paint(2).copy()
    assert first.shape == (size[1], size[0], 4)
    assert third[0, 0, 0] == 2 * SCROLL_PIXELS % size[1]
    assert (first != third).any()


def test_it_is_the_same_in_every_run_and_comes_round() -> None:
    one, other = DesktopScene(screen(320, 200)), DesktopScene(screen(320, 200))
    assert np.array_equal(one.paint(30), other.paint(30))
    assert one.paint(1000).shape == (200, 320, 4)
