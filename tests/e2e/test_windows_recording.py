"""The frozen Windows engine records a real desktop and its sound, whatever happens to them meanwhile."""

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ionia.core.test_card.pattern import read_index
from tests.fakes.engine_process import EngineProcess
from tests.fakes.frozen_engine import FrozenEngine, freeze
from tests.fakes.media_check import FileFacts, decode_luma, decode_pictures, decode_sound, file_facts
from tests.fakes.screen_promise import kept_from
from tests.fakes.tones import has_only
from tests.fakes.windows_rig import ROOT, WindowsRig, windows_keep_their_pixels, windows_path, windows_rig
from tests.fakes.x11_painter import PainterProcess, painter

__all__ = ["windows_rig"]  # a fixture
pytestmark = [pytest.mark.wine, pytest.mark.slow, pytest.mark.x11, pytest.mark.pulse]

FPS, RATE = 30, 48_000
MOVES = 10
"""Pictures a second: each stands for three frames, one more than it must (`fakes/screen_promise.py`)."""
DESKTOP_HZ, MIC_HZ, PROGRAM_HZ = 880, 440, 1320
WINDOW_MAKER = ROOT / "tests" / "sources" / "windows" / "native" / "window_maker.py"
TONE_PLAYER = ROOT / "tests" / "sources" / "windows" / "native" / "tone_player.py"


@pytest.fixture(scope="module")
def frozen(windows_rig: WindowsRig) -> FrozenEngine:
    engine = freeze("windows", windows_rig)
    windows_rig.run("python.exe", "-c", "pass")  # starts the display and the sound server
    return engine


@pytest.fixture(scope="module")
def tones(frozen: FrozenEngine) -> Iterator[None]:
    """880 Hz on the speakers, 440 Hz into the microphone."""
    assert frozen.rig is not None
    arguments = [windows_path(TONE_PLAYER), f"RigSpeakers={DESKTOP_HZ}", f"RigMicFeed={MIC_HZ}"]
    with frozen.rig.popen("python.exe", *arguments) as player:
        assert player.stdout is not None
        assert player.stdin is not None
        assert player.stdout.readline().strip() == b"playing"
        yield
        player.stdin.close()


@pytest.fixture
def paint(frozen: FrozenEngine) -> Iterator[PainterProcess]:
    assert frozen.rig is not None
    with painter(frozen.rig.server("xvfb")["display"]) as process:
        process.do("fill 0 0 0")
        yield process


@pytest.fixture
def engine(frozen: FrozenEngine) -> Iterator[EngineProcess]:
    with frozen.start() as process:
        yield process
        assert process.process.poll() is None, process.stderr


def begin(engine: EngineProcess, path: Path, **options: object) -> None:
    settings = {"outputPath": windows_path(path), "fps": FPS, "encoder": "x264", "cursor": False, **options}
    engine.call("recorder.initialize", settings)
    assert engine.call("recorder.start") is True


def reach(engine: EngineProcess, seconds: float) -> None:
    engine.wait_stats("recorder.getStats", "default", lambda stats: stats["durationSeconds"] >= seconds)


def seconds_now(engine: EngineProcess) -> float:
    seconds: float = engine.call("recorder.getStats")["durationSeconds"]
    return seconds


def end(engine: EngineProcess, path: Path) -> FileFacts:
    """Stop, and check what holds for every recording."""
    assert engine.call("recorder.stop") is True
    facts = file_facts(path)
    assert facts.video.frame_indexes == list(range(len(facts.video.pts)))
    if facts.audio is not None:
        assert abs(facts.video.end_seconds - facts.audio.end_seconds) <= 1 / FPS
    return facts


def pitch(samples: np.ndarray) -> int:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    spectrum[:20] = 0
    return round(int(spectrum.argmax()) * RATE / len(samples))


@pytest.mark.parametrize("backend", ["dxcam-dxgi", "gdigrab"])
def test_a_moving_picture_frame_by_frame(
    backend: str, frozen: FrozenEngine, paint: PainterProcess, tmp_path: Path
) -> None:
    path = tmp_path / "take.mp4"
    without_duplication = {"WINEDLLOVERRIDES": "dxgi=b;rig_wgc="} if backend == "gdigrab" else {}
    with frozen.start(**without_duplication) as engine:
        begin(engine, path, audioMode="none")
        reach(engine, 0.5)
        painted = paint.instants(f"move {MOVES} 4")
        reach(engine, seconds_now(engine) + 0.5)
        end(engine, path)
        stats = engine.call("recorder.getStats")
        assert stats["captureBackend"] == backend
        codes = {n["params"]["code"] for n in engine.notifications if n["method"] == "session.warning"}
        assert ("capture_fallback" in codes) == (backend == "gdigrab")
    shown = [index for index in (read_index(luma) for _, luma in decode_luma(path)) if index is not None]
    assert shown == sorted(shown)  # never back in time
    assert shown[-1] == MOVES * 4 - 1  # the last one stays on the screen
    lacking = kept_from(set(shown), painted, FPS)
    assert len(lacking) <= sum(stats[f"videoFrames{cause}"] for cause in ("Lagged", "Missed", "Skipped")), stats


@pytest.mark.parametrize(("mode", "hz"), [("desktop", DESKTOP_HZ), ("mic", MIC_HZ)])
def test_sound_has_its_pitch_and_level_and_no_hole(
    mode: str, hz: int, engine: EngineProcess, tones: None, tmp_path: Path
) -> None:
    path = tmp_path / "take.mp4"
    devices = engine.call("engine.devices")
    ids = {device["name"]: device["id"] for device in devices["desktopAudio"] + devices["microphones"]}
    begin(engine, path, audioMode=mode, desktopAudio=ids["RigSpeakers"], microphone=ids["RigMic"], micGain=1.0)
    reach(engine, 1)
    before = engine.call("recorder.getStats")
    reach(engine, before["durationSeconds"] + 3)
    after = engine.call("recorder.getStats")
    end(engine, path)
    # What a busy machine held back is silence, shows as quiet pieces, and is told: since `before` for all of these.
    samples = decode_sound(path).samples[round((before["durationSeconds"] + 0.5) * RATE) :, 0][: 2 * RATE]
    assert abs(pitch(samples) - hz) <= 2  # the clock servo may be off by 2000 ppm while it finds its place
    pieces = samples.reshape(-1, 480)
    sounding = np.abs(pieces).max(axis=1) > 0.1
    assert sounding.mean() > 0.5
    told = sum(after[name] - before[name] for name in ("audioSilenceSamples", "audioSamplesLost"))
    assert (~sounding).sum() <= 0.02 * len(sounding) + told / 480
    assert abs(float(np.sqrt(2 * np.mean(pieces[sounding] ** 2))) - 0.25) <= 0.02


@contextmanager
def another_program(rig: WindowsRig, name: str, hz: int) -> Iterator[None]:
    """Plays on the speakers until the end."""
    executable = rig.home / "python" / f"{name}.exe"
    shutil.copy2(executable.with_name("python.exe"), executable)
    with rig.popen(executable, windows_path(TONE_PLAYER), f"RigSpeakers={hz}") as player:
        assert player.stdout is not None
        assert player.stdin is not None
        assert player.stdout.readline().strip() == b"playing"
        yield
        player.stdin.close()


def record_program(engine: EngineProcess, path: Path, **program: object) -> None:
    sounds = [{"name": "program", "kind": "app", "app": {"process": "ionia-tone", **program}}]
    settings = {"outputPath": windows_path(path), "id": path.stem, "video": "none", "sounds": sounds}
    engine.call("recorder.initialize", settings)
    assert engine.call("recorder.start", {"id": path.stem}) is True


def test_one_program_or_all_but_it_is_in_the_file(
    frozen: FrozenEngine, engine: EngineProcess, tones: None, tmp_path: Path
) -> None:
    assert frozen.rig is not None
    with another_program(frozen.rig, "ionia-tone", PROGRAM_HZ):
        for take in range(5):  # a busy machine plays nothing but gaps at times
            paths = [tmp_path / f"{name}{take}.m4a" for name in ("it", "rest")]
            record_program(engine, paths[0])
            record_program(engine, paths[1], exclude=True)
            engine.wait_stats("recorder.getStats", paths[1].stem, lambda stats: stats["durationSeconds"] >= 2.5)
            for path in paths:
                assert engine.call("recorder.stop", {"id": path.stem}) is True
            it, rest = (decode_sound(path).samples[:, 0] for path in paths)
            if has_only(it, [PROGRAM_HZ], [DESKTOP_HZ, MIC_HZ]) and has_only(rest, [DESKTOP_HZ], [PROGRAM_HZ]):
                return
    pytest.fail("no take has its program's sound alone")


@contextmanager
def default_output(rig: WindowsRig, endpoint: str) -> Iterator[None]:
    """Another output is the default while inside; Wine looks into its registry whenever it is asked for the default."""
    key = r"Software\Wine\Drivers\winepulse.drv"
    code = f"import sys, winreg; key = winreg.CreateKey(winreg.HKEY_CURRENT_USER, r'{key}'); "
    done = rig.run(
        "python.exe", "-c", code + "winreg.SetValueEx(key, 'DefaultOutput', 0, winreg.REG_SZ, sys.argv[1])", endpoint
    )
    assert done.returncode == 0, done.stderr
    try:
        yield
    finally:
        rig.run("python.exe", "-c", code + "winreg.DeleteValue(key, 'DefaultOutput')")


def test_a_new_default_output_is_followed(
    frozen: FrozenEngine, engine: EngineProcess, tones: None, tmp_path: Path
) -> None:
    assert frozen.rig is not None
    path = tmp_path / "take.mp4"
    ids = {device["name"]: device["id"] for device in engine.call("engine.devices")["desktopAudio"]}
    begin(engine, path, audioMode="desktop")
    reach(engine, 3)
    with default_output(frozen.rig, ids["RigMicFeed"]):
        engine.wait_for("session.warning", lambda warning: warning["code"] == "audio_device_changed")
        reach(engine, seconds_now(engine) + 3)
        end(engine, path)
    samples = decode_sound(path).samples[:, 0]
    # Which of the two it is; the player itself stumbles on a busy machine.
    assert abs(pitch(samples[2 * RATE : 3 * RATE]) - DESKTOP_HZ) <= 20
    assert abs(pitch(samples[-RATE:]) - MIC_HZ) <= 20


FAULTS = [
    (["acquire ACCESS_LOST"], [], "access_lost"),
    (["acquire E_ACCESSDENIED"], [], "secure_desktop"),
    (["acquire WAIT_TIMEOUT x30"], [], None),
    (["mode 1024x768"], ["mode real"], "display_mode_changed"),
    (["secure on"], ["secure off"], "secure_desktop"),
    (["disconnect on"], ["disconnect off"], "session_disconnected"),
]


@pytest.mark.parametrize(("fault", "undo", "code"), FAULTS, ids=[fault[0][0] for fault in FAULTS])
def test_a_fault_of_the_screen_costs_no_frame_and_changes_no_size(  # noqa: PLR0917 - fixtures
    fault: list[str], undo: list[str], code: str | None, frozen: FrozenEngine, engine: EngineProcess,
    paint: PainterProcess, tmp_path: Path,
) -> None:  # fmt: skip
    assert frozen.rig is not None
    path = tmp_path / "take.mp4"
    paint.do("fill 200 0 0")
    begin(engine, path, audioMode="none")
    reach(engine, 0.7)
    frozen.rig.control("dxgi", *fault)
    if code is not None:
        engine.wait_for("session.warning", lambda warning: warning["code"] == code)
    if undo:
        reach(engine, seconds_now(engine) + 0.7)
        frozen.rig.control("dxgi", *undo)
    if code is not None and "mode" not in fault[0]:
        engine.wait_for("session.warning", lambda warning: warning["code"] == "capture_recovered")
    reach(engine, seconds_now(engine) + 0.7)
    paint.do("fill 0 0 200")
    reach(engine, seconds_now(engine) + 1)
    facts = end(engine, path)
    assert (facts.width, facts.height) == (1280, 720)
    last = decode_pictures(path)[-1][1]
    blue, _, red = (int(value) for value in np.median(last[300:400, 600:700, :3], axis=(0, 1)))
    assert blue > 150  # it is live again
    assert red < 50


def test_a_screen_that_stays_locked_becomes_a_card(
    frozen: FrozenEngine, engine: EngineProcess, paint: PainterProcess, tmp_path: Path
) -> None:
    assert frozen.rig is not None
    path = tmp_path / "take.mp4"
    paint.do("fill 200 0 0")
    begin(engine, path, audioMode="none")
    reach(engine, 0.5)
    frozen.rig.control("dxgi", "secure on")
    engine.wait_for("session.warning", lambda warning: warning["code"] == "secure_desktop")
    reach(engine, seconds_now(engine) + 4)
    end(engine, path)
    frozen.rig.control("dxgi")  # takes back what nobody took
    pictures = [picture for _, picture in decode_pictures(path)]
    red = [int(np.median(picture[:100, :100, 2])) for picture in pictures]
    held = sum(1 for value in red if value > 150)
    assert 1.5 <= held / FPS <= 5.5  # half a second live, two seconds held
    assert red[-1] < 50
    assert abs(int(pictures[-1][360 + 90, 640 - 60, 1]) - 150) < 12  # the padlock


def test_the_sound_server_goes_away(frozen: FrozenEngine, engine: EngineProcess, tmp_path: Path) -> None:
    """Wine does not come back from this without a new process; what counts is that the recording goes on."""
    assert frozen.rig is not None
    path = tmp_path / "take.mp4"
    begin(engine, path, audioMode="both")
    reach(engine, 1)
    os.kill(frozen.rig.server("pulse")["pid"], signal.SIGKILL)
    reach(engine, 5)
    facts = end(engine, path)
    assert facts.video.end_seconds >= 5
    sound = decode_sound(path)
    assert abs(len(sound.samples) / RATE - float(facts.video.end_seconds)) < 0.1


def test_it_is_killed_while_it_records_the_desktop(frozen: FrozenEngine, paint: PainterProcess, tmp_path: Path) -> None:
    path = tmp_path / "take.mp4"
    with frozen.start() as engine:
        begin(engine, path, audioMode="both")
        paint.tell(f"move {FPS} 3")
        reach(engine, 3)
        engine.process.kill()
        engine.process.wait(30)
        paint.answer()
    facts = file_facts(path)
    assert facts.video.end_seconds >= 2
    assert facts.video.frame_indexes == list(range(len(facts.video.pts)))
    assert len({read_index(luma) for _, luma in decode_luma(path)}) > 20


def test_a_part_of_a_window_is_recorded_until_it_is_closed(
    frozen: FrozenEngine, engine: EngineProcess, tmp_path: Path
) -> None:
    path = tmp_path / "take.mp4"
    assert frozen.rig is not None
    with (
        windows_keep_their_pixels(frozen.rig.server("xvfb")["display"]),
        frozen.rig.popen("python.exe", windows_path(WINDOW_MAKER)) as maker,
    ):
        assert maker.stdin is not None
        assert maker.stdout is not None
        maker.stdin.write(b"make Recorded 100 80 400 300 D01020\nmake Cover 60 50 600 500 1020D0\n")
        maker.stdin.flush()
        assert [maker.stdout.readline().strip().isdigit() for _ in range(2)] == [True, True]
        window = next(one for one in engine.call("engine.devices")["windows"] if one["title"] == "Recorded")
        assert (window["width"], window["height"], window["application"]) == (400, 300, "python.exe")
        thumbnail = engine.call("engine.thumbnail", {"screen": window["id"], "maxWidth": 200})
        assert (thumbnail["width"], thumbnail["height"]) == (200, 150)
        region = {"x": 20, "y": 40, "width": 320, "height": 200}
        begin(engine, path, audioMode="none", screen=window["id"], region=region, onWindowClosed="stop")
        reach(engine, 0.5)
        assert engine.call("recorder.getStats")["captureBackend"] == "wgc"
        maker.stdin.write(b"close Recorded\n")
        maker.stdin.flush()
        engine.wait_for("session.state", lambda change: change["state"] == "stopped")
        maker.stdin.close()
    assert not [note for note in engine.notifications if note["method"] == "session.error"]
    pictures = [picture for _, picture in decode_pictures(path)]
    assert {picture.shape[:2] for picture in pictures} == {(200, 320)}
    assert all(np.abs(picture[100, 160, :3].astype(int) - [0x20, 0x10, 0xD0]).max() <= 12 for picture in pictures)


def test_the_selftest_measures_what_is_here(frozen: FrozenEngine, tmp_path: Path) -> None:
    """No rate is judged, since the machine is shared; encoders are tried in test_frozen_engine.py."""

    def tried(*parts: str) -> dict[str, Any]:
        done = subprocess.run(
            frozen.command("selftest", "--json", "--only", *parts, "--folder", frozen.path(tmp_path)),
            capture_output=True, check=False, timeout=120, stdin=subprocess.DEVNULL, env=frozen.base_environment(),
        )  # fmt: skip
        result = json.loads(done.stdout.decode("utf-8", "strict"))
        assert done.returncode == (0 if result["ok"] else 1)
        return {one["title"]: one for one in result["findings"]}

    found = tried("capture", "av", "sound", "disk")
    for _ in range(2):
        if found["Sound and picture"]["advice"].endswith("test again."):  # as it says of a machine that is busy
            found |= tried("av")
    screen = found["Screen"]["figures"]
    assert (screen["width"], screen["height"]) == (1280, 720)
    assert (screen["backend"], screen["black"], screen["pointer"]) == ("dxcam-dxgi", False, True)
    assert screen["framesPerSecond"] > 0
    both = found["Sound and picture"]
    assert abs(found["Desktop sound"]["figures"]["beepsDb"] + 12) < 8
    assert found["Microphone"]["found"].endswith("complete silence")
    assert found["Disk"]["figures"]["bytesPerSecond"] > 0
    assert list(tmp_path.iterdir()) == []
    if both["advice"].endswith("test again."):
        pytest.skip("this machine is too busy for sound and picture to be compared, and was told so three times")
    assert both["figures"]["events"] >= 5
    assert abs(both["figures"]["offsetMs"]) <= 100


def test_the_version_is_in_the_file(frozen: FrozenEngine) -> None:
    assert frozen.rig is not None
    code = (
        "import ctypes, sys; v = ctypes.windll.version; path = sys.argv[1];"
        "size = v.GetFileVersionInfoSizeW(path, None); data = ctypes.create_string_buffer(size);"
        "assert v.GetFileVersionInfoW(path, 0, size, data);"
        "text = ctypes.c_wchar_p(); n = ctypes.c_uint();"
        "name = r'\\StringFileInfo\\040904B0\\ProductVersion';"
        "assert v.VerQueryValueW(data, name, ctypes.byref(text), ctypes.byref(n));"
        "print(text.value)"
    )
    done = frozen.rig.run("python.exe", "-c", code, windows_path(frozen.program))
    version = subprocess.run(
        [*frozen.command("--version")], capture_output=True, text=True, check=True, env=frozen.base_environment()
    ).stdout.split()[-1]
    assert done.stdout.strip() == version, done.stderr


def test_time_runs_evenly(engine: EngineProcess, paint: PainterProcess, tmp_path: Path) -> None:
    """As long as the clock says: what is known of a take is never ahead of it, and what is stopped lacks nothing."""
    path, start = tmp_path / "take.mp4", time.monotonic()
    begin(engine, path, audioMode="both")
    reach(engine, 1)
    assert (known := seconds_now(engine)) <= (since := time.monotonic()) - start
    reach(engine, 5)
    until = time.monotonic()
    facts = end(engine, path)
    assert float(facts.video.end_seconds) - known >= until - since - 2 / FPS
