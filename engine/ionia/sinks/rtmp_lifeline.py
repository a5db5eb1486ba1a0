"""Ties a sender's life to its engine's, however the engine ends and whatever the sender is doing at that moment.

A sender that is connecting sits in libav with the GIL held: no Python thread of its own can notice anything, so the
system must end it. Linux: a pipe whose write end only the engine has; when the last writer is gone the kernel sends
SIGIO, whose default action ends the process. (PR_SET_PDEATHSIG would end it as soon as the *thread* that
started it ends.) Windows: a job object that kills its processes when the engine's handle to it is closed.
"""

import os
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING or sys.platform != "win32":
    import fcntl
    import signal

OPTION = "--lifeline"
"""Argument of the sender that names the inherited end of the pipe."""


class Lifeline:
    """The engine's end, one for each sender. Closing it ends the sender."""

    def __init__(self) -> None:
        self._job: int | None = None
        self._write_fd: int | None = None
        self._read_fd: int | None = None
        if sys.platform != "win32":
            self._read_fd, self._write_fd = os.pipe()

    @property
    def arguments(self) -> list[str]:
        """What the sender's command line needs."""
        return [] if self._read_fd is None else [OPTION, str(self._read_fd)]

    @property
    def inherited_fds(self) -> tuple[int, ...]:
        """Descriptors that the sender inherits."""
        return () if self._read_fd is None else (self._read_fd,)

    def attach(self, process: "subprocess.Popen[bytes]") -> None:
        """Call once, right after the sender was started."""
        if sys.platform == "win32":
            from ionia.sinks import windows_job  # noqa: PLC0415 - exists for Windows only

            self._job = windows_job.kill_with_us(process)
        elif self._read_fd is not None:
            os.close(self._read_fd)
            self._read_fd = None

    def close(self) -> None:
        """End the sender if it still lives. Idempotent."""
        for descriptor in (self._read_fd, self._write_fd):
            if descriptor is not None:
                os.close(descriptor)
        self._read_fd = self._write_fd = None
        if sys.platform == "win32" and self._job is not None:
            from ionia.sinks import windows_job  # noqa: PLC0415 - exists for Windows only

            windows_job.close(self._job)
            self._job = None


def hold_on(arguments: list[str]) -> None:
    """In the sender, first thing: be ended with the engine. `arguments` are the process's own."""
    if sys.platform != "win32" and OPTION in arguments:
        descriptor = int(arguments[arguments.index(OPTION) + 1])
        signal.signal(signal.SIGIO, signal.SIG_DFL)
        fcntl.fcntl(descriptor, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(descriptor, fcntl.F_SETFL, fcntl.fcntl(descriptor, fcntl.F_GETFL) | os.O_ASYNC | os.O_NONBLOCK)
        try:
            gone = os.read(descriptor, 1) == b""
        except BlockingIOError:
            gone = False
        if gone:  # before the signal was armed
            os._exit(1)
