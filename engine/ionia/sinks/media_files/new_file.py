"""The file that a job makes: hidden until it is whole, then at its path at once. What was begun is never left.

Nothing that exists is replaced unless that was asked for, and never a running recording or what the job is made of.
A process that is killed can't tidy up; its engine does then, or the next job in that folder.
"""

import contextlib
import hashlib
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import psutil

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.file_place import FileIdentity
from ionia.sinks.file_lock import is_recorded, lock_file
from ionia.sinks.output_path import is_disk_full, resolve_output, shown_path

if sys.platform == "win32":
    from ionia.core.publication import PATIENCE_NS
    from ionia.core.timebase import NS_PER_S
    from ionia.sinks.output_path import is_held
    from ionia.sinks.windows_file import open_file, rename_open
    from ionia.threads.clock import MonotonicClock, StopSignal

    _RETRY_NS = NS_PER_S // 10

VIDEO_SUFFIXES = (".mp4", ".m4v", ".mov", ".m4a")
"""What copies of MP4 tracks may be called."""

_PREFIX, _SUFFIX = ".ionia-", ".job"

_ANOTHER = "another file has come to this name meanwhile"
_ANOTHER_HINT = "Nothing was replaced. Do it again, or choose another name."

_begun: set[Path] = set()


class NewFile:
    """Use it with `with`, write to `file`, then `publish`. One thread."""

    def __init__(
        self,
        path: str,
        *,
        overwrite: bool,
        suffixes: tuple[str, ...] = (),
        inputs: Iterable[FileIdentity] = (),
        replaces: FileIdentity | None = None,
    ) -> None:
        """`suffixes`: the endings that the name may have; none given: any. `inputs`: files that it may not be, by
        whatever name. `replaces`: the only one that it may take the place of. Raises IoniaError(MEDIA_FAILED).
        """
        self.path = path
        if suffixes and Path(path).suffix.lower() not in suffixes:
            raise made_error(path, f"its name must end with {' or '.join(suffixes)}")
        try:
            self.target = resolve_output(path)
        except IoniaError as error:
            raise IoniaError(ErrorKind.MEDIA_FAILED, error.message.replace("record to", "write"), error.hint) from error
        self._overwrite = overwrite
        self._inputs = frozenset(inputs)
        self._replaces = replaces
        if self.target.exists():
            if not overwrite:
                raise exists_error(path)
            try:
                with self._replaceable():
                    pass  # told before the work
            except OSError as error:
                raise written_error(path, error) from error
        sweep(self.target.parent)
        digest = hashlib.sha256(self.target.name.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        self.hidden = self.target.with_name(f"{_PREFIX}{digest}-{os.getpid()}{_SUFFIX}")
        if self.hidden in _begun:  # what is opened next would be its file
            raise made_error(path, "it is being made already", "Do it again when that is through.")
        try:
            self.file: BinaryIO = _create(self.hidden)
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
        if self._overwrite:
            with self._replaceable() as there:
                if there:
                    self._take_name(replace=True)
                    return size
        try:
            self._take_name(replace=False)
        except FileExistsError as error:
            if self._overwrite:  # it came after the look, and may be a recording
                raise made_error(self.path, _ANOTHER, _ANOTHER_HINT) from error
            raise exists_error(self.path) from error
        return size

    if sys.platform == "win32":

        def _take_name(self, *, replace: bool) -> None:
            """By our own handle, so that nobody gets in between; who holds the old file is waited for a while."""
            clock = MonotonicClock()
            stop, until_ns = StopSignal(clock), clock.now_ns() + PATIENCE_NS
            while True:
                try:
                    rename_open(self.file, self.target, replace=replace)
                    break
                except OSError as error:
                    if isinstance(error, FileExistsError) or not is_held(error) or clock.now_ns() >= until_ns:
                        raise
                stop.wait_until(clock.now_ns() + _RETRY_NS)
            self.file.close()

    else:

        def _take_name(self, *, replace: bool) -> None:
            self.file.close()
            if replace:
                self.hidden.replace(self.target)
            else:
                _rename_anew(self.hidden, self.target)

    @contextlib.contextmanager
    def _replaceable(self) -> Iterator[bool]:
        """Whether something is at the path. Inside the `with` it may be replaced, and no recording can get there.

        A recording that takes its path holds the lock of what it replaces meanwhile. Windows replaces no file whose
        deletion is not shared: there a recording that came after the look keeps us out itself.
        """
        try:
            file = _open_old(self.target)
        except FileNotFoundError:
            if self._replaces is not None:
                raise made_error(self.path, _ANOTHER, _ANOTHER_HINT) from None
            yield False
            return
        with file:
            status = os.fstat(file.fileno())
            if self._replaces not in {None, identity_of(status)}:
                raise made_error(self.path, _ANOTHER, _ANOTHER_HINT)
            self._refuse_input(status)
            if not lock_file(file, unknown=False):
                # Who repairs or looks shares it, and whoever knows no locks can't tell.
                problem = "it is being recorded" if is_recorded(file) else "it is in use, or nobody can tell"
                raise made_error(self.path, problem, "Stop the recording first, or choose another name.")
            try:
                there = identity_of(self.target.stat())
            except FileNotFoundError:
                there = None
            if there != identity_of(status):
                raise made_error(self.path, _ANOTHER, _ANOTHER_HINT)
            if sys.platform == "win32":
                file.close()
            yield True

    def _refuse_input(self, status: os.stat_result) -> None:
        if identity_of(status) in self._inputs:
            raise made_error(self.path, "it is one of the files that it would be made of", "Choose another name.")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.file.close()
        with contextlib.suppress(OSError):
            self.hidden.unlink()
        _begun.discard(self.hidden)


def identity_of(status: os.stat_result) -> FileIdentity:
    """Which file it is, whatever its names."""
    return FileIdentity(device=status.st_dev, inode=status.st_ino)


def _create(path: Path) -> BinaryIO:
    """Empty, and on Windows with the right to rename it."""
    if sys.platform == "win32":
        path.unlink(missing_ok=True)  # of a killed job that had our number
        return open_file(path, create=True, renames=True, others_rename=True)
    else:  # noqa: RET505 - each platform's checker reads its own branch
        return path.open("xb", buffering=0)


def _open_old(path: Path) -> BinaryIO:
    """What would be replaced, for its lock: network drives give one only for writing."""
    if sys.platform == "win32":
        return open_file(path, others_rename=True)
    else:  # noqa: RET505 - each platform's checker reads its own branch
        try:
            return path.open("r+b", buffering=0)
        except PermissionError:
            return path.open("rb", buffering=0)


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
    """Remove what killed jobs left here."""
    with contextlib.suppress(OSError):
        for entry in list(folder.glob(f"{_PREFIX}*{_SUFFIX}")):
            with contextlib.suppress(OSError):
                if not entry.is_file():  # a pipe would be waited for
                    continue
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
