"""A recording with three sound tracks from the real encoder: what libav and ffprobe say of it."""

import json
import subprocess
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest

from ionia.core.media import EncodedPacket, MediaHeader, TrackId, TrackKind
from ionia.core.timeline.packet_order import PacketInterleaver
from ionia.media.audio_encoder import LibavAudioEncoder
from ionia.sinks.mp4_file import Mp4File
from tests.fakes.encoded_clip import encoded_clip

NAMES = ("", "Mikrofon é", "Game")
TONES = (440, 1000, 2500)
FRAMES = 90


def recording(path: Path, *, close: bool = True) -> Mp4File:
    """Three seconds; each sound track is a tone of its own."""
    clip = encoded_clip(FRAMES, audio=False)
    encoders = [
        LibavAudioEncoder(128_000, track=TrackId(kind=TrackKind.AUDIO, index=index), name=name)
        for index, name in enumerate(NAMES)
    ]
    header = MediaHeader(tracks=(clip.header.video, *(encoder.info for encoder in encoders)))
    time = np.arange(FRAMES * 1600 // 1024 * 1024) / 48_000
    packets: list[EncodedPacket] = list(clip.packets)
    for encoder, hertz in zip(encoders, TONES, strict=True):
        wave = np.repeat((0.3 * np.sin(2 * np.pi * hertz * time)).astype(np.float32)[:, None], 2, axis=1)
        for at in range(0, len(wave), 1024):
            packets += encoder.encode(wave[at : at + 1024], at)
        packets += encoder.flush()
    order = PacketInterleaver(fps=30, tracks=header.ids)
    sink = Mp4File(str(path))
    sink.open(header)
    sink.write([ready for packet in packets for ready in order.push(packet)] + order.flush())
    if close:
        sink.close()
    return sink


def loudest_hertz(samples: npt.NDArray[np.float32]) -> float:
    spectrum = np.abs(np.fft.rfft(samples[4800:100_800]))
    return float(np.argmax(spectrum)) / 2


@pytest.mark.parametrize("close", [True, False])
def test_each_track_has_its_own_sound_of_equal_length(tmp_path: Path, close: bool) -> None:
    path = tmp_path / "tracks.mp4"
    sink = recording(path, close=close)
    lengths = set()
    with av.open(str(path)) as container:
        assert [stream.type for stream in container.streams] == ["video", "audio", "audio", "audio"]
        count = len(container.streams.audio)
    for index in range(count):
        with av.open(str(path)) as container:
            frames = [frame.to_ndarray()[0] for frame in container.decode(audio=index)]
        sound = np.concatenate(frames)
        lengths.add(len(sound))
        assert loudest_hertz(sound) == pytest.approx(TONES[index], abs=1)
    assert len(lengths) == 1
    if close:
        assert lengths == {FRAMES * 1600 // 1024 * 1024}
    else:
        sink.close()


@pytest.mark.ffprobe
def test_players_see_names_and_which_one_to_play(tmp_path: Path) -> None:
    path = tmp_path / "tracks.mp4"
    recording(path)
    command = ["ffprobe", "-v", "error", "-show_streams", "-of", "json", str(path)]
    told = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)["streams"]
    video, *sounds = told
    assert video["disposition"]["default"] == 1
    assert [sound["disposition"]["default"] for sound in sounds] == [1, 0, 0]
    assert [sound["tags"]["handler_name"] for sound in sounds] == ["SoundHandler", "Mikrofon é", "Game"]
    assert len({sound["nb_frames"] for sound in sounds}) == len({sound["duration_ts"] for sound in sounds}) == 1
    with av.open(str(path)) as container:
        assert [stream.metadata.get("name") for stream in container.streams.audio] == [None, "Mikrofon é", "Game"]
        assert [bool(stream.disposition & av.stream.Disposition.default) for stream in container.streams.audio] == [
            True,
            False,
            False,
        ]
