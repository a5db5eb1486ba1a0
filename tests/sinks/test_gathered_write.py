"""Many pieces are one behind the other in the file, however few of them the system takes at once."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ionia.sinks.gathered_write import write_all


def written(path: Path, pieces: list[bytes]) -> bytes:
    with path.open("w+b", buffering=0) as file:
        file.write(b"before")
        assert write_all(file, pieces) == sum(map(len, pieces))
        file.seek(0)
        return file.read().removeprefix(b"before")


@pytest.mark.parametrize("count", [0, 1, 1023, 1024, 1025, 3000])
def test_any_number_of_pieces(tmp_path: Path, count: int) -> None:
    pieces = [bytes([number % 251]) * (number % 7) for number in range(count)]
    assert written(tmp_path / "a", pieces) == b"".join(pieces)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows takes one piece")
def test_what_the_system_takes_only_in_part_is_written_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writev: Callable[[int, list[bytes]], int] = os.writev
    monkeypatch.setattr(os, "writev", lambda descriptor, pieces: writev(descriptor, [b"".join(pieces)[:5]]))
    pieces = [b"abc", b"defg", b"", b"hi"] * 600
    assert written(tmp_path / "a", pieces) == b"".join(pieces)
