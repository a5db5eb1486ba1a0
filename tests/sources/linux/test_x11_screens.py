"""X11 screens against a real X server."""

import os
import subprocess
from collections.abc import Iterator

import numpy as np
import pytest

if os.name != "posix":
    pytest.skip("X11 is Linux's", allow_module_level=True)


from ionia.core.errors import ErrorKind, IoniaError, SourceLost
from ionia.core.ports import ScreenSource
from ionia.core.test_card.pattern import read_flash, read_index
from ionia.sources import screens
from tests.fakes.x11_display import open_display
from tests.fakes.x11_painter import painter
from tests.fakes.xvfb import Xvfb, xvfb_missing
from tests.sources.screen_protocol import DEADLINE, RealClock, ScreenProtocol, next_frame

pytestmark = [pytest.mark.x11, pytest.mark.skipif(xvfb_missing(), reason="Xvfb is not installed")]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Xvfb]:
    with Xvfb(640, 480) as server:
        monkeypatch.setenv("DISPLAY", server.display)
        yield server


def _source(screen_id: str | None = None, *, cursor: bool = True) -> ScreenSource:
    return screens.open_screen(screen_id, cursor=cursor, clock=RealClock(), fps=30)


@pytest.fixture
def source(server: Xvfb) -> Iterator[ScreenSource]:
    source = _source()
    yield source
    source.close()


def _xrandr(server: Xvfb, *arguments: str) -> None:
    # Xvfb has no modes: xrandr reports an error after it did what it was asked.
    subprocess.run(["xrandr", "-display", server.display, *arguments], capture_output=True, check=False)


class TestProtocol(ScreenProtocol):
    @pytest.fixture
    def size(self) -> tuple[int, int]:
        return 640, 480


class TestProtocolOddSize(ScreenProtocol):
    @pytest.fixture
    def size(self) -> tuple[int, int]:
        return 801, 603

    @pytest.fixture
    def source(self, size: tuple[int, int]) -> Iterator[ScreenSource]:
        with Xvfb(*size) as server:
            source = _source(server.display)
            yield source
            source.close()


def test_what_is_painted_is_grabbed_and_nothing_old(server: Xvfb, source: ScreenSource) -> None:
    with painter(server.display) as paint:
        paint.do("fill 20 60 120")
        source.open()
        for index in (1, 77, 4711):
            paint.do(f"index {index}")
            frame = source.grab()
            assert frame is not None
            assert read_index(frame.pixels) == index
            assert tuple(frame.pixels[5, 5, :3]) == (120, 60, 20)
            assert source.grab() is None


def test_a_picture_is_dated_within_half_a_grab_of_what_it_shows(server: Xvfb, source: ScreenSource) -> None:
    clock = RealClock()
    source.open()
    with painter(server.display) as paint:
        (now_ns,) = paint.do("fill 0 0 0")
        paint.tell(f"flash {now_ns + 50_000_000} 1000")
        dark_ns, half_dark = now_ns, 0
        while True:
            before = clock.now_ns()
            frame = source.grab()
            half = (clock.now_ns() - before) // 2
            if frame is not None and read_flash(frame.pixels):
                break
            dark_ns, half_dark = before + half, half
            assert before < now_ns + DEADLINE * 1e9
        asked, confirmed = paint.answer()
    assert frame.captured_ns >= asked - half
    assert dark_ns <= confirmed + half_dark


def test_the_cursor_is_drawn_if_wanted_and_its_move_is_a_change(server: Xvfb) -> None:
    with_cursor, without = _source(cursor=True), _source(cursor=False)
    pointer = open_display(server.display)
    try:
        for source in (with_cursor, without):
            source.open()
        first, plain = next_frame(with_cursor), next_frame(without)
        assert not np.array_equal(first.pixels, plain.pixels)
        assert with_cursor.grab() is None
        pointer.screen().root.warp_pointer(100, 90)
        pointer.sync()
        moved = with_cursor.grab()
        assert moved is not None
        assert not np.array_equal(moved.pixels[80:100, 90:110], plain.pixels[80:100, 90:110])
        assert without.grab() is None
    finally:
        pointer.close()
        with_cursor.close()
        without.close()


def test_a_killed_server_is_a_lost_display_and_its_successor_is_found(server: Xvfb, source: ScreenSource) -> None:
    source.open()
    kept = next_frame(source)
    server.kill()
    for _ in range(2):
        with pytest.raises(SourceLost) as lost:
            source.grab()
        assert lost.value.code == "display_lost"
        assert not lost.value.retry_at_once
    with pytest.raises(IoniaError) as caught:
        source.open()
    assert caught.value.kind is ErrorKind.CAPTURE_UNAVAILABLE
    assert kept.pixels.sum() >= 0
    server.start(322, 200)
    assert source.open() == (322, 200)
    frame = source.grab()
    assert frame is not None
    assert (frame.width, frame.height) == (322, 200)


@pytest.mark.parametrize("screen_id", [None, "display"])
def test_a_screen_made_smaller_or_larger_is_opened_again_at_once(server: Xvfb, screen_id: str | None) -> None:
    source = _source(screen_id and server.display)
    try:
        source.open()
        next_frame(source)
        _xrandr(server, "--fb", "320x200")
        with pytest.raises(SourceLost) as lost:
            source.grab()
        assert lost.value.code == "screen_changed"
        assert lost.value.retry_at_once
        assert source.open() == (320, 200)
        assert source.grab() is not None
        _xrandr(server, "--fb", "640x480")
        with pytest.raises(SourceLost) as lost:
            source.grab()
        assert lost.value.code == "screen_changed"
        assert source.open() == (640, 480)
    finally:
        source.close()


def test_monitors_are_captured_one_by_one_or_together(server: Xvfb) -> None:
    _xrandr(server, "--setmonitor", "LEFT", "320/85x480/127+0+0", "screen")
    _xrandr(server, "--setmonitor", "RIGHT", "320/85x240/64+320+100", "none")
    found = {screen.id: screen for screen in screens.list_screens()}
    assert list(found) == ["x11:LEFT", "x11:RIGHT", "x11:all"]
    assert found["x11:LEFT"].primary
    right = found["x11:RIGHT"]
    assert (right.name, right.x, right.y, right.width, right.height) == ("RIGHT", 320, 100, 320, 240)
    assert right.backend == "x11"
    display = open_display(server.display)
    root = display.screen().root
    root.fill_rectangle(root.create_gc(foreground=0x0000FF), 0, 0, 640, 480)
    display.sync()
    for screen_id, size in [("x11:RIGHT", (320, 240)), ("all", (640, 480)), (None, (320, 480))]:
        source = _source(screen_id, cursor=False)
        assert source.open() == size
        pixels = next_frame(source).pixels
        source.close()
        blue = pixels[..., 0] == 255
        if screen_id == "all":  # what no monitor shows is black, whatever lies there
            assert blue[:, :320].all()
            assert blue[100:340, 320:].all()
            assert not pixels[:100, 320:, :3].any()
            assert not pixels[340:, 320:, :3].any()
        else:
            assert blue.all()
    display.close()


def test_the_primary_monitor_is_followed_to_another_one(server: Xvfb) -> None:
    _xrandr(server, "--setmonitor", "*LEFT", "320/85x480/127+0+0", "screen")
    _xrandr(server, "--setmonitor", "RIGHT", "320/85x240/64+320+100", "none")
    source = _source(cursor=False)
    assert source.open() == (320, 480)
    next_frame(source)
    _xrandr(server, "--delmonitor", "RIGHT")
    _xrandr(server, "--setmonitor", "*RIGHT", "320/85x240/64+320+100", "none")
    for flag in ("--noprimary", "--primary"):  # the event that a real output's change brings
        _xrandr(server, "--output", "screen", flag)
    with pytest.raises(SourceLost) as lost:
        source.grab()
    assert (lost.value.code, lost.value.retry_at_once) == ("screen_changed", True)
    assert source.open() == (320, 240)
    source.close()


def test_a_monitor_that_is_unplugged_is_told_and_back_when_it_is(server: Xvfb) -> None:
    place = ("--setmonitor", "RIGHT", "320/85x240/64+320+100", "none")
    _xrandr(server, "--setmonitor", "LEFT", "320/85x480/127+0+0", "screen")
    _xrandr(server, *place)
    source = _source("x11:RIGHT")
    source.open()
    next_frame(source)
    _xrandr(server, "--delmonitor", "RIGHT")
    _xrandr(server, "--fb", "600x480")  # the event that a real output's change brings
    with pytest.raises(SourceLost) as lost:
        source.grab()
    assert (lost.value.code, lost.value.retry_at_once) == ("display_unplugged", False)
    with pytest.raises(IoniaError, match="x11:LEFT"):
        source.open()
    _xrandr(server, "--fb", "640x480")
    _xrandr(server, *place)
    assert source.open() == (320, 240)
    source.close()


def test_an_unknown_screen_is_told_with_those_that_exist(server: Xvfb) -> None:
    with pytest.raises(IoniaError, match="x11:screen") as caught:
        _source("x11:HDMI-9").open()
    assert caught.value.kind is ErrorKind.CAPTURE_UNAVAILABLE
    assert "HDMI-9" in caught.value.message


def test_windows_are_listed_with_title_and_size(server: Xvfb) -> None:
    with painter(server.display) as paint:
        assert screens.list_windows() == ()
        paint.do("title Grüße")
        (window,) = screens.list_windows()
        assert (window.title, window.width, window.height) == ("Grüße", 640, 480)
        assert window.id.startswith("x11-window:0x")


def test_a_window_is_captured_until_it_is_closed(server: Xvfb) -> None:
    with painter(server.display) as paint:
        paint.do("title Card")
        paint.do("index 815")
        (window,) = screens.list_windows()
        source = _source(window.id, cursor=False)
        assert source.open() == (640, 480)
        assert read_index(next_frame(source).pixels) == 815
    try:
        with pytest.raises(SourceLost):
            next_frame(source)
        with pytest.raises(IoniaError, match=window.id):
            source.open()
    finally:
        source.close()


@pytest.mark.parametrize("screen_id", ["x11-window:0x123456", "x11-window:nonsense"])
def test_an_unknown_window_is_told(server: Xvfb, screen_id: str) -> None:
    with pytest.raises(IoniaError, match=screen_id):
        _source(screen_id).open()


def test_a_frozen_server_is_no_screen_rather_than_a_hang(server: Xvfb, source: ScreenSource) -> None:
    with server.frozen():
        assert screens.list_screens() == ()
        with pytest.raises(IoniaError, match="timed out"):
            source.open()
    assert source.open() == (640, 480)


def test_a_wayland_sessions_display_is_refused(server: Xvfb, source: ScreenSource) -> None:
    _xrandr(server, "--setmonitor", "XWAYLAND0", "640/85x480/127+0+0", "screen")
    assert screens.list_screens() == ()
    with pytest.raises(IoniaError, match="Wayland") as caught:
        source.open()
    assert "X11" in caught.value.hint


@pytest.mark.parametrize(
    ("environment", "message"),
    [({}, "DISPLAY is not set"), ({"WAYLAND_DISPLAY": "wayland-0"}, "Wayland session")],
)
def test_without_a_display_it_is_said_what_to_do(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], message: str
) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert screens.list_screens() == ()
    assert screens.list_windows() == ()
    with pytest.raises(IoniaError, match=message) as caught:
        _source()
    assert caught.value.kind is ErrorKind.CAPTURE_UNAVAILABLE
    assert "test card" in caught.value.hint


@pytest.mark.parametrize("name", [":59999", "nonsense", "127.0.0.1:50000"])
def test_a_display_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("DISPLAY", name)
    assert screens.list_screens() == ()
    with pytest.raises(IoniaError, match=name):
        _source().open()
