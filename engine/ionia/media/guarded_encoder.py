"""A hardware encoder that may be lost while it runs, and its codec's software in its place from that picture on.

Choosing the first encoder is `encoder_probe`'s. Whoever owns this one sees the change by its `codec`.

The two must not share parameter sets. libx264 gives its own other ids (decision 0076). libx265 can't, and AV1 has no
ids: there each keyframe has its sets with it, the lost encoder's too, so that each is decoded with its own wherever a
player jumps (decision 0431).
"""

import logging
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Protocol

import av
import numpy as np

from ionia.core.codec.codec import H264, VideoCodec
from ionia.core.media import EncodedPacket, PictureFormat, PixelFormat, VideoTrack, YuvPicture
from ionia.core.settings import VideoEncodeSettings
from ionia.media.encoder_specs import X264, EncoderSpec, software_of
from ionia.media.video_encoder import LibavVideoEncoder

_log = logging.getLogger(__name__)

STANDBY_SET_ID = 31
"""Id of the standby's SPS and PPS: the last that H.264 allows for an SPS. Hardware encoders use 0."""


class _Encode(Protocol):
    def __call__(self, index: int, *, keyframe: bool) -> list[EncodedPacket]: ...


class GuardedVideoEncoder:
    """`core.ports.VideoEncoder` around one that opened. One thread owns both."""

    def __init__(self, encoder: LibavVideoEncoder, settings: VideoEncodeSettings, *, lost: bool = False) -> None:
        """`settings` are those that `encoder` was opened with. `lost`: it is `open_standby`'s already."""
        self.codec = encoder.codec
        self.follows_bitrate = encoder.follows_bitrate
        self.takes = encoder.takes
        codec = encoder.info.codec
        self.info = encoder.info if codec is H264 else replace(encoder.info, sets_in_keyframes=True)
        self._encoder = encoder
        self._lost = lost
        self._settings = replace(settings, b_frames=0)  # as hardware: nothing is reordered in the middle of a file
        self._picture: YuvPicture | None = None
        self._bitrate: int | None = None
        self._silent = 0
        self._sets = b""  # that each keyframe brings with it
        if self.info.sets_in_keyframes or lost:
            self._sets = codec.extradata_of(codec.parameter_sets(encoder.info.extradata))

    def encode(self, picture: YuvPicture, index: int, *, keyframe: bool = False) -> list[EncodedPacket]:
        """See the port. Raises what libav raises when the standby doesn't work, either."""
        self._picture = picture
        return self._attempt(partial(self._encoder.encode, self._taken(picture)), index, keyframe)

    def repeat(self, index: int, *, keyframe: bool = False) -> list[EncodedPacket]:
        """See the port. Raises as `encode` does, and RuntimeError before the first one."""
        return self._attempt(self._encoder.repeat, index, keyframe)

    def hold(self, index: int) -> list[EncodedPacket]:  # noqa: ARG002 - the port has it
        """See the port. There is no cheaper way here."""
        return []

    def set_bitrate(self, bits_per_second: int) -> None:
        """See the port. The standby goes on with it."""
        self._bitrate = bits_per_second
        self._encoder.set_bitrate(bits_per_second)

    def flush(self) -> list[EncodedPacket]:
        """See the port. What a lost encoder still held is lost."""
        return self._complete(self._encoder.flush())

    def close(self) -> None:
        """See the port."""
        self._encoder.close()
        self._picture = None

    def _attempt(self, encode: _Encode, index: int, keyframe: bool) -> list[EncodedPacket]:
        lost: av.error.FFmpegError | None = None
        try:
            packets = encode(index, keyframe=keyframe)
        except av.error.FFmpegError as error:
            if self._lost:
                raise
            lost = error
        else:
            self._silent = 0 if packets else self._silent + 1
            # A driver that was reset may take pictures for ever and give nothing: a second of that is a loss, too.
            if self._lost or self._silent < self._settings.fps:
                return self._complete(packets)
        return self._replace(index, lost)

    def _replace(self, index: int, lost: av.error.FFmpegError | None) -> list[EncodedPacket]:
        """Open the standby and begin with the picture that failed."""
        if self._picture is None:
            raise RuntimeError("no picture was encoded yet") from lost
        reason = "no packets came" if lost is None else lost.strerror or type(lost).__name__
        _log.warning("%s failed at picture %d: %s", self.codec, index, reason)
        self._encoder.abandon()
        self._encoder = open_standby(self.info.codec, self._settings, self.takes)
        self._lost = True
        self.codec, self.follows_bitrate = self._encoder.codec, self._encoder.follows_bitrate
        if self._bitrate is not None:
            self._encoder.set_bitrate(self._bitrate)
        track = self._encoder.info
        self._sets = track.codec.extradata_of(track.codec.parameter_sets(track.extradata))
        return self._complete(self._encoder.encode(self._taken(self._picture), index, keyframe=True))

    def _taken(self, picture: YuvPicture) -> YuvPicture:
        """As the encoder in use takes it."""
        return picture if picture.format == self._encoder.takes else _planar(picture)

    def _complete(self, packets: list[EncodedPacket]) -> list[EncodedPacket]:
        """Each keyframe of the standby carries its parameter sets: no header that was given out has them."""
        if not self._sets:
            return packets
        return [self._with_sets(packet) if packet.keyframe else packet for packet in packets]

    def _with_sets(self, keyframe: EncodedPacket) -> EncodedPacket:
        if self.info.codec.own_extradata(keyframe.data) is not None:
            return keyframe
        return replace(keyframe, data=self._sets + keyframe.data)


def _standby(spec: EncoderSpec, pixels: PixelFormat) -> EncoderSpec:
    # In the layout that the pictures have already: libx264 takes each that the hardware does, the others one.
    return replace(spec, options=_standby_options, pixel_format=pixels) if spec is X264 else spec


def _planar(picture: YuvPicture) -> YuvPicture:
    """Cb and Cr one behind the other, which the hardware had by turns."""
    luma, chroma = picture.planes
    takes = replace(picture.format, pixels=PixelFormat.YUV420P)
    return YuvPicture(format=takes, planes=(luma, *(np.ascontiguousarray(chroma[:, at::2]) for at in (0, 1))))


def open_standby(codec: VideoCodec, settings: VideoEncodeSettings, takes: PictureFormat) -> LibavVideoEncoder:
    """The codec's software, to go on in a file that another encoder began. Raises what libav raises."""
    spec = _standby(software_of(codec), takes.pixels)
    return LibavVideoEncoder(spec, settings, takes.width, takes.height, matrix=takes.matrix)


def open_successor(settings: VideoEncodeSettings, track: VideoTrack, takes: PictureFormat) -> GuardedVideoEncoder:
    """The same with sets in its keyframes, in the place of an encoder of `track` that took such pictures.

    It reorders what that one did. Raises what libav raises.
    """
    settings = settings if track.reordered else replace(settings, b_frames=0)
    return GuardedVideoEncoder(open_standby(track.codec, settings, takes), settings, lost=True)


def _standby_options(settings: VideoEncodeSettings) -> Mapping[str, str]:
    options = X264.options(settings)
    return {**options, "x264-params": f"{options['x264-params']}:sps-id={STANDBY_SET_ID}"}
