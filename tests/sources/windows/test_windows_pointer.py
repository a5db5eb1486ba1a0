"""The pointer's three kinds of shape, blended pixel by pixel, and cut off at the edges."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionia.sources.windows.pointer import Pointer, PointerShape, ShapeType, decode_shape, draw

GREY = 100


def screen(width: int = 4, height: int = 3) -> npt.NDArray[np.uint8]:
    return np.full((height, width, 4), GREY, np.uint8)


def decoded(kind: ShapeType, width: int, height: int, pitch: int, data: bytes) -> PointerShape:
    shape = decode_shape(kind, width, height, pitch, data)
    assert shape is not None
    return shape


def drawn(shape: PointerShape, x: int = 0, y: int = 0) -> npt.NDArray[np.uint8]:
    picture = screen()
    draw(picture, Pointer(x=x, y=y, shape=shape))
    return picture


def test_opaque_colour_replaces_the_screen_and_transparent_keeps_it() -> None:
    shape = decoded(ShapeType.COLOR, 2, 1, 8, bytes([10, 20, 30, 255, 10, 20, 30, 0]))
    picture = drawn(shape)
    assert picture[0, 0, :3].tolist() == [10, 20, 30]
    assert picture[0, 1, :3].tolist() == [GREY] * 3


def test_half_transparent_colour_is_mixed() -> None:
    shape = decoded(ShapeType.COLOR, 1, 1, 4, bytes([200, 0, 100, 128]))
    assert np.abs(drawn(shape)[0, 0, :3].astype(int) - [150, 50, 100]).max() <= 1


def test_monochrome_masks_give_black_white_screen_and_inverted_screen() -> None:
    # AND row above XOR row: bits 0,0 black; 0,1 white; 1,0 screen; 1,1 inverted screen.
    shape = decoded(ShapeType.MONOCHROME, 4, 2, 1, bytes([0b0011_0000, 0b0101_0000]))
    assert drawn(shape)[0, :, 0].tolist() == [0, 255, GREY, 255 - GREY]


def test_masked_colour_replaces_or_inverts() -> None:
    shape = decoded(ShapeType.MASKED_COLOR, 2, 1, 8, bytes([10, 20, 30, 0, 255, 255, 255, 255]))
    picture = drawn(shape)
    assert picture[0, 0, :3].tolist() == [10, 20, 30]
    assert picture[0, 1, :3].tolist() == [255 - GREY] * 3


def test_rows_may_be_padded() -> None:
    shape = decoded(ShapeType.COLOR, 1, 2, 8, bytes([1, 2, 3, 255, 9, 9, 9, 9, 4, 5, 6, 255, 9, 9, 9, 9]))
    assert drawn(shape)[:2, 0, :3].tolist() == [[1, 2, 3], [4, 5, 6]]


@pytest.mark.parametrize(
    ("kind", "width", "height", "pitch", "size"),
    [(2, 1, 1, 4, 3), (3, 1, 1, 4, 4), (2, 0, 1, 4, 4), (2, 1, 0, 4, 4), (2, 2, 1, 4, 4)],
)
def test_shapes_that_make_no_sense_are_refused(kind: int, width: int, height: int, pitch: int, size: int) -> None:
    assert decode_shape(kind, width, height, pitch, bytes(size)) is None


@given(x=st.integers(-6, 6), y=st.integers(-6, 6))
def test_whatever_lies_outside_is_cut_off(x: int, y: int) -> None:
    shape = decoded(ShapeType.COLOR, 2, 2, 8, bytes([255, 255, 255, 255] * 4))
    picture = drawn(shape, x, y)
    inside = [(row, column) for row in (y, y + 1) for column in (x, x + 1) if 0 <= row < 3 and 0 <= column < 4]
    assert {(int(r), int(c)) for r, c in zip(*np.nonzero(picture[:, :, 0] == 255), strict=True)} == set(inside)
