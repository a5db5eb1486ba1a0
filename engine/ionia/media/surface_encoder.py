"""An encoder that takes the graphics adapter's own pictures, and today's way behind it: read back, converted, encoded.

Whatever goes wrong with the first, pictures that aren't on the adapter included, the second goes on in the same file,
from that picture on and for good. Whoever owns this sees it by `left`.
"""

import copy
import logging
from collections.abc import Callable
from typing import Protocol

import av

from ionia.core.media import (
    ColourMatrix,
    EncodedPacket,
    PictureFormat,
    PixelFormat,
    SurfaceFrame,
    VideoTrack,
    YuvPicture,
)
from ionia.core.ports import VideoEncoder
from ionia.core.settings import VideoEncodeSettings
from ionia.core.video.framing import WHOLE
from ionia.media.converter import Converter
from ionia.media.encoder_specs import EncoderSpec
from ionia.media.guarded_encoder import GuardedVideoEncoder, open_successor
from ionia.media.surface import LibavSurface
from ionia.media.video_encoder import LibavVideoEncoder

_log = logging.getLogger(__name__)


class DirectEncoder(VideoEncoder, Protocol):
    """An encoder of surfaces of one device."""

    info: VideoTrack


class OpenDirect(Protocol):
    """Opens one for surfaces like the sample, by its own conversion. Raises what libav raises, or ValueError."""

    def __call__(
        self, spec: EncoderSpec, settings: VideoEncodeSettings, sample: LibavSurface, matrix: ColourMatrix
    ) -> DirectEncoder: ...


def open_direct(
    spec: EncoderSpec, settings: VideoEncodeSettings, sample: LibavSurface, matrix: ColourMatrix
) -> DirectEncoder:
    """See `OpenDirect`."""
    return LibavVideoEncoder(spec, settings, sample.width, sample.height, matrix=matrix, sample=sample)


class SurfaceVideoEncoder:
    """`core.ports.VideoEncoder`. One thread owns it and what is in it."""

    def __init__(
        self,
        direct: DirectEncoder,
        settings: VideoEncodeSettings,
        reopen: Callable[[LibavSurface], DirectEncoder],
        read_back: Callable[[], VideoEncoder],
    ) -> None:
        """`reopen` and `read_back` are asked when they are needed; `read_back` raises as `open_video` does."""
        self.codec = direct.codec
        self.follows_bitrate = direct.follows_bitrate
        self.takes = direct.takes
        self.track = direct.info
        self.left = ""
        """Why pictures are read back; empty while they are not."""
        self.told = False
        """Whether somebody was told so."""
        self._direct: DirectEncoder | None = direct
        self._settings = settings
        self._reopen = reopen
        self._open_read_back = read_back
        self._behind: VideoEncoder | None = None
        self._converter: Converter | None = None
        self._picture: YuvPicture | None = None
        self._device: object = None
        self._bitrate: int | None = None
        self._silent = 0

    def encode(self, picture: YuvPicture, index: int, *, keyframe: bool = False) -> list[EncodedPacket]:
        """See the port. Raises what libav raises when no encoder works any more."""
        self._picture = picture
        if self._direct is not None:
            try:
                return self._heard(self._directly(picture, index, keyframe=keyframe))
            except Exception as error:  # noqa: BLE001 - whatever a driver does is no reason to end a take
                self._leave(index, str(error) or type(error).__name__)
        return self._read_back(picture, index, keyframe=keyframe)

    def repeat(self, index: int, *, keyframe: bool = False) -> list[EncodedPacket]:
        """See the port. Nothing is copied. Raises RuntimeError before the first picture."""
        if self._picture is None:
            raise RuntimeError("no picture to repeat yet")
        if self._direct is not None:
            try:
                return self._heard(self._direct.repeat(index, keyframe=keyframe))
            except Exception as error:  # noqa: BLE001 - whatever a driver does is no reason to end a take
                self._leave(index, str(error) or type(error).__name__)
            return self._read_back(self._picture, index, keyframe=keyframe)
        assert self._behind is not None  # noqa: S101 - made when the other one went
        packets = self._behind.repeat(index, keyframe=keyframe)
        self.codec, self.follows_bitrate = self._behind.codec, self._behind.follows_bitrate
        return packets

    def hold(self, index: int) -> list[EncodedPacket]:
        """See the port. There is no cheaper way on the adapter."""
        return [] if self._behind is None else self._behind.hold(index)

    def set_bitrate(self, bits_per_second: int) -> None:
        """See the port."""
        self._bitrate = bits_per_second
        encoder = self._direct or self._behind
        if encoder is not None:
            encoder.set_bitrate(bits_per_second)

    def flush(self) -> list[EncodedPacket]:
        """See the port. What a lost encoder still held is lost."""
        encoder = self._direct or self._behind
        return [] if encoder is None else encoder.flush()

    def close(self) -> None:
        """See the port."""
        for encoder in (self._direct, self._behind):
            if encoder is not None:
                encoder.close()
        self._direct = self._behind = self._picture = self._device = None

    def successor(self) -> "SurfaceVideoEncoder":
        """Another one whose pictures are read back for the codec's software, since this one does not answer.

        Any thread. Raises what libav raises.
        """
        other = copy.copy(self)
        other.left, other.told = "its driver does not answer", False
        other._direct = other._device = None
        takes = PictureFormat(
            width=self.track.width, height=self.track.height, pixels=PixelFormat.YUV420P, matrix=self.track.matrix
        )
        other._go_behind(open_successor(self._settings, self.track, takes))
        return other

    def _directly(self, picture: YuvPicture, index: int, *, keyframe: bool) -> list[EncodedPacket]:
        frame = picture.frame
        if not isinstance(frame, SurfaceFrame) or not isinstance(frame.surface, LibavSurface):
            raise ValueError("the picture is not on the graphics adapter")
        if picture.framing not in (None, WHOLE) or (frame.width, frame.height) != (self.takes.width, self.takes.height):
            raise ValueError(f"another part or size is shown ({frame.width}x{frame.height})")
        assert self._direct is not None  # noqa: S101 - asked by encode
        if self._device is None:
            self._device = frame.surface.device
        if frame.surface.device is not self._device:
            self._follow(frame.surface)
            keyframe = True
        return self._direct.encode(picture, index, keyframe=keyframe)

    def _follow(self, surface: LibavSurface) -> None:
        """The capture was begun anew on a device of its own: so is the encoder, if its header is the file's."""
        assert self._direct is not None  # noqa: S101 - asked by encode
        self._direct.close()  # first: it may hold what is scarce
        self._direct = self._reopen(surface)
        if self._direct.info.extradata != self.track.extradata:
            raise ValueError("opened anew, it writes another header than the file's")
        if self._bitrate is not None:
            self._direct.set_bitrate(self._bitrate)
        self._device = surface.device

    def _heard(self, packets: list[EncodedPacket]) -> list[EncodedPacket]:
        """A driver that was reset may take pictures for ever and give nothing: a second of that is a loss, too."""
        self._silent = 0 if packets else self._silent + 1
        if self._silent >= self._settings.fps:
            raise OSError("no packets came")
        return packets

    def _leave(self, index: int, reason: str) -> None:
        _log.warning("pictures are read back from %d on: %s", index, reason)
        self.left = reason
        direct, self._direct, self._device = self._direct, None, None
        if direct is not None:
            direct.close()
        self._go_behind(self._open_read_back())

    def _go_behind(self, behind: VideoEncoder) -> None:
        self._behind = behind
        self.codec, self.follows_bitrate = behind.codec, behind.follows_bitrate
        self._converter = Converter(behind.takes)
        if self._bitrate is not None:
            behind.set_bitrate(self._bitrate)

    def _read_back(self, picture: YuvPicture, index: int, *, keyframe: bool) -> list[EncodedPacket]:
        assert self._behind is not None  # noqa: S101 - made when the other one went
        assert self._converter is not None  # noqa: S101 - likewise
        assert picture.frame is not None  # noqa: S101 - of this format it has one
        converted = self._converter.convert(picture.frame.pixels, picture.framing or WHOLE)
        packets = self._behind.encode(converted, index, keyframe=keyframe)
        self.codec, self.follows_bitrate = self._behind.codec, self._behind.follows_bitrate
        return packets


def reads_back(encoder: VideoEncoder) -> bool:
    """Whether pictures come to it through main memory."""
    return not isinstance(encoder, SurfaceVideoEncoder) or bool(encoder.left)


def left_now(encoder: VideoEncoder) -> str | None:
    """A sentence, once, when pictures are read back from now on; its thread."""
    if not isinstance(encoder, SurfaceVideoEncoder) or not encoder.left or encoder.told:
        return None
    encoder.told = True
    return f"Pictures are read back from the graphics card from now on, in the same file: {encoder.left}."


def open_read_back(spec: EncoderSpec, settings: VideoEncodeSettings, track: VideoTrack) -> VideoEncoder:
    """What goes on in a file that `track` began: the same encoder with pictures from main memory if its header is the
    file's, else libx264 with parameter sets of its own."""
    matrix = track.matrix
    try:
        encoder = LibavVideoEncoder(spec, settings, track.width, track.height, matrix=matrix)
        if encoder.info.extradata == track.extradata:
            return GuardedVideoEncoder(encoder, settings)
        _log.info("%s from main memory writes another header", spec.name)
        encoder.close()
    except (av.error.FFmpegError, ValueError) as error:
        _log.info("%s from main memory does not open: %s", spec.name, error)
    takes = PictureFormat(width=track.width, height=track.height, pixels=PixelFormat.YUV420P, matrix=matrix)
    return open_successor(settings, track, takes)
