"""A job's file is at its path whole, or not at all."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import BinaryIO

import pytest

from ionia.core.errors import IoniaError
from ionia.core.media_request import RemuxRequest
from ionia.sinks.media_files import new_file
from ionia.sinks.media_files.new_file import NewFile, sweep, sweep_beside
from ionia.sinks.media_files.table import encoded
from ionia.sinks.output_file import OutputFile


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def test_it_is_hidden_until_it_is_whole(tmp_path: Path) -> None:
    with NewFile(str(tmp_path / "a.mp4"), overwrite=False) as made:
        made.write(b"whole")
        assert names(tmp_path) == [made.hidden.name]
        assert made.publish() == 5
        assert (tmp_path / "a.mp4").read_bytes() == b"whole"
    assert names(tmp_path) == ["a.mp4"]


def test_what_came_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    with NewFile(str(path), overwrite=False) as made:
        made.write(b"ours")
        path.write_bytes(b"theirs")
        with pytest.raises(IoniaError, match="there is a file already"):
            made.publish()
    assert path.read_bytes() == b"theirs"
    assert names(tmp_path) == ["a.mp4"]


def test_what_came_right_behind_the_look_is_not_replaced_even_where_that_was_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.mp4"

    def come(_: Path) -> BinaryIO:
        path.write_bytes(b"theirs")
        raise FileNotFoundError

    with NewFile(str(path), overwrite=True) as made:
        made.write(b"ours")
        monkeypatch.setattr(new_file, "_open_old", come)
        with pytest.raises(IoniaError, match="another file has come"):
            made.publish()
    assert path.read_bytes() == b"theirs"
    assert names(tmp_path) == ["a.mp4"]


def test_what_is_being_made_is_not_begun_again(tmp_path: Path) -> None:
    """By the same process, as of two pictures of a screen at once: both would be one hidden file."""
    path = tmp_path / "a.png"
    with NewFile(str(path), overwrite=True) as made:
        made.write(b"first")
        with pytest.raises(IoniaError, match="being made already"):
            NewFile(str(path), overwrite=True)
        made.publish()
    assert path.read_bytes() == b"first"
    with NewFile(str(path), overwrite=True) as made:
        made.write(b"second")
        made.publish()
    assert [entry.read_bytes() for entry in tmp_path.iterdir()] == [b"second"]


def test_a_file_system_without_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError("not supported")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    for index in range(2):
        path = tmp_path / f"{index}.mp4"
        with NewFile(str(path), overwrite=False) as made:
            made.write(b"ours")
            if index:
                path.write_bytes(b"theirs")
                with pytest.raises(IoniaError, match="there is a file already"):
                    made.publish()
            else:
                made.publish()
    assert (tmp_path / "0.mp4").read_bytes() == b"ours"
    assert (tmp_path / "1.mp4").read_bytes() == b"theirs"
    assert names(tmp_path) == ["0.mp4", "1.mp4"]


def test_only_what_dead_jobs_left_is_swept(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    dead, unknown = tmp_path / f".ionia-0123-{process.pid}.job", tmp_path / ".ionia-mine.job"
    for path in (dead, unknown, tmp_path / ".ionia-0123.part", tmp_path / "a.job"):
        path.write_bytes(b"x")
    unknown.unlink()
    with NewFile(str(tmp_path / "a.mp4"), overwrite=False) as made:
        sweep_beside(str(tmp_path / "other.mp4"))
        assert names(tmp_path) == sorted([".ionia-0123.part", made.hidden.name, "a.job"])
    sweep(tmp_path / "none")


def test_a_process_that_ends_with_its_engine_leaves_nothing(tmp_path: Path) -> None:
    made = NewFile(str(tmp_path / "a.mp4"), overwrite=False)
    new_file.abandon()
    assert names(tmp_path) == []
    made.__exit__(None, None, None)


STUCK = """
import sys, threading
from ionia.sinks.media_files import copying
copying._copy_part = lambda *_: (print('stuck', file=sys.stderr, flush=True), threading.Event().wait())
from ionia.sinks.media_job_process import main
main()
"""


@pytest.mark.parametrize("end", ["kill", "engine gone"])
def test_killed_in_the_middle_the_file_is_what_it_was(own: Path, tmp_path: Path, end: str) -> None:
    path = tmp_path / "take.mp4"
    path.write_bytes(own.read_bytes())
    before = path.read_bytes()
    command = [sys.executable, "-c", STUCK]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        process.stdin.write(encoded(RemuxRequest(path=str(path))) + b"\n")
        process.stdin.flush()
        assert process.stderr.readline() == b"stuck\n"
        assert len(names(tmp_path)) == 2
        if end == "kill":
            os.kill(process.pid, signal.SIGKILL)
        else:
            process.stdin.close()
        process.wait(60)
    if end == "kill":
        sweep_beside(str(path))  # what its engine does
    assert names(tmp_path) == ["take.mp4"]
    assert path.read_bytes() == before


def test_a_recording_that_came_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"old")
    with NewFile(str(path), overwrite=True) as made:
        made.write(b"ours")
        take = OutputFile(str(path))
        take.open()
        take.append(b"take")
        assert take.publish()
        with pytest.raises(IoniaError, match="it is being recorded"):
            made.publish()
        take.close()
    assert path.read_bytes() == b"take"
    assert names(tmp_path) == ["a.mp4"]


def test_what_is_being_recorded_is_refused_before_the_work(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    take = OutputFile(str(path))
    take.open()
    take.append(b"take")
    assert take.publish()
    with pytest.raises(IoniaError, match="it is being recorded"):
        NewFile(str(path), overwrite=True)
    take.close()
    assert names(tmp_path) == ["a.mp4"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows itself keeps a file that is open from being replaced")
def test_no_recording_gets_to_a_name_while_it_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"old")
    take = OutputFile(str(path))
    take.open()
    take.append(b"take")
    replace, tried = Path.replace, list[bool]()

    def meanwhile(hidden: Path, target: Path) -> Path:
        if not tried:
            tried.append(False)
            tried[0] = take.publish()
        return replace(hidden, target)

    with NewFile(str(path), overwrite=True) as made:
        made.write(b"ours")
        monkeypatch.setattr(Path, "replace", meanwhile)
        made.publish()
    assert tried == [False]
    assert path.read_bytes() == b"ours"
    assert take.publish()
    take.close()
    assert path.read_bytes() == b"take"


def test_only_the_file_that_was_read_is_replaced_in_place(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"old")
    old = new_file.identity_of(path.stat())
    with NewFile(str(path), overwrite=True, replaces=old) as made:
        path.rename(tmp_path / "moved.mp4")
        path.write_bytes(b"theirs")
        with pytest.raises(IoniaError, match="another file has come to this name"):
            made.publish()
    assert path.read_bytes() == b"theirs"


@pytest.mark.parametrize("by", ["name", "symlink", "hard link"])
def test_it_is_not_one_of_its_inputs(by: str, tmp_path: Path) -> None:
    path, other = tmp_path / "a.mp4", tmp_path / "b.mp4"
    path.write_bytes(b"old")
    if by == "symlink":
        other.symlink_to(path)
    elif by == "hard link":
        other.hardlink_to(path)
    else:
        other = path
    with pytest.raises(IoniaError, match="one of the files that it would be made of"):
        NewFile(str(other), overwrite=True, inputs=[new_file.identity_of(path.stat())])
    assert path.read_bytes() == b"old"
