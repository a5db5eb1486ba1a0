"""The self-test's window on X11: small, unmanaged, and lit strip by strip at instants that it tells.

Unmanaged (override-redirect), so that no window manager moves, decorates or animates it. One thread owns it.
"""

import contextlib
import sys
from collections.abc import Callable, Iterator

from Xlib import X
from Xlib.display import Display
from Xlib.error import ConnectionClosedError, DisplayError, XError

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.ports import Clock
from ionia.core.service import ScreenInfo
from ionia.core.test_card.pattern import Box

assert sys.platform == "linux"  # noqa: S101 - mypy checks the rest for Linux only

_BLACK, _WHITE = 0x000000, 0xFFFFFF


class X11FlashWindow:
    """Shown from its making to `close`. Raises IoniaError(CAPTURE_UNAVAILABLE) whenever the display fails."""

    strips = 8

    def __init__(
        self, display: Display, disconnect: Callable[[Display], None], screen: ScreenInfo, place: Box, clock: Clock
    ) -> None:
        """`place` is in pixels of `screen`; the strips stand side by side and fill it. `display` is ours now."""
        self._clock = clock
        self._disconnect = disconnect
        width, height = place.right - place.left, place.bottom - place.top
        self._edges = [width * n // self.strips for n in range(self.strips + 1)]
        self._height = height
        self._display = display
        try:
            with _told():
                self._window = self._display.screen().root.create_window(
                    screen.x + place.left,
                    screen.y + place.top,
                    width,
                    height,
                    0,
                    self._display.screen().root_depth,
                    X.InputOutput,
                    X.CopyFromParent,
                    background_pixel=_BLACK,
                    override_redirect=True,
                )
                self._window.set_wm_name("Ionia self-test")
                self._gc = self._window.create_gc(foreground=_WHITE)
                self._window.map()
                self._window.raise_window()
                self._display.sync()
        except BaseException:
            self.close()
            raise

    def light(self, strip: int) -> int:
        """Turn strip `strip`, from 0, white; the instant on the engine's clock at which the server did it."""
        with _told():
            left, right = self._edges[strip], self._edges[strip + 1]
            before_ns = self._clock.now_ns()
            self._window.fill_rectangle(self._gc, left, 0, right - left, self._height)
            self._display.sync()
            return (before_ns + self._clock.now_ns()) // 2

    def darken(self) -> None:
        """Turn everything black."""
        with _told():
            self._window.clear_area()
            self._display.sync()

    def close(self) -> None:
        """Take it away."""
        self._disconnect(self._display)


@contextlib.contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (XError, DisplayError, ConnectionClosedError, OSError) as error:
        raise IoniaError(ErrorKind.CAPTURE_UNAVAILABLE, "The test window could not be shown.") from error
