"""Stands for a graphics card that is lost while it encodes: libx264 with other parameter sets, and an end."""

from dataclasses import replace

import av

from ionia.core.media import EncodedPacket, PixelFormat
from ionia.core.settings import VideoEncodeSettings
from ionia.media.encoder_specs import X264
from ionia.media.video_encoder import LibavVideoEncoder
from tests.fakes.encoded_clip import HEIGHT, WIDTH

SETTINGS = VideoEncodeSettings(fps=30, video_bitrate=500_000, keyframe_interval_seconds=1.0)


class FailingEncoder(LibavVideoEncoder):
    """Another profile than the standby's, and an error, or silence, from picture `lost` on."""

    def __init__(self, *, lost: int, silent: bool = False, pixels: PixelFormat = PixelFormat.YUV420P) -> None:
        options = X264.options(SETTINGS) | {"profile": "main"}
        options["x264-params"] += ":cabac=0:ref=2"
        spec = replace(X264, name="libx264", options=lambda _: options, pixel_format=pixels)
        super().__init__(spec, SETTINGS, WIDTH, HEIGHT)
        self.codec = "h264_nvenc"
        self.closed = False
        self._lost = lost
        self._quiet = silent

    def _encode(self, frame: av.VideoFrame, index: int, keyframe: bool) -> list[EncodedPacket]:
        if index < self._lost:
            return super()._encode(frame, index, keyframe)
        if self._quiet:
            return []
        raise av.error.ExternalError(-1, "Generic error in an external library")

    def close(self) -> None:
        self.closed = True
        super().close()
