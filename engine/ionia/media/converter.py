"""From pictures of the screen to what encoders take: BGRA of any size to 4:2:0 BT.709 limited of one even size.

It converts and fits; it never decides which picture is due. One thread owns a converter.
"""

import av
import numpy as np
import numpy.typing as npt
from av.video.plane import VideoPlane
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc, Interpolation, VideoReformatter

from ionia.core.media import Picture

_BLACK = {"yuv420p": (16, 128, 128), "nv12": (16, 128)}
"""The value of black in each plane, limited range."""

_ALGORITHM = Interpolation.AREA | Interpolation.FULL_CHR_H_INP
"""The exact mean of each 2 x 2 block's chroma, and the cheapest but for POINT (decision 0052). POINT takes one pixel
of the four: coloured text gets fringes."""

_THREADS = 2
"""Same CPU time as one, half the wait."""


def even(size: int) -> int:
    """The even size that a picture is cropped to: 4:2:0 has one chroma sample for two pixels."""
    return max(2, size & ~1)


class Converter:
    """Turns pictures into libav frames of `pixel_format` and one size, which never changes.

    A picture of the first size is converted as it is; an odd last column or row is cut off, because scaling would
    blur everything. A picture of another size is scaled with its aspect kept and put between black bars.
    """

    def __init__(self, width: int, height: int, pixel_format: str) -> None:
        """`width` and `height` of the screen in pixels, odd ones included. Formats: "yuv420p" and "nv12"."""
        self.width = even(width)
        self.height = even(height)
        self._pixel_format = pixel_format
        self._reformatter = VideoReformatter()

    def convert(self, pixels: Picture) -> av.VideoFrame:
        """A new frame each time: encoders may keep the last one while the next is made. Pixels are not copied."""
        if pixels.strides[1:] != (4, 1) or pixels.strides[0] < 0:  # libav's scaler misreads rows from bottom to top
            pixels = np.ascontiguousarray(pixels)
        if even(pixels.shape[1]) == self.width and even(pixels.shape[0]) == self.height:
            return self._reformat(pixels[: self.height, : self.width], self.width, self.height)
        return self._fit(pixels)

    def close(self) -> None:
        """Free the scaler: its threads and lines of pixels. Converting again makes a new one."""
        self._reformatter = VideoReformatter()

    def _reformat(self, pixels: Picture, width: int, height: int) -> av.VideoFrame:
        frame = av.VideoFrame.from_numpy_buffer(pixels, "bgra")
        return self._reformatter.reformat(
            frame,
            width=width,
            height=height,
            format=self._pixel_format,
            src_colorspace=Colorspace.ITU709,
            dst_colorspace=Colorspace.ITU709,
            src_color_range=ColorRange.JPEG,
            dst_color_range=ColorRange.MPEG,
            dst_color_trc=ColorTrc.BT709,
            dst_color_primaries=ColorPrimaries.BT709,
            interpolation=_ALGORITHM,
            threads=_THREADS,
        )

    def _fit(self, pixels: Picture) -> av.VideoFrame:
        height, width = pixels.shape[:2]
        scale = min(self.width / width, self.height / height)
        fitted = self._reformat(
            pixels, min(self.width, even(round(width * scale))), min(self.height, even(round(height * scale)))
        )
        if (fitted.width, fitted.height) == (self.width, self.height):
            return fitted
        frame = self._black_frame(fitted)
        # Bars of even size, so that chroma samples stay where their pixels are.
        left, top = (self.width - fitted.width) // 2 & ~1, (self.height - fitted.height) // 2 & ~1
        for index, (target, source) in enumerate(zip(frame.planes, fitted.planes, strict=True)):
            shift = 1 if index else 0
            # NV12 keeps Cb and Cr in one plane, two bytes per sample: columns count as in the luma plane.
            column_shift = 0 if self._pixel_format == "nv12" else shift
            rows, columns = fitted.height >> shift, fitted.width >> column_shift
            y, x = top >> shift, left >> column_shift
            _plane(target)[y : y + rows, x : x + columns] = _plane(source)[:rows, :columns]
        return frame

    def _black_frame(self, like: av.VideoFrame) -> av.VideoFrame:
        frame = av.VideoFrame(self.width, self.height, self._pixel_format)
        for plane, value in zip(frame.planes, _BLACK[self._pixel_format], strict=True):
            _plane(plane)[:] = value
        frame.colorspace, frame.color_range = like.colorspace, like.color_range
        frame.color_trc, frame.color_primaries = like.color_trc, like.color_primaries
        return frame


def _plane(plane: VideoPlane) -> npt.NDArray[np.uint8]:
    """A plane's bytes, one row per line, padding included."""
    data = np.frombuffer(memoryview(plane), np.uint8)
    return data.reshape(-1, plane.line_size)
