"""Screens and windows of Windows: lists for people, sources for the engine."""

import sys

from ionia.core.errors import ErrorKind, IoniaError, SourceLost
from ionia.core.media import VideoFrame
from ionia.core.ports import Clock, ScreenSource
from ionia.core.service import ScreenInfo, WindowInfo
from ionia.core.warning import WarningCode
from ionia.sources.grabber import LibavGrabber
from ionia.sources.windows import desktop_duplication, displays, graphics_capture
from ionia.sources.windows.fallback import FallbackScreen

assert sys.platform == "win32"  # noqa: S101 - mypy checks the rest for Windows only

_GEOMETRY_CHECK_NS = 1_000_000_000


def open_screen(screen_id: str | None, *, cursor: bool, clock: Clock, fps: int, size: tuple[int, int]) -> ScreenSource:
    """See ionia.sources.screens: a screen (None: the primary one) or a window. `fps` and `size` are not needed."""
    del fps, size
    if screen_id is not None and screen_id.startswith(displays.WINDOW_PREFIX):
        return WindowGrab(screen_id, cursor=cursor, clock=clock)
    _require_known(screen_id)
    return FallbackScreen(
        lambda: desktop_duplication.DesktopDuplication(screen_id, cursor=cursor, clock=clock),
        lambda: graphics_capture.GraphicsCapture(screen_id, cursor=cursor, clock=clock),
        lambda: GdiGrab(screen_id, cursor=cursor, clock=clock),
    )


def list_screens() -> tuple[ScreenInfo, ...]:
    """The monitors, the primary one first. `backend` is what is tried first; opening tells what serves."""
    return tuple(
        ScreenInfo(
            id=display.id,
            name=display.name,
            width=display.width,
            height=display.height,
            x=display.x,
            y=display.y,
            primary=display.primary,
            backend=desktop_duplication.DesktopDuplication.backend,
        )
        for display in displays.list_displays()
    )


def list_windows() -> tuple[WindowInfo, ...]:
    """Top-level windows that can be seen and have a title."""
    return tuple(displays.list_windows())


def _require_known(screen_id: str | None) -> None:
    """A mistyped id is told at once, with what exists; a known one that is unplugged later is waited for."""
    if screen_id is None or displays.find_display(screen_id) is not None:
        return
    known = ", ".join(display.id for display in displays.list_displays()) or "none"
    raise IoniaError(ErrorKind.CAPTURE_UNAVAILABLE, f"There is no screen {screen_id}.", f"Screens here: {known}.")


class GdiGrab:
    """A ScreenSource on GDI, the slowest way and the one that works everywhere, remote sessions included."""

    backend = "gdigrab"
    fallbacks: tuple[str, ...] = ()

    def __init__(self, screen_id: str | None, *, cursor: bool, clock: Clock) -> None:
        self._screen_id = screen_id
        self._cursor = cursor
        self._clock = clock
        self._display: displays.Display | None = None
        self._grabber: LibavGrabber | None = None
        self._checked_ns = 0

    def open(self) -> tuple[int, int]:
        """See ScreenSource."""
        self.close()
        display = displays.find_display(self._screen_id)
        if display is None:
            raise IoniaError(ErrorKind.CAPTURE_UNAVAILABLE, "No such screen.", "Is the monitor plugged in and on?")
        options = {
            "draw_mouse": "1" if self._cursor else "0",
            "offset_x": str(display.x),
            "offset_y": str(display.y),
            "video_size": f"{display.width}x{display.height}",
        }
        grabber = LibavGrabber(self.backend, "desktop", "gdigrab", options, self._clock)
        size = grabber.open()
        self._grabber, self._display, self._checked_ns = grabber, display, self._clock.now_ns()
        return size

    def grab(self) -> VideoFrame | None:
        """See ScreenSource."""
        if self._grabber is None:
            raise SourceLost(WarningCode.SCREEN_CLOSED, "The screen is not open.", retry_at_once=True)
        self._check_geometry()
        return self._grabber.grab()

    def close(self) -> None:
        """See ScreenSource."""
        if self._grabber is not None:
            self._grabber.close()
            self._grabber = None

    def _check_geometry(self) -> None:
        """gdigrab goes on with the rectangle that it was opened with, whatever becomes of the screen."""
        now_ns = self._clock.now_ns()
        if self._display is None or now_ns - self._checked_ns < _GEOMETRY_CHECK_NS:
            return
        self._checked_ns = now_ns
        if displays.find_display(self._screen_id) != self._display:
            self.close()
            raise SourceLost(
                WarningCode.DISPLAY_MODE_CHANGED, f"{self._display.name} changed its mode.", retry_at_once=True
            )


class WindowGrab:
    """A ScreenSource on one window, through GDI, at the size that it has when it is opened: gdigrab follows no
    resizing."""

    backend = "gdigrab"
    fallbacks: tuple[str, ...] = ()

    def __init__(self, window_id: str, *, cursor: bool, clock: Clock) -> None:
        self._window_id = window_id
        self._cursor = cursor
        self._clock = clock
        self._grabber: LibavGrabber | None = None

    def open(self) -> tuple[int, int]:
        """See ScreenSource."""
        self.close()
        handle = displays.find_window(self._window_id)
        if handle is None:
            raise IoniaError(ErrorKind.CAPTURE_UNAVAILABLE, "That window does not exist any more.")
        options = {"draw_mouse": "1" if self._cursor else "0"}
        self._grabber = LibavGrabber(self.backend, f"hwnd=0x{handle:x}", "gdigrab", options, self._clock)
        return self._grabber.open()

    def grab(self) -> VideoFrame | None:
        """See ScreenSource."""
        if self._grabber is None:
            raise SourceLost(WarningCode.SCREEN_CLOSED, "The screen is not open.", retry_at_once=True)
        return self._grabber.grab()

    def close(self) -> None:
        """See ScreenSource."""
        if self._grabber is not None:
            self._grabber.close()
            self._grabber = None
