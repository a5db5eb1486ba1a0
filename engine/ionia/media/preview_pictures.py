"""Small pictures of a screen for somebody who looks on, as JPEGs of one even size: of its own pixels, or of what an
encoder got.

The latter is better and cheaper, for half of the bytes are read: 1.4 ms of CPU for 1920 x 1080, as against 2.5 of BGRA
(decisions 0411 and 0422). One thread owns it.
"""

from collections.abc import Sequence

import av
import numpy as np
import simplejpeg
from av.filter import Graph
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter

from ionia.core.media import ColourMatrix, Picture, Plane, VideoFrame, YuvPicture
from ionia.core.preview.geometry import chroma_halvings, row_step
from ionia.core.video.framing import WHOLE, Framing, Size
from ionia.media.filter_chain import filter_chain
from ionia.media.frame_planes import black_frame, frame_over, framed, plane_rows
from ionia.media.scaler_input import scaler_input

_QUALITY = 75
"""Text can be told from it as well as the size allows; 85 takes a third more bytes."""

_GLANCE = 16
"""Of so many rows one is looked at first."""

_SPACES = {ColourMatrix.BT709: "bt709", ColourMatrix.BT601: "bt470bg"}
"""As libav's filter calls them."""

_UNSPECIFIED = 2
"""The colour matrix that H.273 gives no name."""

_CHROMA_SHIFT = 16
"""Where libav's scaler has the number of times that half of the source's rows give no colour
(SWS_SRC_V_CHR_DROP_SHIFT of libswscale's swscale.h, which PyAV has no name for)."""


class PreviewPictures:
    """Pictures of one size, each compared with the one before. Raises libav's errors."""

    def __init__(self, size: Size, framing: Framing) -> None:
        """`size`: even sides. `framing`: which part of a screen's picture is shown, and how it is put in."""
        self.size = size
        self.framing = framing
        self._reformatter = VideoReformatter()
        self._colours: tuple[ColourMatrix, Graph] | None = None  # of what comes
        self._last: tuple[str, list[Plane]] | None = None  # its pixel format, and what it shows

    def pixels_of(self, frame: VideoFrame) -> Picture:
        """What `made` needs of it. A part is told in pixels of the whole, which therefore has to have all of them."""
        return frame.pixels_for(*self.size) if self.framing == WHOLE else frame.pixels

    def made(self, pixels: Picture | YuvPicture) -> bytes | None:
        """The picture as a JPEG; None if it looks like the one before.

        Of a screen's pixels as `framing` says, or all of what an encoder got of them.
        """
        frame = self._shrunk_planes(pixels) if isinstance(pixels, YuvPicture) else self._shrunk(pixels)
        last, shown = self._last, (frame.format.name, _planes(frame))
        if last is not None and last[0] == shown[0] and _equal(last[1], shown[1]):
            return None
        self._last = shown
        if isinstance(pixels, YuvPicture):
            return _encoded(self._in_jpeg_colours(frame, pixels.format.matrix))
        return _encoded(shown[1])

    def forget(self) -> None:
        """The next picture is given whatever it looks like."""
        self._last = None

    def _shrunk(self, pixels: Picture) -> av.VideoFrame:
        place = self.framing.place((pixels.shape[1], pixels.shape[0]), self.size)
        if place is None:
            return black_frame(self.size, "yuvj420p")
        shown = scaler_input(pixels, place, row_step=row_step(place.cut.height, place.height))
        # The exact mean of what is read. FAST_BILINEAR takes as long, and of most pixels nothing.
        skipping = chroma_halvings(shown.shape[0], place.height) << _CHROMA_SHIFT
        frame = self._reformatter.reformat(
            av.VideoFrame.from_numpy_buffer(shown, "bgra"),
            width=place.width,
            height=place.height,
            format="yuvj420p",
            dst_colorspace=Colorspace.ITU601,
            src_color_range=ColorRange.JPEG,
            dst_color_range=ColorRange.JPEG,
            interpolation=Interpolation(Interpolation.AREA | skipping),
            threads=1,
        )
        return framed(frame, place, self.size)

    def _shrunk_planes(self, picture: YuvPicture) -> av.VideoFrame:
        width, height = self.size
        return self._reformatter.reformat(
            frame_over(picture),
            width=width,
            height=height,
            format="yuv420p",
            interpolation=Interpolation.AREA,
            threads=1,
        )

    def _in_jpeg_colours(self, frame: av.VideoFrame, matrix: ColourMatrix) -> list[Plane]:
        if self._colours is None or self._colours[0] is not matrix:
            self._colours = matrix, _to_jpeg_colours(self.size, matrix)
        _, graph = self._colours
        # The graph says what comes: libav has no other way to be told beforehand, and warns of each that says itself.
        frame.colorspace, frame.color_range = _UNSPECIFIED, ColorRange.UNSPECIFIED
        graph.vpush(frame)
        return _planes(graph.vpull())


def _encoded(planes: Sequence[Plane]) -> bytes:
    return bytes(simplejpeg.encode_jpeg_yuv_planes(*planes, quality=_QUALITY, fastdct=False))


def _to_jpeg_colours(size: Size, matrix: ColourMatrix) -> Graph:
    """From limited range to BT.601 in full range, by libav's filter for just that: 0.1 ms of CPU for 640 x 360.

    Its scaler, which goes by way of BGRA, takes 1.5 ms.
    """
    given = f"iall=bt709:ispace={_SPACES[matrix]}:irange=tv"
    return filter_chain(
        ("buffer", f"video_size={size[0]}x{size[1]}:pix_fmt=yuv420p:time_base=1/1"),
        ("colorspace", f"{given}:all=bt601-6-525:range=pc:fast=1:format=yuv420p"),
        threads=1,
    )


def _planes(frame: av.VideoFrame) -> list[Plane]:
    return [np.ascontiguousarray(plane_rows(plane)[: plane.height, : plane.width]) for plane in frame.planes]


def _equal(some: Sequence[Plane], others: Sequence[Plane]) -> bool:
    # Most that differ do so in one of these rows, whose comparison costs next to nothing.
    if not np.array_equal(some[0][::_GLANCE], others[0][::_GLANCE]):
        return False
    return all(np.array_equal(one, other) for one, other in zip(some, others, strict=True))
