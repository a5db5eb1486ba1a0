"""What becomes of a take whose folder or disk goes, and of every other session of the same engine."""

import shutil
import subprocess
import threading
from pathlib import Path

import pytest

from tests.e2e.test_recorder_rpc import CARD
from tests.fakes.engine_process import EngineProcess, RpcError
from tests.fakes.media_check import file_facts, top_level_boxes
from tests.fakes.small_disk import mounted_disk
from tests.sinks.test_mp4_repair import crashed


def begin(engine: EngineProcess, session: str, path: Path) -> None:
    engine.call("recorder.initialize", {"outputPath": str(path), "id": session, **CARD})
    engine.call("recorder.start", [session])


def reached(engine: EngineProcess, session: str, frames: int) -> None:
    engine.wait_stats("recorder.getStats", session, lambda stats: stats["videoFramesCaptured"] >= frames)


def sent(engine: EngineProcess, method: str) -> int:
    return sum(one["method"] == method for one in engine.notifications)


def test_a_folder_that_goes_ends_nothing_for_others_and_stop_tells(engine: EngineProcess, tmp_path: Path) -> None:
    folder, other = tmp_path / "gone", tmp_path / "other.mp4"
    folder.mkdir()
    path = folder / "a.mp4"
    begin(engine, "a", path)
    begin(engine, "b", other)
    reached(engine, "a", 45)
    engine.call("engine.subscribe", {"statsIntervalMs": 100, "audioLevels": True})
    shutil.rmtree(folder)
    warning = engine.wait_for("session.warning", lambda one: one["code"].startswith("file_"))
    assert (warning["id"], warning["code"]) == ("a", "file_deleted")
    before = sent(engine, "session.stats"), sent(engine, "audio.levels")
    threading.Event().wait(2.5)  # two more looks at the file that is gone
    assert sent(engine, "session.stats") - before[0] >= 20
    assert sent(engine, "audio.levels") - before[1] >= 20
    for _ in range(2):
        with pytest.raises(RpcError, match="it was deleted") as caught:
            engine.call("recorder.stop", ["a"])
        assert (caught.value.code, caught.value.kind) == (1301, "output_failed")
    assert engine.call("recorder.dispose", ["a"]) is None
    assert engine.call("recorder.stop", ["b"]) is True
    assert file_facts(other).video.frame_indexes[-1] > 45


@pytest.mark.slow
def test_a_start_on_a_disk_that_stands_still_leaves_nothing_behind(engine: EngineProcess) -> None:
    with mounted_disk(40_000) as outer:
        image, disk = outer / "image", outer / "disk"
        disk.mkdir()
        with image.open("wb") as file:
            file.truncate(30_000_000)
        made = subprocess.run(["mkfs.ext4", "-q", image], check=False, capture_output=True)
        if made.returncode or subprocess.run(["mount", "-o", "loop", image, disk], check=False).returncode:
            pytest.skip("no ext4 image can be mounted here")
        frozen = True
        try:
            path = disk / "a.mp4"
            engine.call("recorder.initialize", {"outputPath": str(path), **CARD})
            subprocess.run(["fsfreeze", "-f", disk], check=True)
            with pytest.raises(RpcError, match="the disk has not answered for 10 s"):
                engine.call("recorder.start")
            engine.call("recorder.initialize", {"outputPath": str(path), **CARD})
            with pytest.raises(RpcError, match="an earlier start still waits for the disk there"):
                engine.call("recorder.start")
            subprocess.run(["fsfreeze", "-u", disk], check=True)
            frozen = False
            while list(disk.glob(".ionia-*")):
                threading.Event().wait(0.05)
            begin(engine, "default", path)
            reached(engine, "default", 45)
            assert engine.call("recorder.stop") is True
            assert file_facts(path).video.frame_indexes[-1] >= 44
        finally:
            if frozen:
                subprocess.run(["fsfreeze", "-u", disk], check=True)
            engine.call("recorder.dispose")
            subprocess.run(["umount", "-l", disk], check=True)


def test_a_crashed_recording_is_finished_by_a_job(engine: EngineProcess, tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    crashed(path)
    job = engine.call("media.finalize", {"path": str(path)})["jobId"]
    done = engine.wait_for("job.done", lambda params: params["jobId"] == job)
    assert done["result"] == {"path": str(path), "durationSeconds": 3.0, "bytes": path.stat().st_size, "changed": True}
    assert "moof" not in [kind for kind, _ in top_level_boxes(path.read_bytes())]
    assert any(one["method"] == "job.progress" for one in engine.notifications)
    assert engine.call("job.cancel", [job]) is False

    job = engine.call("media.finalize", [str(tmp_path / "none.mp4")])["jobId"]
    failed = engine.wait_for("job.failed", lambda params: params["jobId"] == job)
    assert (failed["code"], failed["data"]["kind"], failed["data"]["cancelled"]) == (1401, "media_failed", False)
    assert "no such file" in failed["message"]

    job = engine.call("media.finalize", [str(path)])["jobId"]
    if engine.call("job.cancel", [job]):  # it may have been done before
        ended = engine.wait_for("job.failed", lambda params: params["jobId"] == job)
        assert ended["data"]["cancelled"] is True
