"""An X server with windows that a test makes, moves, hides and closes. There is no window manager."""

import contextlib
from typing import Any

from Xlib import X
from Xlib.error import ConnectionClosedError

from tests.fakes.x11_display import open_display
from tests.fakes.xvfb import Xvfb

RED, BLUE, GREEN, WHITE = 0xFF0000, 0x0000FF, 0x00FF00, 0xFFFFFF


class Desktop:
    """A server and its windows. There is no window manager: windows go where they are put."""

    def __init__(self, *arguments: str) -> None:
        self.server = Xvfb(320, 240, *arguments)
        self.display = open_display(self.server.display)
        self.root = self.display.screen().root
        self.gc = self.root.create_gc()

    def window(
        self, x: int, y: int, width: int = 100, height: int = 80, *, colour: int = RED, title: str = "", border: int = 0
    ) -> Any:
        made = self.root.create_window(
            x, y, width, height, border, X.CopyFromParent, background_pixel=colour, border_pixel=WHITE
        )
        if title:
            made.set_wm_name(title)
            made.set_wm_class("probe", "Probe")
        made.map()
        self.display.sync()
        return made

    def fill(self, window: Any, box: tuple[int, int, int, int], colour: int) -> None:
        self.gc.change(foreground=colour)
        window.fill_rectangle(self.gc, *box)
        self.display.sync()

    def close(self) -> None:
        with contextlib.suppress(ConnectionClosedError):
            self.display.close()
        self.display.display.socket.close()
        self.server.close()
