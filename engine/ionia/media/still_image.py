"""One picture as a JPEG or PNG file's bytes, by libav's encoders."""

from fractions import Fraction

import av
from av.video.codeccontext import VideoCodecContext
from av.video.reformatter import ColorRange

IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png")


def image_bytes(frame: av.VideoFrame, suffix: str, size: tuple[int, int] | None = None) -> bytes:
    """`suffix`: one of IMAGE_SUFFIXES; `size`: width and height, the frame's own by default. Raises libav's errors."""
    width, height = size or (frame.width, frame.height)
    if suffix == ".png":
        name, picture = "png", frame.reformat(width=width, height=height, format="rgb24")
    else:
        # JPEG is full range, and libav's encoder says that by a format of its own.
        picture = frame.reformat(width=width, height=height, format="yuvj420p", dst_color_range=ColorRange.JPEG)
        name = "mjpeg"
    context = av.CodecContext.create(name, "w")
    assert isinstance(context, VideoCodecContext)  # noqa: S101 - it is one
    context.width, context.height, context.pix_fmt = width, height, picture.format.name
    context.time_base = Fraction(1, 25)
    if name == "mjpeg":
        context.options = {"qmin": "3", "qmax": "3"}
    picture.pts = 0
    return b"".join(bytes(packet) for packet in [*context.encode(picture), *context.encode(None)])


def fitted(size: tuple[int, int], max_width: int | None) -> tuple[int, int]:
    """The size with its shape kept, not wider than that; never larger."""
    width, height = size
    if max_width is None or width <= max_width:
        return size
    return max_width, max(1, round(height * max_width / width))
