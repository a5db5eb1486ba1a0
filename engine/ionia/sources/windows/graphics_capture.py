"""The screen source on Windows.Graphics.Capture: for screens that can't be duplicated."""

import sys
import threading

from ionia.core.errors import ErrorKind, IoniaError, SourceLost
from ionia.core.media import VideoFrame
from ionia.core.ports import Clock
from ionia.core.timebase import NS_PER_S
from ionia.core.warning import WarningCode
from ionia.sources.windows import displays, dxgi, winrt_capture
from ionia.sources.windows.fallback import SECURE_DESKTOP, TransientCaptureError
from ionia.sources.windows.followed_window import LOOK_NS, Taken, wait_for_first

assert sys.platform == "win32"  # noqa: S101 - mypy checks the rest for Windows only


class GraphicsCapture:
    """A ScreenSource. `screen_id` is one of `displays.list_displays`, None the primary screen of the moment."""

    backend = winrt_capture.BACKEND

    def __init__(self, screen_id: str | None, *, cursor: bool, clock: Clock) -> None:
        self.fallbacks: tuple[str, ...] = ()
        self._screen_id = screen_id
        self._cursor = cursor
        self._clock = clock
        self._capture: winrt_capture.WinrtCapture | None = None
        self._display: displays.Display | None = None
        self._size = (0, 0)
        self._first: Taken | None = None
        self._looked_ns = self._last_ns = 0
        self._worked = False

    def open(self) -> tuple[int, int]:
        """See ScreenSource. Raises TransientCaptureError for a screen that once worked: it is unplugged, or sleeps, and
        captured in a worse way it would be no less so."""
        self.close()
        try:
            size = self._open()
        except IoniaError as error:
            if not self._worked:
                raise
            raise TransientCaptureError(error.kind, error.message, error.hint) from error
        self._worked = True
        return size

    def _open(self) -> tuple[int, int]:
        self._display = display = displays.find_display(self._screen_id)
        with dxgi.failing_as_unavailable():
            found = dxgi.output_of(display.device) if display is not None else None
        if display is None or found is None:
            raise IoniaError(ErrorKind.CAPTURE_UNAVAILABLE, "No such screen.", "Is the monitor plugged in and on?")
        self._capture = capture = winrt_capture.WinrtCapture(
            monitor=display.handle, adapter=found[0], cursor=self._cursor, clock=self._clock
        )
        self.fallbacks = capture.notes
        try:
            taken = wait_for_first(
                capture.take,
                displays.input_desktop_is_ours,
                clock=self._clock,
                pause=threading.Event().wait,
                silent="Windows graphics capture gave no picture.",
            )
        except BaseException:
            self.close()
            raise
        self._first, self._size = taken, taken.size
        self._looked_ns = self._last_ns = self._clock.now_ns()
        return taken.size

    def grab(self) -> VideoFrame | None:
        """See ScreenSource."""
        if self._capture is None or self._display is None:
            raise SourceLost(WarningCode.SCREEN_CLOSED, "The screen is not open.", retry_at_once=True)
        try:
            taken, self._first = (self._first or self._capture.take()), None
            return self._judge(taken, self._display)
        except OSError as error:
            self.close()
            raise SourceLost(WarningCode.ACCESS_LOST, f"The screen was lost: {error}", retry_at_once=True) from error
        except SourceLost:
            self.close()
            raise

    def close(self) -> None:
        """See ScreenSource."""
        capture, self._capture, self._first = self._capture, None, None
        if capture is not None:
            capture.close()

    def _judge(self, taken: Taken | None, display: displays.Display) -> VideoFrame | None:
        now_ns = self._clock.now_ns()
        if taken is not None:
            self._last_ns = now_ns
            if taken.size != self._size:
                raise _mode_changed(display)
        if now_ns - self._looked_ns >= LOOK_NS:
            self._looked_ns = now_ns
            self._look(display, still_ns=now_ns - self._last_ns)
        return None if taken is None else VideoFrame(captured_ns=taken.captured_ns, pixels=taken.pixels)

    def _look(self, display: displays.Display, *, still_ns: int) -> None:
        """Pictures just stop when a screen is locked or unplugged. Raises SourceLost."""
        now = displays.find_display(display.id)
        if now is None:
            raise SourceLost(WarningCode.DISPLAY_UNPLUGGED, f"{display.name} was unplugged or switched off.")
        if (now.width, now.height) != (display.width, display.height):
            raise _mode_changed(display)
        if still_ns >= NS_PER_S and not displays.input_desktop_is_ours():
            raise SourceLost(WarningCode.SECURE_DESKTOP, SECURE_DESKTOP)


def _mode_changed(display: displays.Display) -> SourceLost:
    return SourceLost(WarningCode.DISPLAY_MODE_CHANGED, f"{display.name} changed its mode.", retry_at_once=True)
