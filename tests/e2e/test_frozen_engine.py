"""The frozen engine is the same product, on Linux and, through the rig, on Windows: pipes, sub-commands, every end."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ionia.core.test_card.pattern import read_index
from tests.fakes.engine_process import EngineProcess
from tests.fakes.frozen_engine import FrozenEngine, freeze
from tests.fakes.media_check import decode_luma, file_facts, top_level_boxes
from tests.fakes.windows_rig import WindowsRig, windows_rig
from tests.fakes.wire_schema import wire_schema

__all__ = ["windows_rig"]  # a fixture
pytestmark = pytest.mark.slow

CARD = {"screen": "test", "desktopAudio": "test", "audioMode": "desktop", "encoder": "x264", "fps": 30}
SIZE_LIMIT_BYTES = {"linux": 175e6, "windows": 140e6}  # 30 MB of it are for WHIP (decision 0399)
START_IN_IMPORTS = 6
"""What a first answer may cost, in times of what Python takes to start and import numpy and PyAV; it is 3 to 4."""

DEADLINE_S = 60.0


@pytest.fixture(scope="module", params=["linux", pytest.param("windows", marks=pytest.mark.wine)])
def frozen(request: pytest.FixtureRequest) -> FrozenEngine:
    rig: WindowsRig | None = request.getfixturevalue("windows_rig") if request.param == "windows" else None
    return freeze(request.param, rig)


@pytest.fixture
def engine(frozen: FrozenEngine) -> Iterator[EngineProcess]:
    with frozen.start() as process:
        yield process


def begin(engine: EngineProcess, frozen: FrozenEngine, path: Path, session: str = "default") -> None:
    engine.call("recorder.initialize", {"outputPath": frozen.path(path), "id": session, **CARD})
    assert engine.call("recorder.start", {"id": session}) is True


def reach(engine: EngineProcess, seconds: float, session: str = "default") -> None:
    engine.wait_stats("recorder.getStats", session, lambda stats: stats["durationSeconds"] >= seconds)


def assert_whole(path: Path, seconds: float) -> None:
    """An ordinary MP4 of at least so many seconds, without a gap."""
    facts = file_facts(path)
    assert facts.video.frame_indexes == list(range(len(facts.video.pts)))
    assert facts.video.end_seconds >= seconds
    assert facts.audio is not None
    assert abs(facts.video.end_seconds - facts.audio.end_seconds) <= 1 / 30
    indexes = [read_index(luma) for _, luma in decode_luma(path)]
    assert None not in indexes
    assert indexes == sorted(indexes, key=lambda index: index or 0)


def wait_until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def test_it_is_small_and_brings_its_licences(frozen: FrozenEngine) -> None:
    files = [file for file in frozen.folder.rglob("*") if file.is_file() and not file.is_symlink()]
    assert sum(file.stat().st_size for file in files) <= SIZE_LIMIT_BYTES[frozen.system]
    assert not [file for file in files if "tkinter" in str(file) or "tcl8" in str(file) or "cv2" in str(file)]
    licences = next(file for file in files if file.name == "LICENCES.txt").read_text(encoding="utf-8")
    for text in ("x264", "GPL-3.0-or-later", "numpy 2", "av 18", "PyInstaller", "PYTHON SOFTWARE FOUNDATION"):
        assert text in licences
    libraries = [file.name for file in files if file.suffix == ".dll" or re.search(r"^lib.*\.so\b", file.name)]
    assert len(libraries) > 20
    assert [name for name in libraries if name not in licences] == []


def test_its_first_answer_comes_soon(frozen: FrozenEngine) -> None:
    """In CPU time, and beside what something known takes: other work on this machine changes both alike."""
    if frozen.system == "windows":
        pytest.skip("the time is Wine's own")
    line = b'{"jsonrpc":"2.0","id":1,"method":"engine.info"}\n'
    known = [sys.executable, "-c", "import numpy, av"]
    pairs = [(cpu_seconds(known)[0], *cpu_seconds(frozen.command(), line)) for _ in range(3)]
    assert [
        complaint for *_, said in pairs for complaint in wire_schema().complaints(json.loads(said), "engine.info")
    ] == []
    assert min(used for _, used, _ in pairs) <= START_IN_IMPORTS * min(yardstick for yardstick, _, _ in pairs)


def cpu_seconds(command: list[str], said: bytes = b"") -> tuple[float, bytes]:
    """What a process costs, and its output."""
    before = os.times()
    done = subprocess.run(command, input=said, capture_output=True, check=True)
    after = os.times()
    used = after.children_user - before.children_user + after.children_system - before.children_system
    return used, done.stdout


def test_sub_commands(frozen: FrozenEngine, tmp_path: Path) -> None:
    assert frozen.run("--version").stdout.startswith("ionia-engine ")
    devices = json.loads(frozen.run("devices", "--json").stdout)
    assert {"screens", "windows", "desktopAudio", "microphones", "encoders"} <= devices.keys()
    assert next(e for e in devices["encoders"] if e["name"] == "libx264")["available"] is True
    doctor = frozen.run("doctor")
    assert "libx264" in doctor.stdout + doctor.stderr
    path = tmp_path / "clip.mp4"
    done = frozen.run("test-card", frozen.path(path), "--seconds", "1")
    assert done.returncode == 0, done.stderr
    assert len(file_facts(path).video.pts) == 30
    path = tmp_path / "take.mp4"
    options = ["--screen", "test", "--audio", "none", "--encoder", "x264", "--seconds", "1"]
    done = frozen.run("record", frozen.path(path), *options)
    assert done.returncode == 0, done.stderr
    assert len(file_facts(path).video.pts) >= 29
    assert frozen.run("nonsense").returncode != 0


def test_the_selftest_says_what_it_could_not_measure(frozen: FrozenEngine) -> None:
    done = frozen.run("selftest", "--json", "--screen", "test", "--only", "capture", "encoders")
    result = json.loads(done.stdout)
    found = {one["title"]: one for one in result["findings"]}
    assert (found["Screen"]["outcome"], found["Screen"]["found"]) == ("skipped", "the test card was asked for")
    if frozen.system == "windows":
        for name in ("h264_nvenc", "h264_qsv", "h264_amf", "h264_mf"):
            assert found[f"Encoder {name}"]["outcome"] == "absent"
    assert found["Encoder libx264"]["figures"]["framesPerSecond"] > 0


def test_node_drives_a_recording(frozen: FrozenEngine, tmp_path: Path) -> None:
    path = tmp_path / "take.mp4"
    said, _ = frozen.drive_from_node("recorder", {"outputPath": frozen.path(path), **CARD}, seconds=2)
    assert said["states"] == ["initialized", "starting", "running", "stopping", "stopped", "disposed"]
    assert (said["running"], said["codec"]) == (True, "libx264")
    assert said["info"]["platform"].startswith(frozen.system)
    assert said["stats"]["totalBytes"] == path.stat().st_size
    assert_whole(path, 2)
    assert "moof" not in [name for name, _ in top_level_boxes(path.read_bytes())]


HOSTILE = [
    b"\n",
    b"\r\n",
    b"{\n",
    b"null\r\n",
    b"[]\n",
    b"[1, 2]\n",
    b'{"jsonrpc":"2.0","method":"nope"}\n',
    b"\xff\xfe\x00\n",
    b'"' + b"x" * 100_000 + b'"\n',
    b'{"jsonrpc":"2.0","id":7,"method":"recorder.initialize","params":{"outputPath":17}}\r\n',
    b'{"jsonrpc":"2.0","id":{},"method":"engine.info"}\n',
]


def test_hostile_lines_and_both_line_ends(frozen: FrozenEngine) -> None:
    last = b'{"jsonrpc":"2.0","id":99,"method":"engine.info"}\r\n'
    done = subprocess.run(
        frozen.command(), input=b"".join(HOSTILE) + last, capture_output=True, check=False,
        timeout=DEADLINE_S, env=frozen.base_environment(),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert b"\r" not in done.stdout
    messages = [json.loads(line) for line in done.stdout.splitlines()]
    single = [one for message in messages for one in (message if isinstance(message, list) else [message])]
    assert [complaint for one in single for complaint in wire_schema().complaints(one)] == []
    answers = {message["id"]: message for message in messages if isinstance(message, dict) and "id" in message}
    assert answers[99]["result"]["name"] == "ionia-engine"
    assert answers[7]["error"]["code"] == -32602


def test_from_a_path_with_spaces_and_letters_of_other_alphabets(frozen: FrozenEngine, tmp_path: Path) -> None:
    folder = tmp_path / "Mein Größter Ordner 漢字 é" / "ionia engine"
    shutil.copytree(frozen.folder, folder, symlinks=True, copy_function=_link_or_copy)
    moved = FrozenEngine(folder=folder, rig=frozen.rig)
    path = folder.parent / "Aufnahme 1 — ü.mp4"
    with moved.start() as engine:
        begin(engine, moved, path)
        reach(engine, 0.5)
        engine.call("recorder.stop")
    assert_whole(path, 0.5)


def test_it_needs_no_rights_to_its_folder(frozen: FrozenEngine) -> None:
    """Where it can be, as a user who owns nothing; everywhere, its folder stays as it was."""
    before = {file: file.lstat().st_mtime_ns for file in frozen.folder.rglob("*")}
    as_nobody = frozen.system == "linux" and os.geteuid() == 0
    if as_nobody and not _nobody_reaches(frozen.program):
        pytest.skip("another user can't reach this checkout")
    options = {"user": 65534, "group": 65534, "extra_groups": []} if as_nobody else {}
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        path = Path(folder) / "take.mp4"
        arguments = ["record", frozen.path(path), "--screen", "test", "--audio", "none", "--encoder", "x264"]
        done = frozen.run(*arguments, "--seconds", "0.5", cwd=folder, **options)
        assert done.returncode == 0, done.stderr
        assert len(file_facts(path).video.pts) >= 14
    assert {file: file.lstat().st_mtime_ns for file in frozen.folder.rglob("*")} == before


def test_two_at_once(frozen: FrozenEngine, tmp_path: Path) -> None:
    with frozen.start() as one, frozen.start() as other:
        begin(one, frozen, tmp_path / "one.mp4")
        begin(other, frozen, tmp_path / "other.mp4")
        begin(other, frozen, tmp_path / "third.mp4", "third")
        reach(one, 1)
        reach(other, 1)
        reach(other, 1, "third")
        one.call("recorder.stop")
        other.call("recorder.stop")
        other.call("recorder.stop", {"id": "third"})
    for name in ("one", "other", "third"):
        assert_whole(tmp_path / f"{name}.mp4", 1)


def test_the_engine_is_killed(frozen: FrozenEngine, tmp_path: Path) -> None:
    path = tmp_path / "take.mp4"
    with frozen.start() as engine:
        begin(engine, frozen, path)
        reach(engine, 3)
        engine.process.kill()
        engine.process.wait(DEADLINE_S)
    facts = file_facts(path)
    assert facts.video.end_seconds >= 2
    assert facts.video.frame_indexes == list(range(len(facts.video.pts)))
    assert None not in [read_index(luma) for _, luma in decode_luma(path)]
    with frozen.start() as engine:  # the job is the same program, started as another process
        engine.call("media.finalize", {"path": frozen.path(path)})
        assert engine.wait_for("job.done")["result"]["changed"] is True
    assert "moof" not in [name for name, _ in top_level_boxes(path.read_bytes())]
    assert file_facts(path).video.pts == facts.video.pts
    assert frozen.run("repair", frozen.path(path)).stdout.strip().endswith("is whole.")


PARENT = """
import json, subprocess, sys
engine = subprocess.Popen(json.loads(sys.argv[1]), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
print(engine.pid, flush=True)
for number, method, params in json.loads(sys.argv[2]):
    request = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
    engine.stdin.write(json.dumps(request).encode() + b"\\n")
    engine.stdin.flush()
for line in engine.stdout:
    message = json.loads(line)
    if message.get("method") == "session.stats" and message["params"]["durationSeconds"] >= 1.5:
        print("recording", flush=True)
"""


def test_its_parent_is_killed(frozen: FrozenEngine, tmp_path: Path) -> None:
    path = tmp_path / "take.mp4"
    calls = [
        (1, "recorder.initialize", {"outputPath": frozen.path(path), **CARD}),
        (2, "recorder.start", {}),
        (3, "engine.subscribe", {"statsIntervalMs": 50}),
    ]
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, json.dumps(frozen.command()), json.dumps(calls)],
        stdout=subprocess.PIPE, text=True, env=frozen.base_environment(),
    )  # fmt: skip
    assert parent.stdout is not None
    with contextlib.closing(parent.stdout):
        engine_pid = int(parent.stdout.readline())
        assert parent.stdout.readline().strip() == "recording"
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    wait_until(lambda: not _alive(engine_pid), "the engine outlived its parent")
    assert_whole(path, 1.5)
    assert "moof" not in [name for name, _ in top_level_boxes(path.read_bytes())]


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _nobody_reaches(path: Path) -> bool:
    return all(parent.stat().st_mode & 0o005 == 0o005 for parent in path.parents)
