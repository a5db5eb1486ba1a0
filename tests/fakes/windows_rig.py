"""The Windows rig as tests use it: built once and cached, one test run at a time, everything in it ended afterwards."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
COMMAND = ROOT / "build" / "windows-rig" / "windows-rig"
SETUP_TIMEOUT_S = 900


class WindowsRig:
    """Runs Windows programs on the rig's own display and sound server."""

    def __init__(self) -> None:
        self.home = Path(os.environ.get("WINDOWS_RIG_DIR") or "~/.cache/windows-rig").expanduser()

    def environment(self, **more: str) -> dict[str, str]:
        """For a program in the rig: nothing of ours that Windows would take for its own."""
        ours = ("DISPLAY", "PULSE_SERVER", "PYTHONPATH", "PYTHONHOME", "COVERAGE_PROCESS_START")
        return {**{name: value for name, value in os.environ.items() if name not in ours}, **more}

    def run(self, *arguments: str | Path, timeout: float = 120, **options: Any) -> subprocess.CompletedProcess[str]:
        """`windows-rig run ARGUMENTS`, with its output."""
        options.setdefault("env", self.environment())
        return subprocess.run(
            self.command(*arguments), timeout=timeout, capture_output=True, text=True, check=False, **options
        )

    def popen(self, *arguments: str | Path, **options: Any) -> subprocess.Popen[bytes]:
        """`windows-rig run ARGUMENTS` with pipes; the process becomes the Windows program."""
        options.setdefault("env", self.environment())
        return subprocess.Popen(
            self.command(*arguments),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options,
        )  # fmt: skip

    def command(self, *arguments: str | Path) -> list[str]:
        """The command line that runs a program in the rig."""
        return [str(COMMAND), "run", *map(str, arguments)]

    def control(self, *arguments: str) -> None:
        """`windows-rig ARGUMENTS`: dxgi, pactl, play, ..."""
        subprocess.run([str(COMMAND), *arguments], env=self.environment(), check=True, timeout=60)

    def server(self, name: str) -> dict[str, Any]:
        """What is known of the rig's "xvfb" or "pulse": pid and address."""
        record: dict[str, Any] = json.loads((self.home / "state" / f"{name}.json").read_text())
        return record


def windows_path(path: Path) -> str:
    """A path of this machine as programs in the rig see it."""
    return "Z:" + str(path.absolute()).replace("/", "\\")


@contextmanager
def windows_keep_their_pixels(display: str) -> Iterator[None]:
    """Give the rig's display what Windows' compositor gives: windows are whole, covered or outside the screen."""
    from Xlib.display import Display  # noqa: PLC0415 - Linux only
    from Xlib.ext import composite  # noqa: PLC0415

    connection = Display(display)
    connection.screen().root.composite_redirect_subwindows(composite.RedirectAutomatic)
    connection.sync()
    try:
        yield
    finally:
        connection.close()


def _setup() -> None:
    try:
        done = subprocess.run(
            [str(COMMAND), "setup"], capture_output=True, text=True, check=False, timeout=SETUP_TIMEOUT_S
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        pytest.skip(f"the Windows rig can't be built here: {error}")
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no output"])[-1]
        pytest.skip(f"the Windows rig can't be built here: {last}")


_users = 0
_lock: IO[str] | None = None


@pytest.fixture(scope="module")
def windows_rig() -> Iterator[WindowsRig]:
    """The rig, set up; skips where it can't be. Other test runs wait, since display and sound are the rig's own; no
    longer than for a module, so that two runs on a machine take turns.

    A fixture that several modules import is one fixture for each of them: they are counted.
    """
    global _users, _lock  # noqa: PLW0603
    rig = WindowsRig()
    if sys.platform != "linux":
        pytest.skip("the Windows rig runs on Linux")
    if _users == 0:
        import fcntl  # noqa: PLC0415 - Linux only, as the rig

        try:
            rig.home.mkdir(parents=True, exist_ok=True)
            _lock = (rig.home / "tests.lock").open("w")
        except OSError as error:
            pytest.skip(f"the Windows rig can't be built here: {error}")
        fcntl.flock(_lock, fcntl.LOCK_EX)
    _users += 1
    try:
        if _users == 1:
            _setup()
        yield rig
    finally:
        _users -= 1
        if _users == 0 and _lock is not None:
            subprocess.run([str(COMMAND), "stop"], check=False, timeout=60)
            _lock.close()
