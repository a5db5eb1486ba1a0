"""A process of this program that is asked what may hang or crash, and is killed then (`trial_process`).

libav's opening and freeing of an encoder or of a graph keep Python's lock: a driver that hangs there would stop every
session of the engine, and one that crashes would end it.
"""

import pickle
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

import msgspec

from ionia.platform.own_program import start_own
from ionia.threads.limited import NoAnswerError, within

SUBCOMMAND = "encoder-trial"
"""Of the engine's program, hidden from people."""

_MODULE = "ionia.media.trial_process"

_START_S = 20.0
"""How long the process may take until it listens: half a second, but for a machine that is very busy."""

_ENDS_S = 1.0
"""How long one that was killed may take to end. One that a driver holds in the system's kernel never does."""

Answer = tuple[str, ...]


class EndedError(Exception):
    """The process ended; says how."""


class ExpendableProcess:
    """Started when it is asked first. One thread."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def start(self) -> None:
        """Have it listen, if it doesn't yet. Raises OSError where there can be none."""
        if self.process is None:
            self.process = _started()

    def ask(self, call: Callable[[], Answer], limit_s: float) -> Answer:
        """What `call` returns there: a function of a module's, with its arguments. It is begun with that first.

        Raises NoAnswerError after `limit_s` seconds, EndedError; then it is killed. Raises OSError as `start` does.
        """
        self.start()
        process = self.process
        assert process is not None  # noqa: S101 - just started
        request = pickle.dumps((limit_s, call))
        try:
            return within(limit_s, "encoder-trial", lambda: _asked(process, request))
        except (NoAnswerError, EndedError):
            self.close()
            raise

    def close(self) -> None:
        """End the process, if there is one."""
        process, self.process = self.process, None
        if process is not None:
            process.kill()
            with suppress(subprocess.TimeoutExpired):
                process.wait(_ENDS_S)
                _close_pipes(process)


def _started() -> subprocess.Popen[bytes]:
    process = start_own(SUBCOMMAND, _MODULE)
    try:
        within(_START_S, "encoder-trial", lambda: _line(process))
    except (NoAnswerError, EndedError) as error:
        process.kill()
        raise OSError("it does not start") from error
    return process


def _asked(process: subprocess.Popen[bytes], request: bytes) -> Answer:
    """Raises EndedError."""
    assert process.stdin is not None  # noqa: S101 - `start_own` asks for it
    with suppress(OSError):  # it has ended, which Windows calls an invalid argument: reading says how
        process.stdin.write(request)
        process.stdin.flush()
    return msgspec.json.decode(_line(process), type=Answer)


def _line(process: subprocess.Popen[bytes]) -> bytes:
    """Raises EndedError."""
    assert process.stdout is not None  # noqa: S101 - likewise
    line = process.stdout.readline()
    if not line.endswith(b"\n"):
        with suppress(subprocess.TimeoutExpired):
            process.wait(_ENDS_S)
        raise EndedError(_how(process.returncode))
    return line


def _how(code: int | None) -> str:
    """For people: what a process ended with."""
    if code is None:
        return "it never ended"
    if sys.platform != "win32" and code < 0:
        with suppress(ValueError):
            return signal.Signals(-code).name
    return f"exit code {code & 0xFFFF_FFFF:#x}" if abs(code) > 0xFF else f"exit code {code}"


def _close_pipes(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(OSError):  # what wasn't flushed has no reader
                pipe.close()
