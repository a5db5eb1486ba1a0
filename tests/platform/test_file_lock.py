"""One holder at a time, and none after its end."""

import os
from pathlib import Path

from ionia.platform.file_lock import lock_unless_held, try_lock


def test_one_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "a"
    one, two = (os.open(path, os.O_RDWR | os.O_CREAT) for _ in range(2))
    assert try_lock(one)
    assert not try_lock(two)
    assert not lock_unless_held(two)
    os.close(one)
    assert try_lock(two)
    os.close(two)


def test_what_takes_no_lock(tmp_path: Path) -> None:
    fd = os.open(tmp_path / "a", os.O_RDWR | os.O_CREAT)
    os.close(fd)
    assert not try_lock(fd)
    assert lock_unless_held(fd)
