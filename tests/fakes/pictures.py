"""The screen's pictures as an encoder takes them."""

from functools import lru_cache

from ionia.core.media import VideoFrame, YuvPicture
from ionia.core.ports import VideoEncoder
from ionia.media.converter import Converter

_converter = lru_cache(Converter)


def yuv(encoder: VideoEncoder, frame: VideoFrame) -> YuvPicture:
    """Converted for this encoder."""
    return _converter(encoder.takes).convert(frame.pixels)
