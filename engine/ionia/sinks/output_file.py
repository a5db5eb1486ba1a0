"""A file that is claimed by one session, grows at its end, and appears at its path once it has something to show.

It knows nothing about MP4. Until `publish` the bytes are in a hidden file beside the target, so that an existing
recording is replaced only by one that has begun well; the replacement is one atomic rename.
"""

import contextlib
import errno
import os
import shutil
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.file_place import FileIdentity, Place, Placement, placement
from ionia.core.path_words import one_spelling
from ionia.core.size_limit import SizeLimit
from ionia.sinks.file_lock import is_recorded, lock_file
from ionia.sinks.file_room import Reserved, limit_of
from ionia.sinks.gathered_write import write_all
from ionia.sinks.hidden_file import folds_case, hidden_path
from ionia.sinks.output_path import free_beside, is_held, os_error, output_error, resolve_output, shown_path
from ionia.threads.clock import MonotonicClock, StopSignal

if sys.platform == "win32":
    from ionia.sinks.windows_file import check_replaceable, open_file, rename_open

_claims: dict[Path, "OutputFile"] = {}  # protected by _claims_lock
_claims_lock = threading.Lock()

_COPY_BYTES = 1 << 20
_MOST_LEFTOVERS = 1000
_LOOKS, _LOOK_NS = 3, 10_000_000
"""Looks at a name before it counts as another recording's."""

_MOST_HELD = 10
"""Of hidden names that another program holds; more mean that the folder itself is denied."""


class OutputFile:
    """One thread owns it. Every method raises IoniaError(OUTPUT_FAILED) for what the system refuses.

    The claim is held against other sessions of this process by the real path, and against other processes by a lock
    on the open file, which the system releases when a process dies.
    """

    def __init__(self, path: str) -> None:
        """Resolves and checks the path; opens nothing."""
        self._shown = path
        self.target = resolve_output(path)
        self._folded = sys.platform == "win32"  # elsewhere the folder is asked
        self._hidden = hidden_path(self.target, 0)
        self._file: BinaryIO | None = None
        self._claimed = False
        self._published = False
        self._reserved: Reserved | None = None
        self.limit: SizeLimit | None = None
        self.size = 0

    @property
    def hidden(self) -> Path:
        """Where the file is until it is published."""
        return self._hidden

    @property
    def published(self) -> bool:
        """Whether the file is at its path."""
        return self._published

    def open(self) -> None:
        """Claim the path and open the hidden file, empty."""
        self._claim()
        try:
            if self.target.exists():
                self._check_target()
            self._file = self._open_hidden()
            self.limit = limit_of(self._file, self._hidden)
            self._reserved = Reserved(self._file, self._hidden)
        except OSError as error:
            self.discard()
            raise os_error(self._shown, error) from error
        except BaseException:
            self.discard()
            raise

    def placement(self) -> Placement:
        """Where the published file is now; HERE as well while it is hidden. Waits for the disk."""
        if self._file is None or not self._published:
            return Placement(place=Place.HERE)
        named = ""
        try:
            status = os.fstat(self._file.fileno())
        except OSError:  # a network drive that forgot us
            return Placement(place=Place.OUT_OF_REACH)
        with contextlib.suppress(OSError):  # only Linux tells
            named = str(Path(f"/proc/self/fd/{self._file.fileno()}").readlink())
        return placement(
            ours=FileIdentity(device=status.st_dev, inode=status.st_ino),
            links=status.st_nlink,
            at_path=_identity(self.target),
            named=named,
            at_named=_identity(Path(named)) if named else None,
        )

    def restore(self) -> Path | None:
        """Put a file that was deleted back, out of what this process still holds. Where it is; None if that failed.

        At its path, or beside it where another file is there. Copies the whole file.
        """
        try:
            copy = self._open_locked(self._hidden, create=True)
        except (OSError, IoniaError):
            return None
        if os.fstat(copy.fileno()).st_size:  # what another recording left there
            copy.close()
            return None
        try:
            deleted = self._opened()
            deleted.seek(0)
            shutil.copyfileobj(deleted, copy, _COPY_BYTES)
            path = free_beside(self.target)
            self._hidden.replace(path)
        except OSError:
            self._remove_hidden()
            copy.close()
            return None
        deleted.close()
        self._file, self._reserved = copy, None
        return path

    def reserve(self, count: int) -> None:
        """Make sure that `count` bytes can follow what is there. What is set aside stays set aside until `close`."""
        self._opened()
        if self.limit is not None and self.size + count > self.limit.most_bytes:
            raise output_error(
                self._shown, f"no file may have more than {self.limit.words}", "Record to another disk, or begin anew."
            )
        if self._reserved is not None:
            try:
                self._reserved.up_to(self.size + count)
            except OSError as error:
                raise os_error(self._shown, error) from error

    def append(self, *pieces: bytes) -> None:
        """Write at the end, all or nothing: what the system took before it failed is cut off again."""
        file = self._opened()
        try:
            file.seek(self.size)
            count = write_all(file, pieces)
        except OSError as error:
            self.cut(self.size)
            raise os_error(self._shown, error) from error
        self.size += count

    def cut(self, size: int) -> None:
        """Shorten to `size` bytes. Does not raise: what is torn at the end keeps nothing from playing."""
        with contextlib.suppress(OSError):
            if size < self._opened().seek(0, os.SEEK_END):
                self._opened().truncate(size)
        self.size = size

    def patch(self, offset: int, data: bytes) -> None:
        """Overwrite bytes that are there."""
        file = self._opened()
        try:
            file.seek(offset)
            file.write(data)
        except OSError as error:
            raise os_error(self._shown, error) from error

    def publish(self) -> bool:
        """Put the file at its path, in place of what was there. False while somebody is in the way: try again."""
        try:
            with _unused(self.target) as unused:
                if not unused:
                    return False  # it became somebody's recording, by another spelling of its name, or is replaced now
                self._rename()
        except OSError as error:
            if is_held(error) and os.fstat(self._opened().fileno()).st_nlink:
                return False
            raise os_error(self._shown, error) from error
        return True

    def kept_error(self) -> IoniaError:
        """The error for a file that is complete and could not get to its path until the end."""
        return IoniaError(
            ErrorKind.OUTPUT_FAILED,
            f"The recording is not at {shown_path(self._shown)}, which another program holds: it is complete and is "
            f"{shown_path(str(self._hidden))}.",
            "Rename it when that program has let go.",
        )

    def _rename(self) -> None:
        if sys.platform == "win32":
            rename_open(self._opened(), self.target)
            self._published = True
            self._share()
        else:
            self._hidden.replace(self.target)
            self._published = True

    if sys.platform == "win32":

        def _share(self) -> None:
            """Let players open the file, which they may not while we have the right to rename it.

            Never without a handle of ours: whoever came in between could keep us out. What can't be had we do without.
            """
            with contextlib.suppress(OSError):
                between = open_file(self.target, others_rename=True)
                self._opened().close()
                self._file = between
                shared = open_file(self.target)
                between.close()
                self._file = shared
            lock_file(self._opened())
            self._reserved = Reserved(self._opened(), self.target)

    def close(self) -> None:
        """Close and release the claim. What was not published is removed. Idempotent."""
        try:
            if self._file is not None:
                if self._reserved is not None:
                    self._reserved.give_back()
                if not (self._published or self.size):
                    # Removed before it is unlocked: whoever gets the lock next must find it still in the folder.
                    self._remove_hidden()
                self._file.close()
        except OSError as error:
            raise os_error(self._shown, error) from error
        finally:
            if self._file is not None and not (self._published or self.size):
                self._remove_hidden()  # Windows removes only closed files
            self._file = None
            self._release()

    def discard(self) -> None:
        """`close` for the way out of a failure: it does not raise."""
        try:
            if self._file is not None:
                if self._reserved is not None:
                    self._reserved.give_back()
                self._file.close()
        except OSError:
            pass  # the failure under way is the one to tell
        finally:
            self._file = None
            self._release()

    def _opened(self) -> BinaryIO:
        if self._file is None:
            raise output_error(self._shown, "it is not open")
        return self._file

    def _remove_hidden(self) -> None:
        with contextlib.suppress(OSError):  # a hidden file without content is no reason to fail
            self._hidden.unlink(missing_ok=True)

    def _claim(self) -> None:
        with _claims_lock:
            other = _claims.get(self.target)
            if other is not None:
                raise self._in_use(opening=other._file is None)
            _claims[self.target] = self
        self._claimed = True

    def _release(self) -> None:
        if self._claimed:
            with _claims_lock:
                _claims.pop(self.target, None)
            self._claimed = False

    def _open_locked(self, path: Path, *, create: bool) -> BinaryIO:
        file = _open(path, create=create)
        if not lock_file(file) or os.fstat(file.fileno()).st_nlink == 0:  # unlinked by its owner before we had the lock
            file.close()
            raise self._in_use()
        return file

    def _open_hidden(self) -> BinaryIO:
        """Empty. One that a crash left behind is used again; one that holds a take is left to its owner.

        So is one that is looked at or repaired just now: that refuses no recording.
        """
        for number in range(_MOST_LEFTOVERS):
            self._hidden = hidden_path(self.target, number, folded=self._folded)
            try:
                file = self._open_unrecorded(self._hidden)
            except OSError as error:
                if sys.platform == "win32" and is_held(error) and number < _MOST_HELD:
                    continue  # a scanner holds what a crash left behind
                raise
            if file is not None:
                return self._in_one_spelling(file)
        raise output_error(self._shown, f"too many unfinished recordings are in {self.target.parent}")

    def _in_one_spelling(self, file: BinaryIO) -> BinaryIO:
        """The file, or the one for all spellings where the folder knows but one case."""
        name = self.target.name
        if self._folded or one_spelling(name) == name or not folds_case(self._hidden):
            return file
        self._remove_hidden()
        file.close()
        self._folded = True
        return self._open_hidden()

    def _open_unrecorded(self, path: Path) -> BinaryIO | None:
        """Locked and empty; None for one that is somebody's. Raises IoniaError for one that is being recorded."""
        clock = MonotonicClock()
        for _ in range(_LOOKS):
            file = _open(path, create=True)
            if lock_file(file):
                status = os.fstat(file.fileno())
                if status.st_nlink and status.st_size == 0:
                    return file
                file.close()
                if status.st_nlink:
                    return None
                continue  # its owner removed it before we had the lock
            recorded = is_recorded(file)
            file.close()
            if not recorded:
                return None
            # Whoever begins a repair has it alone for a moment.
            StopSignal(clock).wait_until(clock.now_ns() + _LOOK_NS)
        raise self._in_use()

    def _check_target(self) -> None:
        """At the start: what is at the path can be replaced."""
        try:
            if _is_recorded(self.target):
                raise self._in_use()
            if sys.platform == "win32":
                check_replaceable(self.target)
        except OSError as error:
            if sys.platform == "win32" and is_held(error):
                raise output_error(
                    self._shown, "another program has the file open", "Close it there, or use another name."
                ) from error
            raise

    def _in_use(self, *, opening: bool = False) -> Exception:
        if opening:
            return output_error(
                self._shown, "an earlier start still waits for the disk there", "Try again when the disk answers."
            )
        return output_error(self._shown, "another session is recording to it", "Stop that one or use another name.")


def _open(path: Path, *, create: bool) -> BinaryIO:
    """For reading and writing, and on Windows for renaming."""
    if sys.platform == "win32":
        return open_file(path, create=create, renames=create, others_rename=True)
    else:  # noqa: RET505 - each platform's checker reads its own branch
        flags = os.O_RDWR | (os.O_CREAT if create else 0) | os.O_CLOEXEC
        return open(os.open(path, flags, 0o666), "r+b", buffering=0)  # noqa: PTH123 - a descriptor, kept open


@contextlib.contextmanager
def _unused(path: Path) -> Iterator[bool]:
    """Whether nobody records to what is there. While inside nobody can begin to replace it: its lock is ours.

    Not on Windows, which replaces no file whose deletion is not shared, as that of one that is recorded isn't.
    """
    if sys.platform == "win32":
        yield not (path.exists() and _is_recorded(path))
    else:
        try:
            file = _open(path, create=False)
        except OSError as error:
            # Without a descriptor to be had nobody can be asked. Renaming needs none, and a take can't be repeated.
            if error.errno not in (errno.ENOENT, errno.EMFILE, errno.ENFILE):
                raise
            yield not os.path.lexists(path)
            return
        with file:
            yield not is_recorded(file)


def _is_recorded(path: Path) -> bool:
    with _open(path, create=False) as file:
        return is_recorded(file)


def _identity(path: Path) -> FileIdentity | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return FileIdentity(device=status.st_dev, inode=status.st_ino)
