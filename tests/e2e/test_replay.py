"""Replay and recording on one encode of the test card: every file decodes whole, and no seam is in any of them."""

from pathlib import Path

import av
import pytest

from ionia.core.test_card.pattern import read_index
from tests.e2e.test_recorder_rpc import CARD
from tests.fakes.engine_process import EngineProcess, RpcError
from tests.fakes.media_check import decode_luma, decode_sound, file_facts, top_level_boxes

MEDIA = {**CARD, "keyframeIntervalSeconds": 0.5}
SAVES = 4


def counted(path: Path) -> list[int]:
    """The counts that the test card showed, picture by picture."""
    return [read_index(luma) for _, luma in decode_luma(path)]


def picture_data(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(video=0) if packet.size]


def whole(path: Path, *, at_least: float) -> int:
    """Check all that is promised of a file, on a machine that may be too slow for each picture; how many it has."""
    assert [kind for kind, _ in top_level_boxes(path.read_bytes())] == ["ftyp", "mdat", "moov"]
    facts, counts, sound = file_facts(path), counted(path), decode_sound(path)
    assert counts == sorted(counts)
    assert len(counts) == len(facts.video.pts)
    assert facts.video.keyframes[0] == 0
    assert facts.audio is not None
    assert at_least <= float(facts.video.end_seconds)
    assert facts.audio.pts[0] <= 480  # 10 ms
    assert sound.start <= 480
    assert abs(facts.audio.end_seconds - facts.video.end_seconds) <= 0.06
    return len(counts)


def test_replay_recording_and_preroll_are_one_encode_without_a_seam(engine: EngineProcess, tmp_path: Path) -> None:
    paused, take = tmp_path / "paused.mp4", tmp_path / "take.mp4"
    engine.call("replay.initialize", {"seconds": 10, **MEDIA})
    engine.call("recorder.initialize", {"outputPath": str(paused), "id": "paused", **MEDIA})
    engine.call("recorder.initialize", {"outputPath": str(take), **MEDIA})
    with pytest.raises(RpcError, match="not running"):
        engine.call("recorder.start", {"prerollSeconds": 1})
    engine.call("replay.start")
    engine.call("recorder.start", {"id": "paused"})
    engine.call("recorder.pause", {"id": "paused"})
    engine.wait_stats("replay.getStats", "default", lambda stats: stats["secondsHeld"] >= 1.6)
    assert engine.call("recorder.start", {"prerollSeconds": 1.2}) is True
    asked = [engine.send("replay.save", [str(tmp_path / f"{number}.mp4"), 0.8]) for number in range(SAVES)]
    saves = [engine.answer(number) for number in asked]
    assert engine.call("recorder.stop") is True
    assert engine.call("replay.stop") is True
    begun = engine.call("recorder.getStats")
    recorded = picture_data(take)
    assert whole(take, at_least=1.2) == len(recorded)
    for save in saves:
        saved = picture_data(Path(save["path"]))
        assert whole(Path(save["path"]), at_least=0.8) == len(saved)
        # A save reaches back from the newest picture that is encoded, a preroll from now: behind a busy encoder the
        # save may begin the earlier.
        earlier, later = (recorded, saved) if begun["startUtc"] <= save["startUtc"] else (saved, recorded)
        seam = earlier.index(later[0])
        common = min(len(earlier) - seam, len(later))
        assert common >= 3
        assert earlier[seam : seam + common] == later[:common]
