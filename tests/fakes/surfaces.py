"""Stands for a graphics card that encodes its own pictures: surfaces, and libx264 behind a conversion like nvenc's.

On Windows the surfaces are real ones of Direct3D 11 (`gpu_duplication`), elsewhere pictures in main memory that nobody
else may read.
"""

from collections.abc import Sequence
from dataclasses import replace

import av
import numpy as np

from ionia.core.media import (
    ColourMatrix,
    EncodedPacket,
    Picture,
    PictureFormat,
    PixelFormat,
    SurfaceFrame,
    YuvPicture,
)
from ionia.core.settings import VideoEncodeSettings
from ionia.media.converter import Converter
from ionia.media.encoder_specs import X264, EncoderSpec
from ionia.media.surface import LibavSurface
from ionia.media.video_encoder import LibavVideoEncoder

SPEC = replace(X264, hardware=True, surfaces="d3d11")


class CardEncoder:
    """A DirectEncoder. It converts by `converts`, whatever it is asked to mark its pictures as."""

    def __init__(
        self,
        spec: EncoderSpec,
        settings: VideoEncodeSettings,
        sample: LibavSurface,
        matrix: ColourMatrix,
        *,
        converts: ColourMatrix = ColourMatrix.BT601,
        fails_at: Sequence[int] = (),
        silent_from: int | None = None,
    ) -> None:
        del spec
        self._inner = LibavVideoEncoder(X264, settings, sample.width, sample.height, matrix=matrix)
        self.codec, self.follows_bitrate, self.info = self._inner.codec, True, self._inner.info
        self.takes = replace(self._inner.takes, pixels=PixelFormat.SURFACE)
        self._converter = Converter(replace(self._inner.takes, matrix=converts))
        self._device: object = None  # as libav: an encoder opens with its first picture
        self._fails_at, self._silent_from = fails_at, silent_from
        self.closed = False

    def encode(self, picture: YuvPicture, index: int, *, keyframe: bool = False) -> list[EncodedPacket]:
        assert isinstance(picture.frame, SurfaceFrame)
        assert isinstance(picture.frame.surface, LibavSurface)
        self._device = self._device or picture.frame.surface.device
        assert picture.frame.surface.device is self._device, "a picture of another device"
        self._may_fail(index)
        made = self._converter.convert(picture.frame.surface.read())
        packets = self._inner.encode(YuvPicture(format=self._inner.takes, planes=made.planes), index, keyframe=keyframe)
        return self._heard(packets, index)

    def repeat(self, index: int, *, keyframe: bool = False) -> list[EncodedPacket]:
        self._may_fail(index)
        return self._heard(self._inner.repeat(index, keyframe=keyframe), index)

    def hold(self, index: int) -> list[EncodedPacket]:
        return self._inner.hold(index)

    def set_bitrate(self, bits_per_second: int) -> None:
        self._inner.set_bitrate(bits_per_second)

    def flush(self) -> list[EncodedPacket]:
        return self._inner.flush()

    def close(self) -> None:
        self.closed = True
        self._inner.close()

    def abandon(self) -> None:
        self.closed = True
        self._inner.abandon()

    def _may_fail(self, index: int) -> None:
        if index in self._fails_at:
            raise av.error.ExternalError(-1, "Generic error in an external library")

    def _heard(self, packets: list[EncodedPacket], index: int) -> list[EncodedPacket]:
        return [] if self._silent_from is not None and index >= self._silent_from else packets


class MemorySurface(LibavSurface):
    """A surface in main memory."""

    def __init__(self, pixels: Picture, device: object) -> None:
        super().__init__(av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="bgra"), device)
        self.lost = False

    def read(self) -> Picture:
        if self.lost:
            raise OSError("lost")
        return super().read()

    def write(self, pixels: Picture) -> None:
        self.frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="bgra")


def on_card(takes: PictureFormat, surface: LibavSurface) -> YuvPicture:
    """As a stage hands it on."""
    return YuvPicture(format=takes, planes=(), frame=SurfaceFrame(captured_ns=0, surface=surface))
