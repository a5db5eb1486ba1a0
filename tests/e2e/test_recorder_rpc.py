"""The whole recorder over its pipes, on the built-in test card and tone: files, figures, errors, ends."""

import json
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import pytest

from ionia.core.test_card.pattern import read_index
from tests.fakes.engine_process import WAIT_SECONDS, EngineProcess, RpcError
from tests.fakes.live_stream import CARD
from tests.fakes.media_check import decode_luma, file_facts, top_level_boxes
from tests.fakes.small_disk import fill
from tests.fakes.wire_schema import wire_schema


def record(engine: EngineProcess, path: Path, frames: int, **options: object) -> dict[str, object]:
    """Record at least so many frames; the final stats."""
    engine.call("recorder.initialize", {"outputPath": str(path), **CARD, **options})
    assert engine.call("recorder.start") is True
    engine.wait_stats("recorder.getStats", "default", lambda stats: stats["videoFramesCaptured"] >= frames)
    assert engine.call("recorder.stop") is True
    stats: dict[str, object] = engine.call("recorder.getStats")
    return stats


def test_positional_and_named_params_and_every_small_method(engine: EngineProcess, tmp_path: Path) -> None:
    path = str(tmp_path / "a.mp4")
    assert engine.call("recorder.isRunning", ["x"]) is False
    assert engine.call("recorder.getCodecName", ["x"]) == "none"
    assert engine.call("recorder.getCurrentPTSSeconds", ["x"]) == 0
    assert engine.call("recorder.stop", ["x"]) is True
    with pytest.raises(RpcError) as unknown:
        engine.call("recorder.getStats", ["x"])
    assert (unknown.value.code, unknown.value.kind) == (1003, "no_such_session")
    with pytest.raises(RpcError) as early:
        engine.call("recorder.start", {"id": "x"})
    assert (early.value.code, early.value.kind) == (1001, "not_initialized")

    assert engine.call("recorder.initialize", {"outputPath": path, "id": "x", **CARD}) is True
    assert engine.call("recorder.getCodecName", ["x"]) == "libx264"
    assert engine.call("recorder.start", ["x"]) is True
    assert engine.call("recorder.start", ["x"]) is False
    assert engine.call("recorder.isRunning", ["x"]) is True
    with pytest.raises(RpcError) as running:
        engine.call("recorder.initialize", {"outputPath": path, "id": "x", **CARD})
    assert (running.value.code, running.value.kind) == (1002, "already_running")
    engine.wait_stats("recorder.getStats", "x", lambda stats: stats["videoPacketsMuxed"] > 0)
    assert engine.call("recorder.getCurrentPTSSeconds", ["x"]) > 0
    assert set(engine.call("recorder.getStatistics", ["x"])) == set(engine.call("recorder.getStats", {"id": "x"}))
    assert engine.call("recorder.stop", ["x"]) is True
    assert engine.call("recorder.stop", ["x"]) is True
    assert engine.call("recorder.dispose", ["x"]) is None
    with pytest.raises(RpcError):
        engine.call("recorder.getStats", ["x"])


def test_what_the_engine_says_of_itself(engine: EngineProcess) -> None:
    info = engine.call("engine.info")
    assert info["name"] == "ionia-engine"
    assert info["pid"] == engine.process.pid
    devices = engine.call("engine.devices")
    assert set(devices) == {"screens", "windows", "desktopAudio", "microphones", "applications", "encoders"}
    x264 = next(encoder for encoder in devices["encoders"] if encoder["name"] == "libx264")
    assert x264["available"] is True
    assert engine.call("engine.setDebugLogging", [True]) is None
    assert engine.call("rpc.discover")["openrpc"].startswith("1.")


def test_two_recorders_at_once_share_the_encode_and_have_whole_files(engine: EngineProcess, tmp_path: Path) -> None:
    for name in ("one", "two"):
        engine.call("recorder.initialize", {"outputPath": str(tmp_path / f"{name}.mp4"), "id": name, **CARD})
    engine.call("recorder.start", ["one"])
    engine.wait_stats("recorder.getStats", "one", lambda stats: stats["videoFramesCaptured"] >= 20)
    engine.call("recorder.start", ["two"])
    engine.wait_for("session.stats", lambda stats: stats["id"] == "two" and stats["videoFramesCaptured"] >= 20)
    stops = [engine.send("recorder.stop", [name]) for name in ("one", "two")]
    assert [engine.answer(stop) for stop in stops] == [True, True]
    one, two = (file_facts(tmp_path / f"{name}.mp4") for name in ("one", "two"))
    for facts in (one, two):
        assert facts.video.frame_indexes == list(range(len(facts.video.pts)))
        assert facts.video.keyframes[0] == 0
    assert len(one.video.pts) > len(two.video.pts)
    first = [read_index(luma) for _, luma in decode_luma(tmp_path / "one.mp4")]
    second = [read_index(luma) for _, luma in decode_luma(tmp_path / "two.mp4")]
    assert second[0] in first


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda folder: folder / "missing" / "a.mp4", "folder"),
        (lambda folder: folder, "folder"),
    ],
)
def test_paths_that_cannot_be_recorded_to(engine: EngineProcess, tmp_path: Path, make: object, said: str) -> None:
    with pytest.raises(RpcError, match=said) as refused:
        engine.call("recorder.initialize", {"outputPath": str(make(tmp_path)), **CARD})  # type: ignore[operator]
    assert (refused.value.code, refused.value.kind) == (1301, "output_failed")


def test_an_existing_file_is_replaced_only_by_one_that_began(engine: EngineProcess, tmp_path: Path) -> None:
    path = tmp_path / "take.mp4"
    path.write_bytes(b"precious")
    engine.call("recorder.initialize", {"outputPath": str(path), **CARD})
    engine.call("recorder.dispose")
    assert path.read_bytes() == b"precious"
    record(engine, path, 40)
    assert len(file_facts(path).video.pts) >= 40


def test_two_running_sessions_cannot_have_one_file(engine: EngineProcess, tmp_path: Path) -> None:
    path = str(tmp_path / "take.mp4")
    engine.call("recorder.initialize", {"outputPath": path, "id": "one", **CARD})
    engine.call("recorder.start", ["one"])
    engine.call("recorder.initialize", {"outputPath": path, "id": "two", **CARD})
    with pytest.raises(RpcError) as refused:
        engine.call("recorder.start", ["two"])
    assert refused.value.kind == "output_failed"
    assert engine.call("recorder.isRunning", ["one"]) is True
    engine.call("recorder.stop", ["one"])


@pytest.mark.parametrize("end", ["eof", "sigterm", "sigint", "shutdown"])
def test_every_end_finishes_the_file(end: str, tmp_path: Path) -> None:
    path = tmp_path / "take.mp4"
    with EngineProcess() as engine:
        engine.call("recorder.initialize", {"outputPath": str(path), **CARD})
        engine.call("recorder.start")
        engine.wait_stats("recorder.getStats", "default", lambda stats: stats["videoPacketsMuxed"] >= 30)
        if end == "eof":
            assert engine.process.stdin is not None
            engine.process.stdin.close()
        elif end == "shutdown":
            assert engine.call("engine.shutdown") is None
        else:
            engine.process.send_signal(signal.SIGTERM if end == "sigterm" else signal.SIGINT)
        assert engine.process.wait(WAIT_SECONDS) == 0
    facts = file_facts(path)
    assert facts.video.frame_indexes == list(range(len(facts.video.pts)))
    assert "moof" not in [name for name, _ in top_level_boxes(path.read_bytes())]


def test_a_full_disk_ends_the_take_keeps_the_file_and_spares_the_engine(small_disk: Path, tmp_path: Path) -> None:
    path = small_disk / "take.mp4"
    with EngineProcess() as engine:
        settings = {**CARD, "fps": 60, "videoBitrate": 20_000_000}
        engine.call("recorder.initialize", {"outputPath": str(path), **settings})
        engine.call("recorder.start")
        filler = small_disk / "filler"
        engine.wait_stats("recorder.getStats", "default", lambda stats: stats["totalBytes"] > 100_000)
        warning = engine.wait_for("session.warning", lambda warning: warning["code"] == "disk_low")
        assert warning["data"]["minutesLeft"] < 10
        fill(filler)
        failure = engine.wait_for("session.error")
        assert (failure["code"], failure["data"]["kind"]) == (1301, "output_failed")
        stats = engine.call("recorder.getStats")
        assert stats["state"] in ("stopping", "failed")
        engine.wait_for("session.state", lambda state: state["state"] == "failed")
        assert engine.call("recorder.stop") is True
        filler.unlink()
        facts = file_facts(path)
        assert facts.video.frame_indexes == list(range(len(facts.video.pts)))
        assert len(facts.video.pts) >= stats["videoPacketsMuxed"] - 60
        record(engine, tmp_path / "next.mp4", 10)


def test_lsp_framing_is_answered_in_kind() -> None:
    request = b'{"jsonrpc":"2.0","id":1,"method":"engine.info"}'
    done = subprocess.run(
        [sys.executable, "-m", "ionia"],
        input=b"Content-Length: %d\r\n\r\n%s" % (len(request), request),
        capture_output=True,
        check=True,
        timeout=60,
    )
    head, _, body = done.stdout.partition(b"\r\n\r\n")
    assert head.startswith(b"Content-Length: ")
    assert int(head.split(b": ")[1].split(b"\r\n")[0]) == len(body)
    assert wire_schema().complaints(json.loads(body), "engine.info") == []


def test_a_pause_takes_frames_out_and_leaves_both_tracks_together(engine: EngineProcess, tmp_path: Path) -> None:
    """With B-frames, which come out of the encoder when the pause has begun, in another order than they are shown."""
    path = tmp_path / "take.mp4"
    options = {"bFrames": 2, "metadata": {"title": "Two pauses"}, **CARD}
    engine.call("recorder.initialize", {"outputPath": str(path), **options})
    before = datetime.now(UTC)
    engine.call("recorder.start")
    for number in (1, 2):
        engine.wait_stats("recorder.getStats", "default", lambda stats: stats["videoFramesCaptured"] >= 20 * number)  # noqa: B023
        assert engine.call("recorder.pause") is True
        engine.wait_stats("recorder.getStats", "default", lambda stats: stats["pausedSeconds"] >= 0.4 * number)  # noqa: B023
        assert engine.call("recorder.togglePause") is False
    engine.wait_stats("recorder.getStats", "default", lambda stats: stats["videoFramesCaptured"] >= 60)
    assert engine.call("recorder.stop") is True
    stats = engine.call("recorder.getStats")
    began = datetime.fromisoformat(str(stats["startUtc"]))
    assert before - timedelta(milliseconds=1) <= began <= before + timedelta(seconds=60)
    assert 0 < float(stats["utcErrorMs"]) <= 5
    with av.open(str(path)) as file:
        assert (file.metadata["startUtc"], file.metadata["title"]) == (stats["startUtc"], "Two pauses")
        assert file.metadata["creation_time"][:19] == str(stats["startUtc"])[:19]
    facts = file_facts(path)
    count = len(facts.video.pts)
    captured = int(stats["videoFramesCaptured"])
    assert (stats["pauses"], stats["durationSeconds"]) == (2, round(captured / 30, 3))
    frames = sorted(facts.video.frame_indexes)
    assert frames != facts.video.frame_indexes
    assert (frames[0], len(set(frames)), frames[-1]) == (0, count, captured - 1)
    # A machine that is too busy has fewer: each of those that lack is counted.
    assert captured - count <= stats["videoFramesSkipped"] + stats["videoFramesLagged"]
    assert facts.audio is not None
    assert facts.audio.deltas == {1024}
    assert abs(Fraction(captured, 30) - facts.audio.end_seconds) <= 1 / 30
    states = [one["params"]["state"] for one in engine.notifications if one["method"] == "session.state"]
    assert states.count("paused") == 2
    # The card counts the frames of its clock: against those of the file they are ahead from a seam on, a keyframe.
    unit, keyframes, ahead = facts.video.durations[0], 0, dict[int, int]()
    pictures = decode_luma(path)
    assert [pts // unit for pts, _ in pictures] == frames
    for pts, luma in pictures:
        keyframes += pts in facts.video.keyframes
        index = read_index(luma)
        assert index is not None
        # Of pictures that came late some are behind.
        ahead[keyframes] = max(ahead.get(keyframes, 0), index - pts // unit)
    assert sum(after - before > 8 for before, after in pairwise(ahead.values())) == 2
