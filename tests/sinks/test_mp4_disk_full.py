"""A disk that fills up: one error at once, and everything before it plays."""

import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.media import VIDEO
from ionia.core.warning import WarningCode
from ionia.sinks import file_room
from ionia.sinks.mp4_file import Mp4File
from ionia.sinks.output_path import free_bytes
from tests.fakes.encoded_clip import encoded_clip, endless
from tests.fakes.media_check import decode_luma, decode_sound, file_facts, top_level_boxes
from tests.fakes.small_disk import fill as fill_up
from tests.fakes.small_disk import mounted_disk

ROOT = Path(__file__).parents[2]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 256 KiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("only root may mount a small tmpfs")
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a tmpfs is not allowed here")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)  # lazy: a failed test may hold a file open


def fill(disk: Path, leave: int) -> None:
    (disk / "ballast").write_bytes(b"x" * max(0, free_bytes(str(disk)) - leave))


def record_until_it_fails(sink: Mp4File) -> tuple[int, IoniaError]:
    """Feed packets until the sink raises; the number of pictures it was given, and the error."""
    sink.open(encoded_clip(96).header)
    given = 0
    for packet in endless(encoded_clip(96), 96):
        given += packet.track == VIDEO
        try:
            sink.write([packet])
        except IoniaError as error:
            return given, error
    raise AssertionError


@pytest.mark.parametrize("leave", [200_000, 120_000, 60_000])
def test_full_disk_fails_once_and_the_file_plays(small_disk: Path, leave: int) -> None:
    fill(small_disk, leave)
    path = small_disk / "a.mp4"
    sink = Mp4File(str(path))
    given, error = record_until_it_fails(sink)
    assert error.kind is ErrorKind.OUTPUT_FAILED
    assert "no space left" in error.message
    sink.write(encoded_clip(96).packets)  # says nothing more
    frames = len(decode_luma(path))
    assert given - frames <= 16
    sink.close()
    facts = file_facts(path)
    assert facts.video.frame_indexes == list(range(frames))
    assert len(decode_luma(path)) == frames
    assert decode_sound(path).samples.shape[0] > 0
    assert sorted(entry.name for entry in small_disk.iterdir()) == ["a.mp4", "ballast"]


def test_full_from_the_start_leaves_the_old_file(small_disk: Path) -> None:
    clip = encoded_clip(100)
    path = small_disk / "a.mp4"
    path.write_bytes(b"old")
    fill(small_disk, 4096)
    sink = Mp4File(str(path))
    sink.open(clip.header)
    with pytest.raises(IoniaError, match="space"):
        sink.write(clip.packets)
    sink.close()
    assert path.read_bytes() == b"old"
    assert sorted(entry.name for entry in small_disk.iterdir()) == ["a.mp4", "ballast"]


def test_a_disk_without_room_for_an_index_in_front_gets_the_take_and_that_is_told_once(small_disk: Path) -> None:
    """Two hours' index takes three megabytes, and is nothing that a take should fail for."""
    path, clip, told = small_disk / "a.mp4", encoded_clip(96), list[tuple[WarningCode, str]]()
    sink = Mp4File(str(path), lambda code, words, *_: told.append((code, words)), front_seconds=7200)
    sink.open(clip.header)
    sink.write(clip.packets)
    sink.close()
    assert [kind for kind, _ in top_level_boxes(path.read_bytes())] == ["ftyp", "mdat", "moov"]
    assert len(decode_luma(path)) == 96
    ((code, words),) = told
    assert code is WarningCode.INDEX_BEHIND
    assert "without room for an index in front" in words


def test_the_room_for_the_index_is_the_recordings_own(small_disk: Path) -> None:
    """Somebody else takes every byte; an index larger than what is left of a page still finds its room."""
    path = small_disk / "a.mp4"
    sink = Mp4File(str(path))
    sink.open(encoded_clip(96).header)
    sink.write(list(islice(endless(encoded_clip(96), 96), 1500)))
    fill_up(small_disk / "filler")
    assert free_bytes(str(path)) == 0
    sink.close()
    assert [kind for kind, _ in top_level_boxes(path.read_bytes())] == ["ftyp", "mdat", "moov"]
    assert len(decode_luma(path)) >= 500
    (small_disk / "filler").unlink()


def test_room_that_was_set_aside_is_given_back(small_disk: Path) -> None:
    path = small_disk / "a.mp4"
    sink = Mp4File(str(path))
    sink.open(encoded_clip(96).header)
    sink.write(encoded_clip(96).packets)
    assert path.stat().st_blocks * 512 > path.stat().st_size + 4096
    sink.close()
    assert path.stat().st_blocks * 512 <= path.stat().st_size + 4096


def test_where_nothing_is_set_aside_what_is_free_has_to_do(small_disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unable(*_: object) -> None:
        raise NotImplementedError

    monkeypatch.setattr(file_room, "_set_aside", unable)
    path = small_disk / "a.mp4"
    sink = Mp4File(str(path))
    _, error = record_until_it_fails(sink)
    assert "no space left" in error.message
    sink.close()
    assert [kind for kind, _ in top_level_boxes(path.read_bytes())] == ["ftyp", "mdat", "moov"]


def test_a_disk_without_room_for_another_file_says_so() -> None:
    with mounted_disk(1024, "nr_inodes=2") as disk:
        (disk / "last").touch()
        with pytest.raises(IoniaError, match="no room for another file") as caught:
            Mp4File(str(disk / "a.mp4")).open(encoded_clip(96).header)
        assert "files" in caught.value.hint


def test_a_file_that_may_grow_no_more_ends_as_an_ordinary_one(tmp_path: Path) -> None:
    """As at the end of FAT's four gigabytes: the limit is known, and the room for the index is kept."""
    path = tmp_path / "a.mp4"
    script = (
        "import resource, sys\n"
        "from ionia.sinks.mp4_file import Mp4File\n"
        "from tests.sinks.test_mp4_disk_full import record_until_it_fails\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))\n"
        "sink = Mp4File(sys.argv[1])\n"
        "given, error = record_until_it_fails(sink)\n"
        "sink.close()\n"
        "print(given, sink.limit.most_bytes, error.kind.kind, error.message)\n"
    )
    command = [sys.executable, "-c", script, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT, timeout=60)
    given, most, kind, message = done.stdout.strip().split(" ", maxsplit=3)
    assert (most, kind) == ("200000", "output_failed")
    assert message == f"Cannot record to {path}: no file may have more than 200000 bytes (ulimit -f)"
    assert path.stat().st_size <= 200_000
    assert [box for box, _ in top_level_boxes(path.read_bytes())] == ["ftyp", "mdat", "moov"]
    facts = file_facts(path)
    assert facts.video.frame_indexes == list(range(len(facts.video.pts)))
    assert int(given) - len(facts.video.pts) <= 16
    assert len(decode_luma(path)) == len(facts.video.pts)


def test_no_room_for_the_last_fragment_only_loses_that(small_disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = small_disk / "a.mp4"
    sink = Mp4File(str(path))
    sink.open(encoded_clip(96).header)
    sink.write(encoded_clip(96).packets)
    append, calls = sink._output.append, []

    def full_once(*pieces: bytes) -> None:
        calls.append(len(pieces))
        if len(calls) == 1:
            raise IoniaError(ErrorKind.OUTPUT_FAILED, "no space")
        append(*pieces)

    monkeypatch.setattr(sink._output, "append", full_once)
    with pytest.raises(IoniaError, match="no space"):
        sink.close()
    assert [kind for kind, _ in top_level_boxes(path.read_bytes())] == ["ftyp", "mdat", "moov"]
    assert len(decode_luma(path)) == 90
