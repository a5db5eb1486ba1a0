"""Pictures of X servers of every kind: depths, with and without what a server may lack."""

import os
import re
import resource
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

if os.name != "posix":
    pytest.skip("X11 is Linux's", allow_module_level=True)

from Xlib import X
from Xlib.display import Display

from ionia.core.errors import IoniaError, SourceLost
from ionia.core.media import VideoFrame
from ionia.core.ports import ScreenSource
from ionia.sources import screens
from ionia.sources.spare_pictures import KEEP_NS
from tests.fakes.manual_clock import ManualClock
from tests.fakes.x11_display import open_display
from tests.fakes.xvfb import Xvfb, xvfb_missing
from tests.sources.screen_protocol import RealClock, ScreenProtocol, next_frame

pytestmark = [pytest.mark.x11, pytest.mark.skipif(xvfb_missing(), reason="Xvfb is not installed")]

WIDTH, HEIGHT = 65, 48
"""Odd, so that rows of 16 bits are padded."""

COLOURS = {"red": (0, 0, 255), "green": (0, 255, 0), "blue": (255, 0, 0), "white": (255, 255, 255), "grey": (128,) * 3}
"""Blue, green, red."""


def _source(server: Xvfb, *, cursor: bool = False) -> ScreenSource:
    return screens.open_screen(server.display, cursor=cursor, clock=RealClock(), fps=30)


def _paint_stripes(server: Xvfb) -> Display:
    """A stripe of 8 pixels for each colour, asked for by its value as programs do."""
    display = open_display(server.display)
    screen = display.screen()
    gc = screen.root.create_gc()
    for index, (blue, green, red) in enumerate(COLOURS.values()):
        pixel = screen.default_colormap.alloc_color(red * 257, green * 257, blue * 257).pixel
        gc.change(foreground=pixel)
        screen.root.fill_rectangle(gc, 8 * index, 0, 8, HEIGHT)
    display.sync()
    return display


def _check_stripes(picture: np.ndarray, tolerance: int) -> None:
    for index, colour in enumerate(COLOURS.values()):
        stripe = picture[:, 8 * index : 8 * index + 8, :3].astype(int)
        assert np.abs(stripe - colour).max() <= tolerance, list(COLOURS)[index]
    assert not picture[:, 8 * len(COLOURS) :, :3].any()


@pytest.mark.parametrize("shared", [True, False], ids=["shared", "sent"])
@pytest.mark.parametrize(("depth", "tolerance"), [(15, 8), (16, 8), (24, 0), (30, 1)])
def test_colours_are_right_at_every_depth(depth: int, tolerance: int, shared: bool) -> None:
    with Xvfb(WIDTH, HEIGHT, *([] if shared else ["-extension", "MIT-SHM"]), depth=depth) as server:
        _paint_stripes(server).close()
        source = _source(server)
        assert source.open() == (WIDTH, HEIGHT)
        _check_stripes(next_frame(source).pixels, tolerance)
        assert source.grab() is None
        source.close()


def test_a_palette_is_not_offered_and_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    with Xvfb(WIDTH, HEIGHT, depth=8) as server:
        monkeypatch.setenv("DISPLAY", server.display)
        assert screens.list_screens() == ()
        with pytest.raises(IoniaError, match="8 bits can't be read"):
            _source(server).open()


@pytest.mark.parametrize("lacking", ["MIT-SHM", "RANDR", "XFIXES", "DAMAGE", "Composite", "all"])
def test_what_a_server_lacks_is_done_without_and_told(monkeypatch: pytest.MonkeyPatch, lacking: str) -> None:
    without = ["MIT-SHM", "RANDR", "XFIXES", "DAMAGE", "Composite"] if lacking == "all" else [lacking]
    with Xvfb(WIDTH, HEIGHT, *(word for name in without for word in ("-extension", name))) as server:
        monkeypatch.setenv("DISPLAY", server.display)
        if "XFIXES" not in without:  # Xvfb without it dies when a client leaves
            assert [screen.id for screen in screens.list_screens()] == ["x11:screen"]
        source = screens.open_screen(None, cursor=True, clock=RealClock(), fps=30)
        assert source.open() == (WIDTH, HEIGHT)
        painter = _paint_stripes(server)
        assert next_frame(source).pixels[0, 0, :3].tolist() == [0, 0, 255]
        told = " ".join(source.fallbacks)  # type: ignore[attr-defined]
        assert ("MIT-SHM" in told) == ("MIT-SHM" in without)
        assert ("XFIXES" in told) == ("XFIXES" in without)
        server.kill()
        with pytest.raises(SourceLost):
            source.grab()
        painter.display.socket.close()


class TestProtocolSent(ScreenProtocol):
    @pytest.fixture
    def size(self) -> tuple[int, int]:
        return WIDTH, HEIGHT

    @pytest.fixture
    def source(self, size: tuple[int, int]) -> Iterator[ScreenSource]:
        with Xvfb(*size, "-extension", "MIT-SHM", depth=16) as server:
            source = _source(server, cursor=True)
            yield source
            source.close()


@pytest.mark.parametrize("depth", [16, 24, 30])
def test_the_pointer_is_where_it_is_and_nowhere_else(depth: int) -> None:
    with Xvfb(320, 200, depth=depth) as server:
        display = open_display(server.display)
        font = display.open_font("cursor")
        display.screen().root.change_attributes(
            cursor=font.create_glyph_cursor(font, 34, 35, (0xFFFF, 0, 0), (0xFFFF, 0, 0))
        )
        display.screen().root.warp_pointer(100, 90)
        display.sync()
        source, plain = _source(server, cursor=True), _source(server)
        source.open()
        plain.open()
        differs = (next_frame(source).pixels[:, :, :3] != next_frame(plain).pixels[:, :, :3]).any(axis=2)
        rows, columns = np.nonzero(differs)
        assert differs[90, 100]
        assert max(abs(int(rows.mean()) - 90), abs(int(columns.mean()) - 100)) <= 3
        assert differs.sum() < 400
        source.close()
        plain.close()
        display.close()


def test_a_pointer_on_another_screen_is_not_shown() -> None:
    with Xvfb(64, 48, "-screen", "1", "64x48x24") as server:
        display = open_display(server.display)
        display.screen(1).root.warp_pointer(30, 20)
        display.sync()
        for number, shown in ((0, False), (1, True)):
            source = screens.open_screen(f"{server.display}.{number}", cursor=True, clock=RealClock(), fps=30)
            source.open()
            assert bool(next_frame(source).pixels[:, :, :3].any()) == shown
            source.close()
        display.close()


def test_a_monitor_that_reaches_beyond_the_screen_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    with Xvfb(640, 480) as server:
        monkeypatch.setenv("DISPLAY", server.display)
        for name, place in (("IN", "320/85x480/127+0+0"), ("OVER", "640/85x480/127+320+100")):
            wanted = ["xrandr", "-display", server.display, "--setmonitor", name, place, "none"]
            subprocess.run(wanted, capture_output=True, check=False)
        found = {screen.id: screen for screen in screens.list_screens()}
        over = found["x11:OVER"]
        assert (over.x, over.y, over.width, over.height) == (320, 100, 320, 380)
        for screen_id, size in (("x11:OVER", (320, 380)), ("x11:all", (640, 480))):
            source = screens.open_screen(screen_id, cursor=True, clock=RealClock(), fps=30)
            assert source.open() == size
            assert source.grab() is not None
            source.close()


def _shared() -> int:
    """Pictures in memory that this process shares with X servers."""
    return len(re.findall(r"memfd:ionia-picture", Path("/proc/self/maps").read_text(encoding="ascii")))


def _holds_twelve(source: ScreenSource, paint: Callable[[int], None]) -> list[VideoFrame]:
    held = []
    for shade in range(1, 13):
        paint(shade)
        held.append(next_frame(source))
    return held


@pytest.mark.parametrize("depth", [16, 24])
def test_pictures_that_wait_keep_their_pixels_and_their_memory_goes_after_the_need(depth: int) -> None:
    clock, before = ManualClock(), _shared()
    with Xvfb(WIDTH, HEIGHT, depth=depth) as server:
        display = open_display(server.display)
        root = display.screen().root
        gc = root.create_gc()

        def paint(shade: int) -> None:
            gc.change(foreground=shade)
            root.fill_rectangle(gc, 0, 0, WIDTH, HEIGHT)
            display.sync()

        source = screens.open_screen(server.display, cursor=False, clock=clock, fps=30)
        source.open()
        held = _holds_twelve(source, paint)
        assert len({int(frame.pixels[5, 5, 0]) for frame in held}) == 12
        assert len({id(frame.pixels) for frame in held}) == 12
        assert _shared() - before == (12 if depth == 24 else 1)
        held.clear()
        for shade in (13, 14):
            clock.now += KEEP_NS // 2 + 1
            paint(shade)
            newest = next_frame(source)
        assert _shared() - before <= 3
        source.close()
        assert newest.pixels.any()
        del newest
        assert _shared() == before
        display.close()


def test_without_descriptors_left_pictures_are_sent_whole() -> None:
    with Xvfb(WIDTH, HEIGHT) as server:
        display = open_display(server.display)
        gc = display.screen().root.create_gc()
        source = _source(server)
        source.open()
        limits = resource.getrlimit(resource.RLIMIT_NOFILE)
        highest = max(int(name) for name in os.listdir("/proc/self/fd"))  # noqa: PTH208 - names
        resource.setrlimit(resource.RLIMIT_NOFILE, (highest + 1, limits[1]))
        try:
            held = []
            for shade in range(1, 12):
                gc.change(foreground=shade)
                display.screen().root.fill_rectangle(gc, 0, 0, WIDTH, HEIGHT)
                display.sync()
                held.append(next_frame(source))
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, limits)
        assert [int(frame.pixels[5, 5, 0]) for frame in held] == list(range(1, 12))
        source.close()
        display.close()


def test_a_thousand_pictures_leave_no_descriptors() -> None:
    with Xvfb(WIDTH, HEIGHT) as server:
        source = _source(server, cursor=True)
        source.open()
        before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - a count
        display = open_display(server.display)
        for step in range(1000):
            display.screen().root.warp_pointer(step % WIDTH, 5)
            source.grab()
        display.close()
        assert len(os.listdir("/proc/self/fd")) <= before + 2  # noqa: PTH208 - a count; one for each picture held
        source.close()


def test_windows_of_another_depth_than_the_screen_are_seen() -> None:
    with Xvfb(WIDTH, HEIGHT, depth=24) as server:
        display = open_display(server.display)
        screen = display.screen()
        visual = next(
            each.visual_id
            for d in screen.allowed_depths
            if d.depth == 32
            for each in d.visuals
            if each.visual_class == 4
        )
        colormap = screen.root.create_colormap(visual, X.AllocNone)
        window = screen.root.create_window(
            0, 0, 20, 20, 0, 32, X.InputOutput, visual, background_pixel=0xFF102030, border_pixel=0, colormap=colormap
        )
        window.map()
        display.sync()
        source = _source(server)
        source.open()
        assert next_frame(source).pixels[10, 10, :3].tolist() == [0x30, 0x20, 0x10]
        source.close()
        display.close()
