"""Real devices, each with a tone of its own, become tracks that have exactly their sounds."""

from pathlib import Path

import av
import numpy as np
import pytest

from tests.e2e.test_recorder_desktop import tone
from tests.fakes.engine_process import EngineProcess
from tests.fakes.pulse import PulseServer, pulse_missing

pytestmark = [pytest.mark.pulse, pytest.mark.skipif(pulse_missing(), reason="PulseAudio is not installed")]

HERTZ = {"game": 440, "chat": 1000, "voice": 2500}
LEVEL = 0.1
"""Of each tone: 20 dB below full scale."""

TRACKS = {
    "Mix für alle": ("game", "chat", "me"),
    "game": ("game",),
    "me": ("me",),
    "chat": ("chat",),
}


def decibels(path: Path, track: int) -> tuple[int, dict[str, float]]:
    """Samples of a sound track, and how loud each tone is in the middle of it."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[track]
        sound = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(stream)])
    middle = sound[len(sound) // 4 :][:48_000]
    window = np.hanning(len(middle))
    turns = np.arange(len(middle)) / 48_000
    heard = {
        name: abs((middle * window * np.exp(-2j * np.pi * hertz * turns)).sum()) * 2 / window.sum()
        for name, hertz in HERTZ.items()
    }
    return len(sound), {name: 20 * float(np.log10(max(1e-7, level))) for name, level in heard.items()}


def test_each_track_has_its_sounds_and_no_other_and_all_are_equally_long(tmp_path: Path) -> None:
    path = tmp_path / "tracks.mp4"
    with PulseServer(tuple(HERTZ)) as server, EngineProcess(server.environment) as engine:
        for sink, hertz in HERTZ.items():
            server.play(tone(30, hertz, LEVEL), sink)
        engine.call(
            "recorder.initialize",
            {
                "outputPath": str(path),
                "screen": "test",
                "encoder": "x264",
                "fps": 10,
                "sounds": [
                    {"name": "game", "kind": "desktop", "device": "game"},
                    {"name": "chat", "kind": "desktop", "device": "chat"},
                    {"name": "me", "kind": "mic", "device": "voice.monitor", "gainDb": 6},
                ],
                "tracks": [{"name": name, "sounds": list(sounds)} for name, sounds in TRACKS.items()],
            },
        )
        engine.call("recorder.start")
        enough = 70 * len(TRACKS)  # a second and a half of each
        engine.wait_stats("recorder.getStats", "default", lambda stats: stats["audioPacketsMuxed"] >= enough)
        assert engine.call("recorder.stop") is True
    with av.open(str(path)) as container:
        sounds = container.streams.audio
        assert [stream.metadata["handler_name"] for stream in sounds] == list(TRACKS)
        assert [stream.metadata["title"] for stream in sounds] == list(TRACKS)
        assert [bool(stream.disposition & av.stream.Disposition.default) for stream in sounds] == [True] + 3 * [False]
        # Exactly as many packets of each is what the tests of order, timeline and writer look at: here time passes.
        frames = [stream.frames for stream in sounds]
        assert max(frames) - min(frames) <= 1
        assert {stream.start_time for stream in sounds} == {0}
    length, whole = decibels(path, 0)
    # A sound server that had no time leaves gaps, which are in every track of a sound.
    for index, names in enumerate(TRACKS.values()):
        own_length, heard = decibels(path, index)
        assert abs(own_length - length) <= 1024
        for name, level in heard.items():
            if (name if name != "voice" else "me") in names:
                assert level == pytest.approx(whole[name], abs=0.5)
            else:
                assert level < whole[name] - 20 or whole[name] < -60
