"""Whether a path can become a recording, found out before anything is captured. It creates nothing."""

import errno
import os
import re
import shutil
import stat
import sys
from itertools import chain, count
from pathlib import Path

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.file_place import Placement
from ionia.core.path_words import misread, name_problem, numbered_name

_RESERVED = frozenset(
    {"con", "prn", "aux", "nul", "conin$", "conout$"}
    | {f"{name}{digit}" for name in ("com", "lpt") for digit in "123456789\u00b9\u00b2\u00b3"}
)
"""Device names of Windows, with whatever extension (Microsoft: Naming Files, Paths, and Namespaces)."""

_FORBIDDEN = frozenset('<>:"|?*')

_INVALID_NAME = 123
"""ERROR_INVALID_NAME, winerror.h."""

_SHOWN_LENGTH = 300

_DESCRIPTORS = re.compile(r"/proc/\d+(/task/\d+)?/fd")
_MOST_LINKS = 40
"""MAXSYMLINKS, linux/namei.h."""


def windows_name_problem(name: str) -> str:
    """What is wrong with a file's name on Windows, or an empty string. Any platform may ask."""
    if name.split(".", maxsplit=1)[0].rstrip(" ").lower() in _RESERVED:
        return "the name is reserved by Windows"
    bad = sorted({char for char in name if char in _FORBIDDEN or ord(char) < 32})
    if bad:
        return f"the name contains {' '.join(repr(char) for char in bad)}"
    if name.endswith((".", " ")):
        return "the name ends with a dot or a space"
    return ""


def resolve_output(path: str, *, platform: str = sys.platform) -> Path:
    """The absolute path, links followed, at which the recording will be. Raises IoniaError(OUTPUT_FAILED)."""
    if not path:
        raise output_error(path, "the path is empty")
    if "\x00" in path:
        raise output_error(path.replace("\x00", "\\0"), "the path contains a NUL character")
    if problem := name_problem(Path(path).name, windows=platform == "win32"):
        raise output_error(path, problem, "Use a shorter name.")
    # Before following links: on Windows a reserved name resolves to a device.
    if platform == "win32" and (problem := windows_name_problem(Path(path).name)):
        raise output_error(path, problem)
    try:
        if platform != "win32" and _is_descriptor(path):
            raise output_error(path, "it is an open file's number, not a name", "Give the name of a file.")
        target = _followed(path)
        _check(path, target)
    except OSError as error:
        raise os_error(path, error) from error
    except UnicodeEncodeError as error:
        raise output_error(path, "the path can't be written in this system's encoding") from error
    return target


def _followed(path: str) -> Path:
    """Absolute, links followed, on Windows also 8.3 names and the spelling of what is there."""
    try:
        return Path(os.path.realpath(path))
    except OSError:  # some Windows file systems can't tell
        return Path(os.path.abspath(path))  # noqa: PTH100 - Path.absolute keeps ".."


def _is_descriptor(path: str) -> bool:
    """Whether a path leads through this or another process's open files, as /dev/stdout does (proc(5)).

    Where that is an ordinary file it would be taken away from whoever writes to it, a log above all.
    """
    name = path
    for _ in range(_MOST_LINKS):
        try:
            folder = os.path.realpath(Path(name).parent)
            if _DESCRIPTORS.fullmatch(folder):
                return True
            link = Path(folder, Path(name).name).readlink()
        except OSError:  # none, or nobody can tell
            return False
        name = str(Path(folder, link))
    return False


def part_path(path: str, number: int, *, platform: str = sys.platform) -> str:
    """Where a file of a recording goes, by its number from 0: take.mp4, take-2.mp4, … Never where something is."""
    if number == 0:
        return path
    first = Path(os.path.realpath(path))  # beside the first file, and not beside a link to it
    shown = number + 1
    windows = platform == "win32"
    while os.path.lexists(part := first.with_name(numbered_name(first.name, shown, windows=windows))):
        shown += 1  # also past a link to what isn't there: it is somebody's
    return str(part)


def free_bytes(path: str) -> int:
    """Bytes that this user may still write to the disk that holds `path`. Any thread. Raises OSError if it is gone."""
    target = Path(path)
    return shutil.disk_usage(target if target.is_dir() else target.parent).free


def output_error(path: str, problem: str, hint: str = "") -> IoniaError:
    """The error for an output path, in one form everywhere."""
    return IoniaError(ErrorKind.OUTPUT_FAILED, f"Cannot record to {shown_path(path)}: {problem}", hint)


def shown_path(path: str) -> str:
    """A path as it stands in a message: one line, not too long."""
    # JSON may hold lone surrogates, which no encoder takes, and a path may be as long as a message.
    shown = path.encode("utf-8", "backslashreplace").decode().replace("\n", "\\n").replace("\r", "\\r")
    if len(shown) > _SHOWN_LENGTH:
        shown = shown[: _SHOWN_LENGTH // 2] + "..." + shown[-_SHOWN_LENGTH // 2 :]
    return shown


def free_beside(target: Path) -> Path:
    """The path itself, or "take (restored).mp4" beside it, with a number where that is taken, too."""
    names = (f"{target.stem} (restored{f' {number}' if number > 1 else ''}){target.suffix}" for number in count(1))
    return next(path for path in chain([target], map(target.with_name, names)) if not os.path.lexists(path))


def misplaced_error(path: str, found: Placement) -> IoniaError:
    """The error for a recording that was made and is not at its path."""
    return IoniaError(ErrorKind.OUTPUT_FAILED, f"The recording is not at {shown_path(path)}: it {found.happened}.")


def os_error(path: str, error: OSError) -> IoniaError:
    """What the system said, as an error for people."""
    if error.errno == errno.ENOSPC and _is_out_of_files(path):
        return output_error(path, "the disk has no room for another file", "Delete some files, however small.")
    reason = (error.strerror or type(error).__name__).lower()
    return output_error(path, reason, "Free some space." if is_disk_full(error) else "")


def is_disk_full(error: OSError) -> bool:
    """Whether the disk or the user's quota is full."""
    full = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
    return error.errno in full or getattr(error, "winerror", None) in (39, 112)  # ERROR_HANDLE_DISK_FULL, DISK_FULL


def is_held(error: OSError) -> bool:
    """Whether a file can't be renamed or replaced because of another program, or of rights that may come back."""
    return error.errno in {errno.EACCES, errno.EPERM, errno.EBUSY} or getattr(error, "winerror", None) in {5, 32, 33}


def _home() -> str:
    """The user's own folder; empty where there is none."""
    try:
        return str(Path.home())
    except RuntimeError:
        return ""


def _is_out_of_files(path: str) -> bool:
    """Some file systems hold so many files and no more; the system calls that a full disk."""
    if sys.platform == "win32":
        return False
    else:  # noqa: RET505 - each platform's checker reads its own branch
        try:
            found = os.statvfs(Path(path).parent)
        except OSError:
            return False
        return found.f_favail == 0 and found.f_files > 0 and found.f_bavail > 0


def _check(path: str, target: Path) -> None:
    try:
        mode = target.stat().st_mode
    except OSError as error:
        # Windows says of "file:///C:/x" that the name is wrong, and not that it isn't there.
        if not isinstance(error, FileNotFoundError) and getattr(error, "winerror", None) != _INVALID_NAME:
            raise
        folder = target.parent
        if not folder.exists():
            if found := misread(path, home=_home(), environment=os.environ, windows=sys.platform == "win32"):
                raise output_error(path, found.problem, found.hint) from None
            raise output_error(path, f"the folder {folder} does not exist", "Create the folder first.") from None
        if not folder.is_dir():
            raise output_error(path, f"{folder} is not a folder") from None
    else:
        if stat.S_ISDIR(mode):
            raise output_error(path, "it is a folder", "Give the name of a file.")
        if not stat.S_ISREG(mode):
            raise output_error(path, "it is not an ordinary file")
        if not os.access(target, os.W_OK):
            raise output_error(path, "the file is write-protected")
    if path.endswith(("/", os.sep)):
        raise output_error(path, "it names a folder", "Give the name of a file.")
    if not os.access(target.parent, os.W_OK | os.X_OK):
        raise output_error(path, f"the folder {target.parent} is not writable")
