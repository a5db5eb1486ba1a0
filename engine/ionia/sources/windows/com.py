"""COM on the engine's threads: one rule for all of them, the multithreaded apartment (see the package's docstring)."""

import contextlib
import sys
import threading

import comtypes

assert sys.platform == "win32"  # noqa: S101 - mypy checks the rest for Windows only

_entered = threading.local()


def enter() -> None:
    """Put the calling thread into the multithreaded apartment, once; it leaves when it ends. Any thread."""
    if getattr(_entered, "done", False):
        return
    with contextlib.suppress(OSError):  # RPC_E_CHANGED_MODE: it is in another apartment already, which serves as well
        comtypes.CoInitializeEx(0)
    _entered.done = True


def hresult(error: comtypes.COMError) -> int:
    """The HRESULT as the unsigned number that headers write."""
    return int(error.hresult) & 0xFFFF_FFFF
