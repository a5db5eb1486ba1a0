"""What this process and those that it started use. Any thread."""

import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import psutil


def own_cpu_seconds() -> float:
    """CPU time of this process and its descendants so far, those that have ended included (on Linux)."""
    # A parent that waits for its child takes over the child's time.
    own = os.times()
    return sum(own[:4]) + sum(map(_cpu_seconds, _descendants()))


def usable_cores() -> int:
    """Cores that this process may run on: a container or `taskset` gives fewer than the machine has."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    else:  # noqa: RET505 - so that a type checker knows either to be right
        return os.cpu_count() or 1


def own_memory_bytes() -> int:
    """Resident memory of this process now."""
    import psutil  # noqa: PLC0415 - no start waits for it

    return int(psutil.Process().memory_info().rss)


def own_name() -> str:
    """This process, for `is_running`: its id and when it began, since ids are given out again."""
    import psutil  # noqa: PLC0415 - likewise

    return _name(psutil.Process())


def is_running(name: str) -> bool:
    """Whether the process of this `own_name` still runs."""
    import psutil  # noqa: PLC0415 - likewise

    pid, _, _ = name.partition(" ")
    try:
        return _name(psutil.Process(int(pid))) == name
    except (psutil.NoSuchProcess, ValueError, OverflowError):
        return False
    except psutil.Error:  # of another user: it runs
        return True


def _name(process: "psutil.Process") -> str:
    return f"{process.pid} {process.create_time():.1f}"


def _cpu_seconds(pid: int) -> float:
    import psutil  # noqa: PLC0415 - likewise

    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.Error:  # ended meanwhile
        return 0.0
    return float(times.user + times.system + getattr(times, "children_user", 0) + getattr(times, "children_system", 0))


def _descendants() -> Iterator[int]:
    if sys.platform == "linux":
        yield from _children(os.getpid())
    else:
        import psutil  # noqa: PLC0415 - likewise

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
