"""Asking the X server what changed: nothing is missed, and nothing is taken for nothing."""

import os
import random
import threading
import time
from collections.abc import Iterator

import pytest

if os.name != "posix":
    pytest.skip("X11 is Linux's", allow_module_level=True)

from Xlib import X

from ionia.core.media import VideoFrame
from ionia.core.timebase import NS_PER_S
from ionia.sources.linux.x11_connection import XConnection
from ionia.sources.linux.x11_damage import LIES, VERIFY_NS, ScreenDamage, TrustedDamage, WatchedPictures
from ionia.sources.linux.x11_pictures import View, XPictures
from ionia.sources.linux.x11_screens import X11Screen
from tests.fakes.manual_clock import ManualClock
from tests.fakes.x11_display import open_display
from tests.fakes.xvfb import Xvfb, xvfb_missing
from tests.sources.screen_protocol import DEADLINE

WIDTH, HEIGHT = 320, 200


class TestTrust:
    def test_the_first_picture_and_one_after_each_that_differed_are_taken(self) -> None:
        trust = TrustedDamage()
        for differed in (True, True, False):
            assert trust.due(5, touched=False)
            trust.taken(5, touched=True, differed=differed)
        assert not trust.due(6, touched=False)
        assert trust.due(7, touched=True)

    def test_it_looks_itself_once_in_a_while(self) -> None:
        trust = TrustedDamage()
        trust.taken(10, touched=False, differed=False)
        assert not trust.due(10 + VERIFY_NS - 1, touched=False)
        assert trust.due(10 + VERIFY_NS, touched=False)

    def test_a_server_is_believed_until_it_has_lied_too_often(self) -> None:
        trust = TrustedDamage()
        trust.taken(0, touched=False, differed=True)  # the first picture is no lie
        for _ in range(LIES - 1):
            trust.taken(1, touched=False, differed=True)
            trust.taken(2, touched=True, differed=True)
        assert trust.believed
        trust.taken(3, touched=False, differed=True)
        assert not trust.believed


class _Pictures(XPictures):
    """Counts the pictures that were really taken."""

    taken = 0

    def grab(self) -> VideoFrame | None:
        self.taken += 1
        return super().grab()


class _Screen:
    """A server, a way to paint on it, and a watched grabber whose clock stands still: it never looks unasked."""

    def __init__(self, *, cursor: bool = False, area: tuple[int, int, int, int] | None = None) -> None:
        self.server = Xvfb(WIDTH, HEIGHT)
        self.clock = ManualClock()
        self.paint = open_display(self.server.display)
        self.root = self.paint.screen().root
        self.gc = self.root.create_gc()
        self.connection = XConnection(self.server.display)
        x, y, width, height = self.area = area or (0, 0, WIDTH, HEIGHT)
        view = View(
            drawable=self.connection.screen.root,
            depth=24,
            x=x,
            y=y,
            width=width,
            height=height,
            picture_width=width,
            picture_height=height,
            root_x=x,
            root_y=y,
        )
        self.inner = _Pictures(self.connection, view, cursor=cursor, clock=self.clock)
        self.damage = ScreenDamage(self.connection, self.area, cursor=cursor)
        self.grabber = WatchedPictures(self.inner, self.damage, self.clock)

    def pixel(self, x: int, y: int, colour: int) -> None:
        self.gc.change(foreground=colour)
        self.root.fill_rectangle(self.gc, x, y, 1, 1)

    def settle(self) -> int:
        """Grab until nothing changes any more; the number of pictures taken so far."""
        end = time.monotonic() + DEADLINE
        while self.grabber.grab() is not None:
            assert time.monotonic() < end
        return self.inner.taken

    def close(self) -> None:
        self.grabber.close()
        self.connection.close()
        self.paint.close()
        self.server.close()


@pytest.fixture
def screen() -> Iterator[_Screen]:
    screen = _Screen()
    yield screen
    screen.close()


@pytest.mark.x11
@pytest.mark.skipif(xvfb_missing(), reason="Xvfb is not installed")
class TestServer:
    def test_nothing_is_taken_while_nothing_changes(self, screen: _Screen) -> None:
        taken = screen.settle()
        assert [screen.grabber.grab() for _ in range(100)] == [None] * 100
        assert screen.inner.taken == taken
        screen.clock.now += NS_PER_S  # but for the look once a second
        assert screen.grabber.grab() is None
        assert screen.inner.taken == taken + 1

    def test_a_single_pixel_is_seen_by_the_next_grab(self, screen: _Screen) -> None:
        pick = random.Random(4)  # noqa: S311 - where to paint
        for index in range(200):
            screen.settle()
            x, y, colour = pick.randrange(WIDTH), pick.randrange(HEIGHT), index + 1
            screen.pixel(x, y, colour)
            screen.paint.sync()
            frame = screen.grabber.grab()
            assert frame is not None
            assert int(frame.pixels[y, x, 0]) == colour

    def test_no_pixel_is_ever_missed_whenever_it_changes(self, screen: _Screen) -> None:
        """Painted on another thread, between, before and during grabs. What is shown last must be seen."""
        for seed in range(40):
            pick = random.Random(seed)  # noqa: S311 - where and when to paint
            painted: dict[tuple[int, int], int] = {}
            done = threading.Event()

            def paint(pick: random.Random = pick, painted: dict[tuple[int, int], int] = painted) -> None:
                for _ in range(30):
                    x, y, colour = pick.randrange(WIDTH), pick.randrange(HEIGHT), pick.randrange(1, 256)
                    painted[x, y] = colour
                    screen.pixel(x, y, colour)
                    screen.paint.sync()
                    for _ in range(pick.randrange(2000)):  # microseconds to a millisecond
                        pass
                done.set()  # noqa: B023 - this round's own

            painter = threading.Thread(target=paint)
            painter.start()
            newest, after = screen.grabber.grab(), 0
            while after < 3:  # one grab that begins after the last pixel, and two for good measure
                after += done.is_set()
                newest = screen.grabber.grab() or newest
            painter.join()
            assert newest is not None
            assert {at: int(newest.pixels[at[1], at[0], 0]) for at in painted} == painted

    def test_windows_above_windows_count(self, screen: _Screen) -> None:
        outer = screen.root.create_window(10, 10, 100, 100, 0, X.CopyFromParent, background_pixel=0x102030)
        inner = outer.create_window(5, 5, 20, 20, 0, X.CopyFromParent, background_pixel=0x405060)
        outer.map()
        screen.paint.sync()
        screen.settle()
        inner.map()
        screen.paint.sync()
        frame = screen.grabber.grab()
        assert frame is not None
        assert tuple(frame.pixels[20, 20, :3]) == (0x60, 0x50, 0x40)

    def test_another_monitors_changes_do_not_count(self) -> None:
        screen = _Screen(area=(100, 50, 120, 80))
        try:
            taken = screen.settle()
            for x, y in ((99, 60), (220, 60), (150, 49), (150, 130)):
                screen.pixel(x, y, 0xFFFFFF)
                screen.paint.sync()
                assert screen.grabber.grab() is None
            assert screen.inner.taken == taken
            for x, y in ((100, 50), (219, 129)):
                screen.pixel(x, y, 0xFFFFFF)
                screen.paint.sync()
                assert screen.grabber.grab() is not None
        finally:
            screen.close()

    def test_a_pointer_that_moves_or_looks_otherwise_is_a_change_if_it_is_shown(self) -> None:
        screen = _Screen(cursor=True)
        try:
            screen.root.warp_pointer(50, 50)
            screen.paint.sync()
            taken = screen.settle()
            assert screen.grabber.grab() is None
            assert screen.inner.taken == taken
            screen.root.warp_pointer(60, 50)
            screen.paint.sync()
            assert screen.grabber.grab() is not None
            screen.settle()
            font = screen.paint.open_font("cursor")
            cross = font.create_glyph_cursor(font, 34, 35, (0xFFFF, 0, 0), (0, 0, 0))
            screen.root.change_attributes(cursor=cross)
            screen.paint.sync()
            assert screen.grabber.grab() is not None
        finally:
            screen.close()

    def test_a_server_that_refuses_to_answer_is_asked_no_more(self, screen: _Screen) -> None:
        screen.settle()
        screen.damage._question = b"\xff\0\1\0"  # no server knows it
        screen.damage._answered = [0]
        taken = screen.inner.taken
        assert [screen.grabber.grab() for _ in range(5)] == [None] * 5
        assert screen.inner.taken == taken + 5

    def test_a_server_that_paints_without_telling_is_found_out(self, screen: _Screen) -> None:
        class Silent:
            def poll(self) -> bool:
                return False

            def close(self) -> None:
                pass

        screen.settle()
        grabber = WatchedPictures(screen.inner, Silent(), screen.clock)  # type: ignore[arg-type]
        grabber.grab()
        seen = 0
        for colour in range(1, 12):
            screen.pixel(1, 1, colour)
            screen.paint.sync()
            screen.clock.now += VERIFY_NS // 4
            frame = grabber.grab()
            seen = int(frame.pixels[1, 1, 0]) if frame is not None else seen
        assert seen == 11
        taken = screen.inner.taken
        grabber.grab()
        grabber.grab()
        assert screen.inner.taken == taken + 2

    def test_a_server_without_the_extension_is_compared(self) -> None:
        with Xvfb(WIDTH, HEIGHT, "-extension", "DAMAGE") as server:
            display = open_display(server.display)
            connection = XConnection(server.display)
            assert not ScreenDamage.offered(connection)
            connection.close()
            source = X11Screen(display=server.display, screen_id=None, cursor=True, clock=ManualClock())
            source.open()
            assert source.grab() is not None
            assert source.grab() is None
            display.screen().root.warp_pointer(9, 9)
            display.sync()
            assert source.grab() is not None
            source.close()
            display.close()
