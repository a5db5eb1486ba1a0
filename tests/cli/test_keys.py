"""Keys of a terminal while it records: what they do, and that the terminal is as before on every way out."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ionia.cli.keys import pressed_keys
from tests.fakes.media_check import file_facts

if sys.platform == "win32":
    pytest.skip("terminals of another kind", allow_module_level=True)

import fcntl
import pty
import termios

HANGS_SECONDS = 90.0
"""More than a command takes on a machine that does other things too."""


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    """The user's side of a terminal, and the program's."""
    user, program = pty.openpty()
    yield user, program
    os.close(user)
    os.close(program)


def _owns_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


@contextmanager
def command(terminal: int, *arguments: str) -> "Iterator[subprocess.Popen[bytes]]":
    """One that has this terminal for its own. It is killed at the end, and when it hangs."""
    with subprocess.Popen(
        [sys.executable, "-m", "ionia", *arguments],
        stdin=terminal,
        stdout=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=_owns_terminal,  # noqa: PLW1509 - a terminal of its own is made between fork and exec
    ) as process:
        hangs = threading.Timer(HANGS_SECONDS, process.kill)
        hangs.start()
        try:
            yield process
        finally:
            hangs.cancel()
            process.kill()


def reader(process: "subprocess.Popen[bytes]") -> Callable[[str], str]:
    """Reads on until a line matches."""
    assert process.stdout is not None
    out = process.stdout

    def until(pattern: str) -> str:
        said: list[str] = []
        for raw in out:
            said.append(raw.decode())
            if re.search(pattern, said[-1]):
                return said[-1]
        raise AssertionError(f"{pattern!r} never came: {said}")

    return until


def test_a_recording_is_paused_marked_and_split_by_keys(tmp_path: Path, terminal: tuple[int, int]) -> None:
    user, program = terminal
    before = termios.tcgetattr(program)
    path = tmp_path / "take.mp4"
    media = ["--screen", "test", "--desktop-audio", "test", "--audio", "desktop", "--encoder", "x264"]
    with command(program, "record", str(path), "--replay", "20", *media) as process:
        until = reader(process)
        until("Space pauses, m marks, s begins another file. r saves the last 20 s")
        until(r"\d frames")
        assert not termios.tcgetattr(program)[3] & termios.ICANON
        os.write(user, b"x m")
        until("^Paused")
        until(r"^Mark 1 at 0:00:\d\d of take\.mp4\.")
        os.write(user, b" ")
        until("^Recording again")
        os.write(user, b"r")
        while "nothing yet" in until("^Saved the last .*take-replay-1.mp4|^The replay holds nothing yet"):
            os.write(user, b"r")  # on a busy machine its first pictures come that late
        os.write(user, b"s")
        until("^Saved .*take.mp4 .*it goes on in .*take-2.mp4")
        os.write(user, b" ")
        until("^Paused")
        os.write(user, b"s")
        until("^Another file begins with Space")
        os.write(user, b" ")
        until("^Saved .*take-2.mp4 .*it goes on in .*take-3.mp4")
        process.send_signal(signal.SIGTERM)
        until("^Saved .*take-3.mp4")
        assert process.wait(30) == 0
    assert termios.tcgetattr(program) == before
    for part in (path, *(tmp_path / f"take-{name}.mp4" for name in ("2", "3", "replay-1"))):
        facts = file_facts(part)
        assert facts.video.frame_indexes == list(range(len(facts.video.pts)))


def test_a_replay_is_saved_by_a_key_without_a_recording(tmp_path: Path, terminal: tuple[int, int]) -> None:
    user, program = terminal
    media = ["--screen", "test", "--audio", "none", "--encoder", "x264"]
    with command(program, "replay", str(tmp_path / "take.mp4"), "--hold", "20", *media) as process:
        until = reader(process)
        until("Holding the last 20 s. Ctrl[+]C ends it. r saves them")
        until(r"holds \d")
        os.write(user, b"r")
        until("^Saved the last .*take-replay-1.mp4")
        process.send_signal(signal.SIGTERM)
        until("^1 saved")
        assert process.wait(30) == 0
    facts = file_facts(tmp_path / "take-replay-1.mp4")
    assert facts.video.frame_indexes == list(range(len(facts.video.pts)))
    assert not (tmp_path / "take.mp4").exists()


def test_a_key_that_the_end_follows_at_once_counts(tmp_path: Path, terminal: tuple[int, int]) -> None:
    """Terminals throw away what was typed before Ctrl+C, and a reader that has seen it may wait for ever."""
    user, program = terminal
    media = ["--screen", "test", "--audio", "none", "--encoder", "x264"]
    with command(program, "replay", str(tmp_path / "take.mp4"), "--hold", "20", *media) as process:
        until = reader(process)
        until(r"holds [^0]")
        os.write(user, b"r\x03")
        until("^1 saved")
        assert process.wait(30) == 0
    assert (tmp_path / "take-replay-1.mp4").exists()


def test_without_a_terminal_of_its_own_there_are_no_keys(
    monkeypatch: pytest.MonkeyPatch, terminal: tuple[int, int]
) -> None:
    with Path(os.devnull).open() as nothing:
        monkeypatch.setattr(sys, "stdin", nothing)
        with pressed_keys(lambda _: None) as has_keys:
            assert not has_keys
    with open(os.dup(terminal[1])) as another:  # noqa: PTH123 - a descriptor; the terminal is not ours to read
        monkeypatch.setattr(sys, "stdin", another)
        with pressed_keys(lambda _: None) as has_keys:
            assert not has_keys
    monkeypatch.setattr(sys, "stdin", None)
    with pressed_keys(lambda _: None) as has_keys:
        assert not has_keys
