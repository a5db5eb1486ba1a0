"""Who writes to a file, told from process to process: a lock on the open file, which dies with its owner.

Whoever records has it alone. Whoever looks after a file that nobody records to shares it, which refuses no recording
(decision 0226).
"""

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
    _unlock_file = ctypes.WinDLL("kernel32").UnlockFileEx
    _unlock_file.argtypes = (
        wintypes.HANDLE, wintypes.DWORD, wintypes.DWORD, wintypes.DWORD, ctypes.POINTER(_Overlapped)
    )  # fmt: skip
    _NOW, _EXCLUSIVE = 0x1, 0x2  # LOCKFILE_FAIL_IMMEDIATELY, LOCKFILE_EXCLUSIVE_LOCK, minwinbase.h

    def _where() -> _Overlapped:
        # Not msvcrt.locking: the C library's _locking can't place a lock beyond 2 GiB.
        return _Overlapped(Offset=_LOCK_OFFSET & 0xFFFF_FFFF, OffsetHigh=_LOCK_OFFSET >> 32)

    def lock_file(file: BinaryIO, *, unknown: bool = True, shared: bool = False) -> bool:  # noqa: ARG001 - every Windows file can be locked
        """Take the lock of an open file at once; False if another process or handle has it. The file's end frees it.

        `shared`: others may have it likewise, and only who writes may not.
        """
        handle = msvcrt.get_osfhandle(file.fileno())
        return bool(_lock_file(handle, _NOW | (0 if shared else _EXCLUSIVE), 0, 1, 0, ctypes.byref(_where())))

    def _share_lock(file: BinaryIO) -> bool:
        # One handle may have both; the one that excludes is given back first (LockFileEx, "Remarks").
        shared = lock_file(file, shared=True)
        return bool(_unlock_file(msvcrt.get_osfhandle(file.fileno()), 0, 1, 0, ctypes.byref(_where()))) and shared

else:
    import fcntl

    def lock_file(file: BinaryIO, *, unknown: bool = True, shared: bool = False) -> bool:
        """Take the lock of an open file at once; False if another process or handle has it. The file's end frees it.

        `shared`: others may have it likewise, and only who writes may not. `unknown` is the answer where the file
        system knows no locks, as some network's: true for who has a claim within this process as well, false for who
        would touch another's file.
        """
        try:
            fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return unknown
        return True

    def _share_lock(file: BinaryIO) -> bool:
        return lock_file(file, shared=True)


def lock_to_repair(file: BinaryIO) -> bool:
    """Whether nobody records to this file or repairs it, nor can begin a repair before the file's end."""
    return lock_file(file, unknown=False) and _share_lock(file)


def is_recorded(file: BinaryIO, *, unknown: bool = False) -> bool:
    """Whether somebody records to this file, by another handle than this. `unknown`: where there are no locks."""
    return not lock_file(file, unknown=not unknown, shared=True)
