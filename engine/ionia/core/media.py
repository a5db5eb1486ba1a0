"""The values that travel between sources, encoders and sinks. They carry media and its instants, and decide nothing."""

from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt

SAMPLE_RATE = 48_000
"""Samples per second of every AudioBlock and of the audio timeline."""

AUDIO_TICK_SAMPLES = 1024
"""Samples per audio tick: one AAC-LC frame (ISO/IEC 14496-3)."""

Samples = npt.NDArray[np.float32]
"""Audio samples, shape (n, 2), float32, nominal range -1..1."""

Picture = npt.NDArray[np.uint8]
"""BGRA pixels, shape (height, width, 4), uint8; rows may be strided, pixels within a row are contiguous."""


class Track(Enum):
    """Which of the two tracks a packet belongs to."""

    VIDEO = "video"
    AUDIO = "audio"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VideoFrame:
    """One picture of the screen. Immutable by convention: whoever holds it may read the pixels at any time.

    `captured_ns` is the instant, on the engine's clock, at which the picture was taken.
    """

    captured_ns: int
    pixels: Picture

    @property
    def width(self) -> int:
        """Width in pixels."""
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        """Height in pixels."""
        return int(self.pixels.shape[0])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AudioBlock:
    """Consecutive samples of one source at 48 kHz stereo. `start_ns` is the instant the first was captured."""

    start_ns: int
    samples: Samples


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodedPacket:
    """One encoded picture or audio frame.

    `pts`, `dts` and `duration` count in the track's own time base: {1, fps} for video (pts is the frame index),
    {1, 48000} for audio (pts is the sample index; the encoder's priming makes the first negative). The origin of
    both is the pipeline's epoch. `data` is an H.264 access unit in Annex B form or a raw AAC frame, as libav's
    encoders give them with global headers on.
    """

    track: Track
    pts: int
    dts: int
    duration: int
    keyframe: bool
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaHeader:
    """What a sink must know before the first packet.

    `init_segment` is the `ftyp` and `moov` of an empty fragmented MP4 that describes both tracks (video first):
    libav opens it and its streams serve as templates, in this process or in another.
    `video_extradata` is the H.264 SPS and PPS in Annex B form, `audio_extradata` the AudioSpecificConfig.
    """

    init_segment: bytes
    video_codec: str
    video_extradata: bytes
    audio_extradata: bytes
    width: int
    height: int
    fps: int
    has_audio: bool
    video_bitrate: int
    audio_bitrate: int
