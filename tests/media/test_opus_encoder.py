"""opus_encoder: packets of 20 ms at the times that are meant, whoever made them."""

import av
import numpy as np
import pytest

from ionia.core.media import AUDIO_TICK_SAMPLES, EncodedPacket, Samples
from ionia.media.opus_encoder import DELAY_SAMPLES, FRAME_SAMPLES, MOST_BITRATE, OpusEncoder


def tone(count: int) -> Samples:
    wave = 0.5 * np.sin(2 * np.pi * 440 * np.arange(count) / 48_000)
    return np.stack([wave, -wave], axis=1).astype(np.float32)


def encoded(encoder: OpusEncoder, samples: Samples, first: int) -> list[EncodedPacket]:
    ticks = range(0, len(samples), AUDIO_TICK_SAMPLES)
    return [packet for at in ticks for packet in encoder.encode(samples[at : at + AUDIO_TICK_SAMPLES], first + at)]


def decoded(packets: list[EncodedPacket]) -> Samples:
    context = av.CodecContext.create("libopus", "r")
    frames = [frame.to_ndarray() for packet in packets for frame in context.decode(av.Packet(packet.data))]
    return np.concatenate([frame.reshape(-1, 2) for frame in frames]).astype(np.float32) / 32768


def test_packets_follow_each_other_and_sound_as_they_were() -> None:
    encoder, samples = OpusEncoder(128_000), tone(60 * AUDIO_TICK_SAMPLES)
    packets = encoded(encoder, samples, 7 * AUDIO_TICK_SAMPLES)
    first = -(-7 * AUDIO_TICK_SAMPLES // FRAME_SAMPLES) * FRAME_SAMPLES
    starts = range(first - DELAY_SAMPLES, first - DELAY_SAMPLES + len(packets) * FRAME_SAMPLES, FRAME_SAMPLES)
    assert [packet.pts for packet in packets] == list(starts)
    assert {(packet.duration, packet.keyframe, packet.dts - packet.pts) for packet in packets} == {(960, True, 0)}
    assert encoder.info.codec.name == "opus"
    heard, begin = decoded(packets), first - 7 * AUDIO_TICK_SAMPLES
    late = heard[4800:38_400], samples[4800 + begin - DELAY_SAMPLES :][:33_600]
    assert np.abs(late[0] - late[1]).max() < 0.1


def test_one_that_takes_anothers_place_goes_on_with_the_same_packets() -> None:
    samples = tone(40 * AUDIO_TICK_SAMPLES)
    whole = encoded(OpusEncoder(96_000), samples, 0)
    later = encoded(OpusEncoder(96_000), samples[20 * AUDIO_TICK_SAMPLES :], 20 * AUDIO_TICK_SAMPLES)
    assert {packet.pts for packet in later} < {packet.pts for packet in whole}


def test_rates_and_ticks() -> None:
    assert OpusEncoder(320_000).info.bitrate == MOST_BITRATE
    encoder = OpusEncoder(64_000)
    with pytest.raises(ValueError, match="1024"):
        encoder.encode(tone(960), 0)
    encoder.close()
    assert encoder.flush() == []
    with pytest.raises(RuntimeError):
        encoder.encode(tone(1024), 0)
