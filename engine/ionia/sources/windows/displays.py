"""Monitors as user32 knows them, with ids that stay the same between runs.

DXGI numbers outputs per adapter and renumbers them at will; the monitor's device interface path (EDID model and the
connector it is plugged into) does not change. It captures nothing.
"""

import ctypes
import sys
from collections.abc import Iterator
from ctypes import wintypes
from dataclasses import dataclass

assert sys.platform == "win32"  # noqa: S101 - mypy checks the rest for Windows only

_PER_MONITOR_AWARE_V2 = -4  # DPI_AWARENESS_CONTEXT, windef.h
_GET_DEVICE_INTERFACE_NAME = 1  # EDD_, winuser.h
_MONITORINFOF_PRIMARY = 1
_DESKTOP_READOBJECTS = 1
_MONITOR_DEFAULTTONEAREST = 2


class _MonitorInfo(ctypes.Structure):
    _fields_ = (
        ("cbSize", wintypes.DWORD),
        ("rcMonitor", wintypes.RECT),
        ("rcWork", wintypes.RECT),
        ("dwFlags", wintypes.DWORD),
        ("szDevice", wintypes.WCHAR * 32),
    )


class _DisplayDevice(ctypes.Structure):
    _fields_ = (
        ("cb", wintypes.DWORD),
        ("DeviceName", wintypes.WCHAR * 32),
        ("DeviceString", wintypes.WCHAR * 128),
        ("StateFlags", wintypes.DWORD),
        ("DeviceID", wintypes.WCHAR * 128),
        ("DeviceKey", wintypes.WCHAR * 128),
    )


_user32 = ctypes.WinDLL("user32", use_last_error=True)
_MonitorEnumProc = ctypes.WINFUNCTYPE(
    wintypes.BOOL, wintypes.HMONITOR, wintypes.HDC, ctypes.POINTER(wintypes.RECT), wintypes.LPARAM
)
_user32.EnumDisplayMonitors.argtypes = (wintypes.HDC, ctypes.c_void_p, _MonitorEnumProc, wintypes.LPARAM)
_user32.GetMonitorInfoW.argtypes = (wintypes.HMONITOR, ctypes.POINTER(_MonitorInfo))
_user32.EnumDisplayDevicesW.argtypes = (
    wintypes.LPCWSTR, wintypes.DWORD, ctypes.POINTER(_DisplayDevice), wintypes.DWORD
)  # fmt: skip
_user32.OpenInputDesktop.restype = wintypes.HANDLE
_user32.OpenInputDesktop.argtypes = (wintypes.DWORD, wintypes.BOOL, wintypes.DWORD)
_user32.CloseDesktop.argtypes = (wintypes.HANDLE,)
_user32.MonitorFromWindow.restype, _user32.MonitorFromWindow.argtypes = (
    wintypes.HMONITOR,
    (wintypes.HWND, wintypes.DWORD),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Display:
    """One monitor of the desktop. Position and size are in real pixels (`be_dpi_aware` was called)."""

    id: str
    name: str
    device: str
    handle: int
    x: int
    y: int
    width: int
    height: int
    primary: bool


def be_dpi_aware() -> None:
    """Make sizes and positions real pixels for the whole process; can't be undone, and harms nothing to repeat.

    Must come before the first window or display call of the process to be sure of its effect. Any thread.
    """
    set_context = getattr(_user32, "SetProcessDpiAwarenessContext", None)  # Windows 10 1703
    if set_context is not None and set_context(ctypes.c_void_p(_PER_MONITOR_AWARE_V2)):
        return
    _user32.SetProcessDPIAware()


def list_displays() -> list[Display]:
    """The monitors of the desktop, the primary one first. Any thread."""
    be_dpi_aware()
    found: list[Display] = []
    taken: set[str] = set()
    for handle, info in _monitors():
        area = info.rcMonitor
        ident, name = _identity(info.szDevice)
        if ident in taken:  # two of the same model whose driver tells no difference
            ident = f"{ident}@{area.left},{area.top}"
        taken.add(ident)
        found.append(
            Display(
                id=ident,
                name=name,
                device=info.szDevice,
                handle=handle,
                x=area.left,
                y=area.top,
                width=area.right - area.left,
                height=area.bottom - area.top,
                primary=bool(info.dwFlags & _MONITORINFOF_PRIMARY),
            )
        )
    return sorted(found, key=lambda display: not display.primary)


def find_display(screen_id: str | None) -> Display | None:
    """The monitor with this id (the device name serves as well), the primary one for None; None if there is none."""
    for display in list_displays():
        if screen_id is None or screen_id in (display.id, display.device):
            return display
    return None


def display_of_window(window: int) -> Display | None:
    """The monitor that most of a window is on, or the nearest one. Any thread."""
    monitor = _user32.MonitorFromWindow(window, _MONITOR_DEFAULTTONEAREST)
    return next((display for display in list_displays() if display.handle == monitor), None)


def input_desktop_is_ours() -> bool:
    """False while a secure desktop (UAC, lock screen) has the input. Any thread."""
    desktop = _user32.OpenInputDesktop(0, 0, _DESKTOP_READOBJECTS)
    if not desktop:
        return False
    _user32.CloseDesktop(desktop)
    return True


def _monitors() -> Iterator[tuple[int, _MonitorInfo]]:
    handles: list[int] = []

    def collect(handle: int, _dc: int, _area: object, _data: int) -> bool:
        handles.append(handle)
        return True

    _user32.EnumDisplayMonitors(None, None, _MonitorEnumProc(collect), 0)
    for handle in handles:
        info = _MonitorInfo(cbSize=ctypes.sizeof(_MonitorInfo))
        if _user32.GetMonitorInfoW(handle, ctypes.byref(info)):
            yield handle, info


def _identity(device: str) -> tuple[str, str]:
    """(stable id, name for people) of the monitor on a display device such as \\\\.\\DISPLAY1."""
    monitor = _DisplayDevice(cb=ctypes.sizeof(_DisplayDevice))
    number = device.rpartition("DISPLAY")[2]
    name = f"Display {number}"
    if not _user32.EnumDisplayDevicesW(device, 0, ctypes.byref(monitor), _GET_DEVICE_INTERFACE_NAME):
        return device, name
    if monitor.DeviceString:
        name = f"{name} ({monitor.DeviceString})"
    parts = monitor.DeviceID.split("#")  # \\?\DISPLAY#model#connector#{interface class}
    return (f"monitor:{parts[1]}#{parts[2]}" if len(parts) >= 4 else device), name
