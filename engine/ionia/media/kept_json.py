"""A small file of the user's that several engines read and write, whole or not at all."""

import json
import logging
import os
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

from ionia.platform.file_lock import lock_unless_held
from ionia.platform.user_folders import config_folder

_log = logging.getLogger(__name__)

_ATTEMPTS, _PAUSE_S = 5, 0.02
"""Reading it takes less than a millisecond."""

_CHANGE_S = 0.5
"""How long anybody waits for who changes it, in seconds: a slow disk takes tenths of one."""


class KeptJson:
    """Without a folder nothing is kept. Any thread, one at a time."""

    def __init__(self, name: str, folder: Path | None = None) -> None:
        """`folder`: the user's own if not given."""
        folder = folder or config_folder(os.environ)
        self._path = folder / name if folder is not None else None

    def read(self) -> dict[str, object]:
        """What is in it; nothing if it isn't there or can't be read."""
        try:
            text = self._path.read_text(encoding="utf-8") if self._path is not None else "{}"
            found = json.loads(text)
            if not isinstance(found, dict):
                raise ValueError("not an object")
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            _log.warning("what is kept of graphics cards is found out anew: %s", error)
            return {}
        return {str(key): value for key, value in found.items()}

    def alone(self) -> AbstractContextManager[bool]:
        """Nobody else changes it meanwhile: what is read is what `write` replaces. Never raises; see `turn`."""
        return self.turn(self._path.stem if self._path is not None else "", _CHANGE_S)

    @contextmanager
    def turn(self, name: str, limit_s: float) -> Iterator[bool]:
        """Alone among the user's engines with what `name` stands for, however another one ends.

        False where another has it still after `limit_s` seconds. True where nothing can be locked.
        """
        try:
            fd = self._opened(name)
        except OSError:  # nothing can be kept either
            fd = None
        if fd is None:
            yield True
            return
        try:
            yield _locked(fd, limit_s)
        finally:
            os.close(fd)

    def _opened(self, name: str) -> int | None:
        if self._path is None:
            return None
        self._path.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOINHERIT", 0)
        return os.open(self._path.with_name(f"{name}.lock"), flags, 0o600)

    def write(self, whole: object) -> None:
        """Replace it. A failure is logged: it is found out anew."""
        if self._path is None:
            return
        beside = self._path.with_suffix(f".{os.getpid()}.new")  # one for each engine
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with beside.open("w", encoding="utf-8", newline="\n") as file:
                json.dump(whole, file, indent=1)
                file.flush()
                os.fsync(file.fileno())  # a driver may take the whole system with it
            _put_in_place(beside, self._path)
        except OSError as error:
            _log.warning("what was found out of a graphics card can't be kept: %s", error)
            with suppress(OSError):
                beside.unlink()


def _locked(fd: int, limit_s: float) -> bool:
    for _ in range(round(limit_s / _PAUSE_S)):
        if lock_unless_held(fd):
            return True
        threading.Event().wait(_PAUSE_S)
    return lock_unless_held(fd)


def _put_in_place(beside: Path, path: Path) -> None:
    """Whole or not at all. On Windows it is refused while another engine or a virus scanner reads the file."""
    for _ in range(_ATTEMPTS - 1):
        with suppress(PermissionError):
            beside.replace(path)
            return
        threading.Event().wait(_PAUSE_S)
    beside.replace(path)
