"""Which of a screen's pictures a preview shows: the last that an encoder got, while that is not far behind."""

from collections.abc import Callable, Sequence
from typing import cast

import numpy as np

from ionia.core.media import PictureFormat, PixelFormat, VideoFrame, YuvPicture
from ionia.core.preview.request import PreviewShape, Shown
from ionia.core.sharing import CaptureKey
from ionia.core.video.framing import WHOLE
from ionia.core.video.pacer import FrameSpan
from ionia.media.converter import Converter
from ionia.runtime.preview.small_pictures import BEHIND_NS, SmallPictures
from ionia.runtime.preview.view import Looked, View

SCREEN = Shown(key=CaptureKey(screen="test", cursor=True, fps=30), framing=WHOLE)
FRAME_NS = 33_000_000


class EncodedScreen:
    """A capture, the lease on it, the view that leads there, and what an encoder got of it last."""

    width, height, failed = 64, 36, False

    def __init__(self) -> None:
        self.value = self
        self.got: tuple[int, YuvPicture] | None = None
        self.pictures = SmallPictures(
            cast(View, self), cast(Looked, self), PreviewShape(fps=12), now_ns=0, wake=lambda: None
        )
        self._converter = Converter(PictureFormat(width=64, height=36, pixels=PixelFormat.YUV420P))
        self._offer: Callable[[Sequence[FrameSpan[VideoFrame]]], None] = lambda _: None
        self.pictures.follow(0, glance=False, wanted=True)

    def attach(self, offer: Callable[[Sequence[FrameSpan[VideoFrame]]], None]) -> None:
        """As Capture has it."""
        self._offer = offer

    def shown(self) -> Shown:
        """As View has it."""
        return SCREEN

    def encoded(self, _looked: object, _size: object, since_ns: int) -> tuple[int, YuvPicture] | None:
        """As View has it."""
        return None if self.got is None or self.got[0] < since_ns else self.got

    def show(self, number: int) -> None:
        """A frame comes from the screen."""
        frame = VideoFrame(captured_ns=number * FRAME_NS, pixels=_pixels(number))
        self._offer([FrameSpan(picture=frame, first_index=number, count=1)])

    def encode(self, number: int) -> None:
        """An encoder gets a frame."""
        self.got = number * FRAME_NS, self._converter.convert(_pixels(number), WHOLE)

    def taken(self) -> int | None:
        """The frame that a reader gets; None if there is none."""
        made = self.pictures.take()
        if made is None:
            return None
        assert made.data is not None
        return made.captured_ns // FRAME_NS


def _pixels(number: int) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    return np.full((36, 64, 4), 10 * number, np.uint8)


def test_what_an_encoder_got_is_shown_and_the_frame_that_it_lacks_comes_next() -> None:
    screen = EncodedScreen()
    screen.encode(1)
    screen.show(2)
    assert screen.taken() == 1
    screen.encode(2)
    assert screen.taken() == 2  # nothing moves any more, and nothing is missing
    assert screen.taken() is None


def test_a_frame_that_no_encoder_gets_is_shown_all_the_same() -> None:
    screen = EncodedScreen()
    screen.encode(1)
    screen.show(2)
    assert [screen.taken() for _ in range(3)] == [1, 2, None]


def test_an_encoder_that_is_far_behind_or_gets_what_was_shown_is_not_waited_for() -> None:
    screen = EncodedScreen()
    screen.encode(1)
    screen.show(2 + BEHIND_NS // FRAME_NS)
    assert screen.taken() == 2 + BEHIND_NS // FRAME_NS
    screen.show(6)
    screen.encode(4)
    assert screen.taken() == 6  # time never goes back
    screen.show(7)
    screen.encode(8)  # one that came meanwhile
    screen.show(8)
    assert [screen.taken(), screen.taken()] == [8, None]
