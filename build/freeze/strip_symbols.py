"""Leaves debugging symbols out of a frozen engine on Linux: 49 MB of libpython and PyAV's extension modules.

Only of these: PyInstaller's own `strip` would go over libraries that auditwheel rewrote, and save nothing there.
"""

import shutil
import subprocess
from fnmatch import fnmatch
from pathlib import Path

Entry = tuple[str, str, str]
"""(name in the frozen folder, file, kind), as PyInstaller keeps them."""

WORTH_IT = ("libpython*", "av/*.so", "python3*/lib-dynload/*.so", "lib-dynload/*.so")


def stripped(binaries: list[Entry], work: Path) -> list[Entry]:
    """The same list, with copies in `work` in place of what is worth stripping; as it was without `strip`."""
    program = shutil.which("strip")
    if program is None:
        return binaries
    shutil.rmtree(work, ignore_errors=True)
    return [_strip(program, entry, work) if _worth_it(entry) else entry for entry in binaries]


def _worth_it(entry: Entry) -> bool:
    name, _, kind = entry
    return kind in ("BINARY", "EXTENSION") and any(fnmatch(name, pattern) for pattern in WORTH_IT)


def _strip(program: str, entry: Entry, work: Path) -> Entry:
    name, source, kind = entry
    target = work / name
    target.parent.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [program, "--strip-unneeded", "-o", str(target), source], check=False, stdout=subprocess.DEVNULL
    )
    return (name, str(target), kind) if done.returncode == 0 else entry
