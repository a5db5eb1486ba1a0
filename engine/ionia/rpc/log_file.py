"""The log of a running engine in a file of the user's, for when something went wrong and nobody kept stderr.

Bounded: each engine has a file of its own and the one before it, and there are as many as engines have run at one time,
at most MOST_ENGINES. It is optional: whatever goes wrong here is nobody's concern, and it is written by a thread that
may hang with its disk. Secrets are out of the lines before they come here.
"""

import os
import stat
from collections.abc import Callable, Mapping
from pathlib import Path

from ionia.platform.file_lock import try_lock
from ionia.platform.user_folders import log_folder

FOLDER_VARIABLE = "IONIA_LOG_FOLDER"
"""A folder to log to instead of the user's; empty for no log file."""

MOST_BYTES = 1_000_000
"""Of one file."""

MOST_ENGINES = 8

_FLAGS = (
    os.O_WRONLY
    | os.O_CREAT
    | os.O_APPEND
    | getattr(os, "O_NONBLOCK", 0)  # a pipe in its place must not make anyone wait
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_NOINHERIT", 0)
)


def chosen_folder(environment: Mapping[str, str]) -> Path | None:
    """Where logs go; None for nowhere."""
    named = environment.get(FOLDER_VARIABLE)
    if named is None:
        return log_folder(environment)
    return Path(named) if Path(named).is_absolute() else None


class LogFile:
    """Opened by the first `write`, on the thread that writes. `path` may be read by any thread.

    `first_line` opens each file: which engine wrote it.
    """

    def __init__(self, folder: Path, first_line: Callable[[], str], most_bytes: int = MOST_BYTES) -> None:
        self._folder = folder
        self._first_line = first_line
        self._most_bytes = most_bytes
        self._fd: int | None = None
        self._size = 0
        self._dead = False
        self.path: Path | None = None

    def write(self, data: bytes) -> None:
        """Append. Raises OSError; one that can't be opened is not tried again."""
        if self._fd is None:
            self._open()
        if self._size and self._size + len(data) > self._most_bytes:
            self._begin_anew()
        if self._fd is not None:
            self._size += os.write(self._fd, data)

    def close(self) -> None:
        """Let go of the file; another engine may go on with it."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def _open(self) -> None:
        if self._dead:
            return
        self._dead = True
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for number in range(1, MOST_ENGINES + 1):
            path = self._folder / (f"engine-{number}.log" if number > 1 else "engine.log")
            try:
                fd = os.open(path, _FLAGS, 0o600)
            except OSError:
                continue  # another user's, or no file
            status = os.fstat(fd)
            if stat.S_ISREG(status.st_mode) and try_lock(fd):
                self._fd, self._size, self.path, self._dead = fd, status.st_size, path, False
                self._size += os.write(fd, f"{self._first_line()}\n".encode("utf-8", "backslashreplace"))
                return
            os.close(fd)

    def _begin_anew(self) -> None:
        """Keep what there is as the one before. Windows renames no open file, so it is closed first."""
        path = self.path
        self.close()
        if path is not None:
            path.replace(path.with_suffix(".old.log"))
        self._open()
