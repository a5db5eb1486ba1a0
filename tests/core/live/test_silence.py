"""silence: frames that decode to nothing, at their instants, each once."""

import av
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ionia.core.live.silence import SILENT_TRACK, Silence, with_silence
from ionia.core.media import AUDIO, VIDEO, EncodedPacket
from tests.fakes.media import HEADER


def picture(index: int) -> EncodedPacket:
    return EncodedPacket(track=VIDEO, pts=index, dts=index, duration=1, keyframe=True, data=b"")


def test_silence_reaches_up_to_each_picture_and_keeps_the_order() -> None:
    silence = Silence(fps=30)
    assert silence.fill([picture(30)]) == [picture(30)]
    filled = silence.fill([picture(31), picture(32)])
    assert [(packet.track, packet.dts) for packet in filled] == [
        (AUDIO, 48_000),
        (AUDIO, 49_024),
        (VIDEO, 31),
        (AUDIO, 50_048),
        (AUDIO, 51_072),
        (VIDEO, 32),
    ]
    assert silence.fill([]) == []
    silence.pause()  # no pictures for an hour, and nobody misses the sound of it
    assert silence.fill([picture(108_032)]) == [picture(108_032)]
    assert [packet.dts for packet in silence.fill([picture(108_033)])] == [172_851_200, 172_852_224, 108_033]


@given(st.integers(10, 240), st.lists(st.integers(0, 20), min_size=1, max_size=10))
def test_every_frame_follows_the_one_before(fps: int, steps: list[int]) -> None:
    silence, index, frames = Silence(fps=fps), 0, list[EncodedPacket]()
    for step in steps:
        index += step
        *sound, last = silence.fill([picture(index)])
        assert last.dts == index
        frames += sound
    positions = [frame.dts for frame in frames]
    assert positions == list(range(positions[0], positions[0] + 1024 * len(positions), 1024)) if positions else True
    assert all(position * fps < index * 48_000 for position in positions)


def test_a_frame_is_silence_to_a_decoder() -> None:
    codec = av.CodecContext.create("aac", "r")
    codec.extradata = SILENT_TRACK.extradata
    (frame, *_) = Silence(fps=1).fill([picture(0), picture(1)])[1:]
    decoded = [one for _ in range(5) for one in codec.decode(av.Packet(frame.data))]
    assert {(one.sample_rate, one.samples, one.layout.nb_channels) for one in decoded} == {(48_000, 1024, 2)}
    assert all(not np.any(one.to_ndarray()) for one in decoded)


def test_a_header_gains_the_track() -> None:
    header = with_silence(HEADER.only(VIDEO))
    assert header.ids == (VIDEO, AUDIO)
    assert header.sounds == (SILENT_TRACK,)
    assert SILENT_TRACK.bitrate == 2250
