"""Makes a recording that nobody finished an ordinary file, in place. `core.mp4.finalize` says what to do.

The file plays at every moment, also if this process dies; then it is simply done again. One thread; no clock.
"""

import contextlib
import os
import stat
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.mp4.finalize import Repair, repair
from ionia.core.mp4.reader import Scan, Span, Unreadable, read_with, scan
from ionia.sinks.file_lock import lock_to_repair
from ionia.sinks.hidden_file import is_hidden
from ionia.sinks.output_path import is_disk_full, shown_path

if sys.platform == "win32":
    from ionia.sinks.windows_file import open_file

Progress = Callable[[float], None]
"""Told how far a job is, 0 to 1. It may raise to end it."""

_READING = 0.95
"""Of the work; the rest is one write of the index."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repaired:
    """`path` is another one than was given for a recording that never got to its own. `changed`: it was needed."""

    path: str
    seconds: float
    size: int
    changed: bool


def repair_file(path: str, progress: Progress = lambda _: None) -> Repaired:
    """Raises IoniaError(MEDIA_FAILED), and leaves a file that plays as it was."""
    try:
        check_ordinary(path)
        target = Path(os.path.realpath(path))
        before = target.stat()
        with _open(target) as file:
            if not lock_to_repair(file):
                hint = (
                    "Stop the recording first; on a network drive that knows no locks, copy the file to another disk."
                )
                raise media_error(path, "it is being recorded, or nobody can tell", hint)
            steps = _judge(file, before.st_size, progress)
            if steps is not None:
                _carry_out(file, steps)
            size = os.fstat(file.fileno()).st_size
            # By the open file: its name may be another recording's by now.
            with contextlib.suppress(OSError):  # another user's file, or a drive that keeps no times
                where = file.fileno() if os.utime in os.supports_fd else target
                os.utime(where, ns=(before.st_atime_ns, before.st_mtime_ns))  # it shows when the take was made
        target = _named(target, before.st_mtime)
    except Unreadable as error:
        raise media_error(path, f"it {error}") from error
    except OSError as error:
        hint = "Free some space." if is_disk_full(error) else ""
        raise media_error(path, (error.strerror or type(error).__name__).lower(), hint) from error
    except ValueError as error:  # a name that no file can have
        raise media_error(path, str(error)) from error
    progress(1.0)
    return Repaired(path=str(target), seconds=steps.seconds if steps else 0.0, size=size, changed=steps is not None)


def media_error(path: str, problem: str, hint: str = "") -> IoniaError:
    """The error of a job on a file, in one form everywhere."""
    return IoniaError(ErrorKind.MEDIA_FAILED, f"Nothing could be done with {shown_path(path)}: {problem}.", hint)


def check_ordinary(path: str) -> None:
    """Raises IoniaError for what is neither a file nor a folder, which the system refuses by itself: whoever opens a
    pipe waits for somebody at its other end, and nothing is at a certain place in it. Raises OSError and ValueError.

    A shell's pipe (/dev/stdin, /dev/fd/63) has no name that its link could be followed to: so the path as it is.
    """
    mode = Path(path).stat().st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        kinds = {stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket"}
        kind = kinds.get(stat.S_IFMT(mode), "a device")
        raise media_error(path, f"it is {kind}, not a file", "Save what comes out of it as a file first.")


def _open(path: Path) -> BinaryIO:
    """For reading and writing, in a way that doesn't keep a recording from taking its name."""
    if sys.platform == "win32":
        return open_file(path, others_rename=True)
    else:  # noqa: RET505 - each platform's checker reads its own branch
        return path.open("r+b", buffering=0)


def _judge(file: BinaryIO, size: int, progress: Progress) -> Repair | None:
    def read(span: Span) -> bytes:
        progress(_READING * span.offset / max(size, 1))
        file.seek(span.offset)
        return file.read(span.size)

    found: Scan = read_with(scan(size), read)
    return repair(found)


def _carry_out(file: BinaryIO, steps: Repair) -> None:
    file.truncate(steps.cut_to)
    try:
        file.seek(steps.cut_to)
        rest = memoryview(steps.tail)
        while rest:
            rest = rest[file.write(rest) :]
        # The index is on the disk before anything says that it counts.
        os.fsync(file.fileno())
    except OSError:
        with contextlib.suppress(OSError):
            file.truncate(steps.cut_to)
        raise
    file.seek(steps.patch_offset)
    file.write(steps.patch)
    os.fsync(file.fileno())


def _named(path: Path, made: float) -> Path:
    """A recording under a hidden name gets one that players and people find."""
    if not is_hidden(path):
        return path
    when = datetime.fromtimestamp(made, UTC).strftime("%Y-%m-%dT%H-%M-%SZ")
    names = (f"recovered_{when}{f'_{number}' if number else ''}.mp4" for number in range(1000))
    for target in map(path.with_name, names):
        try:
            target.open("xb").close()  # the name is ours from here on: two repairs never take the same one
        except FileExistsError:
            continue
        try:
            path.replace(target)
        except OSError:  # another program reads it: it is whole all the same, and told by the name that it has
            with contextlib.suppress(OSError):
                target.unlink()
            return path
        return target
    return path
