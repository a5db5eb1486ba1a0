"""Parts of a screen in files of any size: known colours at known places, to the edges, through the real engine."""

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
import pytest

from tests.fakes.engine_process import EngineProcess, RpcError
from tests.fakes.media_check import decode_pictures, file_facts
from tests.fakes.x11_windows import BLUE, GREEN, RED, WHITE, Desktop
from tests.fakes.xvfb import xvfb_missing

pytestmark = [pytest.mark.x11, pytest.mark.skipif(xvfb_missing(), reason="Xvfb is not installed")]

COMMON = {"fps": 30, "encoder": "x264", "audioMode": "none", "cursor": False, "videoBitrate": 8_000_000}
Pixels = npt.NDArray[np.uint8]

QUARTERS = {"x": 61, "y": 41, "width": 160, "height": 80}
"""The middle of the painted screen, from an odd column on: four quarters of 80 x 40, each of its own colour."""


@pytest.fixture
def desktop() -> Iterator[Desktop]:
    """320 x 240, white but for the quarters: red and green above, blue and black below."""
    desktop = Desktop()
    desktop.window(0, 0, 320, 240, colour=WHITE)
    for column, row, colour in ((0, 0, RED), (1, 0, GREEN), (0, 1, BLUE), (1, 1, 0)):
        desktop.window(61 + 80 * column, 41 + 40 * row, 80, 40, colour=colour)
    yield desktop
    desktop.close()


def record(engine: EngineProcess, files: dict[str, tuple[Path, dict[str, Any]]]) -> None:
    """All at once, a second of each."""
    for name, (path, options) in files.items():
        engine.call("recorder.initialize", {**COMMON, "outputPath": str(path), "id": name, **options})
    for name in files:
        engine.call("recorder.start", {"id": name})
    for name in files:
        engine.wait_stats("recorder.getStats", name, lambda stats: stats["videoPacketsMuxed"] >= 10)
    for name in files:
        engine.call("recorder.stop", {"id": name})


def last(path: Path) -> Pixels:
    return decode_pictures(path, "rgb24")[-1][1]


def colours(pixels: Pixels, box: tuple[int, int, int, int]) -> tuple[int, ...]:
    """Red, green and blue of a box (left, top, right, bottom) that has one colour only: full, half or none."""
    left, top, right, bottom = box
    part = pixels[top:bottom, left:right].reshape(-1, 3).astype(int)
    assert (part.max(0) - part.min(0)).max() <= 40, "the box has an edge in it"
    return tuple(round(float(value) / 127) for value in np.median(part, axis=0))


def quarters(pixels: Pixels, box: tuple[int, int, int, int], edge: int) -> None:
    """The four quarters fill this box, but for `edge` pixels at each edge, which scaling and 4:2:0 blur."""
    left, top, right, bottom = box
    middle_x, middle_y = (left + right) // 2, (top + bottom) // 2
    for column, row, colour in ((0, 0, (2, 0, 0)), (1, 0, (0, 2, 0)), (0, 1, (0, 0, 2)), (1, 1, (0, 0, 0))):
        x0, x1 = (middle_x, right) if column else (left, middle_x)
        y0, y1 = (middle_y, bottom) if row else (top, middle_y)
        assert colours(pixels, (x0 + edge, y0 + edge, x1 - edge, y1 - edge)) == colour
    if left == 0:  # no bar: the outermost column is of the region, and not of the white around it
        assert colours(pixels, (0, top + edge, 1, middle_y - edge)) == (2, 0, 0)
    if top == 0:
        assert colours(pixels, (left + edge, 0, middle_x - edge, 1)) == (2, 0, 0)


def test_a_region_in_files_of_every_shape_at_once(desktop: Desktop, tmp_path: Path) -> None:
    files: dict[str, tuple[Path, dict[str, Any]]] = {
        name: (tmp_path / f"{name}.mp4", options)
        for name, options in {
            "whole": {},
            "region": {"region": QUARTERS},
            "half": {"region": QUARTERS, "width": 80},
            "twice": {"region": QUARTERS, "height": 160},
            "bars": {"region": QUARTERS, "width": 160, "height": 160},
            "crop": {"region": QUARTERS, "width": 160, "height": 160, "fit": "crop"},
            "stretch": {"region": QUARTERS, "width": 160, "height": 160, "fit": "stretch"},
        }.items()
    }
    with EngineProcess({"DISPLAY": desktop.server.display}) as engine:
        record(engine, files)
        stats = {name: engine.call("recorder.getStats", {"id": name}) for name in files}
        shot = engine.call("screenshot.save", {"kind": "recorder", "id": "crop", "path": str(tmp_path / "crop.png")})
    sizes = {name: file_facts(path) for name, (path, _) in files.items()}
    assert {name: (facts.width, facts.height) for name, facts in sizes.items()} == {
        "whole": (320, 240),
        "region": (160, 80),
        "half": (80, 40),
        "twice": (320, 160),
        **dict.fromkeys(("bars", "crop", "stretch"), (160, 160)),
    }
    told = {name: (one["width"], one["height"]) for name, one in stats.items()}
    assert told == {name: (facts.width, facts.height) for name, facts in sizes.items()}
    pixels = {name: last(path) for name, (path, _) in files.items()}
    quarters(pixels["whole"], (61, 41, 221, 121), 3)
    quarters(pixels["region"], (0, 0, 160, 80), 2)
    quarters(pixels["half"], (0, 0, 80, 40), 2)
    quarters(pixels["twice"], (0, 0, 320, 160), 4)
    quarters(pixels["bars"], (0, 40, 160, 120), 2)
    assert [colours(pixels["bars"], box) for box in ((0, 0, 160, 38), (0, 122, 160, 160))] == [(0, 0, 0)] * 2
    quarters(pixels["crop"], (0, 0, 160, 160), 4)
    quarters(pixels["stretch"], (0, 0, 160, 160), 4)
    # The picture of a session has the screen's own pixels: those that can be seen, and no scaled ones.
    assert (shot["width"], shot["height"]) == (80, 80)
    with av.open(shot["path"]) as container:
        quarters(next(container.decode(video=0)).to_ndarray(format="rgb24"), (0, 0, 80, 80), 0)


def test_a_region_that_is_nowhere_is_refused_and_one_that_vanishes_is_told(desktop: Desktop, tmp_path: Path) -> None:
    window = desktop.window(20, 20, 200, 160, title="Notes", colour=GREEN)
    path = tmp_path / "take.mp4"
    with EngineProcess({"DISPLAY": desktop.server.display}) as engine:
        asked = {**COMMON, "outputPath": str(path)}
        outside = {"x": 320, "y": 0, "width": 64, "height": 64}
        with pytest.raises(RpcError) as refused:
            engine.call("recorder.initialize", {**asked, "region": outside})
        assert refused.value.kind == "capture_unavailable"
        assert "64x64 at 320,0" in str(refused.value)
        assert "320x240" in str(refused.value)
        assert not path.exists()
        (listed,) = [one for one in engine.call("engine.devices")["windows"] if one["title"] == "Notes"]
        region = {"x": 150, "y": 100, "width": 50, "height": 60}
        engine.call("recorder.initialize", {**asked, "screen": listed["id"], "region": region})
        engine.call("recorder.start")
        engine.wait_stats("recorder.getStats", "default", lambda stats: stats["videoPacketsMuxed"] >= 5)
        window.configure(width=100, height=80)
        desktop.display.sync()
        warning = engine.wait_for("session.warning", lambda warned: warned["code"] == "region_outside")
        assert "50x60 at 150,100" in warning["message"]
        until = engine.call("recorder.getStats")["videoPacketsMuxed"] + 5
        engine.wait_stats("recorder.getStats", "default", lambda stats: stats["videoPacketsMuxed"] >= until)
        engine.call("recorder.stop")
    pictures = decode_pictures(path, "rgb24")  # to bgra, libav leaves out columns at widths like 50
    assert pictures[0][1].shape == (60, 50, 3)
    assert colours(pictures[0][1], (0, 0, 50, 60)) == (0, 2, 0)
    assert colours(pictures[-1][1], (0, 0, 50, 60)) == (0, 0, 0)


def test_a_region_moves_while_it_is_recorded(desktop: Desktop, tmp_path: Path) -> None:
    """On a screen that stands still: no change of it has to bring the new part into the file."""
    path = tmp_path / "take.mp4"
    quarter = {"width": 80, "height": 40}
    red, green, blue = ({**quarter, "x": x, "y": y} for x, y in ((61, 41), (141, 41), (61, 81)))
    with EngineProcess({"DISPLAY": desktop.server.display}) as engine:

        def go_on() -> None:
            """Until ten frames that lie ahead are in the file, however far the encoder is behind."""
            ahead = round(engine.call("recorder.getCurrentPTSSeconds") * 30) + 10
            engine.wait_stats("recorder.getStats", "default", lambda now: now["videoPacketsMuxed"] >= ahead)

        engine.call("recorder.initialize", {**COMMON, "outputPath": str(path), "region": {**red, "x": 0}})
        engine.call("recorder.setRegion", {"region": red})
        engine.call("recorder.start")
        go_on()
        engine.call("recorder.setRegion", {"region": green})
        go_on()
        for refused in ({**red, "x": 400}, {**red, "y": -500}):
            with pytest.raises(RpcError, match="the source has 320x240 pixels"):
                engine.call("recorder.setRegion", {"region": refused})
        twin = {**COMMON, "outputPath": str(tmp_path / "twin.mp4"), "id": "twin", "region": green}
        engine.call("recorder.initialize", {**twin, "width": 80, "height": 40})
        engine.call("recorder.start", {"id": "twin"})
        engine.call("recorder.pause")
        engine.call("recorder.setRegion", {"region": {**blue, "width": 40}})  # by an encode of its own from now on
        engine.call("recorder.resume")
        go_on()
        engine.call("recorder.dispose", {"id": "twin"})
        engine.call("recorder.setRegion")
        go_on()
        shot = engine.call("screenshot.save", {"kind": "recorder", "path": str(tmp_path / "shot.png")})
        engine.call("recorder.stop")
    facts = file_facts(path)
    assert (facts.width, facts.height) == (80, 40)
    assert facts.video.frame_indexes == list(range(len(facts.video.pts)))
    pictures = [pixels for _, pixels in decode_pictures(path, "rgb24")]
    shown = [(colours(each, (1, 1, 12, 39)), colours(each, (30, 1, 50, 6))) for each in pictures]
    assert [places for places, _ in itertools.groupby(shown)] == [
        ((2, 0, 0), (2, 0, 0)),
        ((0, 2, 0), (0, 2, 0)),
        ((0, 0, 0), (0, 0, 2)),  # 40 of 80 columns, between bars
        ((0, 0, 0), (2, 2, 2)),  # all of the screen, in 54 columns
    ]
    assert (shot["width"], shot["height"]) == (320, 240)
    shown = [
        (colours(each, (1, 1, 12, 39)), colours(each, (30, 1, 50, 6)))
        for _, each in decode_pictures(twin["outputPath"], "rgb24")
    ]
    assert set(shown) == {((0, 2, 0), (0, 2, 0))}
