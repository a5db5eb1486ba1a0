"""Another screen in the file that is recorded: each picture at its time, none missing, and sound as if nothing were."""

import itertools
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.fakes.engine_process import EngineProcess, RpcError
from tests.fakes.media_check import decode_pictures, file_facts
from tests.fakes.x11_windows import BLUE, GREEN, RED, Desktop
from tests.fakes.xvfb import Xvfb, xvfb_missing

pytestmark = [pytest.mark.x11, pytest.mark.skipif(xvfb_missing(), reason="Xvfb is not installed")]


def middle(pixels: Any) -> tuple[int, ...]:
    """Red, green and blue of the middle and of the top left corner, as full, half or none."""
    height, width = pixels.shape[:2]
    parts = pixels[height // 2 - 5 : height // 2 + 5, width // 2 - 5 : width // 2 + 5], pixels[2:8, 2:8]
    return tuple(round(float(value) / 127) for part in parts for value in np.median(part, axis=(0, 1)))


def test_the_screen_changes_in_one_file(tmp_path: Path) -> None:
    path, beside = tmp_path / "take.mp4", tmp_path / "beside.mp4"
    desktop, other = Desktop(), Xvfb(200, 400)
    try:
        desktop.fill(desktop.root, (0, 0, 320, 240), RED)
        window = desktop.window(40, 30, 160, 120, title="Notes", colour=GREEN)
        with EngineProcess({"DISPLAY": desktop.server.display}) as engine:

            def go_on(name: str = "take") -> None:
                ahead = round(engine.call("recorder.getCurrentPTSSeconds", {"id": name}) * 30) + 8
                engine.wait_stats("recorder.getStats", name, lambda now: now["videoPacketsMuxed"] >= ahead)

            (listed,) = engine.call("engine.devices")["windows"]
            common = {"fps": 30, "encoder": "x264", "cursor": False, "keyframeIntervalSeconds": 10}
            sound = {"audioMode": "desktop", "desktopAudio": "test"}
            engine.call("recorder.initialize", {**common, **sound, "outputPath": str(path), "id": "take"})
            # The same pictures, by the same encode until one of them shows another screen.
            silent = {**common, "audioMode": "none", "outputPath": str(beside), "id": "beside"}
            engine.call("recorder.initialize", silent)
            for name in ("take", "beside"):
                engine.call("recorder.start", {"id": name})
            go_on()
            with pytest.raises(RpcError) as unknown:
                engine.call("streamer.setScreen", {"id": "take", "screen": "test"})
            assert unknown.value.kind == "no_such_session"
            change: dict[str, Any] = {"id": "take", "screen": listed["id"]}
            engine.call("recorder.setScreen", change)
            go_on()
            for screen, words in (("x11:none", "There is no screen 'x11:none'"), ("x11-window:0xdead", "window")):
                with pytest.raises(RpcError, match=words) as refused:
                    engine.call("recorder.setScreen", {"id": "take", "screen": screen})
                assert refused.value.kind == "capture_unavailable"
            outside = {"x": 500, "y": 0, "width": 64, "height": 64}
            with pytest.raises(RpcError, match="the source has 200x400 pixels"):
                engine.call("recorder.setScreen", {"id": "take", "screen": other.display, "region": outside})
            go_on()
            engine.call("recorder.pause", {"id": "take"})
            engine.call("recorder.setScreen", {**change, "screen": "test"})
            engine.call("recorder.setScreen", {**change, "screen": other.display})
            engine.call("recorder.resume", {"id": "take"})
            go_on()
            desktop.fill(window, (0, 0, 160, 120), BLUE)
            engine.call("recorder.setScreen", {**change, "region": {"x": 0, "y": 0, "width": 80, "height": 60}})
            go_on()
            stats = engine.call("recorder.getStats", {"id": "take"})
            go_on("beside")
            for name in ("take", "beside"):
                engine.call("recorder.stop", {"id": name})
            ended = engine.call("recorder.getStats", {"id": "take"})
        facts = file_facts(path)
    finally:
        other.close()
        desktop.close()
    assert (facts.width, facts.height, stats["width"], stats["height"]) == (320, 240, 320, 240)
    assert facts.video.frame_indexes == list(range(len(facts.video.pts)))
    assert len(facts.video.pts) == ended["videoFramesCaptured"]
    assert ended["videoFramesUnique"] + ended["videoFramesDuplicated"] == ended["videoFramesCaptured"]
    assert facts.audio is not None
    assert facts.audio.deltas == {1024}
    assert abs(facts.audio.end_seconds - facts.video.end_seconds) < Fraction(1, 20)
    shown = [(pts, middle(pixels)) for pts, pixels in decode_pictures(path, "rgb24")]
    stretches = [(what, [pts for pts, _ in each]) for what, each in itertools.groupby(shown, lambda one: one[1])]
    assert [what for what, _ in stretches] == [
        (0, 2, 0, 2, 0, 0),  # the window on its screen
        (0, 2, 0, 0, 2, 0),  # the window alone
        (0, 0, 0, 0, 0, 0),  # a bare screen of 200 x 400, between bars
        (0, 0, 2, 0, 0, 2),
    ]
    # Nothing was to be seen of a change before its keyframe. A busy machine has others: one for the session that begins
    # after the first frames, and one each ten seconds.
    assert set(facts.video.keyframes) >= {pts[0] for _, pts in stretches}
    assert {middle(pixels)[3:] for _, pixels in decode_pictures(beside, "rgb24")} == {(2, 0, 0)}
    undisturbed = file_facts(beside).video
    assert undisturbed.frame_indexes == list(range(len(undisturbed.pts)))
