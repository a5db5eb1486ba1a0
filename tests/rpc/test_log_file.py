"""The log file: bounded, one per engine, and nobody's concern when it can't be."""

import os
import stat
import sys
from pathlib import Path

import pytest

from ionia.rpc.log_file import FOLDER_VARIABLE, MOST_ENGINES, LogFile, chosen_folder

posix = pytest.mark.skipif(sys.platform == "win32", reason="modes and pipes of POSIX")


def log_in(folder: Path, most_bytes: int = 1000) -> LogFile:
    return LogFile(folder, lambda: "first", most_bytes)


def test_it_is_made_with_its_folder_and_for_the_user_alone(tmp_path: Path) -> None:
    log = log_in(tmp_path / "a" / "b")
    assert log.path is None
    log.write(b"one\n")
    log.write(b"two\n")
    log.close()
    assert log.path == tmp_path / "a" / "b" / "engine.log"
    assert log.path.read_bytes() == b"first\none\ntwo\n"
    if sys.platform != "win32":
        assert stat.S_IMODE(log.path.stat().st_mode) == 0o600


def test_it_grows_to_two_files_of_its_size(tmp_path: Path) -> None:
    log = log_in(tmp_path, 100)
    for number in range(100):
        log.write(b"%09d\n" % number)
    log.close()
    files = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert set(files) == {"engine.log", "engine.old.log"}
    assert all(len(data) <= 100 for data in files.values())
    assert files["engine.log"].startswith(b"first\n")
    assert files["engine.log"].endswith(b"%09d\n" % 99)


def test_an_engine_goes_on_with_the_file_of_one_that_ended(tmp_path: Path) -> None:
    for line in (b"one\n", b"two\n"):
        log = log_in(tmp_path)
        log.write(line)
        log.close()
    assert (tmp_path / "engine.log").read_bytes() == b"first\none\nfirst\ntwo\n"


def test_engines_at_one_time_have_a_file_each_up_to_a_bound(tmp_path: Path) -> None:
    logs = [log_in(tmp_path) for _ in range(MOST_ENGINES + 1)]
    for number, log in enumerate(logs):
        log.write(b"%d\n" % number)
    assert [log.path.name for log in logs[:2] if log.path is not None] == ["engine.log", "engine-2.log"]
    assert logs[-1].path is None
    assert len(list(tmp_path.iterdir())) == MOST_ENGINES
    for log in logs:
        log.close()


@posix
def test_what_is_in_the_way_is_passed_by(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "engine.log")
    (tmp_path / "target").write_bytes(b"")
    (tmp_path / "engine-2.log").symlink_to(tmp_path / "target")
    (tmp_path / "engine-3.log").mkdir()
    log = log_in(tmp_path)
    log.write(b"one\n")
    log.close()
    assert log.path == tmp_path / "engine-4.log"
    assert (tmp_path / "target").read_bytes() == b""


def test_a_folder_that_cannot_be_is_tried_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    log = log_in(tmp_path / "file")
    with pytest.raises(OSError, match=r"(?i)exists|directory"):
        log.write(b"one\n")
    log.write(b"two\n")
    assert log.path is None


def test_where_it_is(tmp_path: Path) -> None:
    assert chosen_folder({FOLDER_VARIABLE: str(tmp_path)}) == tmp_path
    assert chosen_folder({FOLDER_VARIABLE: ""}) is None
    assert chosen_folder({FOLDER_VARIABLE: "here"}) is None
    if sys.platform != "win32":
        assert chosen_folder({"HOME": "/h"}) == Path("/h/.local/state/ionia")
