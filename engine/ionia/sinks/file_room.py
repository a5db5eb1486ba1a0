"""Room for a growing file: what its file system and this process allow, and blocks set aside before they are needed."""

import contextlib
import ctypes
import errno
import os
import shutil
import sys
from pathlib import Path
from typing import BinaryIO

from ionia.core.size_limit import SizeLimit, file_system_of, size_limit

RESERVE_STEP = 1 << 20
"""Blocks are set aside in steps of so many bytes where there is room: a call each second or two at 5 Mbit/s."""


def limit_of(file: BinaryIO, path: Path) -> SizeLimit | None:
    """How large this open file may grow, as far as that can be known beforehand. A quota can't."""
    return size_limit(file_system=_file_system(file, path), of_process=_process_limit())


class Reserved:
    """Room at the end of one open file that nobody else can take. Its owner's thread only."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self._file = file
        self._path = path
        self._until = 0

    def up_to(self, size: int) -> None:
        """Make sure that the file can grow to `size` bytes. Raises OSError (ENOSPC, EDQUOT) if it can't.

        Where the file system sets nothing aside, what is free now has to do.
        """
        if size <= self._until:
            return
        try:
            try:
                _set_aside(self._file, size + RESERVE_STEP)
                self._until = size + RESERVE_STEP
            except OSError:
                _set_aside(self._file, size)
                self._until = size
        except NotImplementedError:
            free = self._free()
            if free is not None and free < size - os.fstat(self._file.fileno()).st_size:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from None

    def _free(self) -> int | None:
        """Bytes that are free; None where nobody can say, which is no reason to end a take."""
        try:
            usage = shutil.disk_usage(self._file.fileno() if sys.platform != "win32" else self._path.parent)
        except OSError:  # a folder that was renamed, a share that doesn't tell
            return None
        return usage.free if usage.total else None  # some file systems of programs answer nothing but zeros

    def give_back(self) -> None:
        """What was set aside beyond the end of the file."""
        if self._until:
            self._until = 0
            with contextlib.suppress(OSError):  # it keeps nothing from playing
                self._file.truncate(os.fstat(self._file.fileno()).st_size)


if sys.platform == "linux":
    import resource

    _KEEP_SIZE = 1  # FALLOC_FL_KEEP_SIZE, linux/falloc.h
    _UNABLE = frozenset({errno.EOPNOTSUPP, errno.ENOSYS, errno.EPERM, errno.EINVAL, errno.ENODEV, errno.EINTR})

    _libc = ctypes.CDLL(None, use_errno=True)

    def _set_aside(file: BinaryIO, size: int) -> None:
        """Blocks up to `size`, with the file's length as it is. Raises OSError, or NotImplementedError."""
        # Not os.posix_fallocate: that makes the file longer, and where it can't set blocks aside it writes them.
        fallocate = getattr(_libc, "fallocate64", None) or getattr(_libc, "fallocate", None)
        if fallocate is None:
            raise NotImplementedError
        if fallocate(file.fileno(), _KEEP_SIZE, ctypes.c_int64(0), ctypes.c_int64(size)):
            number = ctypes.get_errno()
            if number in _UNABLE:
                raise NotImplementedError
            raise OSError(number, os.strerror(number))

    def _process_limit() -> int | None:
        soft, _ = resource.getrlimit(resource.RLIMIT_FSIZE)
        return None if soft == resource.RLIM_INFINITY else soft

    def _file_system(file: BinaryIO, _: Path) -> str:
        try:
            device = os.fstat(file.fileno()).st_dev
            mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""
        return file_system_of(mounts, os.major(device), os.minor(device))

else:

    def _set_aside(file: BinaryIO, size: int) -> None:
        raise NotImplementedError

    def _process_limit() -> int | None:
        return None

    if sys.platform == "win32":

        def _file_system(_: BinaryIO, path: Path) -> str:
            kernel32 = ctypes.WinDLL("kernel32")
            volume, name = ctypes.create_unicode_buffer(32768), ctypes.create_unicode_buffer(64)
            if not kernel32.GetVolumePathNameW(str(path), volume, len(volume)):
                return ""
            found = kernel32.GetVolumeInformationW(volume, None, 0, None, None, None, name, len(name))
            return name.value if found else ""

    else:

        def _file_system(_file: BinaryIO, _path: Path) -> str:
            return ""
