"""An image has the colours of the picture that it was made of, whatever those were coded in."""

import io

import av
import numpy as np
import pytest
from av.video.reformatter import ColorRange, Colorspace

from ionia.media.still_image import IMAGE_SUFFIXES, image_bytes

COLOUR = (30, 200, 20)


def frames() -> list[av.VideoFrame]:
    """The same picture as a screen's pixels, and as a decoder gives it."""
    pixels = np.full((64, 64, 4), (*COLOUR[::-1], 255), np.uint8)
    screen = av.VideoFrame.from_ndarray(pixels, format="bgra")
    decoded = screen.reformat(format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG)
    decoded.colorspace, decoded.color_range = Colorspace.ITU709, ColorRange.MPEG
    return [screen, decoded]


@pytest.mark.parametrize("suffix", IMAGE_SUFFIXES)
def test_colours(suffix: str) -> None:
    for frame in frames():
        with av.open(io.BytesIO(image_bytes(frame, suffix))) as container:
            # As every reader of a JPEG or a WebP understands it.
            picture = next(container.decode(video=0)).reformat(format="rgb24", src_colorspace=Colorspace.ITU601)
        assert np.abs(picture.to_ndarray()[32, 32].astype(int) - COLOUR).max() <= 4
