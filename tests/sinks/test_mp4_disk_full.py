"""A disk that fills up: one error at once, and everything before it plays."""

import os
import subprocess
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.media import VIDEO
from ionia.sinks.mp4_file import Mp4File
from ionia.sinks.output_path import free_bytes
from tests.fakes.encoded_clip import encoded_clip, endless
from tests.fakes.media_check import decode_luma, decode_sound, file_facts, top_level_boxes


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


def test_no_room_for_the_index_is_told_at_close_and_the_file_plays(small_disk: Path) -> None:
    path = small_disk / "a.mp4"
    sink = Mp4File(str(path))
    sink.open(encoded_clip(96).header)
    sink.write(list(islice(endless(encoded_clip(96), 96), 1500)))  # an index larger than what is left of a page
    fill(small_disk, 0)
    with pytest.raises(IoniaError, match="space"):
        sink.close()
    sink.close()
    assert len(decode_luma(path)) >= 500


def test_no_room_for_the_last_fragment_only_loses_that(small_disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = small_disk / "a.mp4"
    sink = Mp4File(str(path))
    sink.open(encoded_clip(96).header)
    sink.write(encoded_clip(96).packets)
    append, calls = sink._output.append, []

    def full_once(data: bytes) -> None:
        calls.append(len(data))
        if len(calls) == 1:
            raise IoniaError(ErrorKind.OUTPUT_FAILED, "no space")
        append(data)

    monkeypatch.setattr(sink._output, "append", full_once)
    with pytest.raises(IoniaError, match="no space"):
        sink.close()
    assert [kind for kind, _ in top_level_boxes(path.read_bytes())] == ["ftyp", "mdat", "moov"]
    assert len(decode_luma(path)) == 90
