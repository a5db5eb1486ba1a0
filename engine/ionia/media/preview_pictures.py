"""Small pictures of a screen for somebody who looks on, as JPEGs of one even size: of its own pixels, or of what an
encoder got.

The latter is better and cheaper, for half of the bytes are read and the colours are converted already: 1.6 ms of CPU
for 1920 x 1080, as against 2.5 of BGRA (decision 0411). One thread owns it.
"""

import av
import numpy as np
import simplejpeg
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter

from ionia.core.media import Picture, Plane, VideoFrame, YuvPicture
from ionia.core.preview.geometry import chroma_halvings, row_step
from ionia.core.video.framing import WHOLE, Framing, Size
from ionia.media.frame_planes import black_frame, frame_over, framed, plane_rows
from ionia.media.scaler_input import scaler_input

_QUALITY = 75
"""Text can be told from it as well as the size allows; 85 takes a third more bytes."""

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
        self._to_rgb = VideoReformatter()
        self._last: av.VideoFrame | None = None

    def pixels_of(self, frame: VideoFrame) -> Picture:
        """What `made` needs of it. A part is told in pixels of the whole, which therefore has to have all of them."""
        return frame.pixels_for(*self.size) if self.framing == WHOLE else frame.pixels

    def made(self, pixels: Picture | YuvPicture) -> bytes | None:
        """The picture as a JPEG; None if it looks like the one before.

        Of a screen's pixels as `framing` says, or all of what an encoder got of them.
        """
        frame = self._shrunk_planes(pixels) if isinstance(pixels, YuvPicture) else self._shrunk(pixels)
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

    def _encoded(self, frame: av.VideoFrame) -> bytes:
        if frame.format.name == "yuvj420p":
            return bytes(simplejpeg.encode_jpeg_yuv_planes(*_planes(frame), quality=_QUALITY, fastdct=False))
        # BT.709 in limited range: through RGB the other way of coding colour costs 0.3 ms, in libav's scaler 1.5. Not
        # through BGRA: to that libav leaves the last columns unwritten where the width is 2 or 4 more than n * 16.
        rgb = self._to_rgb.reformat(
            frame, format="rgb24", src_colorspace=Colorspace.ITU709, src_color_range=ColorRange.MPEG, threads=1
        )
        width, height = self.size
        pixels = np.ascontiguousarray(plane_rows(rgb.planes[0])[:height, : 3 * width]).reshape(height, width, 3)
        return bytes(
            simplejpeg.encode_jpeg(pixels, quality=_QUALITY, colorspace="RGB", colorsubsampling="420", fastdct=False)
        )


def _planes(frame: av.VideoFrame) -> list[Plane]:
    return [np.ascontiguousarray(plane_rows(plane)[: plane.height, : plane.width]) for plane in frame.planes]


def _equal(one: av.VideoFrame, other: av.VideoFrame) -> bool:
    if one.format.name != other.format.name:
        return False
    for mine, others in zip(one.planes, other.planes, strict=True):
        words = mine.width & ~7
        left, right = plane_rows(mine), plane_rows(others)
        if not np.array_equal(left[:, :words].view(np.uint64), right[:, :words].view(np.uint64)):
            return False
        if not np.array_equal(left[:, words : mine.width], right[:, words : mine.width]):
            return False
    return True
