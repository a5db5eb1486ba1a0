"""Screens through a grabbing device of libav (gdigrab), in pull mode: one picture each time it is asked.

libav's devices pace themselves by a frame rate. Ours is so high that they never wait: every read takes a picture
there and then, in the thread that asks, and the pixels are libav's own memory, not a copy. It must know no window
system: the platform's module says what to open and what a failure means.
"""

import weakref
from collections.abc import Generator, Mapping
from contextlib import closing
from typing import Any, cast

import av
import numpy as np
import numpy.typing as npt
from av.container import InputContainer
from av.packet import Packet

from ionia.core.errors import ErrorKind, IoniaError, SourceLost
from ionia.core.media import Picture, VideoFrame
from ionia.core.ports import Clock
from ionia.core.warning import WarningCode
from ionia.sources.picture_comparison import PictureComparison
from ionia.sources.spare_pictures import OwnPages, SparePictures

_PULL_OPTIONS = {
    # One picture per millisecond at most: no caller is that fast, so that the device never sleeps.
    "framerate": "1000",
    # Without it libav reads ahead for as many pictures as fit into `probesize` (16 at 320x240) to measure the frame
    # rate, and hands those old pictures out first. With it, exactly one is read ahead.
    "fpsprobesize": "0",
}

_BGRA_FORMATS = frozenset({"bgr0", "bgra"})

LENT_PICTURES = 3
"""How many of libav's pictures may be held outside: one for comparing, one to encode, one to hand over.

libav never gives back what its pool once had, so one hiccup with eight pictures waiting would cost 8 x 8 MB at 1080p
for the rest of a recording. Those beyond are copied, into memory that is given back (decision 0140).
"""


class LibavGrabber:
    """A ScreenSource over one of libav's grabbing devices. One thread owns it.

    `grab` blocks for as long as the window system does (measured: a stopped X server holds it until it goes on;
    other Python threads run meanwhile); libav offers no way to interrupt that.
    """

    def __init__(self, backend: str, url: str, format: str, options: Mapping[str, str], clock: Clock) -> None:  # noqa: A002
        """`url`, `format` and `options` as for libav: "desktop", "gdigrab", {"draw_mouse": "1", "offset_x": "10",
        ...}."""
        self.backend = backend
        self._url = url
        self._format = format
        self._options = {**_PULL_OPTIONS, **options}
        self._clock = clock
        self._container: InputContainer | None = None
        self._last: Picture | None = None
        self._comparison = PictureComparison()
        self._lent: list[weakref.ref[npt.NDArray[np.uint8]]] = []
        self._spares = SparePictures(OwnPages)

    def open(self) -> tuple[int, int]:
        """Open the device, take a picture, and return its size. Raises IoniaError(CAPTURE_UNAVAILABLE)."""
        self.close()
        try:
            self._container = av.open(self._url, format=self._format, options=self._options)
            self._take()  # the one that libav read ahead
            # All that the pool will ever hold, and read, so that memory is at its level from the first picture on.
            filled = [self._take() for _ in range(LENT_PICTURES + 1)]
            for picture in filled:
                picture.max()
        except (OSError, ValueError, av.error.FFmpegError) as error:
            self.close()
            raise IoniaError(
                ErrorKind.CAPTURE_UNAVAILABLE, f"{self.backend} cannot capture {self._url}: {_reason(error)}"
            ) from error
        height, width = filled[-1].shape[:2]
        return width, height

    def grab(self) -> VideoFrame | None:
        """Take a picture; None if every pixel is as in the last one. Raises SourceLost(WarningCode.DISPLAY_LOST).

        `captured_ns` is the middle between the instants before and after the call: the window system takes its picture
        at some moment between them, late if it is busy and early if we are, and the middle is off by half the call at
        worst (0.4 ms at 1080p on an idle machine).
        """
        before_ns = self._clock.now_ns()
        try:
            picture = self._take()
        except (OSError, ValueError, av.error.FFmpegError) as error:
            self.close()
            message = f"{self.backend} lost {self._url}: {_reason(error)}."
            raise SourceLost(WarningCode.DISPLAY_LOST, message) from error
        after_ns = self._clock.now_ns()
        self._spares.trim(after_ns)
        if self._last is not None and self._comparison.same(picture, self._last):
            return None
        self._last = self._lend(picture, after_ns)
        return VideoFrame(captured_ns=(before_ns + after_ns) // 2, pixels=self._last)

    def close(self) -> None:
        """Close the device. Pictures that were handed out stay valid."""
        self._last = None
        if self._container is not None:
            self._container.close()
            self._container = None

    def _take(self) -> Picture:
        """Raises OSError, ValueError, FFmpegError."""
        if self._container is not None:
            # A new reader each time: one that goes on holds the last picture while it takes the next. Closed by us:
            # PyAV 18 leaks 170 bytes of one that is only dropped.
            reader = self._container.demux(video=0)
            with closing(cast("Generator[Packet[Any], None, None]", reader)) as packets:  # the stub says Iterator
                packet = next(packets)
            for frame in packet.decode():
                return _bgra(frame)
        raise ValueError("it gives no more pictures")

    def _lend(self, picture: Picture, now_ns: int) -> Picture:
        """The picture itself, or a copy when enough of libav's are held."""
        self._lent = [each for each in self._lent if each() is not None]
        if len(self._lent) >= LENT_PICTURES:
            return self._spares.copy(picture, now_ns)
        assert picture.base is not None  # noqa: S101 - _bgra made a view; all views of it hold the same base
        self._lent.append(weakref.ref(picture.base))
        return picture


def _bgra(frame: av.VideoFrame) -> Picture:
    """The frame's own memory as BGRA, kept alive by the array; ValueError for a screen of another pixel format.

    The fourth byte of `bgr0` is whatever the window system left there.
    """
    if frame.format.name not in _BGRA_FORMATS:
        raise ValueError(f"the screen's pixel format is {frame.format.name}; only 24 or 32 bit colour is supported")
    plane = frame.planes[0]
    stride = plane.line_size
    rows = np.frombuffer(memoryview(plane), dtype=np.uint8).reshape(frame.height, stride)
    return rows[:, : frame.width * 4].reshape(frame.height, frame.width, 4)


def _reason(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error)
