"""Sound recorded alone: an ordinary .m4a with what every recording has, and one that plays after a kill."""

import json
from pathlib import Path

import av

from tests.fakes.engine_process import EngineProcess

SOUND = {"video": "none", "desktopAudio": "test", "audioMode": "desktop"}


def length(path: Path) -> float:
    """Seconds of sound, decoded; there is nothing else in it."""
    with av.open(str(path)) as container:
        assert [stream.type for stream in container.streams] == ["audio"]
        return sum(frame.samples for frame in container.decode(audio=0)) / 48_000


def reach(engine: EngineProcess, seconds: float) -> None:
    engine.wait_stats("recorder.getStats", "default", lambda stats: stats["durationSeconds"] >= seconds)


def test_sound_alone_is_paused_marked_split_and_saved_as_any_recording(tmp_path: Path) -> None:
    path, after, saved = (tmp_path / name for name in ("take.m4a", "take-2.m4a", "replay.m4a"))
    with EngineProcess() as engine:
        engine.call("recorder.initialize", {"outputPath": str(path), "sidecar": True, **SOUND})
        engine.call("replay.initialize", {"seconds": 30, **SOUND})
        engine.call("replay.start")
        engine.call("recorder.start")
        reach(engine, 0.5)
        mark = engine.call("recorder.mark", {"label": "here"})
        assert engine.call("recorder.pause") is True
        assert engine.call("recorder.resume") is True
        finished = engine.call("recorder.split")["finished"]
        reach(engine, finished["durationSeconds"] + 0.4)
        held = engine.call("replay.save", {"path": str(saved)})
        assert engine.call("recorder.stop") is True
        stats = engine.call("recorder.getStats")
    assert stats["outputPath"] == str(after)
    pictures = ("width", "height", "videoFramesCaptured", "videoPacketsEncoded", "videoPacketsMuxed")
    assert [stats[name] for name in pictures] == [0, 0, 0, 0, 0]
    assert [stats[name]["p99"] for name in ("captureMs", "convertMs", "encodeMs")] == [0, 0, 0]
    assert (stats["codec"], stats["captureBackend"], stats["audioBackend"]) == ("none", "none", "test-tone")
    both = length(path) + length(after)
    assert abs(both - stats["durationSeconds"]) < 0.045
    assert abs(length(path) - finished["durationSeconds"]) < 0.022
    assert abs(length(saved) - held["durationSeconds"]) < 0.13
    with av.open(str(path)) as container:
        (chapter,) = container.chapters()
        assert abs(chapter["start"] * chapter["time_base"] - mark["fileSeconds"]) < 0.001
    lines = [json.loads(line) for line in Path(f"{path}.json").read_text().splitlines()]
    assert not {"width", "height"} & lines[0].keys()
    assert [line["type"] for line in lines] == ["start", "mark", "pause", "resume", "end"]


def test_sound_alone_plays_after_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "take.m4a"
    with EngineProcess() as engine:
        engine.call("recorder.initialize", {"outputPath": str(path), **SOUND})
        engine.call("recorder.start")
        engine.wait_stats("recorder.getStats", "default", lambda stats: stats["totalBytes"] > 0)
        engine.process.kill()
        engine.process.wait()
    assert length(path) > 0.3
