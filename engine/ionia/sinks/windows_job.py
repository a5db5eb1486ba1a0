"""A Windows job object that ends a process when its handle is closed, which Windows does when the engine ends.

ctypes, because neither Python nor psutil has it. Structures as in winnt.h.
"""

import ctypes
import subprocess
import sys
from ctypes import wintypes

assert sys.platform == "win32"  # noqa: S101 - tells the type checker, too

_KILL_ON_JOB_CLOSE = 0x2000
_EXTENDED_LIMIT_INFORMATION = 9


class _BasicLimits(ctypes.Structure):
    _fields_ = (
        ("PerProcessUserTimeLimit", ctypes.c_int64),
        ("PerJobUserTimeLimit", ctypes.c_int64),
        ("LimitFlags", wintypes.DWORD),
        ("MinimumWorkingSetSize", ctypes.c_size_t),
        ("MaximumWorkingSetSize", ctypes.c_size_t),
        ("ActiveProcessLimit", wintypes.DWORD),
        ("Affinity", ctypes.c_size_t),
        ("PriorityClass", wintypes.DWORD),
        ("SchedulingClass", wintypes.DWORD),
    )


class _ExtendedLimits(ctypes.Structure):
    _fields_ = (
        ("BasicLimitInformation", _BasicLimits),
        ("IoInfo", ctypes.c_uint64 * 6),
        ("ProcessMemoryLimit", ctypes.c_size_t),
        ("JobMemoryLimit", ctypes.c_size_t),
        ("PeakProcessMemoryUsed", ctypes.c_size_t),
        ("PeakJobMemoryUsed", ctypes.c_size_t),
    )


_kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
_kernel32.CreateJobObjectW.restype = wintypes.HANDLE
_kernel32.CreateJobObjectW.argtypes = (wintypes.LPVOID, wintypes.LPCWSTR)
_kernel32.SetInformationJobObject.argtypes = (wintypes.HANDLE, ctypes.c_int, wintypes.LPVOID, wintypes.DWORD)
_kernel32.AssignProcessToJobObject.argtypes = (wintypes.HANDLE, wintypes.HANDLE)
_kernel32.CloseHandle.argtypes = (wintypes.HANDLE,)


def kill_with_us(process: "subprocess.Popen[bytes]") -> int | None:
    """A handle whose closing ends `process`; None where the system refuses (then the closed pipe has to do)."""
    job = _kernel32.CreateJobObjectW(None, None)
    if not job:
        return None
    limits = _ExtendedLimits()
    limits.BasicLimitInformation.LimitFlags = _KILL_ON_JOB_CLOSE
    handle = wintypes.HANDLE(int(getattr(process, "_handle")))  # noqa: B009 - Popen keeps it private
    done = _kernel32.SetInformationJobObject(
        job, _EXTENDED_LIMIT_INFORMATION, ctypes.byref(limits), ctypes.sizeof(limits)
    ) and _kernel32.AssignProcessToJobObject(job, handle)
    if not done:
        _kernel32.CloseHandle(job)
        return None
    return int(job)


def close(job: int) -> None:
    """Close the handle and so end the process."""
    _kernel32.CloseHandle(job)
