"""A recording's sidecar, `<file>.json`: what was added is there, whatever ends the process."""

import contextlib
from pathlib import Path
from typing import BinaryIO


def sidecar_path(recording: str) -> Path:
    """Where it is: take.mp4.json for take.mp4."""
    return Path(f"{recording}.json")


class Sidecar:
    """One thread owns it. Begins anew with its first line, in place of what an earlier recording left there.

    Only with that one: whatever comes later, after `close` as well, is appended, also behind lines of `add_late`.
    """

    def __init__(self, recording: str) -> None:
        """Creates nothing."""
        self._path = sidecar_path(recording)
        self._begun = False
        self._file: BinaryIO | None = None

    def go_on(self) -> None:
        """Append the first line, too: the recording of what is there stays at its path."""
        self._begun = True

    def add(self, line: bytes) -> None:
        """Append, without a buffer of ours. Raises OSError."""
        if self._file is None:
            if not self._begun:
                self._path.open("wb").close()
                self._begun = True
            self._file = self._path.open("ab", buffering=0)
        _write(self._file, line)

    def close(self) -> None:
        """Idempotent."""
        file, self._file = self._file, None
        if file is not None:
            with contextlib.suppress(OSError):  # what was added is there
                file.close()


def add_late(recording: str, line: bytes) -> None:
    """Append to the sidecar of a file that is finished. Raises OSError."""
    with sidecar_path(recording).open("ab", buffering=0) as file:
        _write(file, line)


def _write(file: BinaryIO, line: bytes) -> None:
    """The whole line, or OSError: a disk that becomes full takes a part first."""
    rest = memoryview(line)
    while rest:
        rest = rest[file.write(rest) :]
