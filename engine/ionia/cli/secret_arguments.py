"""A stream key among this process's arguments, which every user of the machine can read: made unreadable at once.

Linux lets a process write over its own arguments; elsewhere nothing is done. A moment remains between the start and the
overwriting, and a shell keeps its history, so `stream -` is the better way and the help says so.
"""

import ctypes
import sys
from collections.abc import Sequence, Set
from pathlib import Path

_ARG_START, _ARG_END = 47, 48
"""Fields arg_start and arg_end of /proc/self/stat, counted from 0 (proc_pid_stat(5), since Linux 3.5)."""


def hide_addresses(arguments: Sequence[str]) -> None:
    """Overwrite those of our arguments that are addresses. Never raises: not being able to is no reason not to run."""
    addresses = {argument.encode(errors="surrogateescape") for argument in arguments if "://" in argument}
    if addresses and sys.platform == "linux":
        _overwrite(addresses)


def _overwrite(addresses: Set[bytes]) -> None:
    try:
        # The second field is the program's name in parentheses, which may contain blanks.
        fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
        start, end = int(fields[_ARG_START - 2]), int(fields[_ARG_END - 2])
        own = Path("/proc/self/cmdline").read_bytes()
    except (OSError, ValueError, IndexError):
        return
    if not start or end - start != len(own):
        return
    at = start
    for argument in own.split(b"\0"):  # whole ones: an address may begin as another does, or be there twice
        if argument in addresses:
            ctypes.memset(at, ord("*"), len(argument))
        at += len(argument) + 1
