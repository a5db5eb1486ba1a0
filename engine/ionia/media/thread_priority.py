"""Threads of an encoder at the priority of any other thread.

SVT-AV1 gives its threads, and the one that opens it, SCHED_FIFO with priority 99 where it may: for root, and for
users whose limits allow it, as an audio group's do. Nothing else of the machine runs then while it encodes: not the
sound server, not the screen, not the kernel's own work.
"""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

_TASKS = Path("/proc/self/task")


@contextlib.contextmanager
def usual_priority() -> Iterator[None]:
    """The calling thread, and all that begin in between, have afterwards what the calling thread has now. Linux only:
    elsewhere nothing happens."""
    if sys.platform == "linux":
        policy, priority = os.sched_getscheduler(0), os.sched_getparam(0)
        before = set(_TASKS.iterdir())
        try:
            yield
        finally:
            for task in (0, *(int(one.name) for one in _TASKS.iterdir() if one not in before)):  # 0: the calling thread
                with contextlib.suppress(OSError):  # it has ended
                    os.sched_setscheduler(task, policy, priority)
    else:
        yield
