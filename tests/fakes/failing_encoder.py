"""Stands for a graphics card that is lost while it encodes: the codec's software with other sets, and an end."""

from collections.abc import Mapping
from dataclasses import replace

import av

from ionia.core.codec.codec import AV1, H264, VideoCodec
from ionia.core.media import EncodedPacket, PixelFormat
from ionia.core.settings import VideoEncodeSettings
from ionia.media.encoder_specs import EncoderSpec, software_of
from ionia.media.video_encoder import LibavVideoEncoder
from tests.fakes.encoded_clip import HEIGHT, WIDTH

SETTINGS = VideoEncodeSettings(fps=30, video_bitrate=500_000, keyframe_interval_seconds=1.0)


def _options(spec: EncoderSpec) -> Mapping[str, str]:
    """Such that the standby's pictures can't be decoded with the sets of this one."""
    options = dict(spec.options(SETTINGS))
    if spec.codec is H264:
        options["profile"] = "main"
        options["x264-params"] += ":cabac=0:ref=2"
    elif "x265-params" in options:
        options["x265-params"] += ":ctu=32:no-sao=1:no-amp=1:temporal-mvp=0"
    else:
        options["svtav1-params"] = options["svtav1-params"].replace("scm=1", "scm=0") + ":enable-cdef=0"
    return options


class FailingEncoder(LibavVideoEncoder):
    """Other tools than the standby's, and an error, or silence, from picture `lost` on."""

    def __init__(
        self, *, lost: int, silent: bool = False, pixels: PixelFormat = PixelFormat.YUV420P, codec: VideoCodec = H264
    ) -> None:
        options = _options(software_of(codec))
        spec = replace(software_of(codec), options=lambda _: dict(options))
        if codec is H264:
            spec = replace(spec, pixel_format=pixels)
        super().__init__(spec, SETTINGS, WIDTH, HEIGHT if codec is not AV1 else WIDTH)  # SVT-AV1's least
        self.codec = f"{codec.name}_nvenc"
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
