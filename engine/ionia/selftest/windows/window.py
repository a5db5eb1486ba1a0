"""The self-test's window on Windows: small, on top, without focus, lit strip by strip at instants that it tells.

By user32 and gdi32 alone: the frozen engine has no toolkit. DWM shows what was painted at its next refresh, up to a
frame later; `DwmFlush` waits for that, so that the instants told are those of the screen. One thread owns it.
"""

import ctypes
import sys
from ctypes import wintypes

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.ports import Clock
from ionia.core.service import ScreenInfo
from ionia.core.test_card.pattern import Box

assert sys.platform == "win32"  # noqa: S101 - mypy checks the rest for Windows only

_WS_POPUP, _WS_VISIBLE = 0x80000000, 0x10000000  # winuser.h, as all below
_WS_EX_TOPMOST, _WS_EX_TOOLWINDOW, _WS_EX_NOACTIVATE = 0x8, 0x80, 0x08000000
_PM_REMOVE = 1
_WHITE_BRUSH, _BLACK_BRUSH = 0, 4  # GetStockObject, wingdi.h

_user32 = ctypes.WinDLL("user32", use_last_error=True)
_gdi32 = ctypes.WinDLL("gdi32")
_dwmapi = ctypes.WinDLL("dwmapi")
_user32.CreateWindowExW.restype = wintypes.HWND
_user32.CreateWindowExW.argtypes = (
    wintypes.DWORD,
    wintypes.LPCWSTR,
    wintypes.LPCWSTR,
    wintypes.DWORD,
    ctypes.c_int,
    ctypes.c_int,
    ctypes.c_int,
    ctypes.c_int,
    wintypes.HWND,
    wintypes.HMENU,
    wintypes.HINSTANCE,
    wintypes.LPVOID,
)
_user32.DestroyWindow.argtypes = (wintypes.HWND,)
_user32.GetDC.restype = wintypes.HDC
_user32.GetDC.argtypes = (wintypes.HWND,)
_user32.ReleaseDC.argtypes = (wintypes.HWND, wintypes.HDC)
_user32.FillRect.argtypes = (wintypes.HDC, ctypes.POINTER(wintypes.RECT), wintypes.HBRUSH)
_user32.PeekMessageW.argtypes = (
    ctypes.POINTER(wintypes.MSG),
    wintypes.HWND,
    wintypes.UINT,
    wintypes.UINT,
    wintypes.UINT,
)
_user32.DispatchMessageW.argtypes = (ctypes.POINTER(wintypes.MSG),)
_gdi32.GetStockObject.restype = wintypes.HBRUSH
_gdi32.GetStockObject.argtypes = (ctypes.c_int,)


class Win32FlashWindow:
    """See `FlashWindow`."""

    strips = 2
    """One for each refresh within a frame of 30 fps: what is between refreshes is never seen."""

    def __init__(self, screen: ScreenInfo, place: Box, clock: Clock) -> None:
        """`place` is in pixels of `screen`; the strips stand side by side and fill it."""
        self._clock = clock
        width, self._height = place.right - place.left, place.bottom - place.top
        self._edges = [width * n // self.strips for n in range(self.strips + 1)]
        # The class of plain text labels: it needs no procedure of ours.
        self._window = _user32.CreateWindowExW(
            _WS_EX_TOPMOST | _WS_EX_TOOLWINDOW | _WS_EX_NOACTIVATE,
            "STATIC",
            "Ionia self-test",
            _WS_POPUP | _WS_VISIBLE,
            screen.x + place.left,
            screen.y + place.top,
            width,
            self._height,
            None,
            None,
            None,
            None,
        )
        if not self._window:
            raise IoniaError(ErrorKind.CAPTURE_UNAVAILABLE, "The test window could not be shown.")
        self._pump()
        self.darken()

    def light(self, strip: int) -> int:
        """Turn a strip white; when it was on the screen."""
        self._fill(self._edges[strip], self._edges[strip + 1], _WHITE_BRUSH)
        return self._clock.now_ns()

    def darken(self) -> None:
        """Turn all strips black."""
        self._fill(0, self._edges[-1], _BLACK_BRUSH)

    def close(self) -> None:
        """Take it away."""
        _user32.DestroyWindow(self._window)

    def _fill(self, left: int, right: int, brush: int) -> None:
        self._pump()
        context = _user32.GetDC(self._window)
        area = wintypes.RECT(left, 0, right, self._height)
        _user32.FillRect(context, ctypes.byref(area), _gdi32.GetStockObject(brush))
        _user32.ReleaseDC(self._window, context)
        _gdi32.GdiFlush()
        _dwmapi.DwmFlush()

    def _pump(self) -> None:
        """A window whose messages nobody takes is taken for hung, and covered by a ghost of it."""
        message = wintypes.MSG()
        while _user32.PeekMessageW(ctypes.byref(message), self._window, 0, 0, _PM_REMOVE):
            _user32.DispatchMessageW(ctypes.byref(message))
