"""Planes of libav's pictures as arrays, and pictures of another shape between black bars."""

import av
import numpy as np
from av.video.plane import VideoPlane
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc

from ionia.core.media import Plane, YuvPicture
from ionia.core.video.framing import Placement, Size

_BLACK = {"yuv420p": (16, 128, 128), "nv12": (16, 128), "yuvj420p": (0, 128, 128)}
"""The value of black in each plane: limited range, JPEG's full."""


def plane_rows(plane: VideoPlane) -> Plane:
    """A plane's bytes, one row per line, padding included."""
    return np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)


def frame_over(picture: YuvPicture) -> av.VideoFrame:
    """A frame of the caller's own, whose time and type it may set, over the memory that others read too."""
    shape = picture.format
    frame = av.VideoFrame.from_dlpack(picture.planes, format=shape.pixels.value, width=shape.width, height=shape.height)
    frame.colorspace, frame.color_range = Colorspace(int(shape.matrix)), ColorRange.MPEG
    frame.color_primaries, frame.color_trc = ColorPrimaries.BT709, ColorTrc.BT709
    return frame


def black_frame(size: Size, pixels: str) -> av.VideoFrame:
    """`pixels`: yuv420p, nv12 or yuvj420p."""
    frame = av.VideoFrame(*size, pixels)
    for plane, value in zip(frame.planes, _BLACK[pixels], strict=True):
        plane_rows(plane)[:] = value
    return frame


def framed(scaled: av.VideoFrame, place: Placement, size: Size) -> av.VideoFrame:
    """A picture of this size with `scaled`, which is as large as `place` says, where that says."""
    if (place.width, place.height) == size:
        return scaled
    frame = black_frame(size, scaled.format.name)
    for index, (target, source) in enumerate(zip(frame.planes, scaled.planes, strict=True)):
        shift = 1 if index else 0
        # NV12 keeps Cb and Cr in one plane, two bytes per sample: columns count as in the luma plane.
        column_shift = 0 if scaled.format.name == "nv12" else shift
        rows, columns = place.height >> shift, place.width >> column_shift
        y, x = place.top >> shift, place.left >> column_shift
        plane_rows(target)[y : y + rows, x : x + columns] = plane_rows(source)[:rows, :columns]
    return frame
