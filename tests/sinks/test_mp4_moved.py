"""Somebody deletes, moves or replaces the file while it is recorded, or takes its disk away: it is told, and no lie."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from ionia.core.errors import IoniaError
from ionia.core.warning import NO_FACTS, FileTouched, WarningCode, WarningFacts
from ionia.sinks.mp4_file import Mp4File
from tests.fakes.encoded_clip import encoded_clip
from tests.fakes.media_check import file_facts, top_level_boxes
from tests.fakes.small_disk import mounted_disk

linux = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="only Linux tells where an open file is")


class Warnings:
    """What the sink warned of."""

    def __init__(self) -> None:
        self.all: list[tuple[str, str, WarningFacts]] = []

    def __call__(self, code: WarningCode, message: str, facts: WarningFacts = NO_FACTS, /) -> None:
        self.all.append((code.value, message, facts))

    @property
    def codes(self) -> list[str]:
        return [code for code, _, _ in self.all]


def recorded(path: Path, touch: Callable[[], object], again: Callable[[], object] = lambda: None) -> Warnings:
    """A take of 100 pictures that `touch` is done to in the middle, and `again` before it ends."""
    clip, warnings = encoded_clip(), Warnings()
    sink = Mp4File(str(path), warnings)
    sink.open(clip.header)
    sink.look()
    sink.write(clip.packets[:120])
    sink.look()
    assert warnings.all == []
    touch()
    sink.look()
    sink.look()
    sink.write(clip.packets[120:])
    again()
    sink.look()
    try:
        sink.close()
    except IoniaError as error:
        warnings.all.append((f"raised {error.kind.kind}", error.message, NO_FACTS))
    assert not list(path.parent.glob(".ionia-*")) if path.parent.exists() else True
    return warnings


def assert_whole(path: Path) -> None:
    """An ordinary file with every picture."""
    assert [kind for kind, _ in top_level_boxes(path.read_bytes())] == ["ftyp", "mdat", "moov"]
    assert file_facts(path).video.frame_indexes == list(range(100))


@linux
def test_a_moved_file_is_complete_where_it_is_and_stop_says_where(tmp_path: Path) -> None:
    path, other = tmp_path / "a.mp4", tmp_path / "b.mp4"
    warnings = recorded(path, lambda: path.rename(other))
    assert warnings.codes == ["file_moved", "raised output_failed"]
    assert warnings.all[0][2] == FileTouched(path=str(path), moved_to=str(other))
    assert warnings.all[1][1] == f"The recording is not at {path}: it was moved to {other}."
    assert_whole(other)


@linux
def test_a_file_that_was_moved_back_is_where_it_belongs(tmp_path: Path) -> None:
    path, other = tmp_path / "a.mp4", tmp_path / "b.mp4"
    assert recorded(path, lambda: path.rename(other), lambda: other.rename(path)).codes == ["file_moved"]
    assert_whole(path)


@linux
def test_a_moved_folder_takes_the_file_along(tmp_path: Path) -> None:
    path, moved = tmp_path / "in" / "a.mp4", tmp_path / "moved" / "a.mp4"
    path.parent.mkdir()
    warnings = recorded(path, lambda: path.parent.rename(moved.parent))
    assert warnings.codes == ["file_moved", "raised output_failed"]
    assert str(moved) in warnings.all[1][1]
    assert_whole(moved)


@pytest.mark.skipif(os.name == "nt", reason="Windows deletes no open file")
def test_a_deleted_file_is_put_back(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    assert recorded(path, path.unlink).codes == ["file_deleted", "file_restored"]
    assert_whole(path)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(os.name == "nt", reason="Windows deletes no open file")
def test_a_deleted_folder_is_told_and_stop_is_no_lie(tmp_path: Path) -> None:
    path = tmp_path / "in" / "a.mp4"
    path.parent.mkdir()
    warnings = recorded(path, lambda: shutil.rmtree(path.parent))
    assert warnings.codes == ["file_deleted", "raised output_failed"]
    assert warnings.all[1][1] == f"The recording is not at {path}: it was deleted."
    assert not path.parent.exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows replaces no open file")
def test_a_replaced_file_is_put_beside_the_other_which_is_left_alone(tmp_path: Path) -> None:
    path, other, beside = tmp_path / "a.mp4", tmp_path / "other", tmp_path / "a (restored 2).mp4"
    (tmp_path / "a (restored).mp4").write_bytes(b"an older one")
    other.write_bytes(b"somebody else's")
    warnings = recorded(path, lambda: other.replace(path))
    assert warnings.codes == ["file_replaced", "file_restored", "raised output_failed"]
    assert str(beside) in warnings.all[1][1]
    assert path.read_bytes() == b"somebody else's"
    assert (tmp_path / "a (restored).mp4").read_bytes() == b"an older one"
    assert_whole(beside)


def test_a_disk_that_was_taken_away_is_told() -> None:
    with mounted_disk(4096) as disk:
        folder = disk / "in"
        folder.mkdir()
        path = folder / "a.mp4"
        warnings = recorded(path, lambda: subprocess.run(["umount", "-l", disk], check=True))
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", disk], check=True)  # for the fixture to take away
    assert warnings.codes == ["file_out_of_reach", "raised output_failed"]
    assert "its disk or a folder above it is gone" in warnings.all[1][1]


@linux
def test_a_file_with_a_second_name_is_found_under_its_own(tmp_path: Path) -> None:
    path, other = tmp_path / "a.mp4", tmp_path / "b.mp4"
    assert recorded(path, lambda: os.link(path, other)).codes == []
    assert_whole(path)
    assert path.samefile(other)
