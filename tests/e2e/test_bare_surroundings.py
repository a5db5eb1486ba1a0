"""The real engine where a user, a container or a service has taken away what programs are used to."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.rpc.engine_process import results

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="users, mounts and signals of POSIX")

ROOT = Path(__file__).resolve().parents[2]
ENGINE = [sys.executable, "-P", "-m", "ionia"]
ASK_INFO = b'{"jsonrpc":"2.0","id":1,"method":"engine.info"}\n'
NOBODY = ["--reuid", "54321", "--regid", "54321", "--clear-groups", "--inh-caps=+dac_read_search"]
as_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0 or shutil.which("setpriv") is None, reason="needs root and setpriv"
)


def clean(**more: str) -> dict[str, str]:
    """An environment with nothing but the way to the engine."""
    return {"PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT}/engine", "PYTHONDONTWRITEBYTECODE": "1", **more}


def run(command: list[str], *, stdin: bytes = b"", cwd: str = "/", **more: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        command, input=stdin, capture_output=True, cwd=cwd, env=clean(**more), timeout=60, check=False
    )


@as_root
def test_a_user_without_home_and_without_a_name() -> None:
    correct = b'{"jsonrpc":"2.0","id":2,"method":"engine.setAudioOffset","params":{"device":"a","offsetMs":5}}\n'
    command = ["setpriv", *NOBODY, "--ambient-caps=+dac_read_search", *ENGINE]
    done = run(command, stdin=ASK_INFO + correct)
    answers = {answer["id"]: answer for answer in results(done.stdout, {1: "engine.info"})}
    assert done.returncode == 0
    assert answers[1]["result"]["name"] == "ionia-engine"
    assert answers[2]["error"]["code"] == 1301
    assert b"Traceback" not in done.stderr


@pytest.fixture
def deleted() -> str:
    """A shell's command that enters a folder and deletes it."""
    return 'd=$(mktemp -d) && cd "$d" && rmdir "$d" && '


@pytest.mark.parametrize("command", ["devices", "doctor", "selftest --only disk"])
def test_a_current_folder_that_was_deleted(deleted: str, command: str) -> None:
    done = run(["sh", "-c", f"{deleted} exec {' '.join(ENGINE)} {command}"])
    assert b"Traceback" not in done.stderr
    assert b"ionia-engine: " not in done.stderr


def test_a_server_in_a_current_folder_that_was_deleted(deleted: str) -> None:
    record = (
        b'{"jsonrpc":"2.0","id":2,"method":"recorder.initialize","params":{"outputPath":"a.mp4","screen":"test"}}\n'
    )
    done = run(["sh", "-c", f"{deleted} exec {' '.join(ENGINE)}"], stdin=ASK_INFO + record)
    answers = {answer["id"]: answer for answer in results(done.stdout, {1: "engine.info"})}
    assert done.returncode == 0
    assert answers[2]["error"]["code"] == 1301


def test_ascii_only() -> None:
    """A device's name, a path and a pipe in a locale without letters beyond ASCII."""
    locale = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}
    done = run([*ENGINE, "record", "/tmp/no such folder/ä.mp4", "--screen", "test"], **locale)  # noqa: S108
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr
    assert b"does not exist" in done.stderr


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_descriptors_of_a_recording(tmp_path: Path, closed: str) -> None:
    """None of them becomes the recording, into which a library's words would go then."""
    output = tmp_path / "a.mp4"
    options = "--screen test --desktop-audio test --audio desktop --encoder x264 --seconds 0.3"
    done = run(["sh", "-c", f"exec {' '.join(ENGINE)} record {output} {options} {closed}"])
    assert done.returncode == 0, done.stderr
    assert output.read_bytes()[4:8] == b"ftyp"


def test_a_question_to_nobody() -> None:
    done = run(["sh", "-c", f"exec {' '.join(ENGINE)} stream - <&-"])
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr


def test_a_reader_that_has_seen_enough() -> None:
    done = run(["sh", "-c", f"{' '.join(ENGINE)} test-card --help | true; {' '.join(ENGINE)} devices | true"])
    assert b"Traceback" not in done.stderr
    assert b"Exception" not in done.stderr


def test_a_terminal_that_is_closed_finishes_the_recording(tmp_path: Path) -> None:
    output = tmp_path / "a.mp4"
    master, terminal = os.openpty()
    options = ["--screen", "test", "--desktop-audio", "test", "--audio", "desktop", "--encoder", "x264"]
    process = subprocess.Popen(
        ["env", "--default-signal=HUP", *ENGINE, "record", str(output), *options],
        stdin=terminal,
        stdout=terminal,
        stderr=subprocess.PIPE,
        env=clean(),
        start_new_session=True,
    )
    os.close(terminal)
    os.read(master, 1)
    while not output.exists() and process.poll() is None:
        time.sleep(0.05)
    os.close(master)  # from now on the terminal takes nothing
    process.send_signal(signal.SIGHUP)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert b"moov" in output.read_bytes()
