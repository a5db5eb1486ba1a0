"""Encoders that really opened, with what a header needs to know of them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from ionia.core.media import AudioTrack, VideoTrack
from ionia.core.ports import AudioEncoder, VideoEncoder
from ionia.core.settings import VideoEncodeSettings
from ionia.media.audio_encoder import LibavAudioEncoder
from ionia.media.encoder_probe import open_video_encoder
from ionia.media.guarded_encoder import open_successor
from ionia.media.no_picture import NoPictureEncoder
from ionia.media.opus_encoder import OpusEncoder


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OpenedVideo:
    """`fallbacks` says, a line each, what was tried before and why it wasn't taken; `read_back`, in a sentence,
    why pictures come through main memory, where another way was tried.

    `successor` opens what takes the same pictures and goes on in the same file where `encoder` does not answer, or one
    that it made before. Any thread; raises what libav raises. None: this one always answers."""

    encoder: VideoEncoder
    track: VideoTrack
    fallbacks: tuple[str, ...] = ()
    read_back: str = ""
    successor: Callable[[], VideoEncoder] | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OpenedAudio:
    """An encoder of AAC or Opus."""

    encoder: AudioEncoder
    track: AudioTrack


def open_video(settings: VideoEncodeSettings, width: int, height: int) -> OpenedVideo:
    """The first encoder of the codec that works for pictures of this size. Raises IoniaError(ENCODER_UNAVAILABLE).

    Where there is to be no picture, what takes an encoder's place.
    """
    if not settings.picture:
        none = NoPictureEncoder(fps=settings.fps, interval=settings.keyframe_interval)
        return OpenedVideo(encoder=none, track=none.info)
    encoder, track, fallbacks = open_video_encoder(settings, width, height)
    return OpenedVideo(
        encoder=encoder,
        track=track,
        fallbacks=tuple(f"{one.encoder}: {one.reason}" for one in fallbacks),
        successor=partial(open_successor, settings, track, encoder.takes),
    )


def open_opus(bitrate: int) -> OpenedAudio:
    """The same for Opus."""
    encoder = OpusEncoder(bitrate)
    return OpenedAudio(encoder=encoder, track=encoder.info)


def open_audio(bitrate: int) -> OpenedAudio:
    """AAC of `bitrate` in bits per second. Raises IoniaError(ENCODER_UNAVAILABLE)."""
    encoder = LibavAudioEncoder(bitrate)
    return OpenedAudio(encoder=encoder, track=encoder.info)
