"""The file that a job makes: hidden until it is whole, then at its path at once. What was begun is never left.

Nothing that exists is replaced unless that was asked for. A process that is killed can't tidy up; its engine does then,
or the next job in that folder.
"""

import contextlib
import hashlib
import os
import sys
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import psutil

from ionia.core.errors import ErrorKind, IoniaError
from ionia.sinks.file_lock import lock_file
from ionia.sinks.output_path import is_disk_full, resolve_output, shown_path

VIDEO_SUFFIXES = (".mp4", ".m4v", ".mov", ".m4a")
"""What copies of MP4 tracks may be called."""

_PREFIX, _SUFFIX = ".ionia-", ".job"

_begun: set[Path] = set()


class NewFile:
    """Use it with `with`, write to `file`, then `publish`. One thread."""

    def __init__(self, path: str, *, overwrite: bool, suffixes: tuple[str, ...] = ()) -> None:
        """`suffixes`: the endings that the name may have, if any will not do. Raises IoniaError(MEDIA_FAILED)."""
        self.path = path
        if suffixes and Path(path).suffix.lower() not in suffixes:
            raise made_error(path, f"its name must end with {' or '.join(suffixes)}")
        try:
            self.target = resolve_output(path)
        except IoniaError as error:
            raise IoniaError(ErrorKind.MEDIA_FAILED, error.message.replace("record to", "write"), error.hint) from error
        self._overwrite = overwrite
        if not overwrite and self.target.exists():
            raise exists_error(path)
        sweep(self.target.parent)
        digest = hashlib.sha256(self.target.name.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        self.hidden = self.target.with_name(f"{_PREFIX}{digest}-{os.getpid()}{_SUFFIX}")
        try:
            self.file: BinaryIO = self.hidden.open("xb", buffering=0)
        except OSError as error:
            raise written_error(path, error) from error
        _begun.add(self.hidden)
        lock_file(self.file)

    def write(self, data: bytes) -> None:
        """Append. Raises OSError."""
        rest = memoryview(data)
        while rest:
            rest = rest[self.file.write(rest) :]

    def publish(self) -> int:
        """Put it at its path; how many bytes it has. Raises IoniaError(MEDIA_FAILED), and OSError."""
        os.fsync(self.file.fileno())
        size = os.fstat(self.file.fileno()).st_size
        self.file.close()
        if self._overwrite:
            self.hidden.replace(self.target)
            return size
        try:
            if sys.platform == "win32":
                self.hidden.rename(self.target)  # which refuses a name that is taken there
            else:
                _rename_anew(self.hidden, self.target)
        except FileExistsError as error:
            raise exists_error(self.path) from error
        return size

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.file.close()
        with contextlib.suppress(OSError):
            self.hidden.unlink()
        _begun.discard(self.hidden)


def _rename_anew(hidden: Path, target: Path) -> None:
    """Rename, unless there is something: POSIX's rename replaces, its link doesn't."""
    try:
        target.hardlink_to(hidden)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        if target.exists():
            raise FileExistsError(str(target)) from None
        hidden.replace(target)


def sweep(folder: Path) -> None:
    """Remove what jobs left here whose process was killed."""
    with contextlib.suppress(OSError):
        for entry in list(folder.glob(f"{_PREFIX}*{_SUFFIX}")):
            with contextlib.suppress(OSError):
                with entry.open("rb", buffering=0) as file:
                    free = lock_file(file, unknown=False)
                # Both: between its making and its lock a file of a living job has none.
                if free and not psutil.pid_exists(_owner(entry)):
                    entry.unlink()


def sweep_beside(output: str) -> None:
    """`sweep` the folder of a job's output, whose process is gone."""
    with contextlib.suppress(OSError, ValueError):
        sweep(Path(os.path.realpath(output)).parent)


def abandon() -> None:
    """Remove what this process has begun: it ends now. Any thread."""
    for path in list(_begun):
        with contextlib.suppress(OSError):
            path.unlink()


def _owner(hidden: Path) -> int:
    digits = hidden.stem.rpartition("-")[2]
    return int(digits) if digits.isdecimal() else 0


def exists_error(path: str) -> IoniaError:
    """Nothing is replaced that wasn't asked for."""
    return made_error(path, "there is a file already", "Choose another name, or ask for it to be overwritten.")


def made_error(path: str, problem: str, hint: str = "") -> IoniaError:
    """The error of a job about the file that it was to make."""
    return IoniaError(ErrorKind.MEDIA_FAILED, f"Cannot write {shown_path(path)}: {problem}", hint)


def written_error(path: str, error: OSError) -> IoniaError:
    """What the system said when the file was written."""
    hint = "Free some space." if is_disk_full(error) else ""
    return made_error(path, (error.strerror or str(error) or type(error).__name__).lower(), hint)
