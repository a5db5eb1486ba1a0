"""Screens and windows through GDI, the slowest way and the one that works everywhere, remote sessions included."""

import sys

from ionia.core.errors import ErrorKind, IoniaError, SourceLost
from ionia.core.media import VideoFrame
from ionia.core.ports import Clock
from ionia.core.warning import WarningCode
from ionia.sources.grabber import LibavGrabber
from ionia.sources.windows import displays, window_desktop
from ionia.sources.windows.followed_window import Taken

assert sys.platform == "win32"  # noqa: S101 - mypy checks the rest for Windows only

BACKEND = "gdigrab"

_GEOMETRY_CHECK_NS = 1_000_000_000


class GdiGrab:
    """A ScreenSource over one monitor."""

    backend = BACKEND
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


class GdiWindow:
    """A Capture of what is inside a window's frame. gdigrab goes on with the size that it was opened with: it is
    opened anew for each."""

    notes: tuple[str, ...] = ()

    def __init__(self, window: int, *, cursor: bool, clock: Clock) -> None:
        """Raises IoniaError(CAPTURE_UNAVAILABLE)."""
        self._window = window
        self._cursor = cursor
        self._clock = clock
        self._grabber: LibavGrabber | None = None
        self._size = (0, 0)
        self._begin()

    def take(self) -> Taken | None:
        """See Capture."""
        try:
            if self._grabber is None or window_desktop.client_size_of(self._window) != self._size:
                self._begin()
            frame = self._grabber.grab() if self._grabber is not None else None
        except (IoniaError, SourceLost) as error:
            raise OSError(str(error)) from error
        if frame is None:
            return None
        return Taken(pixels=frame.pixels, size=(frame.width, frame.height), captured_ns=frame.captured_ns)

    def resize(self, size: tuple[int, int]) -> None:
        """See Capture: its pictures always have the window's size."""

    def close(self) -> None:
        """See Capture."""
        if self._grabber is not None:
            self._grabber.close()
            self._grabber = None

    def _begin(self) -> None:
        self.close()
        options = {"draw_mouse": "1" if self._cursor else "0"}
        grabber = LibavGrabber(BACKEND, f"hwnd=0x{self._window:x}", BACKEND, options, self._clock)
        self._size = window_desktop.client_size_of(self._window)
        grabber.open()
        self._grabber = grabber
