"""Starts another process of this program, for what is to be killed without harm."""

import subprocess
import sys


def start_own(subcommand: str, module: str) -> subprocess.Popen[bytes]:
    """One that is spoken to by pipes, `subcommand` of the frozen program or else `module`. Raises OSError.

    No window of a console opens.
    """
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.CREATE_NO_WINDOW
    frozen = getattr(sys, "frozen", False)
    return subprocess.Popen(
        [sys.executable, subcommand] if frozen else [sys.executable, "-P", "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        close_fds=True,
        creationflags=flags,
    )
