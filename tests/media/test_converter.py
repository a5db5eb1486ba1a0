"""Colours against the exact BT.709 formulas, and pictures of every size in their place."""

import numpy as np
import numpy.typing as npt
import pytest

from ionia.core.media import Picture, PictureFormat, PixelFormat
from ionia.core.video.framing import WHOLE, Fit, Framing, Region, even
from ionia.core.video.pool_need import WINDOW
from ionia.media.converter import Converter

Plane = npt.NDArray[np.float64]


def converter_to(width: int, height: int, pixels: str = "yuv420p") -> Converter:
    return Converter(PictureFormat(width=width, height=height, pixels=PixelFormat(pixels)))


def planes(converter: Converter, pixels: Picture, framing: Framing = WHOLE) -> list[npt.NDArray[np.uint8]]:
    """Y, Cb and Cr of a converted picture without padding."""
    picture = converter.convert(pixels, framing)
    assert tuple(plane.shape for plane in picture.planes) == picture.format.plane_shapes
    if picture.format.pixels is PixelFormat.NV12:
        luma, chroma = picture.planes
        return [luma, chroma[:, 0::2], chroma[:, 1::2]]
    return list(picture.planes)


def exact(pixels: Picture) -> list[Plane]:
    """Limited-range BT.709 (ITU-R BT.709-6 section 3), chroma the mean of each 2 x 2 block."""
    blue, green, red = (pixels[:, :, channel].astype(np.float64) / 255 for channel in range(3))
    luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    chroma = [(blue - luma) / 1.8556, (red - luma) / 1.5748]
    height, width = luma.shape
    blocks = [plane.reshape(height // 2, 2, width // 2, 2).mean((1, 3)) for plane in chroma]
    return [16 + 219 * luma, *(128 + 224 * block for block in blocks)]


def coloured(height: int, width: int, seed: int = 0) -> Picture:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 4), np.uint8)


@pytest.mark.parametrize("pixel_format", ["yuv420p", "nv12"])
@pytest.mark.parametrize("size", [(48, 64), (360, 640), (34, 46)])
def test_colours_are_those_of_bt709_limited(size: tuple[int, int], pixel_format: str) -> None:
    pixels = coloured(*size)
    converter = converter_to(size[1], size[0], pixel_format)
    for index, (plane, ideal) in enumerate(zip(planes(converter, pixels), exact(pixels), strict=True)):
        error = plane - ideal
        assert np.abs(error).max() < (1.6 if index else 1.1)
        assert abs(error.mean()) < 0.3


@pytest.mark.parametrize(
    ("bgr", "yuv"),
    [
        ((0, 0, 0), (16, 128, 128)),
        ((255, 255, 255), (235, 128, 128)),
        ((0, 0, 255), (63, 102, 240)),
        ((0, 255, 0), (173, 42, 26)),
        ((255, 0, 0), (32, 240, 118)),
    ],
)
def test_primaries(bgr: tuple[int, int, int], yuv: tuple[int, int, int]) -> None:
    pixels = np.empty((16, 16, 4), np.uint8)
    pixels[:, :] = (*bgr, 255)
    for plane, value in zip(planes(converter_to(16, 16), pixels), yuv, strict=True):
        assert np.abs(plane.astype(int) - value).max() <= 1


def test_chroma_sits_in_the_middle_of_its_block() -> None:
    """A coloured column of one pixel leaves half its colour in its own block and none in the neighbours."""
    pixels = np.full((16, 16, 4), 255, np.uint8)
    pixels[:, 7] = (0, 0, 255, 255)
    cr = planes(converter_to(16, 16), pixels)[2].astype(int)
    assert set(np.delete(cr, 3, axis=1).ravel()) == {128}
    assert abs(cr[0, 3] - 184) <= 1


def test_odd_sizes_lose_their_last_row_and_column_and_nothing_else() -> None:
    pixels = coloured(49, 67)
    assert np.abs(planes(converter_to(even(67), even(49)), pixels)[0] - exact(pixels[:48, :66])[0]).max() < 1.1
    assert even(1) == 2


def test_strided_and_cropped_pictures_are_read_in_place() -> None:
    big = coloured(100, 120)
    pixels = big[10:58, 8:72]
    assert np.abs(planes(converter_to(64, 48), pixels)[0] - exact(pixels)[0]).max() < 1.1
    flipped = big[:48, :64][::-1, ::-1]
    assert np.abs(planes(converter_to(64, 48), flipped)[0] - exact(flipped)[0]).max() < 1.1


def test_rows_from_bottom_to_top_as_some_windows_sources_give_them() -> None:
    upside_down = coloured(48, 64)[::-1]
    assert np.abs(planes(converter_to(64, 48), upside_down)[0] - exact(upside_down)[0]).max() < 1.1


@pytest.mark.parametrize("pixel_format", ["yuv420p", "nv12"])
@pytest.mark.parametrize(
    ("size", "box"),
    [
        ((48, 128), (12, 36, 0, 64)),  # wider: bars above and below
        ((96, 64), (0, 48, 16, 48)),  # taller: bars left and right
        ((96, 128), (0, 48, 0, 64)),  # larger, same aspect: no bars
        ((24, 32), (0, 48, 0, 64)),  # smaller: filled
    ],
)
def test_a_changed_size_keeps_its_aspect_between_black_bars(
    size: tuple[int, int], box: tuple[int, int, int, int], pixel_format: str
) -> None:
    converter = converter_to(64, 48, pixel_format)
    converter.convert(coloured(48, 64))
    luma, cb, cr = planes(converter, np.full((*size, 4), 255, np.uint8))
    top, bottom, left, right = box
    inside = np.zeros((48, 64), bool)
    inside[top:bottom, left:right] = True
    assert np.abs(luma[inside].astype(int) - 235).max() <= 1
    assert set(luma[~inside]) <= {16}
    assert set(cb.ravel()) == set(cr.ravel()) == {128}


def test_any_size_fits() -> None:
    converter = converter_to(64, 48)
    for size in ((1, 1), (1, 500), (500, 1), (3, 3), (47, 63), (49, 64), (1080, 1920)):
        assert planes(converter, coloured(*size))[0].shape == (48, 64)


@pytest.mark.parametrize("fit", ["letterbox", "crop", "stretch"])
@pytest.mark.parametrize("region", [Region(x=3, y=5, width=128, height=16), Region(x=7, y=1, width=16, height=96)])
def test_a_region_alone_is_shown_however_it_is_fitted(region: Region, fit: Fit) -> None:
    """What lies around it is white, and would show at the edges."""
    pixels = np.full((100, 140, 4), 255, np.uint8)
    pixels[region.y : region.y + region.height, region.x : region.x + region.width] = (0, 0, 255, 255)
    framing = Framing(region=region, fit=fit)
    luma, _, cr = planes(converter_to(64, 48), pixels, framing)
    place = framing.place((140, 100), (64, 48))
    assert place is not None
    inside = np.zeros((48, 64), bool)
    inside[place.top : place.top + place.height, place.left : place.left + place.width] = True
    assert inside.all() == (fit != "letterbox")
    assert np.abs(luma[inside].astype(int) - 63).max() <= 1
    assert np.abs(cr[inside[::2, ::2]].astype(int) - 240).max() <= 1
    assert set(luma[~inside]) <= {16}


def test_a_region_of_the_formats_size_is_not_scaled() -> None:
    pixels = coloured(100, 120)
    framing = Framing(region=Region(x=13, y=9, width=64, height=48))
    for plane, ideal in zip(planes(converter_to(64, 48), pixels, framing), exact(pixels[9:57, 13:77]), strict=True):
        assert np.abs(plane - ideal).max() < 1.6


def test_a_region_that_a_smaller_picture_no_longer_has_is_black() -> None:
    region = Framing(region=Region(x=50, y=40, width=64, height=48))
    luma, cb, cr = planes(converter_to(64, 48), np.full((30, 40, 4), 255, np.uint8), region)
    assert (set(luma.ravel()), set(cb.ravel()), set(cr.ravel())) == ({16}, {128}, {128})


def test_extremes_of_every_fit() -> None:
    for size in ((16, 8192), (8192, 16), (16, 16), (2000, 3000)):
        for fit in ("letterbox", "crop", "stretch"):
            for target in ((16, 16), (16, 2048), (2048, 16)):
                assert planes(converter_to(*target), coloured(*size), Framing(fit=fit))[0].shape == target[::-1]


def test_each_picture_gets_memory_that_nobody_holds() -> None:
    """And no more of it than is held: a heap would have holes between pictures that none fits into."""
    converter = converter_to(64, 48)
    pictures = [converter.convert(np.full((48, 64, 4), shade, np.uint8)) for shade in (0, 255, 128)]
    held = {picture.planes[0].ctypes.data for picture in pictures}
    del pictures[1:]
    pool = converter._graph
    used = {converter.convert(coloured(48, 64, seed)).planes[0].ctypes.data for seed in range(WINDOW // 2)}
    assert used < held
    for seed in range(2 * WINDOW):
        converter.convert(coloured(48, 64, seed))
    assert converter._graph is not pool, "what was needed for a moment is kept"
    converter.close()
    assert set(pictures[0].planes[0].ravel()) == {16}
