"""An encoder that takes the graphics adapter's own pictures, and today's way behind it: read back, converted, encoded.

Whatever goes wrong with the first, pictures that aren't on the adapter included, the second goes on in the same file,
from that picture on: for good where the encoder failed, else until pictures are on the adapter again. Whoever owns this
sees it by `left`.
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
from ionia.core.warning import WarningCode
from ionia.media.converter import Converter
from ionia.media.encoder_specs import EncoderSpec
from ionia.media.guarded_encoder import GuardedVideoEncoder, open_successor
from ionia.media.surface import LibavSurface
from ionia.media.video_encoder import LibavVideoEncoder

_log = logging.getLogger(__name__)


class DirectEncoder(VideoEncoder, Protocol):
    """An encoder of surfaces of one device."""

    info: VideoTrack

    def abandon(self) -> None:
        """Instead of `close`, where its driver failed: it is never freed, since that may hang with Python's lock."""


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


class _ElsewhereError(ValueError):
    """A picture that is not where or what the card's encoder takes: no fault of its own."""


class _OnCard:
    """Pictures go to the card's encoder. Methods raise whatever a driver makes libav raise, and _ElsewhereError."""

    def __init__(self, encoder: DirectEncoder, file: VideoTrack, device: object = None) -> None:
        """`device` is whose surfaces it took already."""
        self.encoder = encoder
        self._file = file
        self._device = device
        self._silent = 0

    def encode(
        self, picture: YuvPicture, index: int, *, keyframe: bool, reopen: Callable[[LibavSurface], DirectEncoder]
    ) -> list[EncodedPacket]:
        """`reopen` serves when the capture was begun anew on a device of its own."""
        surface = taken_surface(picture, self.encoder.takes)
        if self._device is None:
            self._device = surface.device
        if surface.device is not self._device:
            self.encoder.close()  # first: it may hold what is scarce
            self.encoder = reopen(surface)
            self._device, keyframe = surface.device, True
        return self._heard(self.encoder.encode(picture, index, keyframe=keyframe))

    def repeat(self, index: int, *, keyframe: bool) -> list[EncodedPacket]:
        return self._heard(self.encoder.repeat(index, keyframe=keyframe))

    def hold(self, index: int) -> list[EncodedPacket]:  # noqa: ARG002 - the other state has a way
        return []

    def _heard(self, packets: list[EncodedPacket]) -> list[EncodedPacket]:
        """A driver that was reset may take pictures for ever and give nothing: a second of that is a loss, too."""
        self._silent = 0 if packets else self._silent + 1
        if self._silent >= self._file.fps:
            raise OSError("no packets came")
        return packets


class _ReadBack:
    """Pictures come to an encoder through main memory. Methods raise what libav raises."""

    def __init__(self, encoder: VideoEncoder, why: str, *, returns: bool) -> None:
        """`returns`: when pictures are on the card again, so is the encoder."""
        self.encoder = encoder
        self.why = why
        self.returns = returns
        self._converter = Converter(encoder.takes)

    def encode(self, picture: YuvPicture, index: int, *, keyframe: bool) -> list[EncodedPacket]:
        if picture.frame is None:
            raise ValueError("a picture without its frame")
        converted = self._converter.convert(picture.frame.pixels, picture.framing or WHOLE)
        return self.encoder.encode(converted, index, keyframe=keyframe)

    def repeat(self, index: int, *, keyframe: bool) -> list[EncodedPacket]:
        return self.encoder.repeat(index, keyframe=keyframe)

    def hold(self, index: int) -> list[EncodedPacket]:
        return self.encoder.hold(index)


class SurfaceVideoEncoder:
    """`core.ports.VideoEncoder`. One thread owns it and what is in it."""

    def __init__(
        self,
        direct: DirectEncoder,
        settings: VideoEncodeSettings,
        reopen: Callable[[LibavSurface], DirectEncoder],
        read_back: Callable[[], VideoEncoder],
    ) -> None:
        """`reopen` and `read_back` are asked when they are needed; `read_back`, where pictures are elsewhere, raises as
        `open_video` does."""
        self.codec = direct.codec
        self.follows_bitrate = direct.follows_bitrate
        self.takes = direct.takes
        self.track = direct.info
        self.turned = False
        """Whether the way of pictures changed since somebody was told."""
        self._settings = settings
        self._open = reopen
        self._open_read_back = read_back
        self._way: _OnCard | _ReadBack = _OnCard(direct, self.track)
        self._picture: YuvPicture | None = None
        self._bitrate: int | None = None

    @property
    def left(self) -> str:
        """Why pictures are read back; empty while they are not."""
        return self._way.why if isinstance(self._way, _ReadBack) else ""

    def encode(self, picture: YuvPicture, index: int, *, keyframe: bool = False) -> list[EncodedPacket]:
        """See the port. Raises what libav raises when no encoder works any more."""
        self._picture = picture
        way = self._way
        if isinstance(way, _ReadBack):
            packets = self._returned(way, picture, index) if way.returns else None
            return self._made(way.encode(picture, index, keyframe=keyframe) if packets is None else packets)
        try:
            return self._made(way.encode(picture, index, keyframe=keyframe, reopen=self._reopen))
        except Exception as error:  # noqa: BLE001 - whatever a driver does is no reason to end a take
            return self._made(self._leave(way, error, index).encode(picture, index, keyframe=keyframe))

    def repeat(self, index: int, *, keyframe: bool = False) -> list[EncodedPacket]:
        """See the port. Nothing is copied. Raises RuntimeError before the first picture."""
        if self._picture is None:
            raise RuntimeError("no picture to repeat yet")
        way = self._way
        if isinstance(way, _ReadBack):
            return self._made(way.repeat(index, keyframe=keyframe))
        try:
            return self._made(way.repeat(index, keyframe=keyframe))
        except Exception as error:  # noqa: BLE001 - whatever a driver does is no reason to end a take
            return self._made(self._leave(way, error, index).encode(self._picture, index, keyframe=keyframe))

    def hold(self, index: int) -> list[EncodedPacket]:
        """See the port. There is no cheaper way on the adapter."""
        return self._way.hold(index)

    def set_bitrate(self, bits_per_second: int) -> None:
        """See the port."""
        self._bitrate = bits_per_second
        self._way.encoder.set_bitrate(bits_per_second)

    def flush(self) -> list[EncodedPacket]:
        """See the port. What a lost encoder still held is lost."""
        return self._way.encoder.flush()

    def close(self) -> None:
        """See the port."""
        self._way.encoder.close()
        self._picture = None

    def successor(self) -> "SurfaceVideoEncoder":
        """Another one whose pictures are read back for the codec's software, since this one does not answer.

        Any thread. Raises what libav raises.
        """
        other = copy.copy(self)
        other._go_behind(self._open_software(), "its driver does not answer", returns=False)
        return other

    def _open_software(self) -> VideoEncoder:
        return _successor(self._settings, self.track)

    def _made(self, packets: list[EncodedPacket]) -> list[EncodedPacket]:
        self.codec, self.follows_bitrate = self._way.encoder.codec, self._way.encoder.follows_bitrate
        return packets

    def _reopen(self, surface: LibavSurface) -> DirectEncoder:
        """Another one for this device, if it goes on in the file."""
        encoder = self._open(surface)
        if encoder.info.extradata != self.track.extradata:
            encoder.close()
            raise ValueError("opened anew, it writes another header than the file's")
        if self._bitrate is not None:
            encoder.set_bitrate(self._bitrate)
        return encoder

    def _leave(self, way: _OnCard, error: Exception, index: int) -> _ReadBack:
        reason = str(error) or type(error).__name__
        _log.warning("pictures are read back from %d on: %s", index, reason)
        if isinstance(error, _ElsewhereError):
            way.encoder.close()
            return self._go_behind(self._open_read_back(), reason, returns=True)
        # A driver that failed once has no second chance in a take, neither for pictures from main memory.
        way.encoder.abandon()
        return self._go_behind(self._open_software(), reason, returns=False)

    def _go_behind(self, encoder: VideoEncoder, why: str, *, returns: bool) -> _ReadBack:
        if self._bitrate is not None:
            encoder.set_bitrate(self._bitrate)
        self._way = way = _ReadBack(encoder, why, returns=returns)
        self.codec, self.follows_bitrate = encoder.codec, encoder.follows_bitrate
        self.turned = True
        return way

    def _returned(self, way: _ReadBack, picture: YuvPicture, index: int) -> list[EncodedPacket] | None:
        """What came of it, with what the other encoder still held first; None if the picture is read back as before."""
        try:
            surface = taken_surface(picture, self.takes)
        except _ElsewhereError:
            return None
        try:
            encoder = self._reopen(surface)
        except Exception as error:  # noqa: BLE001 - as before: today's way works
            _stay(way, error)
            return None
        try:
            packets = encoder.encode(picture, index, keyframe=True)
            held = way.encoder.flush()
        except Exception as error:  # noqa: BLE001 - likewise
            encoder.close()
            _stay(way, error)
            return None
        way.encoder.close()
        self._way, self.turned = _OnCard(encoder, self.track, surface.device), True
        _log.info("pictures stay on the graphics card from %d on", index)
        return held + packets


def _stay(way: _ReadBack, error: Exception) -> None:
    _log.warning("pictures are read back as before: %s", str(error) or type(error).__name__)
    way.returns = False


def taken_surface(picture: YuvPicture, takes: PictureFormat) -> LibavSurface:
    """The surface that an encoder of this format takes as it is. Raises ValueError for all other pictures."""
    frame = picture.frame
    if not isinstance(frame, SurfaceFrame) or not isinstance(frame.surface, LibavSurface):
        raise _ElsewhereError("the picture is not on the graphics adapter")
    if picture.framing not in (None, WHOLE) or (frame.width, frame.height) != (takes.width, takes.height):
        raise _ElsewhereError(f"another part or size is shown ({frame.width}x{frame.height})")
    return frame.surface


def reads_back(encoder: VideoEncoder) -> bool:
    """Whether pictures come to it through main memory."""
    return not isinstance(encoder, SurfaceVideoEncoder) or bool(encoder.left)


def told_now(encoder: VideoEncoder) -> tuple[WarningCode, str] | None:
    """What to tell, once, when pictures go another way from now on; its thread."""
    if not isinstance(encoder, SurfaceVideoEncoder) or not encoder.turned:
        return None
    encoder.turned = False
    if not encoder.left:
        return WarningCode.GPU_RECOVERED, "Pictures stay on the graphics card again, in the same file."
    words = f"Pictures are read back from the graphics card from now on, in the same file: {encoder.left}."
    return WarningCode.GPU_FALLBACK, words


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
    return _successor(settings, track)


def _successor(settings: VideoEncodeSettings, track: VideoTrack) -> VideoEncoder:
    takes = PictureFormat(width=track.width, height=track.height, pixels=PixelFormat.YUV420P, matrix=track.matrix)
    return open_successor(settings, track, takes)
