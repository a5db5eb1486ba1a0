"""A folder of its own for a socket that only this user may enter, and the end of those that killed engines left."""

import contextlib
import os
import stat
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from ionia.platform.file_lock import try_lock

assert sys.platform != "win32"  # noqa: S101 - tells the type checker, too

FOLDER_PREFIX = "ionia-preview-"
SOCKET = "socket"
"""The one file in it."""

_LONGEST_PATH = 100
"""A socket's path has 108 bytes at most (unix(7))."""

_TRIES = 3
_AS_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class SocketFolder:
    """A new folder, locked as long as this process lives: whoever sweeps goes by that.

    Not by process ids, which mean somebody else in another container that shares the parent.
    """

    def __init__(self, parent: Path) -> None:
        """Raises OSError."""
        for left in reversed(range(_TRIES)):
            self.path = Path(tempfile.mkdtemp(prefix=FOLDER_PREFIX, dir=parent))  # 0700
            try:
                self._descriptor = os.open(self.path, _AS_FOLDER)
            except FileNotFoundError:  # swept before it was locked
                continue
            except OSError:
                _remove(self.path)
                raise
            # The last one is taken anyway: where nothing can be locked nothing is swept.
            if (try_lock(self._descriptor) or not left) and self.path.exists():
                return
            self.remove()
        raise FileNotFoundError(f"every new folder in {parent} is removed at once")

    def remove(self) -> None:
        """Leave nothing behind. Idempotent."""
        if self._descriptor < 0:
            return
        _remove(self.path, self._descriptor)
        os.close(self._descriptor)
        self._descriptor = -1


def sweep(parent: Path) -> None:
    """Remove what engines have left in this folder that were killed. It may be one that other users write to."""
    for path in parent.glob(f"{FOLDER_PREFIX}*"):
        with contextlib.suppress(OSError):  # a link, no folder, another user's, gone
            descriptor = os.open(path, _AS_FOLDER)
            try:
                if _ours(os.fstat(descriptor)) and try_lock(descriptor):
                    _remove(path, descriptor)
            finally:
                os.close(descriptor)


def _ours(found: os.stat_result) -> bool:
    return found.st_uid == os.getuid() and stat.S_IMODE(found.st_mode) & 0o777 == stat.S_IRWXU


def _remove(path: Path, descriptor: int | None = None) -> None:
    """`descriptor`: the folder's own, so that what its path may have become by now loses no file."""
    with contextlib.suppress(OSError):  # somebody else put something there
        if descriptor is not None:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(SOCKET, dir_fd=descriptor)
        path.rmdir()


def sockets_folder(environment: Mapping[str, str]) -> Path:
    """Where the user's sockets belong, as far as a path there is short enough."""
    candidates = [environment.get("XDG_RUNTIME_DIR", ""), tempfile.gettempdir(), "/tmp"]  # noqa: S108 - a folder in it
    for name in candidates:
        if name and os.path.isabs(name) and len(os.fsencode(name)) < _LONGEST_PATH - 40 and os.access(name, os.W_OK):  # noqa: PTH117 - text of the environment
            return Path(name)
    return Path(tempfile.gettempdir())
