"""Small pictures of a screen for somebody who looks on: BGRA of any size to a JPEG of one even size.

Cheap before beautiful: the whole way takes 2.3 ms of CPU for a picture of 1920 x 1080. One thread owns it.
"""

from fractions import Fraction

import av
import numpy as np
from av.video.codeccontext import VideoCodecContext
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter

from ionia.core.media import Picture
from ionia.core.preview.geometry import row_step
from ionia.core.video.framing import Framing, Size
from ionia.media.frame_planes import black_frame, framed, plane_rows
from ionia.media.scaler_input import scaler_input

_QUANTIZER = "7"
"""Text can be told from it as well as the size allows; 3 takes twice as many bytes."""


class PreviewPictures:
    """Pictures of one size, each compared with the one before. Raises libav's errors."""

    def __init__(self, size: Size, framing: Framing) -> None:
        """`size`: even sides. `framing`: which part of a screen's picture is shown, and how it is put in."""
        self.size = size
        self.framing = framing
        self._reformatter = VideoReformatter()
        self._encoder: VideoCodecContext | None = None
        self._last: av.VideoFrame | None = None
        self._count = 0

    def made(self, pixels: Picture) -> bytes | None:
        """The picture as a JPEG; None if it looks like the one before."""
        frame = self._shrunk(pixels)
        if self._last is not None and _equal(self._last, frame):
            return None
        self._last = frame
        return self._encoded(frame)

    def forget(self) -> None:
        """The next picture is given whatever it looks like."""
        self._last = None

    def _shrunk(self, pixels: Picture) -> av.VideoFrame:
        place = self.framing.place((pixels.shape[1], pixels.shape[0]), self.size)
        if place is None:
            return black_frame(self.size, "yuvj420p")
        shown = scaler_input(pixels, place, row_step=row_step(place.cut.height, place.height))
        frame = self._reformatter.reformat(
            av.VideoFrame.from_numpy_buffer(shown, "bgra"),
            width=place.width,
            height=place.height,
            format="yuvj420p",
            dst_colorspace=Colorspace.ITU601,
            src_color_range=ColorRange.JPEG,
            dst_color_range=ColorRange.JPEG,
            # A quarter of what AREA costs, and hardly worse where three rows are left for two.
            interpolation=Interpolation.FAST_BILINEAR,
            threads=1,
        )
        return framed(frame, place, self.size)

    def _encoded(self, frame: av.VideoFrame) -> bytes:
        if self._encoder is None:
            encoder = av.CodecContext.create("mjpeg", "w")
            assert isinstance(encoder, VideoCodecContext)  # noqa: S101 - it is one
            encoder.width, encoder.height = self.size
            encoder.pix_fmt, encoder.time_base = "yuvj420p", Fraction(1, 25)
            encoder.thread_count = 1  # with more, pictures come late by as many
            # Tables made for each picture save a twentieth of its bytes for a third of the CPU.
            encoder.options = {"qmin": _QUANTIZER, "qmax": _QUANTIZER, "huffman": "default"}
            self._encoder = encoder
        self._count += 1
        frame.pts = self._count
        return b"".join(bytes(packet) for packet in self._encoder.encode(frame))


def _equal(one: av.VideoFrame, other: av.VideoFrame) -> bool:
    for mine, others in zip(one.planes, other.planes, strict=True):
        words = mine.width & ~7
        left, right = plane_rows(mine), plane_rows(others)
        if not np.array_equal(left[:, :words].view(np.uint64), right[:, :words].view(np.uint64)):
            return False
        if not np.array_equal(left[:, words : mine.width], right[:, words : mine.width]):
            return False
    return True
