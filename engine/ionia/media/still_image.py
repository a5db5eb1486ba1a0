"""One picture as a JPEG, PNG or WebP file's bytes, in the picture's colours."""

from fractions import Fraction

import av
from av.video.codeccontext import VideoCodecContext
from av.video.reformatter import ColorRange, Colorspace

from ionia.media.frame_planes import plane_rows
from ionia.media.png import png_bytes

IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")


def image_bytes(frame: av.VideoFrame, suffix: str, size: tuple[int, int] | None = None) -> bytes:
    """`suffix`: one of IMAGE_SUFFIXES; `size`: width and height, the frame's own by default. Raises libav's errors."""
    # Whoever reads a JPEG or a WebP takes its colours for BT.601's, whatever those of the frame are.
    width, height = size or (frame.width, frame.height)
    if suffix == ".png":
        rgb = frame.reformat(width=width, height=height, format="rgb24")
        return png_bytes(plane_rows(rgb.planes[0])[:height, : 3 * width].reshape(height, width, 3))
    if suffix == ".webp":
        name, picture = (
            "libwebp",
            frame.reformat(width=width, height=height, format="yuv420p", dst_colorspace=Colorspace.ITU601),
        )
        options = {"quality": "90", "compression_level": "2"}
    else:
        # JPEG is full range, and libav's encoder says that by a format of its own.
        picture = frame.reformat(
            width=width,
            height=height,
            format="yuvj420p",
            dst_colorspace=Colorspace.ITU601,
            dst_color_range=ColorRange.JPEG,
        )
        name, options = "mjpeg", {"qmin": "3", "qmax": "3"}
    context = av.CodecContext.create(name, "w")
    assert isinstance(context, VideoCodecContext)  # noqa: S101 - it is one
    context.width, context.height, context.pix_fmt = width, height, picture.format.name
    context.time_base = Fraction(1, 25)
    context.options = options
    picture.pts = 0
    return b"".join(bytes(packet) for packet in [*context.encode(picture), *context.encode(None)])


def fitted(size: tuple[int, int], max_width: int | None) -> tuple[int, int]:
    """The size with its shape kept, not wider than that; never larger."""
    width, height = size
    if max_width is None or width <= max_width:
        return size
    return max_width, max(1, round(height * max_width / width))
