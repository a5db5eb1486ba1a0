"""A recording's sidecar, `<file>.json`: what was added is there, whatever ends the process."""

import contextlib
import errno
import logging
import os
import stat
import sys
from pathlib import Path
from typing import BinaryIO, Literal

from ionia.core.path_words import name_problem
from ionia.sinks.output_path import output_error

log = logging.getLogger(__name__)


def sidecar_path(recording: str) -> Path:
    """Where it is: take.mp4.json for take.mp4."""
    return Path(f"{recording}.json")


def check_sidecar(recording: str, *, platform: str = sys.platform) -> None:
    """Raises IoniaError(OUTPUT_FAILED) for a recording whose name leaves no room for the sidecar's."""
    longest = _written_anew(sidecar_path(recording)).name
    if name_problem(longest, windows=platform == "win32"):
        more = len(longest) - len(Path(recording).name)
        raise output_error(
            recording, "the name leaves no room for its sidecar's", f"Make it {more} letters shorter than the longest."
        )


def _written_anew(path: Path) -> Path:
    return path.with_name(f".{path.name}.new")


class Sidecar:
    """One thread owns it. Begins anew with its first line, in place of what an earlier recording left there.

    Only with that one: whatever comes later, after `close` as well, is appended, also behind lines of `add_late`.
    """

    def __init__(self, recording: str) -> None:
        """Creates nothing."""
        self._path = sidecar_path(recording)
        self._begun = False
        self._others = 0
        self._file: BinaryIO | None = None

    @property
    def behind_others(self) -> bool:
        """Whether lines of another recording stand before its own."""
        return self._others > 0

    @property
    def is_open(self) -> bool:
        """Whether a line has been written, perhaps a part of one, since it was opened."""
        return self._file is not None

    def go_on(self) -> None:
        """Append the first line, too: the recording of what is there stays at its path, at least for now."""
        if not self._begun:
            self._begun = True
            with contextlib.suppress(OSError):  # there is none
                self._others = self._path.stat().st_size

    def stand_alone(self) -> None:
        """Leave out the lines of the other recording, which is gone. They stay where that can't be done."""
        others, self._others = self._others, 0
        self.close()  # a file that is open can't be replaced on Windows
        anew = _written_anew(self._path)
        try:
            anew.write_bytes(self._path.read_bytes()[others:])
            anew.replace(self._path)
        except OSError:
            log.warning("the lines of an earlier recording stay in %s", self._path, exc_info=True)
            with contextlib.suppress(OSError):
                anew.unlink()

    def add(self, line: bytes) -> None:
        """Append, without a buffer of ours. Raises OSError."""
        if self._file is None:
            if not self._begun:
                _open(self._path, "wb").close()
                self._begun = True
            self._file = _open(self._path, "ab")
        _write(self._file, line)

    def close(self) -> None:
        """Idempotent."""
        file, self._file = self._file, None
        if file is not None:
            with contextlib.suppress(OSError):  # what was added is there
                file.close()


def add_late(recording: str, line: bytes) -> None:
    """Append to the sidecar of a file that is finished. Raises OSError."""
    with _open(sidecar_path(recording), "ab") as file:
        _write(file, line)


def _open(path: Path, mode: Literal["ab", "wb"]) -> BinaryIO:
    """Raises OSError, also for a pipe: whoever opens one waits for its other end, and a recording with them."""
    with contextlib.suppress(FileNotFoundError):
        if not stat.S_ISREG(path.stat().st_mode):
            raise OSError(errno.EINVAL, f"{path.name} is not an ordinary file")
    return path.open(mode, buffering=0)


def _write(file: BinaryIO, line: bytes) -> None:
    """The whole line, or OSError and nothing of it: a disk that becomes full takes a part first."""
    begin = file.seek(0, os.SEEK_END)
    rest = memoryview(line)
    try:
        while rest:
            rest = rest[file.write(rest) :]
    except OSError:
        with contextlib.suppress(OSError):
            file.truncate(begin)
        raise
