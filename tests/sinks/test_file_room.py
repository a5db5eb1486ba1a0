"""Room for a file that grows, on file systems that set nothing aside."""

import errno
import re
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from ionia.sinks import file_room
from ionia.sinks.file_room import RESERVE_STEP, Reserved
from ionia.sinks.mp4_file import Mp4File
from tests.fakes.encoded_clip import encoded_clip


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What was asked of a file system that has no room for a whole step and then can't set anything aside."""
    sizes: list[int] = []

    def set_aside(_: object, size: int) -> None:
        sizes.append(size)
        raise OSError(errno.ENOSPC, "full") if len(sizes) == 1 else NotImplementedError

    monkeypatch.setattr(file_room, "_set_aside", set_aside)
    return sizes


@pytest.mark.parametrize(("total", "free"), [(100, 60), (0, 0)])
def test_what_is_free_has_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: list[int], total: int, free: int
) -> None:
    """Nothing but zeros is what a file system says that doesn't know."""
    monkeypatch.setattr(file_room.shutil, "disk_usage", lambda _: SimpleNamespace(total=total, free=free))
    with (tmp_path / "a").open("w+b", buffering=0) as file:
        file.write(bytes(40))
        Reserved(file, tmp_path / "a").up_to(100)
    assert asked == [100 + RESERVE_STEP, 100]


def test_too_little_is_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: list[int]) -> None:
    monkeypatch.setattr(file_room.shutil, "disk_usage", lambda _: SimpleNamespace(total=100, free=59))
    with (tmp_path / "a").open("w+b", buffering=0) as file:
        file.write(bytes(40))
        with pytest.raises(OSError, match="No space left") as caught:
            Reserved(file, tmp_path / "a").up_to(100)
    assert caught.value.errno == errno.ENOSPC
    assert asked


@pytest.mark.skipif(sys.platform != "linux", reason="Windows says it by GetVolumeInformation")
def test_a_file_on_a_fat_disk_knows_how_large_it_may_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = re.sub(r" - \S+ ", " - vfat ", Path("/proc/self/mountinfo").read_text(encoding="utf-8"))
    sink = Mp4File(str(tmp_path / "a.mp4"))
    with monkeypatch.context() as patched:
        patched.setattr(Path, "read_text", lambda *_, **__: mounts)
        sink.open(encoded_clip(30).header)
    assert sink.limit is not None
    assert sink.limit.most_bytes == 4_294_967_295
    sink.close()


def test_a_disk_that_tells_nothing_ends_no_take(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: list[int]
) -> None:
    def fails(_: object) -> None:
        raise FileNotFoundError(errno.ENOENT, "the folder was renamed")

    monkeypatch.setattr(file_room.shutil, "disk_usage", fails)
    with (tmp_path / "a").open("w+b", buffering=0) as file:
        Reserved(file, tmp_path / "a").up_to(100)
    assert asked
