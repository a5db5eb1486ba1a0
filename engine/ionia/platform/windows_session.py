"""What Windows says before it ends a program: its console is closed, its user logs off, the machine shuts down.

All of it comes on threads that Windows waits for, five seconds by default, and the process is gone when they return. So
they wait: the process ends by itself meanwhile, when its files are whole. Does nothing on other systems.
"""

import sys
import threading
from collections.abc import Callable

PATIENCE_SECONDS = 4.5
"""How long Windows is held up: longer than an orderly end may take, shorter than it waits (HungAppTimeout, 5 s)."""

MOST_SECONDS = 2.0
"""How long `listen` waits for the window, which is there in milliseconds. While it is made, nobody loads a library
beside it: each of the two may need what the other holds, and then neither ends."""

WINDOW_CLASS = "IoniaSessionEnd"


class SessionEnd:
    """The process has one. `listen` once, or again to hear instead of who listened before."""

    def __init__(self) -> None:
        self._ask: Callable[[], None] | None = None

    def listen(self, ask: Callable[[], None]) -> None:
        """`ask`: the process has to end, soon and in order. It is called on threads of Windows' and must not wait."""
        first, self._ask = self._ask is None, ask
        if first and sys.platform == "win32":
            _handle_console(self.told)
            watching = threading.Event()
            args = (self.told, watching.set)
            threading.Thread(target=_watch_session, args=args, name="session-end", daemon=True).start()
            watching.wait(MOST_SECONDS)

    def told(self, patience: float = PATIENCE_SECONDS) -> None:
        """On a thread that Windows waits for: it comes back only if the end takes too long."""
        if self._ask is not None:
            self._ask()
            threading.Event().wait(patience)


session_end = SessionEnd()
"""The console and the session are the process's."""


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    _kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
    _user32 = ctypes.WinDLL("user32", use_last_error=True)

    _CLOSE, _LOGOFF, _SHUTDOWN = 2, 5, 6  # CTRL_CLOSE_EVENT, …, wincon.h
    _QUERY_END, _END = 0x11, 0x16  # WM_QUERYENDSESSION, WM_ENDSESSION, winuser.h
    _AFTER_OTHERS = 0x27F
    """Of SetProcessShutdownParameters: programs are asked from 0x280 down, and ours ends with its client anyway."""

    _Handler = ctypes.WINFUNCTYPE(wintypes.BOOL, wintypes.DWORD)
    _MESSAGE = (wintypes.HWND, wintypes.UINT, ctypes.c_size_t, ctypes.c_ssize_t)
    _Procedure = ctypes.WINFUNCTYPE(ctypes.c_ssize_t, *_MESSAGE)

    class _WindowClass(ctypes.Structure):
        _fields_ = (
            ("style", wintypes.UINT),
            ("lpfnWndProc", _Procedure),
            ("cbClsExtra", ctypes.c_int),
            ("cbWndExtra", ctypes.c_int),
            ("hInstance", wintypes.HINSTANCE),
            ("hIcon", wintypes.HICON),
            ("hCursor", wintypes.HANDLE),
            ("hbrBackground", wintypes.HBRUSH),
            ("lpszMenuName", wintypes.LPCWSTR),
            ("lpszClassName", wintypes.LPCWSTR),
        )

    _kernel32.SetConsoleCtrlHandler.argtypes = (_Handler, wintypes.BOOL)
    _kernel32.SetProcessShutdownParameters.argtypes = (wintypes.DWORD, wintypes.DWORD)
    _kernel32.GetModuleHandleW.restype = wintypes.HMODULE
    _kernel32.GetModuleHandleW.argtypes = (wintypes.LPCWSTR,)
    _user32.RegisterClassW.argtypes = (ctypes.POINTER(_WindowClass),)
    _user32.CreateWindowExW.restype = wintypes.HWND
    _user32.CreateWindowExW.argtypes = (
        wintypes.DWORD, wintypes.LPCWSTR, wintypes.LPCWSTR, wintypes.DWORD, *[ctypes.c_int] * 4,
        wintypes.HWND, wintypes.HMENU, wintypes.HINSTANCE, wintypes.LPVOID,
    )  # fmt: skip
    _user32.DefWindowProcW.restype = ctypes.c_ssize_t
    _user32.DefWindowProcW.argtypes = _MESSAGE
    _user32.GetMessageW.argtypes = (ctypes.POINTER(wintypes.MSG), wintypes.HWND, wintypes.UINT, wintypes.UINT)
    _user32.DispatchMessageW.argtypes = (ctypes.POINTER(wintypes.MSG),)

    _kept: list[object] = []  # what Windows calls, for the process's life

    def _handle_console(told: Callable[[], None]) -> None:
        """Before the C library's own handler, which takes a closed console for Ctrl+Break and returns at once."""

        def handled(event: int) -> bool:
            if event not in (_CLOSE, _LOGOFF, _SHUTDOWN):
                return False  # Ctrl+C and Ctrl+Break are signals
            told()
            return True

        handler = _Handler(handled)
        _kept.append(handler)
        _kernel32.SetConsoleCtrlHandler(handler, True)  # noqa: FBT003 - its only form

    def _watch_session(told: Callable[[], None], watching: Callable[[], None]) -> None:
        """A window that nobody sees: a program with user32 is told of logging off by messages alone.

        `watching`: it is there, or there can't be one.
        """

        def procedure(window: int, message: int, first: int, second: int) -> int:
            if message == _QUERY_END:
                return 1
            if message == _END:
                if first:
                    told()
                return 0
            return int(_user32.DefWindowProcW(window, message, first, second))

        _kernel32.SetProcessShutdownParameters(_AFTER_OTHERS, 0)
        called = _Procedure(procedure)
        module = _kernel32.GetModuleHandleW(None)
        _kept.append(called)
        _user32.RegisterClassW(
            ctypes.byref(_WindowClass(lpfnWndProc=called, hInstance=module, lpszClassName=WINDOW_CLASS))
        )
        window = _user32.CreateWindowExW(0, WINDOW_CLASS, "", 0, 0, 0, 0, 0, None, None, module, None)
        watching()
        if not window:
            return  # a service without a desktop
        message = wintypes.MSG()
        while _user32.GetMessageW(ctypes.byref(message), None, 0, 0) > 0:
            _user32.DispatchMessageW(ctypes.byref(message))
