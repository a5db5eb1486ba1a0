"""A program with windows, told on stdin what to do with them; another process than the one that captures them.

    make NAME X Y WIDTH HEIGHT RRGGBB    shows a window titled NAME
    move NAME X Y | size NAME WIDTH HEIGHT | min NAME | restore NAME | hide NAME | close NAME | title NAME NEW

It answers each line with the window's handle, when it is done.
"""

import ctypes
import sys
import threading
from ctypes import wintypes

user32, gdi32, kernel32 = ctypes.WinDLL("user32"), ctypes.WinDLL("gdi32"), ctypes.WinDLL("kernel32")
CLASS = "IoniaTestWindow"
POPUP_VISIBLE, SHOW_NORMAL, HIDE, MINIMIZE, RESTORE = 0x90000000, 1, 0, 6, 9
NO_SIZE, NO_MOVE, NO_ACTIVATE_NO_ORDER = 1, 2, 0x14
ERASE_BACKGROUND, DESTROY_FROM_OUTSIDE = 0x14, 0x8001

Procedure = ctypes.WINFUNCTYPE(ctypes.c_ssize_t, wintypes.HWND, wintypes.UINT, wintypes.WPARAM, wintypes.LPARAM)


class Class(ctypes.Structure):
    _fields_ = (
        ("style", wintypes.UINT), ("procedure", Procedure), ("cls_extra", ctypes.c_int), ("wnd_extra", ctypes.c_int),
        ("instance", wintypes.HINSTANCE), ("icon", wintypes.HANDLE), ("cursor", wintypes.HANDLE),
        ("background", wintypes.HBRUSH), ("menu", wintypes.LPCWSTR), ("name", wintypes.LPCWSTR),
    )  # fmt: skip


user32.DefWindowProcW.argtypes = (wintypes.HWND, wintypes.UINT, wintypes.WPARAM, wintypes.LPARAM)
user32.DefWindowProcW.restype = ctypes.c_ssize_t
user32.CreateWindowExW.restype = wintypes.HWND
user32.CreateWindowExW.argtypes = (wintypes.DWORD, wintypes.LPCWSTR, wintypes.LPCWSTR, wintypes.DWORD,
                                   *[ctypes.c_int] * 4, wintypes.HWND, wintypes.HMENU, wintypes.HINSTANCE,
                                   wintypes.LPVOID)  # fmt: skip
user32.SetWindowPos.argtypes = (wintypes.HWND, wintypes.HWND, *[ctypes.c_int] * 4, wintypes.UINT)
user32.FillRect.argtypes = (wintypes.HDC, ctypes.POINTER(wintypes.RECT), wintypes.HBRUSH)
user32.ShowWindow.argtypes = (wintypes.HWND, ctypes.c_int)
user32.SendMessageW.argtypes = (wintypes.HWND, wintypes.UINT, wintypes.WPARAM, wintypes.LPARAM)
user32.SetWindowTextW.argtypes = (wintypes.HWND, wintypes.LPCWSTR)
gdi32.CreateSolidBrush.restype = wintypes.HBRUSH
kernel32.GetModuleHandleW.restype = wintypes.HINSTANCE

brushes: dict[int, int] = {}


def procedure(window: int, message: int, word: int, long: int) -> int:
    if message == ERASE_BACKGROUND and window in brushes:
        area = wintypes.RECT()
        user32.GetClientRect(wintypes.HWND(window), ctypes.byref(area))
        user32.FillRect(word, ctypes.byref(area), brushes[window])
        return 1
    if message == DESTROY_FROM_OUTSIDE:
        return int(user32.DestroyWindow(wintypes.HWND(window)))
    return int(user32.DefWindowProcW(window, message, word, long))


kept = Procedure(procedure)


def make(title: str, place: list[int], color: int) -> int:
    window = user32.CreateWindowExW(0, CLASS, title, POPUP_VISIBLE, *place, None, None, None, None)
    swapped = (color & 255) << 16 | color & 0xFF00 | color >> 16
    brushes[window] = gdi32.CreateSolidBrush(swapped)
    user32.InvalidateRect(wintypes.HWND(window), None, 1)
    user32.UpdateWindow(wintypes.HWND(window))
    return int(window)


def obey(words: list[str], windows: dict[str, int]) -> int:
    verb, name, *rest = words
    if verb == "make":
        windows[name] = make(name, list(map(int, rest[:4])), int(rest[4], 16))
        return windows[name]
    window = windows[name]
    if verb == "move":
        user32.SetWindowPos(window, None, int(rest[0]), int(rest[1]), 0, 0, NO_SIZE | NO_ACTIVATE_NO_ORDER)
    elif verb == "size":
        user32.SetWindowPos(window, None, 0, 0, int(rest[0]), int(rest[1]), NO_MOVE | NO_ACTIVATE_NO_ORDER)
        user32.InvalidateRect(wintypes.HWND(window), None, 1)
        user32.UpdateWindow(wintypes.HWND(window))
    elif verb == "title":
        user32.SetWindowTextW(window, rest[0])
    elif verb == "close":
        user32.SendMessageW(window, DESTROY_FROM_OUTSIDE, 0, 0)
    else:
        user32.ShowWindow(window, {"min": MINIMIZE, "restore": RESTORE, "hide": HIDE, "show": SHOW_NORMAL}[verb])
    return window


def main() -> None:
    described = Class(procedure=kept, name=CLASS, instance=kernel32.GetModuleHandleW(None))
    user32.RegisterClassW(ctypes.byref(described))
    orders: list[list[str]] = []
    told = threading.Condition()

    def read() -> None:
        for line in sys.stdin:
            with told:
                orders.append(line.split())
        with told:
            orders.append([])

    threading.Thread(target=read, daemon=True).start()
    windows: dict[str, int] = {}
    message = wintypes.MSG()
    while True:
        while user32.PeekMessageW(ctypes.byref(message), None, 0, 0, 1):
            user32.TranslateMessage(ctypes.byref(message))
            user32.DispatchMessageW(ctypes.byref(message))
        with told:
            order = orders.pop(0) if orders else None
        if order == []:
            return
        if order:
            window = obey(order, windows)
            while user32.PeekMessageW(ctypes.byref(message), None, 0, 0, 1):
                user32.DispatchMessageW(ctypes.byref(message))
            sys.stdout.write(f"{window}\n")
            sys.stdout.flush()
        else:
            user32.MsgWaitForMultipleObjects(0, None, 0, 5, 0x4FF)


if __name__ == "__main__":
    main()
