"""Lines beside a recording: there at once, and in place of an earlier recording's."""

from pathlib import Path

import pytest

from ionia.sinks.sidecar import Sidecar, add_late, sidecar_path


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
