"""A lock on an open file that the system frees when its process ends, however it ends."""

import errno
import os
import sys

if sys.platform == "win32":
    import msvcrt

    _FAR = 1 << 30
    """Windows keeps others from reading what is locked: so a byte that no file of ours reaches."""

    def _lock(fd: int) -> None:
        os.lseek(fd, _FAR, os.SEEK_SET)
        msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)

    def _held(error: OSError) -> bool:
        return error.errno != errno.EBADF  # not each C library says more, and each file system there has locks

else:
    import fcntl

    def _lock(fd: int) -> None:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _held(error: OSError) -> bool:
        return error.errno in (errno.EWOULDBLOCK, errno.EACCES)  # flock(2); the latter where it is made of fcntl's


def try_lock(fd: int) -> bool:
    """Lock it for this process if nobody has; never waits. Moves the file's position.

    False too where the file system has no locks.
    """
    try:
        _lock(fd)
    except OSError:
        return False
    return True


def lock_unless_held(fd: int) -> bool:
    """As `try_lock`, but True too where the file system has no locks: False says that somebody else has it."""
    try:
        _lock(fd)
    except OSError as error:
        return not _held(error)
    return True
