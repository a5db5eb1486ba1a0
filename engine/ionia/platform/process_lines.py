"""What processes there are, what they are called and whose children they are, as Linux says (proc(5)). Any thread."""

import os
from collections.abc import Iterator

from ionia.core.audio.programs import Process

LONGEST_LINE = 64
"""Generations: more than any desktop has between a program and the first process."""


def process_line(pid: int) -> tuple[Process, ...]:
    """A process and those that it descends from, nearest first; empty when it isn't there."""
    line: list[Process] = []
    while pid > 0 and len(line) < LONGEST_LINE and (found := _read(pid)) is not None:
        process, pid = found
        line.append(process)
    return tuple(line)


def all_processes() -> tuple[Process, ...]:
    """Everything that runs and may be seen; 5 ms for 300 processes."""
    return tuple(found[0] for pid in _pids() if (found := _read(pid)) is not None)


def lives(process: Process) -> bool:
    """Whether it is still there, and not another one of its id."""
    found = _read(process.pid, names=False)
    return found is not None and found[0].started == process.started


def _pids() -> Iterator[int]:
    try:
        names = os.listdir("/proc")  # noqa: PTH208 - in a loop over hundreds of names, half of what this costs
    except OSError:  # another system, or one without it
        return
    yield from (int(name) for name in names if name.isdecimal())


def _read(pid: int, *, names: bool = True) -> tuple[Process, int] | None:
    """The process and its parent's id; None when it isn't there, or is over and only waits to be asked for it."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123 - likewise
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return None
    # proc_pid_stat(5): the name is in brackets and may itself have some. Counted behind it: 0 state, 1 parent,
    # 19 start in clock ticks since the system's.
    head, _, rest = text.rpartition(")")
    fields = rest.split()
    if fields[0] in ("Z", "X"):
        return None
    called = (_program(pid), head.partition("(")[2]) if names else ()
    return Process(pid=pid, names=tuple(dict.fromkeys(name for name in called if name)), started=int(fields[19])), int(
        fields[1]
    )


def _program(pid: int) -> str:
    """The file that runs; empty where that is not for us to know."""
    try:
        path = os.readlink(f"/proc/{pid}/exe")  # noqa: PTH115 - likewise
    except OSError:
        return ""
    return os.path.basename(path.removesuffix(" (deleted)"))  # noqa: PTH119 - likewise
