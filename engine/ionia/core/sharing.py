"""Who may share what with whom: the identity of every thing that several sessions may use at once.

Two sessions share a thing when its identity is equal, each level for itself: a capture by what it looks at and how
often, a video encode by its capture and what it makes of it, a sound by its device, an audio encode by its sounds and
its bit rate. What can be changed while it runs (gain, mute, the video's bit rate under a slow link) is no part of an
identity. An audio encode is nevertheless only shared by those who hear the same: whoever changes it alone gets one of
its own (`AudioEncodes`).

The rate buffer is no part of a video encode's identity either: a picture that is encoded once serves file and stream,
and the first who asks decides. A recorder on a stream's encode loses nothing that can be seen; a stream on a
recorder's may be over its rate for a second when the whole picture changes, which its own buffer takes (0200).
"""

from dataclasses import dataclass

from ionia.core.audio.engine import AudioInput
from ionia.core.settings import EncoderChoice, MediaSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureKey:
    """A screen, looked at so many times a second."""

    screen: str | None
    cursor: bool
    fps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoEncodeKey:
    """What is made of a capture's pictures."""

    capture: CaptureKey
    encoder: EncoderChoice
    bitrate: int
    keyframe_interval: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundKey:
    """A device's sound on the timeline. `offset_ms`: as asked; None: what is remembered for the device."""

    which: AudioInput
    device: str | None
    offset_ms: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioEncodeKey:
    """What is encoded of which sounds."""

    sounds: tuple[SoundKey, ...]
    bitrate: int


def capture_key(settings: MediaSettings) -> CaptureKey:
    """The capture that these settings ask for."""
    return CaptureKey(screen=settings.screen, cursor=settings.cursor, fps=settings.fps)


def video_encode_key(settings: MediaSettings) -> VideoEncodeKey:
    """The video encode that these settings ask for."""
    return VideoEncodeKey(
        capture=capture_key(settings),
        encoder=settings.encoder,
        bitrate=settings.video_bitrate,
        keyframe_interval=settings.video().keyframe_interval,
    )


def audio_encode_key(settings: MediaSettings) -> AudioEncodeKey | None:
    """The audio encode that these settings ask for; None for video alone."""
    mode = settings.audio_mode
    sounds = []
    if mode.desktop:
        sounds.append((AudioInput.DESKTOP, settings.desktop_audio))
    if mode.mic:
        sounds.append((AudioInput.MIC, settings.microphone))
    if not sounds:
        return None
    offset_ms = settings.audio_offset_ms
    return AudioEncodeKey(
        sounds=tuple(SoundKey(which=which, device=device, offset_ms=offset_ms) for which, device in sounds),
        bitrate=settings.audio_bitrate,
    )
