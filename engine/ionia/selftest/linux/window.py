"""The self-test's window on X11: small, unmanaged, and lit strip by strip at instants that it tells.

Unmanaged (override-redirect), so that no window manager moves, decorates or animates it. One thread owns it.
"""

import contextlib
import struct
import sys
from collections.abc import Iterator

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.ports import Clock
from ionia.core.service import ScreenInfo
from ionia.core.test_card.pattern import Box
from ionia.sources.linux.x11_connection import XConnection
from ionia.sources.linux.x11_setup import padded

assert sys.platform == "linux"  # noqa: S101 - mypy checks the rest for Linux only

# Source: X11 protocol: numbers of requests, their fields and values.
_CREATE_WINDOW, _MAP_WINDOW, _CONFIGURE_WINDOW, _CHANGE_PROPERTY = 1, 8, 12, 18
_CREATE_GC, _CLEAR_AREA, _FILL_RECTANGLES = 55, 61, 70
_INPUT_OUTPUT = 1
_BACKGROUND_PIXEL, _OVERRIDE_REDIRECT = 1 << 1, 1 << 9
_FOREGROUND = 1 << 2
_STACK_MODE, _ABOVE = 1 << 6, 0
_REPLACE, _STRING, _WM_NAME = 0, 31, 39
_TITLE = b"Ionia self-test"


class X11FlashWindow:
    """Shown from its making to `close`. Raises IoniaError(CAPTURE_UNAVAILABLE) whenever the display fails."""

    strips = 8

    def __init__(self, connection: XConnection, screen: ScreenInfo, place: Box, clock: Clock) -> None:
        """`place` is in pixels of `screen`; the strips stand side by side and fill it. `connection` is ours now."""
        self._clock = clock
        width, height = place.right - place.left, place.bottom - place.top
        self._edges = [width * n // self.strips for n in range(self.strips + 1)]
        self._height = height
        self._connection = connection
        self._window, self._gc = connection.new_id(), connection.new_id()
        shown = connection.screen
        where = (screen.x + place.left, screen.y + place.top, width, height)
        values = _BACKGROUND_PIXEL | _OVERRIDE_REDIRECT
        create = struct.pack("=BBHIIhhHH", _CREATE_WINDOW, 0, 10, self._window, shown.root, *where)
        create += struct.pack("=HHII", 0, _INPUT_OUTPUT, 0, values)  # no border, the screen's own kind of pixels
        create += struct.pack("=II", shown.black, 1)
        words = 6 + (len(_TITLE) + 3) // 4
        title = struct.pack("=BBHIII", _CHANGE_PROPERTY, _REPLACE, words, self._window, _WM_NAME, _STRING)
        title += struct.pack("=B3xI", 8, len(_TITLE))
        gc = struct.pack("=BBHIIII", _CREATE_GC, 0, 5, self._gc, self._window, _FOREGROUND, shown.white)
        show = struct.pack("=BBHI", _MAP_WINDOW, 0, 2, self._window)
        show += struct.pack("=BBHIHxxI", _CONFIGURE_WINDOW, 0, 4, self._window, _STACK_MODE, _ABOVE)
        try:
            with _told():
                connection.check(create)
                connection.send(title + padded(_TITLE) + gc)
                connection.check(show)
        except BaseException:
            self.close()
            raise

    def light(self, strip: int) -> int:
        """Turn strip `strip`, from 0, white; the instant on the engine's clock at which the server did it."""
        left, right = self._edges[strip], self._edges[strip + 1]
        fill = struct.pack("=BBHII", _FILL_RECTANGLES, 0, 5, self._window, self._gc)
        with _told():
            before_ns = self._clock.now_ns()
            self._connection.check(fill + struct.pack("=hhHH", left, 0, right - left, self._height))
            return (before_ns + self._clock.now_ns()) // 2

    def darken(self) -> None:
        """Turn everything black."""
        with _told():
            self._connection.check(struct.pack("=BBHIhhHH", _CLEAR_AREA, 0, 4, self._window, 0, 0, 0, 0))

    def close(self) -> None:
        """Take it away."""
        self._connection.close()


@contextlib.contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise IoniaError(ErrorKind.CAPTURE_UNAVAILABLE, "The test window could not be shown.") from error
