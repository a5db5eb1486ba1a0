"""Small JPEGs of a screen: what they show, and when there is none."""

import av
import numpy as np
import numpy.typing as npt
import pytest
from av.video.codeccontext import VideoCodecContext

from ionia.core.media import ColourMatrix, Picture, PictureFormat, PixelFormat, VideoFrame
from ionia.core.video.framing import WHOLE, Framing, Region
from ionia.media.converter import Converter
from ionia.media.preview_pictures import PreviewPictures

COLOURS = {
    "red": (0, 0, 220),
    "green": (0, 200, 0),
    "blue": (230, 30, 20),
    "grey": (128, 128, 128),
    "white": (255,) * 3,
}


def shown(data: bytes | None) -> npt.NDArray[np.uint8]:
    assert data is not None
    decoder = av.CodecContext.create("mjpeg", "r")
    assert isinstance(decoder, VideoCodecContext)
    (frame,) = [*decoder.decode(av.Packet(data)), *decoder.decode(None)]
    return np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)


def plain(width: int, height: int, colour: tuple[int, ...]) -> npt.NDArray[np.uint8]:
    picture = np.full((height, width, 4), 255, np.uint8)
    picture[:, :, :3] = colour
    return picture


def near(pixel: npt.NDArray[np.uint8], colour: tuple[int, ...]) -> bool:
    return bool(np.abs(pixel.astype(int) - colour).max() <= 4)


@pytest.mark.parametrize("colour", COLOURS.values(), ids=COLOURS)
def test_colours_are_the_screens(colour: tuple[int, ...]) -> None:
    picture = shown(PreviewPictures((640, 360), WHOLE).made(plain(1920, 1080, colour)))
    assert picture.shape == (360, 640, 3)
    assert near(picture[180, 320], colour)
    assert near(picture[359, 639], colour)


@pytest.mark.parametrize(
    ("pixels", "matrix"),
    [
        (PixelFormat.YUV420P, ColourMatrix.BT709),
        (PixelFormat.NV12, ColourMatrix.BT709),
        (PixelFormat.NV12, ColourMatrix.BT601),
    ],
)
@pytest.mark.parametrize("colour", COLOURS.values(), ids=COLOURS)
def test_so_they_are_of_what_an_encoder_got(colour: tuple[int, ...], pixels: PixelFormat, matrix: ColourMatrix) -> None:
    screen = plain(1280, 720, colour)
    screen[:, 640:, :3] = 255
    encoded = Converter(PictureFormat(width=1280, height=720, pixels=pixels, matrix=matrix)).convert(screen)
    pictures = PreviewPictures((642, 358), WHOLE)
    picture = shown(pictures.made(encoded))
    assert picture.shape == (358, 642, 3)
    assert near(picture[180, 100], colour)
    assert near(picture[300:, 400:], (255,) * 3)  # up to the last column, of which a scaler may leave some unwritten
    assert pictures.made(encoded) is None
    assert pictures.made(screen) is not None


def test_fine_lines_are_the_mean_of_their_pixels() -> None:
    screen = plain(1920, 1080, (255,) * 3)
    screen[::2, :, :3] = 0
    screen[:, 960:] = 255
    screen[:, 960::3, :3] = 0
    encoded = Converter(PictureFormat(width=1920, height=1080, pixels=PixelFormat.YUV420P)).convert(screen)
    picture = shown(PreviewPictures((640, 360), WHOLE).made(encoded))
    assert np.abs(picture[10:350, 10:310].mean() - 127) < 3
    assert np.abs(picture[10:350, 330:630].mean() - 170) < 3
    assert picture[10:350, 330:630].std() < 5


def test_it_shows_where_things_are() -> None:
    screen = plain(1920, 1080, (255,) * 3)
    screen[540:, :960, :3] = (0, 0, 0)
    picture = shown(PreviewPictures((640, 360), WHOLE).made(screen))
    assert near(picture[20, 20], (255,) * 3)
    assert near(picture[340, 20], (0,) * 3)
    assert near(picture[340, 620], (255,) * 3)


def test_another_shape_than_the_encoder_takes_is_shown_between_bars_as_it_is_recorded() -> None:
    picture = shown(PreviewPictures((640, 360), WHOLE).made(plain(900, 900, (0, 200, 0))))
    assert near(picture[180, 320], (0, 200, 0))
    assert near(picture[180, 20], (0, 0, 0))
    assert near(picture[180, 620], (0, 0, 0))


def test_a_region_is_a_part_of_the_screen() -> None:
    screen = plain(1920, 1080, (255,) * 3)
    screen[100:300, 200:600, :3] = (0, 0, 220)
    picture = shown(
        PreviewPictures((400, 200), Framing(region=Region(x=200, y=100, width=400, height=200))).made(screen)
    )
    assert near(picture[5, 5], (0, 0, 220))
    assert near(picture[195, 395], (0, 0, 220))


@pytest.mark.parametrize(("source", "size"), [((1920, 16), (4, 2160)), ((16, 1920), (2160, 4))])
def test_what_is_stretched_far_is_shown(source: tuple[int, int], size: tuple[int, int]) -> None:
    picture = shown(PreviewPictures(size, Framing(fit="stretch")).made(plain(*source, (0, 0, 220))))
    assert picture.shape == (size[1], size[0], 3)
    assert near(picture[size[1] // 2, size[0] // 2], (0, 0, 220))


def test_what_looks_as_before_is_not_made_again() -> None:
    pictures = PreviewPictures((638, 360), WHOLE)
    screen = plain(1276, 720, (10, 20, 30))
    assert pictures.made(screen) is not None
    assert pictures.made(screen.copy()) is None
    screen[715:, 1260:, :3] = 255  # in the last columns
    assert pictures.made(screen) is not None
    assert pictures.made(screen) is None
    pictures.forget()
    assert pictures.made(screen) is not None


def test_rows_from_bottom_to_top_and_odd_sizes() -> None:
    screen = plain(1367, 767, (255,) * 3)
    screen[600:, :, :3] = 0
    picture = shown(PreviewPictures((640, 358), WHOLE).made(screen[::-1]))
    assert near(picture[20, 20], (0,) * 3)
    assert near(picture[340, 20], (255,) * 3)


def test_of_a_whole_picture_no_more_is_read_than_is_shown() -> None:
    pixels = plain(64, 64, COLOURS["red"])

    class Asked(VideoFrame):
        def pixels_for(self, width: int, height: int) -> Picture:
            return self.pixels[:height, :width]

    frame = Asked(captured_ns=0, pixels=pixels)
    assert PreviewPictures((32, 16), WHOLE).pixels_of(frame).shape == (16, 32, 4)
    part = Framing(region=Region(x=0, y=0, width=32, height=16))
    assert PreviewPictures((32, 16), part).pixels_of(frame) is pixels
