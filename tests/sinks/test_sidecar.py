"""Lines beside a recording: there at once, and in place of an earlier recording's."""

import os
import sys
from pathlib import Path

import pytest

from ionia.sinks.sidecar import Sidecar, add_late, sidecar_path
from tests.fakes.small_disk import fill, mounted_disk


def test_a_line_is_there_when_it_was_added_and_an_earlier_sidecar_is_replaced(tmp_path: Path) -> None:
    recording = str(tmp_path / "take.mp4")
    path = sidecar_path(recording)
    assert path == tmp_path / "take.mp4.json"
    path.write_bytes(b"old")
    sidecar = Sidecar(recording)
    assert path.read_bytes() == b"old"
    sidecar.add(b"one\n")
    assert path.read_bytes() == b"one\n"
    sidecar.add(b"two\n")
    assert path.read_bytes() == b"one\ntwo\n"
    sidecar.close()
    sidecar.close()
    add_late(recording, b"three\n")
    assert path.read_bytes() == b"one\ntwo\nthree\n"
    sidecar.add(b"four\n")  # a warning of the last moment
    sidecar.close()
    assert path.read_bytes() == b"one\ntwo\nthree\nfour\n"


def test_a_late_line_of_somebody_else_is_not_written_over(tmp_path: Path) -> None:
    recording = str(tmp_path / "take.mp4")
    sidecar = Sidecar(recording)
    sidecar.add(b"one\n")
    add_late(recording, b"two\n")
    sidecar.add(b"three\n")
    sidecar.close()
    assert sidecar_path(recording).read_bytes() == b"one\ntwo\nthree\n"


def test_a_folder_that_is_gone_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        Sidecar(str(tmp_path / "gone" / "take.mp4")).add(b"one\n")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows' pipes have no place among files")
def test_a_pipe_in_its_place_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    recording = str(tmp_path / "take.mp4")
    os.mkfifo(sidecar_path(recording))
    sidecar = Sidecar(recording)
    for _ in range(2):
        with pytest.raises(OSError, match="not an ordinary file"):
            sidecar.add(b"one\n")
    with pytest.raises(OSError, match="not an ordinary file"):
        add_late(recording, b"two\n")
    sidecar.close()


@pytest.mark.skipif(sys.platform == "win32", reason="no small disk can be mounted")
def test_of_a_line_that_a_full_disk_took_a_part_of_nothing_stays() -> None:
    with mounted_disk(64) as folder:
        recording, begun = str(folder / "take.mp4"), b"1" * 4090 + b"\n"
        sidecar = Sidecar(recording)
        sidecar.add(begun)
        fill(folder / "other")
        for add in (sidecar.add, lambda line: add_late(recording, line)):
            with pytest.raises(OSError, match="No space left"):
                add(b"2" * 100 + b"\n")
            assert sidecar_path(recording).read_bytes() == begun
        sidecar.close()


def test_lines_behind_those_of_a_recording_that_stays_for_now_stand_alone_once_it_is_gone(tmp_path: Path) -> None:
    recording = str(tmp_path / "take.mp4")
    path = sidecar_path(recording)
    path.write_bytes(b"old\n")
    sidecar = Sidecar(recording)
    assert not sidecar.behind_others
    sidecar.go_on()
    sidecar.add(b"one\n")
    sidecar.go_on()
    assert path.read_bytes() == b"old\none\n"
    assert sidecar.behind_others
    sidecar.stand_alone()
    assert not sidecar.behind_others
    sidecar.add(b"two\n")
    sidecar.close()
    assert path.read_bytes() == b"one\ntwo\n"
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


def test_where_there_was_no_sidecar_nothing_stands_before(tmp_path: Path) -> None:
    sidecar = Sidecar(str(tmp_path / "take.mp4"))
    sidecar.go_on()
    sidecar.add(b"one\n")
    assert not sidecar.behind_others
    sidecar.close()


def test_lines_stay_where_the_others_can_not_be_left_out(tmp_path: Path) -> None:
    recording = str(tmp_path / "take.mp4")
    path = sidecar_path(recording)
    path.write_bytes(b"old\n")
    (tmp_path / ".take.mp4.json.new").mkdir()
    sidecar = Sidecar(recording)
    sidecar.go_on()
    sidecar.add(b"one\n")
    sidecar.stand_alone()
    sidecar.add(b"two\n")
    sidecar.close()
    assert path.read_bytes() == b"old\none\ntwo\n"
