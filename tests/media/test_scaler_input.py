"""No side that is left is so much longer than what is wanted that libav refuses it."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ionia.core.media import PictureFormat, PixelFormat
from ionia.core.video.framing import Framing
from ionia.media.converter import Converter
from ionia.media.preview_pictures import PreviewPictures
from ionia.media.scaler_input import scaler_input

STRETCHED = Framing(fit="stretch")
SCREEN = np.zeros((64, 8192, 4), np.uint8)
SIDES = st.integers(1, 8)


@given(st.integers(2, 8192), st.integers(2, 64), SIDES)
def test_what_is_left_is_no_more_than_the_scaler_takes(width: int, height: int, wanted: int) -> None:
    size = 2 * wanted, 2160
    pixels = SCREEN[:height, :width]
    place = STRETCHED.place((width, height), size)
    assert place is not None
    left = scaler_input(pixels, place)
    assert min(width, size[0]) <= left.shape[1] <= 32 * size[0]
    assert left.shape[0] == height


def test_libav_takes_it() -> None:
    for width in (505, 1453, 1919, 7745, 8191):
        PreviewPictures((4, 720), STRETCHED).made(SCREEN[:16, :width])
        Converter(PictureFormat(width=4, height=720, pixels=PixelFormat.YUV420P)).convert(
            SCREEN[:16, :width], STRETCHED
        )
