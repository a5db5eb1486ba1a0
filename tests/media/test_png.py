"""What a PNG shows, as libav reads it, is byte for byte what it was made of."""

import io

import av
import numpy as np
import numpy.typing as npt
import pytest

from ionia.media.png import png_bytes

CHANCE = np.random.default_rng(5)
PICTURES = {
    "noise": CHANCE.integers(0, 256, (37, 61, 3), np.uint8),
    "one pixel": np.full((1, 1, 3), 7, np.uint8),
    "wraps around": np.tile(np.array([[[0]], [[255]]], np.uint8), (9, 5, 3)),
    "large": np.repeat(np.repeat(CHANCE.integers(0, 256, (20, 30, 3), np.uint8), 30, 0), 30, 1),
    "part of wider rows": CHANCE.integers(0, 256, (16, 64, 3), np.uint8)[:, :50],
}


@pytest.mark.parametrize("name", PICTURES)
def test_each_pixel(name: str) -> None:
    picture: npt.NDArray[np.uint8] = PICTURES[name]
    with av.open(io.BytesIO(png_bytes(picture)), format="png_pipe") as container:
        (frame,) = container.decode(video=0)
    assert frame.format.name == "rgb24"
    assert np.array_equal(frame.to_ndarray(), picture)
