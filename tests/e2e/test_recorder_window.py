"""One window becomes a file of one size, whatever is done to it meanwhile."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.fakes.engine_process import EngineProcess
from tests.fakes.media_check import decode_pictures, file_facts
from tests.fakes.x11_windows import BLUE, GREEN, RED, WHITE, Desktop
from tests.fakes.xvfb import xvfb_missing

pytestmark = [pytest.mark.x11, pytest.mark.skipif(xvfb_missing(), reason="Xvfb is not installed")]

FPS = 30


@pytest.fixture
def desktop() -> Iterator[Desktop]:
    desktop = Desktop()
    yield desktop
    desktop.close()


def _length(engine: EngineProcess) -> float:
    return float(engine.call("recorder.getCurrentPTSSeconds"))


def _go_on(engine: EngineProcess, seconds: float) -> float:
    """Record for so long; how long the file is then."""
    until = _length(engine) + seconds
    engine.wait_stats("recorder.getStats", "default", lambda stats: stats["durationSeconds"] >= until)
    return _length(engine)


def _warned(engine: EngineProcess) -> list[str]:
    return [note["params"]["code"] for note in engine.notifications if note["method"] == "session.warning"]


def _seen(pictures: Any, at: float) -> tuple[int, int, int]:
    """Red, green and blue of the picture's middle, rounded to full, half or none."""
    pixels = pictures[round((at - 0.1) * FPS)][1]  # before what came next
    middle = np.median(pixels[35:45, 45:55, 2::-1], axis=(0, 1))
    return tuple(round(float(value) / 127) for value in middle)  # type: ignore[return-value]


def test_covered_resized_hidden_closed_and_opened_again(desktop: Desktop, tmp_path: Path) -> None:
    path = tmp_path / "take.mp4"
    window = desktop.window(20, 30, title="Notes")
    times = {}
    with EngineProcess({"DISPLAY": desktop.server.display}) as engine:
        (listed,) = engine.call("engine.devices")["windows"]
        assert (listed["title"], listed["width"], listed["height"]) == ("Notes", 100, 80)
        settings = {"outputPath": str(path), "fps": FPS, "encoder": "x264", "audioMode": "none", "screen": listed["id"]}
        engine.call("recorder.initialize", settings)
        engine.call("recorder.start")
        times["shown"] = _go_on(engine, 0.5)
        cover = desktop.window(0, 0, 320, 240, colour=BLUE)
        desktop.fill(window, (0, 0, 100, 80), GREEN)
        times["covered"] = _go_on(engine, 0.7)
        cover.destroy()
        window.configure(width=200, height=160, x=-100)
        desktop.fill(window, (0, 0, 200, 160), WHITE)
        times["resized"] = _go_on(engine, 0.7)
        window.unmap()
        desktop.display.sync()
        engine.wait_for("session.warning", lambda warning: warning["code"] == "window_hidden")
        times["hidden"] = _go_on(engine, 0.7)
        window.map()
        desktop.fill(window, (0, 0, 200, 160), BLUE)
        times["back"] = _go_on(engine, 1)
        window.destroy()
        desktop.display.sync()
        engine.wait_for("session.warning", lambda warning: warning["code"] == "window_closed")
        times["closed"] = _go_on(engine, 0.5)
        desktop.window(50, 50, title="Notes", colour=RED)
        times["again"] = _go_on(engine, 1)
        assert engine.call("recorder.stop") is True
        assert engine.call("recorder.getStats")["captureBackend"] == "x11-window"
        codes = ["window_hidden", "capture_recovered", "window_closed", "capture_recovered"]
        assert [code for code in _warned(engine) if code in codes] == codes
    facts = file_facts(path)
    assert (facts.width, facts.height) == (100, 80)
    pictures = decode_pictures(path)
    red, green, white, blue = (2, 0, 0), (0, 2, 0), (2, 2, 2), (0, 0, 2)
    wanted = {"shown": red, "covered": green, "resized": white, "hidden": white, "back": blue, "closed": blue}
    assert {name: _seen(pictures, at) for name, at in times.items()} == {**wanted, "again": red}


def test_closed_where_the_recording_is_to_end_with_it(desktop: Desktop, tmp_path: Path) -> None:
    path = tmp_path / "take.mp4"
    window = desktop.window(20, 30, title="Notes")
    with EngineProcess({"DISPLAY": desktop.server.display}) as engine:
        (listed,) = engine.call("engine.devices")["windows"]
        settings = {"outputPath": str(path), "fps": FPS, "encoder": "x264", "audioMode": "none", "screen": listed["id"]}
        engine.call("recorder.initialize", {**settings, "onWindowClosed": "stop"})
        engine.call("recorder.start")
        _go_on(engine, 0.5)
        window.destroy()
        desktop.display.sync()
        ended = engine.wait_for("session.state", lambda state: state["state"] == "stopped")
        assert ended["reason"] == "The window that was recorded was closed."
        assert "window_closed" not in _warned(engine)
    facts = file_facts(path)
    assert facts.video.frame_indexes == list(range(len(facts.video.pts)))
    assert _seen(decode_pictures(path), facts.video.end_seconds) == (2, 0, 0)
