"""A window on a real X server: covered, outside, resized, hidden, closed and opened again."""

import os
import struct
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

if os.name != "posix":
    pytest.skip("X11 is Linux's", allow_module_level=True)


from ionia.core.errors import IoniaError, SourceLost
from ionia.core.media import VideoFrame
from ionia.core.ports import ScreenSource
from ionia.sources import screens
from ionia.sources.linux.x11_connection import XConnection
from ionia.sources.linux.x11_window import X11Window
from tests.fakes.x11_windows import BLUE, GREEN, WHITE, Desktop
from tests.fakes.xvfb import xvfb_missing
from tests.sources.screen_protocol import DEADLINE, RealClock

pytestmark = [pytest.mark.x11, pytest.mark.skipif(xvfb_missing(), reason="Xvfb is not installed")]


def _source(window: Any, *, cursor: bool = False) -> ScreenSource:
    return screens.open_screen(f"x11-window:{window.id:#x}", cursor=cursor, clock=RealClock(), fps=30)


@pytest.fixture(params=["composite", "plain"])
def desktop(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desktop]:
    desktop = Desktop(*([] if request.param == "composite" else ["-extension", "Composite"]))
    monkeypatch.setenv("DISPLAY", desktop.server.display)
    yield desktop
    desktop.close()


@pytest.fixture
def composed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Desktop]:
    desktop = Desktop()
    monkeypatch.setenv("DISPLAY", desktop.server.display)
    yield desktop
    desktop.close()


def _until(source: ScreenSource, wanted: Callable[[VideoFrame], bool]) -> VideoFrame:
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        frame = source.grab()
        if frame is not None and wanted(frame):
            return frame
    raise AssertionError("never seen")


def _lost(source: ScreenSource) -> SourceLost:
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        try:
            source.grab()
        except SourceLost as lost:
            return lost
    raise AssertionError("never lost")


def _colour(frame: VideoFrame, x: int, y: int) -> int:
    blue, green, red = (int(value) for value in frame.pixels[y, x, :3])
    return red << 16 | green << 8 | blue


def test_its_content_changes_and_rest_are_seen(desktop: Desktop) -> None:
    window = desktop.window(20, 30, border=3)
    source = _source(window)
    assert source.open() == (100, 80)
    frame = source.grab()
    assert frame is not None
    assert (frame.pixels[:, :, :3] == (0, 0, 255)).all()
    for step in range(20):
        desktop.fill(window, (step, step, 1, 1), GREEN)
        assert _colour(_until(source, lambda _: True), step, step) == GREEN
    while source.grab() is not None:
        pass
    assert [source.grab() for _ in range(10)] == [None] * 10
    source.close()


@pytest.mark.parametrize(
    ("place", "seen"),
    [
        ((-40, 20), (slice(None), slice(40, None))),
        ((20, -30), (slice(30, None), slice(None))),
        ((270, 200), (slice(0, 40), slice(0, 50))),
    ],
)
def test_what_hangs_over_the_edge_is_there_or_black(
    desktop: Desktop, request: pytest.FixtureRequest, place: tuple[int, int], seen: tuple[slice, slice]
) -> None:
    window = desktop.window(*place)
    source = _source(window)
    assert source.open() == (100, 80)
    frame = source.grab()
    assert frame is not None
    red = frame.pixels[:, :, 2] == 255
    whole = "composite" in request.node.name
    assert red[seen].all()
    assert red.sum() == (red.size if whole else red[seen].size)
    told = source.fallbacks  # type: ignore[attr-defined]
    assert ("Composite" in " ".join(told)) != whole
    source.close()


def test_it_is_moved_over_the_edge_and_back_while_it_is_captured(desktop: Desktop) -> None:
    window = desktop.window(20, 30)
    source = _source(window)
    source.open()
    for x, colour in ((-60, GREEN), (300, BLUE), (20, WHITE)):
        window.configure(x=x)
        desktop.fill(window, (0, 0, 100, 80), colour)
        at = max(0, -x) + 1
        _until(source, lambda frame, at=at, colour=colour: _colour(frame, at, 40) == colour)  # type: ignore[misc]
    source.close()


def test_it_is_seen_when_it_is_covered(composed: Desktop) -> None:
    window = composed.window(20, 30)
    source = _source(window)
    source.open()
    composed.window(0, 0, 320, 240, colour=BLUE)
    composed.fill(window, (0, 0, 100, 80), GREEN)
    frame = _until(source, lambda frame: _colour(frame, 50, 40) == GREEN)
    assert (frame.pixels[:, :, :3] == (0, 255, 0)).all()
    window.configure(x=-90, y=-70)
    composed.fill(window, (0, 0, 100, 80), WHITE)
    _until(source, lambda frame: _colour(frame, 0, 0) == WHITE)
    source.close()


@pytest.mark.parametrize("size", [(60, 50), (200, 150), (1, 1)])
def test_a_new_size_is_a_picture_of_that_size(desktop: Desktop, size: tuple[int, int]) -> None:
    window = desktop.window(20, 30)
    source = _source(window)
    source.open()
    source.grab()
    window.configure(width=size[0], height=size[1])
    desktop.fill(window, (0, 0, *size), BLUE)
    frame = _until(source, lambda frame: (frame.width, frame.height) == size and _colour(frame, 0, 0) == BLUE)
    assert (frame.pixels[:, :, :3] == (255, 0, 0)).all()
    source.close()


def test_hidden_it_is_told_and_shown_again_it_is_back(desktop: Desktop) -> None:
    window = desktop.window(20, 30, title="Notes")
    source = _source(window)
    source.open()
    for hide, show in (
        (window.unmap, window.map),
        (window.unmap, lambda: (window.configure(width=50), window.map())),
    ):
        hide()
        desktop.display.sync()
        lost = _lost(source)
        assert (lost.code, lost.retry_at_once) == ("window_hidden", False)
        assert "Notes" in lost.message
        for _ in range(3):
            with pytest.raises(IoniaError, match="hidden or minimised"):
                source.open()
        show()
        desktop.display.sync()
        source.open()
        assert source.grab() is not None
    source.close()


def test_hidden_and_shown_between_two_pictures_it_goes_on(desktop: Desktop) -> None:
    window = desktop.window(20, 30)
    source = _source(window)
    source.open()
    source.grab()
    window.unmap()
    window.map()
    desktop.display.sync()
    desktop.fill(window, (0, 0, 100, 80), BLUE)
    desktop.display.sync()
    frame = _until(source, lambda frame: _colour(frame, 5, 5) == BLUE)
    assert (frame.width, frame.height) == (100, 80)
    source.close()


def test_what_hides_the_window_around_it_hides_it_too(desktop: Desktop) -> None:
    frame = desktop.window(10, 10, 150, 150, colour=BLUE)
    window = desktop.window(0, 0)
    window.reparent(frame, 5, 25)
    desktop.display.sync()
    source = _source(window)
    assert source.open() == (100, 80)
    picture = source.grab()
    assert picture is not None
    assert (picture.pixels[:, :, :3] == (0, 0, 255)).all()
    frame.unmap()
    desktop.display.sync()
    assert _lost(source).code == "window_hidden"
    frame.map()
    desktop.display.sync()
    source.open()
    source.close()


def test_what_it_lies_in_is_hidden_and_shown_between_two_looks(composed: Desktop) -> None:
    frame = composed.window(10, 10, 150, 150, colour=BLUE)
    window = composed.window(0, 0)
    window.reparent(frame, 5, 25)
    composed.display.sync()
    source = _source(window)
    source.open()
    source.grab()
    frame.unmap()
    frame.map()
    composed.fill(window, (0, 0, 100, 80), GREEN)
    _until(source, lambda frame: _colour(frame, 5, 5) == GREEN)
    source.close()


def _kept_by(server: XConnection, source: ScreenSource) -> int:
    """How many things the server keeps for a source's connection (X-Resource 1.0, QueryClientResources)."""
    extension = server.extension("X-Resource")
    assert extension is not None
    assert isinstance(source, X11Window)
    assert source._connection is not None
    reply = server.ask(struct.pack("=BBHI", extension.opcode, 2, 2, source._connection._resource_base))
    (kinds,) = struct.unpack_from("=I", reply, 8)
    return sum(struct.unpack_from(f"={2 * kinds}I", reply, 32)[1::2])


def test_the_server_keeps_no_more_after_the_window_was_hidden_often(composed: Desktop) -> None:
    window = composed.window(20, 30)
    source = _source(window, cursor=True)
    source.open()
    server = XConnection(composed.server.display)
    kept = []
    for _ in range(4):
        window.unmap()
        composed.display.sync()
        assert _lost(source).code == "window_hidden"
        window.map()
        composed.display.sync()
        source.open()
        kept.append(_kept_by(server, source))
    assert kept == kept[:1] * 4
    server.close()
    source.close()


def test_wholly_outside_a_window_that_only_the_screen_shows_is_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    desktop = Desktop("-extension", "Composite")
    monkeypatch.setenv("DISPLAY", desktop.server.display)
    window = desktop.window(20, 30)
    source = _source(window)
    source.open()
    window.configure(x=500)
    desktop.display.sync()
    assert _lost(source).code == "window_hidden"
    window.configure(x=0)
    desktop.display.sync()
    source.open()
    source.close()
    desktop.close()


def test_closed_it_is_told_and_its_successor_is_found(desktop: Desktop) -> None:
    window = desktop.window(20, 30, title="Notes")
    source = _source(window)
    source.open()
    window.destroy()
    desktop.window(0, 0, title="Other", colour=BLUE)
    lost = _lost(source)
    assert (lost.code, lost.retry_at_once) == ("window_closed", False)
    assert "Notes" in lost.message
    with pytest.raises(IoniaError, match="no window"):
        source.open()
    desktop.window(100, 60, 50, 40, title="Notes", colour=GREEN)
    assert source.open() == (50, 40)
    assert _colour(_until(source, lambda _: True), 25, 20) == GREEN
    source.close()


def test_a_killed_server_is_a_lost_display(desktop: Desktop) -> None:
    source = _source(desktop.window(20, 30))
    source.open()
    desktop.server.kill()
    assert _lost(source).code == "display_lost"
    with pytest.raises(IoniaError):
        source.open()
    source.close()


def test_the_pointer_is_drawn_within_it_and_moves_with_it(desktop: Desktop) -> None:
    window = desktop.window(20, 30, 150, 120, colour=0)
    desktop.root.warp_pointer(80, 100)
    desktop.display.sync()
    source = _source(window, cursor=True)
    source.open()
    rows, columns = np.nonzero(_until(source, lambda _: True).pixels[:, :, :3].any(axis=2))
    assert abs(int(rows.mean()) - 70) < 12
    assert abs(int(columns.mean()) - 60) < 12
    desktop.root.warp_pointer(300, 10)
    desktop.display.sync()
    _until(source, lambda frame: not frame.pixels[:, :, :3].any())
    source.close()


def test_afterwards_the_screen_is_as_it_was(composed: Desktop) -> None:
    window = composed.window(20, 30)
    for _ in range(5):
        source = _source(window)
        source.open()
        source.close()
    composed.fill(window, (0, 0, 100, 80), GREEN)
    screen = screens.open_screen(None, cursor=False, clock=RealClock(), fps=30)
    screen.open()
    assert _colour(_until(screen, lambda _: True), 60, 60) == GREEN
    screen.close()


def test_hundreds_of_resizes_leave_nothing_behind(composed: Desktop) -> None:
    window = composed.window(20, 30)
    source = _source(window)
    source.open()
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - a count
    for step in range(300):
        window.configure(width=50 + step % 40)
        composed.display.sync()
        source.grab()
    source.close()
    assert len(os.listdir("/proc/self/fd")) <= before  # noqa: PTH208 - a count
