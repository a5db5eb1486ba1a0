"""Who writes to a file, told from process to process: a lock on the open file, which dies with its owner."""

import sys
from typing import BinaryIO

_LOCK_OFFSET = 1 << 62
"""Where Windows locks a byte: beyond any file, so that players may read while we write."""


if sys.platform == "win32":
    import ctypes
    import msvcrt
    from ctypes import wintypes

    class _Overlapped(ctypes.Structure):
        _fields_ = (
            ("Internal", ctypes.c_void_p),
            ("InternalHigh", ctypes.c_void_p),
            ("Offset", wintypes.DWORD),
            ("OffsetHigh", wintypes.DWORD),
            ("hEvent", wintypes.HANDLE),
        )

    _lock_file = ctypes.WinDLL("kernel32").LockFileEx
    _lock_file.argtypes = (
        wintypes.HANDLE, wintypes.DWORD, wintypes.DWORD, wintypes.DWORD, wintypes.DWORD, ctypes.POINTER(_Overlapped)
    )  # fmt: skip
    _EXCLUSIVE_NOW = 0x1 | 0x2  # LOCKFILE_FAIL_IMMEDIATELY | LOCKFILE_EXCLUSIVE_LOCK, minwinbase.h

    def lock_file(file: BinaryIO, *, unknown: bool = True) -> bool:  # noqa: ARG001 - every Windows file can be locked
        """Take the lock of an open file at once; False if another process or handle has it. The file's end frees it."""
        # Not msvcrt.locking: the C library's _locking can't place a lock beyond 2 GiB.
        where = _Overlapped(Offset=_LOCK_OFFSET & 0xFFFF_FFFF, OffsetHigh=_LOCK_OFFSET >> 32)
        handle = msvcrt.get_osfhandle(file.fileno())
        return bool(_lock_file(handle, _EXCLUSIVE_NOW, 0, 1, 0, ctypes.byref(where)))

else:
    import fcntl

    def lock_file(file: BinaryIO, *, unknown: bool = True) -> bool:
        """Take the lock of an open file at once; False if another process or handle has it. The file's end frees it.

        `unknown` is the answer where the file system knows no locks, as some network's: true for who has a claim within
        this process as well, false for who would touch another's file.
        """
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return unknown
        return True
