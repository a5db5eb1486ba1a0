"""The windows of the desktop as user32 and the compositor know them. It captures nothing."""

import ctypes
import functools
import ntpath
import sys
from collections.abc import Callable, Sequence
from ctypes import wintypes

from ionia.core.service import WindowInfo
from ionia.core.video.window_follow import Presence, WindowIdentity
from ionia.sources.windows import displays

assert sys.platform == "win32"  # noqa: S101 - mypy checks the rest for Windows only

WINDOW_PREFIX = "window:"
"""A window's id is this and its handle in hexadecimal."""

# dwmapi.h, winnt.h
_DWMWA_EXTENDED_FRAME_BOUNDS, _DWMWA_CLOAKED = 9, 14
_PROCESS_QUERY_LIMITED_INFORMATION = 0x1000
_LONGEST_NAME = 256
"""A window class has 256 characters at most; of titles no more is looked at."""

_LONGEST_PATH = 32768

_user32 = ctypes.WinDLL("user32", use_last_error=True)
_kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
_dwmapi = ctypes.WinDLL("dwmapi")
_WindowEnumProc = ctypes.WINFUNCTYPE(wintypes.BOOL, wintypes.HWND, wintypes.LPARAM)
_user32.EnumWindows.argtypes = (_WindowEnumProc, wintypes.LPARAM)
for _name in ("IsWindowVisible", "IsIconic", "IsWindow"):
    getattr(_user32, _name).argtypes = (wintypes.HWND,)
# Not GetWindowTextW: it asks a window of this process by a message, and waits for a thread that reads none.
for _name in ("InternalGetWindowText", "GetClassNameW"):
    getattr(_user32, _name).argtypes = (wintypes.HWND, wintypes.LPWSTR, ctypes.c_int)
for _name in ("GetWindowRect", "GetClientRect"):
    getattr(_user32, _name).argtypes = (wintypes.HWND, ctypes.POINTER(wintypes.RECT))
_user32.GetWindowThreadProcessId.argtypes = (wintypes.HWND, ctypes.POINTER(wintypes.DWORD))
_dwmapi.DwmGetWindowAttribute.argtypes = (wintypes.HWND, wintypes.DWORD, ctypes.c_void_p, wintypes.DWORD)
_kernel32.OpenProcess.restype = wintypes.HANDLE
_kernel32.OpenProcess.argtypes = (wintypes.DWORD, wintypes.BOOL, wintypes.DWORD)
_kernel32.QueryFullProcessImageNameW.argtypes = (
    wintypes.HANDLE, wintypes.DWORD, wintypes.LPWSTR, ctypes.POINTER(wintypes.DWORD)
)  # fmt: skip
_kernel32.CloseHandle.argtypes = (wintypes.HANDLE,)


class Windows:
    """A WindowDesktop. Any thread."""

    def presence(self, window: int) -> Presence:
        """See WindowDesktop."""
        if not _user32.IsWindow(window):
            return Presence.CLOSED
        hidden = _user32.IsIconic(window) or not _user32.IsWindowVisible(window) or _cloaked(window)
        return Presence.HIDDEN if hidden or min(size_of(window)) <= 1 else Presence.SHOWN

    def identity(self, window: int) -> WindowIdentity | None:
        """See WindowDesktop."""
        return _identity(window, _application)

    def present(self) -> Sequence[WindowIdentity]:
        """See WindowDesktop. A program is asked for once: a window that is away is looked for ten times a second."""
        application = functools.cache(_application)
        found = (_identity(window, application) for window in _handles())
        shown = [each for each in found if each is not None]
        return sorted(shown, key=lambda each: not _user32.IsWindowVisible(each.id))

    def input_is_ours(self) -> bool:
        """See WindowDesktop."""
        return displays.input_desktop_is_ours()


def list_windows() -> tuple[WindowInfo, ...]:
    """Top-level windows that can be seen and have a title. Any thread."""
    displays.be_dpi_aware()
    desktop = Windows()
    shown = (desktop.identity(window) for window in _handles() if desktop.presence(window) is Presence.SHOWN)
    listed = []
    for window in shown:
        if window is not None and window.title:
            width, height = size_of(window.id)
            listed.append(
                WindowInfo(
                    id=f"{WINDOW_PREFIX}{window.id:x}",
                    title=window.title,
                    application=window.application,
                    width=width,
                    height=height,
                )
            )
    return tuple(listed)


def handle_in(window_id: str) -> int:
    """The handle in an id from `list_windows`; 0, which no window has, if there is none."""
    try:
        return int(window_id.removeprefix(WINDOW_PREFIX), 16) & 0xFFFF_FFFF
    except ValueError:
        return 0


def size_of(window: int) -> tuple[int, int]:
    """Width and height of a window with its frame and without its shadow; (0, 0) of one that is gone."""
    area = wintypes.RECT()
    if _dwmapi.DwmGetWindowAttribute(window, _DWMWA_EXTENDED_FRAME_BOUNDS, ctypes.byref(area), ctypes.sizeof(area)):
        _user32.GetWindowRect(window, ctypes.byref(area))
    return area.right - area.left, area.bottom - area.top


def client_size_of(window: int) -> tuple[int, int]:
    """Width and height of what is inside a window's frame; (0, 0) of one that is gone."""
    area = wintypes.RECT()
    _user32.GetClientRect(window, ctypes.byref(area))
    return area.right, area.bottom


def _handles() -> list[int]:
    handles: list[int] = []

    def collect(handle: int, _: int) -> bool:
        handles.append(handle)
        return True

    _user32.EnumWindows(_WindowEnumProc(collect), 0)
    return handles


def _cloaked(window: int) -> bool:
    """Whether the compositor hides the window (suspended store apps, other virtual desktops)."""
    value = wintypes.DWORD()
    _dwmapi.DwmGetWindowAttribute(window, _DWMWA_CLOAKED, ctypes.byref(value), ctypes.sizeof(value))
    return bool(value.value)


def _text(call: Callable[..., int], window: int) -> str:
    text = ctypes.create_unicode_buffer(_LONGEST_NAME + 1)
    call(window, text, len(text))
    return text.value


def _identity(window: int, application: Callable[[int], str]) -> WindowIdentity | None:
    if not _user32.IsWindow(window):
        return None
    process = wintypes.DWORD()
    _user32.GetWindowThreadProcessId(window, ctypes.byref(process))
    return WindowIdentity(
        id=window, application=application(process.value), title=_text(_user32.InternalGetWindowText, window),
        kind=_text(_user32.GetClassNameW, window),
    )  # fmt: skip


def _application(process: int) -> str:
    """The file name of a program in lower case; empty if it isn't told."""
    handle = _kernel32.OpenProcess(_PROCESS_QUERY_LIMITED_INFORMATION, 0, process)
    if not handle:
        return ""
    path, length = ctypes.create_unicode_buffer(_LONGEST_PATH), wintypes.DWORD(_LONGEST_PATH)
    told = _kernel32.QueryFullProcessImageNameW(handle, 0, path, ctypes.byref(length))
    _kernel32.CloseHandle(handle)
    return ntpath.basename(path.value).lower() if told else ""
