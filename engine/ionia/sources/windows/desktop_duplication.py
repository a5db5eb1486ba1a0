"""The screen source on desktop duplication: what changed since the last grab, with the pointer drawn in.

It never waits and never recovers by itself: whoever owns it is told why the screen is gone, and opens it again.
"""

import sys

import comtypes

from ionia.core.errors import ErrorKind, IoniaError, SourceLost
from ionia.core.media import Picture, VideoFrame
from ionia.core.ports import Clock
from ionia.core.warning import WarningCode
from ionia.sources.windows import com, displays, dxgi, shared_output
from ionia.sources.windows.fallback import SECURE_DESKTOP, TransientCaptureError
from ionia.sources.windows.pointer import draw

assert sys.platform == "win32"  # noqa: S101 - mypy checks the rest for Windows only

_pool = shared_output.OutputPool()


class DesktopDuplication:
    """A ScreenSource. `screen_id` is one of `displays.list_displays`, None the primary screen of the moment."""

    backend = "dxcam-dxgi"
    fallbacks: tuple[str, ...] = ()

    def __init__(self, screen_id: str | None, *, cursor: bool, clock: Clock) -> None:
        self._screen_id = screen_id
        self._cursor = cursor
        self._clock = clock
        self._output: shared_output.SharedOutput | None = None
        self._seen = -1
        self._worked = False

    def open(self) -> tuple[int, int]:
        """See ScreenSource. Raises TransientCaptureError where falling back would be wrong."""
        self.close()
        com.enter()
        display = displays.find_display(self._screen_id)
        if display is None:
            raise TransientCaptureError(
                ErrorKind.CAPTURE_UNAVAILABLE, "The screen is not there.", "Is the monitor plugged in and on?"
            )
        try:
            output = _pool.join(display, lambda: shared_output.SharedOutput(display, self._clock))
        except comtypes.COMError as error:
            raise _unavailable(com.hresult(error)) from error
        except shared_output.NoPictureError as error:
            kind = TransientCaptureError if self._worked else IoniaError  # what once worked only sleeps
            raise kind(ErrorKind.CAPTURE_UNAVAILABLE, f"Desktop duplication: {error}.") from error
        self._output = output
        self._worked = True
        self._seen = -1
        desktop = self._newest(output)
        return int(desktop.pixels.shape[1]), int(desktop.pixels.shape[0])

    def grab(self) -> VideoFrame | None:
        """See ScreenSource."""
        if self._output is None:
            raise SourceLost(WarningCode.SCREEN_CLOSED, "The screen is not open.", retry_at_once=True)
        desktop = self._newest(self._output)
        count = desktop.change_count if self._cursor else desktop.picture_count
        if count == self._seen:
            return None
        self._seen = count
        return VideoFrame(captured_ns=desktop.captured_ns, pixels=self._with_pointer(desktop))

    def close(self) -> None:
        """See ScreenSource."""
        output, self._output = self._output, None
        if output is not None:
            _pool.leave(output, lost=False)

    def _newest(self, output: shared_output.SharedOutput) -> shared_output.Desktop:
        try:
            return output.newest()
        except comtypes.COMError as error:
            self._output = None
            _pool.leave(output, lost=True)
            if output.loss is None:
                output.loss = why_lost(com.hresult(error), output.display, output.size)
            lost = output.loss
            raise SourceLost(lost.code, lost.message, retry_at_once=lost.retry_at_once) from error

    def _with_pointer(self, desktop: shared_output.Desktop) -> Picture:
        if not self._cursor or desktop.pointer is None:
            return desktop.pixels
        pixels = desktop.pixels.copy()
        draw(pixels, desktop.pointer)
        return pixels


def _unavailable(code: int) -> IoniaError:
    if code == dxgi.E_ACCESSDENIED:
        return TransientCaptureError(
            ErrorKind.CAPTURE_UNAVAILABLE, SECURE_DESKTOP, "Unlock it; capture goes on by itself."
        )
    if code in (dxgi.ERROR_SESSION_DISCONNECTED, dxgi.ERROR_ACCESS_LOST, dxgi.ERROR_DEVICE_REMOVED):
        return TransientCaptureError(ErrorKind.CAPTURE_UNAVAILABLE, "The desktop is changing or disconnected.")
    reason = _REASONS.get(code, f"it failed with 0x{code:08X}")
    return IoniaError(ErrorKind.CAPTURE_UNAVAILABLE, f"Desktop duplication is not available: {reason}.")


_REASONS = {
    0x80004001: "this system does not implement it",  # E_NOTIMPL
    0x887A0004: "this graphics adapter does not support it",  # DXGI_ERROR_UNSUPPORTED
    0x887A0022: "too many programs use it",  # DXGI_ERROR_NOT_CURRENTLY_AVAILABLE
    dxgi.E_INVALIDARG: "this program already uses it for this screen",
}


def why_lost(code: int, display: displays.Display, was: tuple[int, int]) -> SourceLost:
    """Why a duplication of this size ended, found out by looking at the desktop as it is now: it is closed already."""
    name = display.name
    if code in (dxgi.ERROR_DEVICE_REMOVED, dxgi.ERROR_DEVICE_HUNG, dxgi.ERROR_DEVICE_RESET):
        return SourceLost(WarningCode.GPU_LOST, "The graphics adapter was reset or removed.")
    if displays.find_display(display.id) is None:
        return SourceLost(WarningCode.DISPLAY_UNPLUGGED, f"{name} was unplugged or switched off.")
    size, refusal = _duplicate_again(display)
    if dxgi.ERROR_SESSION_DISCONNECTED in (refusal, code):
        return SourceLost(WarningCode.SESSION_DISCONNECTED, "The Windows session was disconnected.")
    if dxgi.E_ACCESSDENIED in (refusal, code) or not displays.input_desktop_is_ours():
        return SourceLost(WarningCode.SECURE_DESKTOP, SECURE_DESKTOP)
    if size is not None and size != was:
        return SourceLost(WarningCode.DISPLAY_MODE_CHANGED, f"{name} changed its mode.", retry_at_once=True)
    return SourceLost(WarningCode.ACCESS_LOST, f"Access to {name} was lost for a moment.", retry_at_once=True)


def _duplicate_again(display: displays.Display) -> tuple[tuple[int, int] | None, int]:
    """(the output's size now, the refusal's code or 0): DXGI itself is the one authority on what it refuses."""
    found = dxgi.output_of(display.device)
    if found is None:
        return None, 0
    try:
        again = dxgi.DuplicatedOutput(*found)
    except comtypes.COMError as error:
        return None, com.hresult(error)
    size = (again.width, again.height)
    again.close()
    return size, 0
