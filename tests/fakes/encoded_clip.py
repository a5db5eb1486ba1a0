"""A short clip from the real encoders: exact packets to feed to sinks. Small pictures, made once per test run.

Picture n is plain grey of luma `luma_of(n)`; sound is 1 kHz for 0.1 s at the beginning of each second, else silence.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import count

import numpy as np

from ionia.core.media import AUDIO, VIDEO, EncodedPacket, MediaHeader, VideoFrame
from ionia.core.settings import EncoderChoice, VideoEncodeSettings
from ionia.media.audio_encoder import LibavAudioEncoder
from ionia.media.encoder_probe import open_video_encoder
from tests.fakes.pictures import yuv

WIDTH, HEIGHT = 64, 48


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodedClip:
    """A header, and packets of both tracks in DTS order."""

    header: MediaHeader
    packets: list[EncodedPacket]

    @property
    def live(self) -> list[EncodedPacket]:
        """What a connection gets: nothing before the first keyframe."""
        return self.since(0, preroll_seconds=0)

    def flood(self, count: int, *, first: int = 0) -> list[EncodedPacket]:
        """The first picture `count` times, each at a frame of its own from `first` on."""
        picture = next(packet for packet in self.packets if packet.track == VIDEO)
        return [replace(picture, pts=index, dts=index) for index in range(first, first + count)]

    def since(self, index: int, *, preroll_seconds: float = 0.1) -> list[EncodedPacket]:
        """What a sink that begins at frame `index` gets of an encode that is running already."""
        start = index / self.header.video.fps
        return [
            packet
            for packet in self.packets
            if seconds(packet, self.header.video.fps) >= (start if packet.track == VIDEO else start - preroll_seconds)
        ]


def endless(clip: EncodedClip, frames: int) -> Iterator[EncodedPacket]:
    """The packets of a clip of `frames` pictures over and over, in time. `frames` is a whole number of audio ticks."""
    samples = frames * 48_000 // clip.header.video.fps
    assert samples % 1024 == 0
    for turn in count():
        for packet in clip.packets:
            if turn and packet.pts < 0:
                continue  # the encoder's priming happens once
            shift = turn * (frames if packet.track == VIDEO else samples)
            yield replace(packet, pts=packet.pts + shift, dts=packet.dts + shift)


def luma_of(index: int) -> int:
    """Luma of picture `index`: 32 levels far enough apart to tell after encoding."""
    return 16 + 6 * (index % 32)


def grey_of(index: int) -> float:
    """The level of picture `index` as a screen shows it, 0 to 255."""
    return (luma_of(index) - 16) * 255 / 219


def grey_picture(index: int) -> VideoFrame:
    """What is encoded as picture `index`."""
    return VideoFrame(captured_ns=0, pixels=np.full((HEIGHT, WIDTH, 4), round(grey_of(index)), np.uint8))


def seconds(packet: EncodedPacket, fps: int) -> float:
    """A packet's decoding time."""
    return packet.dts / (fps if packet.track == VIDEO else 48_000)


@lru_cache
def encoded_clip(
    frames: int = 100,
    *,
    fps: int = 30,
    audio: bool = True,
    keyframes: tuple[int, ...] = (),
    tail: int = 0,
    b_frames: int = 0,
) -> EncodedClip:
    """Encode `frames` pictures and the sound that belongs to them, and `tail` ticks of sound more."""
    settings = VideoEncodeSettings(fps=fps, video_bitrate=500_000, encoder=EncoderChoice.X264, b_frames=b_frames)
    video, info, _ = open_video_encoder(settings, WIDTH, HEIGHT)
    sound = LibavAudioEncoder(128_000) if audio else None
    packets: list[EncodedPacket] = []
    for index in range(frames):
        packets += video.encode(yuv(video, grey_picture(index)), index, keyframe=index in keyframes)
    packets += video.flush()
    video.close()
    if sound:
        ticks = frames * 48_000 // fps // 1024 + tail
        time = np.arange(ticks * 1024)
        wave = np.where(time % 48_000 < 4800, 0.5 * np.sin(2 * np.pi * 1000 * time / 48_000), 0)
        samples = np.stack([wave, wave], axis=1).astype(np.float32)
        for tick in range(ticks):
            packets += sound.encode(samples[tick * 1024 : (tick + 1) * 1024], tick * 1024)
        packets += sound.flush()
        sound.close()
    packets.sort(key=lambda packet: (seconds(packet, fps), packet.track == AUDIO))
    return EncodedClip(header=MediaHeader(tracks=(info, sound.info) if sound else (info,)), packets=packets)
