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


class UsualPriority:
    """What the thread that makes it has, for that thread and all that begin after it. Linux only: elsewhere nothing
    happens. Used by that thread."""

    def __init__(self) -> None:
        if sys.platform == "linux":
            self._policy, self._param = os.sched_getscheduler(0), os.sched_getparam(0)
            self._before = set(_TASKS.iterdir())

    def restore(self) -> None:
        """Give it to them again. An encoder's threads take theirs as each begins, which may be after it was opened."""
        if sys.platform == "linux":
            for task in (0, *(int(one.name) for one in _TASKS.iterdir() if one not in self._before)):  # 0: this thread
                with contextlib.suppress(OSError):  # it has ended
                    if os.sched_getscheduler(task) != self._policy:
                        os.sched_setscheduler(task, self._policy, self._param)


@contextlib.contextmanager
def usual_priority() -> Iterator[UsualPriority]:
    """Restored at the end, and whenever it is asked again."""
    usual = UsualPriority()
    try:
        yield usual
    finally:
        usual.restore()
