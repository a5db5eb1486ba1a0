"""Pixels of every usual layout become the right colours."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionia.core.video.pixel_layout import PixelLayout

RGB565 = PixelLayout(bits=16, red=0xF800, green=0x07E0, blue=0x001F)
RGB555 = PixelLayout(bits=16, red=0x7C00, green=0x03E0, blue=0x001F)
RGB888 = PixelLayout(bits=32, red=0xFF0000, green=0xFF00, blue=0xFF)
BGR888 = PixelLayout(bits=32, red=0xFF, green=0xFF00, blue=0xFF0000)
RGB30 = PixelLayout(bits=32, red=0x3FF00000, green=0xFFC00, blue=0x3FF)
SWAPPED = PixelLayout(bits=32, red=0xFF0000, green=0xFF00, blue=0xFF, little_endian=False)


def _one(layout: PixelLayout, word: int) -> tuple[int, ...]:
    kind = f"{'<' if layout.little_endian else '>'}u{layout.bits // 8}"
    memory = np.zeros(layout.size(1, 1), np.uint8)
    memory[: layout.bits // 8] = np.array([word], kind).view(np.uint8)
    picture = np.zeros((1, 1, 4), np.uint8)
    layout.to_bgra(layout.rows(memory, 1, 1), picture)
    return tuple(int(value) for value in picture[0, 0])


@pytest.mark.parametrize("layout", [RGB565, RGB555, RGB888, BGR888, RGB30, SWAPPED])
def test_each_colour_is_full_in_its_place_and_black_is_black(layout: PixelLayout) -> None:
    assert layout.known
    assert _one(layout, 0) == (0, 0, 0, 255)
    assert _one(layout, layout.red) == (0, 0, 255, 255)
    assert _one(layout, layout.green) == (0, 255, 0, 255)
    assert _one(layout, layout.blue) == (255, 0, 0, 255)
    assert _one(layout, layout.red | layout.green | layout.blue) == (255, 255, 255, 255)


@pytest.mark.parametrize(
    ("layout", "word", "bgr"),
    [
        (RGB565, 16 << 11 | 32 << 5 | 8, (66, 130, 132)),
        (RGB555, 16 << 10 | 16 << 5 | 8, (66, 132, 132)),
        (RGB888, 0x123456, (0x56, 0x34, 0x12)),
        (RGB30, 512 << 20 | 256 << 10 | 3, (0, 64, 128)),
    ],
)
def test_colours_between_are_near_what_they_were(layout: PixelLayout, word: int, bgr: tuple[int, int, int]) -> None:
    assert _one(layout, word) == (*bgr, 255)


@given(st.integers(1, 9), st.integers(1, 150), st.sampled_from([RGB565, RGB30]))
def test_rows_are_padded_and_every_pixel_has_its_place(width: int, height: int, layout: PixelLayout) -> None:
    assert layout.stride(width) % 4 == 0
    memory = np.full(layout.size(width, height), 0xFF, np.uint8)
    words = layout.rows(memory, width, height)
    words[:] = layout.red
    words[height - 1, width - 1] = layout.blue
    picture = np.zeros((height, width + 2, 4), np.uint8)
    layout.to_bgra(words, picture[:, 1:-1])
    assert tuple(picture[height - 1, width]) == (255, 0, 0, 255)
    picture[height - 1, width] = (0, 0, 255, 255)
    assert (picture[:, 1:-1] == (0, 0, 255, 255)).all()
    assert not picture[:, 0].any()
    assert not picture[:, -1].any()


@pytest.mark.parametrize(
    "layout",
    [
        PixelLayout(bits=8, red=0, green=0, blue=0),
        PixelLayout(bits=24, red=0xFF0000, green=0xFF00, blue=0xFF),
        PixelLayout(bits=32, red=0xFF00FF, green=0xFF00, blue=0xFF),
    ],
)
def test_what_it_can_not_read_it_does_not_claim(layout: PixelLayout) -> None:
    assert not layout.known


def test_only_plain_pixels_are_pictures_as_they_are() -> None:
    assert RGB888.is_bgra
    assert not any(layout.is_bgra for layout in (RGB565, RGB555, BGR888, RGB30, SWAPPED))
