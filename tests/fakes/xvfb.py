"""A private X server for a test: started on a free display, killed, frozen and restarted as a test needs."""

import contextlib
import os
import select
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from types import TracebackType
from typing import Self

START_TIMEOUT = 20.0


def xvfb_missing() -> bool:
    """Whether there is no Xvfb to run."""
    return shutil.which("Xvfb") is None


class Xvfb:
    """One Xvfb with one screen. `display` is its name (":99"), kept while it is down.

    Start it on a thread that lives as long as it shall: the system ends it with the thread that started it.
    """

    def __init__(
        self, width: int = 640, height: int = 480, *arguments: str, depth: int = 24, reset: bool = False
    ) -> None:
        """`arguments` are Xvfb's own: "-extension", "DAMAGE". `reset`: begin anew when the last client leaves."""
        self.display = ""
        self._depth = depth
        self._noreset = [] if reset else ["-noreset"]
        self._arguments = arguments
        self._directory = tempfile.TemporaryDirectory(prefix="xvfb-")
        self._process: subprocess.Popen[bytes] | None = None
        self.start(width, height)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self, width: int, height: int) -> None:
        """Start, on the number that it had before if there was one. Returns once clients can connect."""
        read_end, write_end = os.pipe()
        try:
            # A test run that is killed must not leave servers behind. setpriv becomes the server: the process id stays.
            dies_with_us = ["setpriv", "--pdeathsig", "KILL", "--"] if shutil.which("setpriv") else []
            arguments = [*dies_with_us, "Xvfb", *([self.display] if self.display else []), "-displayfd", str(write_end)]
            arguments += ["-screen", "0", f"{width}x{height}x{self._depth}", *self._noreset]
            arguments += self._arguments if "-listen" in self._arguments else ["-nolisten", "tcp", *self._arguments]
            self._process = subprocess.Popen(
                arguments,
                pass_fds=[write_end],
                cwd=self._directory.name,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            os.close(write_end)
            write_end = -1
            self.display = f":{_read_line(read_end)}"
        except BaseException:
            self.close()
            raise
        finally:
            os.close(read_end)
            if write_end >= 0:
                os.close(write_end)

    def kill(self) -> None:
        """End it the hard way, as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Stop the process without ending it: it accepts connections and answers nothing."""
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self._process.pid, signal.SIGCONT)

    def close(self) -> None:
        """End it and remove its files. Idempotent."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None
        self._directory.cleanup()


def _read_line(fd: int) -> str:
    text = b""
    while not text.endswith(b"\n"):
        ready, _, _ = select.select([fd], [], [], START_TIMEOUT)
        data = os.read(fd, 100) if ready else b""
        if not data:
            raise RuntimeError("Xvfb did not start")
        text += data
    return text.decode().strip()
