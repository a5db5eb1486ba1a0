"""The process's standard descriptors, and waiting for any descriptor, whatever its number.

Waiting is never by `select`: it can't take a descriptor above 1023, and a parent may hand down more than that. Windows
waits for sockets only, so there nothing can be asked of a pipe.
"""

import os
import sys
from typing import TextIO


def open_standard_descriptors() -> None:
    """Open 0, 1 and 2 to nowhere where a parent closed them. Call first.

    The next file opened would become one of them otherwise, and what a library prints would land in a recording.
    """
    for fd in (0, 1, 2):
        try:
            os.fstat(fd)
        except OSError:
            null = os.open(os.devnull, os.O_RDWR)
            if null != fd:
                os.dup2(null, fd)
                os.close(null)
    # Python gave up those streams when it started; much code, also of libraries, asks nobody whether they exist.
    sys.stdin = sys.stdin or open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - for the process's life
    sys.stdout = sys.stdout or open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115


def silence(stream: TextIO) -> None:
    """Nobody reads a standard stream any more: let what is and will be printed there go nowhere, without an error."""
    try:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
        os.close(null)
    except (OSError, ValueError):
        pass  # it has no descriptor, so there is nothing that could fail


if sys.platform == "win32":

    def wait_writable(fd: int, timeout: float | None = None) -> bool:
        """True: nothing can be asked, so the write itself must tell."""
        del fd, timeout
        return True

else:
    import select

    def wait_writable(fd: int, timeout: float | None = None) -> bool:
        """Wait until a write to `fd` takes something or fails at once; False after `timeout` seconds."""
        poller = select.poll()
        poller.register(fd, select.POLLOUT)
        return bool(poller.poll(None if timeout is None else timeout * 1000))
