"""What this process and those that it started use. Any thread."""

import os
import sys
from collections.abc import Iterator

import psutil


def own_cpu_seconds() -> float:
    """CPU time of this process and its descendants so far, those that have ended included (on Linux)."""
    seconds = 0.0
    for pid in (None, *_descendants()):
        try:
            times = psutil.Process(pid).cpu_times()
        except psutil.Error:  # ended meanwhile
            continue
        # A parent that waits for its child takes over the child's time.
        seconds += times.user + times.system + getattr(times, "children_user", 0) + getattr(times, "children_system", 0)
    return seconds


def _descendants() -> Iterator[int]:
    if sys.platform == "linux":
        yield from _children(psutil.Process().pid)
    else:
        yield from (child.pid for child in psutil.Process().children(recursive=True))


def _children(pid: int) -> Iterator[int]:
    """By what each of its threads started (proc_pid_task_tid_children(5)): psutil would read every process there is."""
    try:
        threads = os.listdir(f"/proc/{pid}/task")  # noqa: PTH208 - half of what this costs, once a second
    except OSError:  # ended meanwhile
        return
    for thread in threads:
        try:
            with open(f"/proc/{pid}/task/{thread}/children", "rb") as listing:  # noqa: PTH123 - likewise
                children = listing.read().split()
        except OSError:  # the thread has ended meanwhile
            continue
        for child in children:
            yield int(child)
            yield from _children(int(child))
