"""audio.set on the real engine: at once, for that session alone, also where it shared its mix until then."""

from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest

from tests.e2e.test_recorder_desktop import tone
from tests.fakes.engine_process import EngineProcess
from tests.fakes.pulse import PulseServer, pulse_missing

pytestmark = [pytest.mark.pulse, pytest.mark.skipif(pulse_missing(), reason="PulseAudio is not installed")]

SOUND = {"video": "none", "desktopAudio": "game", "audioMode": "desktop"}
RATE = 48_000
BLOCK = RATE // 200
"""5 ms."""

STEP_S = 0.04
"""A position is a frame's, and a change begins with a tick of 21 ms. To the tick: `test_audio_encode`."""


def loudness(path: Path) -> npt.NDArray[np.float64]:
    """RMS of each 5 ms."""
    with av.open(str(path)) as container:
        sound = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
    blocks = sound[: sound.size // BLOCK * BLOCK].reshape(-1, BLOCK)
    return np.asarray(np.sqrt(np.mean(blocks.astype(np.float64) ** 2, axis=1)))


def test_a_sound_is_muted_at_once_and_in_one_of_two_sessions_that_share_it(tmp_path: Path) -> None:
    with PulseServer(("game",)) as server, EngineProcess(server.environment) as engine:
        server.play(tone(30, 440, 0.1), "game")
        for name in ("muted", "heard"):
            engine.call("recorder.initialize", {"id": name, "outputPath": str(tmp_path / f"{name}.m4a"), **SOUND})
        for name in ("muted", "heard"):
            engine.call("recorder.start", {"id": name})
        engine.wait_stats("recorder.getStats", "muted", lambda stats: stats["durationSeconds"] >= 1.0)
        engine.call("engine.subscribe", {"audioLevels": True})
        before = engine.call("recorder.getCurrentPTSSeconds", {"id": "muted"})
        engine.call("audio.set", {"kind": "recorder", "id": "muted", "sound": "desktop", "muted": True})
        engine.wait_for("audio.levels", lambda one: one["id"] == "muted" and one["sounds"][0]["muted"])
        after = engine.call("recorder.getCurrentPTSSeconds", {"id": "muted"})
        engine.wait_stats("recorder.getStats", "muted", lambda stats: stats["durationSeconds"] >= after + 0.7)
        assert engine.call("audio.get", {"kind": "recorder", "id": "muted"})["sounds"][0]["muted"] is True
        assert engine.call("audio.get", {"kind": "recorder", "id": "heard"})["sounds"][0]["muted"] is False
        for name in ("muted", "heard"):
            engine.call("recorder.stop", {"id": name})
    muted, heard = (loudness(tmp_path / f"{name}.m4a") for name in ("muted", "heard"))
    level = float(np.median(heard))
    loud = muted > 0.1 * level
    silent_from = (np.flatnonzero(loud)[-1] + 1) * BLOCK / RATE
    assert level > 0.05
    assert np.mean(heard > 0.7 * level) > 0.8  # a sound server that had no time leaves gaps
    assert np.mean(loud[: int((before - STEP_S) * RATE / BLOCK)]) > 0.8
    assert before - STEP_S <= silent_from <= len(muted) * BLOCK / RATE - 0.1  # however far behind sound is mixed
