"""The name of a recording until it is at its path, and those that never got there."""

import contextlib
import hashlib
from pathlib import Path

from ionia.sinks.file_lock import is_recorded

_PREFIX, _SUFFIX = ".ionia-", ".part"


def hidden_path(target: Path, number: int) -> Path:
    """The hidden file beside `target`: the same for each recording to it. `number` above 0 where others are kept."""
    digest = hashlib.sha256(target.name.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return target.with_name(f"{_PREFIX}{digest}{f'-{number}' if number else ''}{_SUFFIX}")


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
