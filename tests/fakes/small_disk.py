"""A small disk, and filling it up. Needs root."""

import contextlib
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@contextlib.contextmanager
def mounted_disk(kilobytes: int, *options: str) -> Iterator[Path]:
    """The folder of a tmpfs; skips the test where it can't be mounted."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small disk needs root")
    # Not below tmp_path: another pytest on this machine may clean up there while something is mounted.
    folder = Path(tempfile.mkdtemp(prefix="ionia-disk-"))
    mount = ["mount", "-t", "tmpfs", "-o", ",".join([f"size={kilobytes}k", *options]), "tmpfs", str(folder)]
    mounted = subprocess.run(mount, check=False, capture_output=True, text=True)
    if mounted.returncode != 0:
        folder.rmdir()
        pytest.skip(f"no tmpfs can be mounted here: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)
        folder.rmdir()


def fill(path: Path) -> None:
    """Take every byte that is left, in a file of this name."""
    with path.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"\0" * 65536)
