"""Television's frame rates through all that a take is put through: exact in every file that comes of it."""

from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av

from tests.fakes.engine_process import EngineProcess
from tests.fakes.media_check import file_facts

RATE = Fraction(30000, 1001)


def exact(path: Path) -> int:
    """Frames of a file that has each of them at its very time, as ffprobe and players count them."""
    with av.open(str(path)) as container:
        (video,) = container.streams.video
        assert video.average_rate == RATE
        assert video.time_base is not None
        assert video.time_base.denominator % RATE.numerator == 0
    facts = file_facts(path)
    assert facts.video.frame_indexes == list(range(len(facts.video.pts)))
    assert {step * facts.video.time_base for step in facts.video.deltas} == {1 / RATE}
    assert facts.audio is not None
    assert abs(facts.audio.end_seconds - facts.video.end_seconds) < Fraction(1, 20)
    return len(facts.video.pts)


def test_every_file_has_its_rate_exactly(tmp_path: Path) -> None:
    options = {"fps": 29.97, "screen": "test", "width": 160, "height": 90, "encoder": "x264", "audioMode": "desktop"}
    options |= {"desktopAudio": "test", "keyframeIntervalSeconds": 0.5}
    with EngineProcess() as engine:

        def go_on() -> None:
            ahead = round(engine.call("recorder.getCurrentPTSSeconds") * float(RATE)) + 12
            engine.wait_stats("recorder.getStats", "default", lambda now: now["videoPacketsMuxed"] >= ahead)

        def job(method: str, **params: Any) -> None:
            name = engine.call(method, params)["jobId"]
            engine.wait_for("job.done", lambda done: done["jobId"] == name)

        engine.call("replay.initialize", {**options, "seconds": 10, "id": "held"})
        engine.call("replay.start", {"id": "held"})
        engine.call("recorder.initialize", {**options, "outputPath": str(tmp_path / "take.mp4"), "sidecar": True})
        engine.wait_stats("replay.getStats", "held", lambda now: now["secondsHeld"] >= 0.7)
        engine.call("recorder.start", {"prerollSeconds": 0.2, "replayId": "held"})
        go_on()
        engine.call("recorder.pause")
        engine.call("recorder.resume")
        go_on()
        finished = engine.call("recorder.split")
        go_on()
        stats = engine.call("recorder.getStats")
        engine.call("replay.save", {"id": "held", "path": str(tmp_path / "replay.mp4")})
        engine.call("recorder.stop")
        ended = engine.call("recorder.getStats")
        job(
            "media.clip",
            path=str(tmp_path / "replay.mp4"),
            output=str(tmp_path / "clip.mp4"),
            startSeconds=0.2,
            endSeconds=0.6,
            mode="exact",
        )
    assert stats["fps"] == round(float(RATE), 6)
    frames = [exact(Path(path)) for path in (finished["finished"]["path"], finished["next"])]
    assert sum(frames) == ended["videoFramesCaptured"]
    assert ended["durationSeconds"] == round(sum(frames) / float(RATE), 3)
    exact(tmp_path / "replay.mp4")
    with av.open(str(tmp_path / "clip.mp4")) as clip:
        times = sorted(packet.pts for packet in clip.demux(video=0) if packet.pts is not None and packet.size)
        unit = clip.streams.video[0].time_base
    assert unit is not None
    assert {(after - before) * unit for before, after in pairwise(times)} == {1 / RATE}
