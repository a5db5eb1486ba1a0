"""The name of a recording until it is at its path, and those that never got there."""

import contextlib
import hashlib
import sys
from pathlib import Path

from ionia.core.path_words import one_spelling
from ionia.sinks.file_lock import is_recorded

_PREFIX, _SUFFIX = ".ionia-", ".part"


def hidden_path(target: Path, number: int, *, folded: bool = sys.platform == "win32") -> Path:
    """The hidden file beside `target`: the same for each recording to it. `number` above 0 where others are kept.

    `folded`: the folder takes names that differ in upper and lower case for one, and so Take.mp4 is recorded where
    TAKE.MP4 is, by another engine as well.
    """
    name = one_spelling(target.name) if folded else target.name
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return target.with_name(f"{_PREFIX}{digest}{f'-{number}' if number else ''}{_SUFFIX}")


def folds_case(hidden: Path) -> bool:
    """Whether the folder finds this file, which is there, by another case of its name. False if it can't be asked."""
    with contextlib.suppress(OSError):
        return hidden.with_name(hidden.name.swapcase()).samefile(hidden)
    return False


def is_hidden(path: Path) -> bool:
    """Whether the name is one of ours."""
    return path.name.startswith(_PREFIX) and path.name.endswith(_SUFFIX)


def leftovers(folder: Path) -> list[Path]:
    """Recordings in this folder that never got to their paths and that nobody is writing to."""
    found = []
    with contextlib.suppress(OSError):
        for entry in sorted(folder.glob(f"{_PREFIX}*{_SUFFIX}")):
            with contextlib.suppress(OSError):
                if entry.stat().st_size and _is_free(entry):
                    found.append(entry)
    return found


def _is_free(path: Path) -> bool:
    with path.open("r+b", buffering=0) as file:
        return not is_recorded(file, unknown=True)
