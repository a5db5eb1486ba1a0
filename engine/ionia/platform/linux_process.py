"""What the process asks of Linux and its C library. Does nothing elsewhere."""

import ctypes
import logging
import os
import platform
import sys

log = logging.getLogger(__name__)

_M_ARENA_MAX = -8
"""mallopt(3)."""

_SCHED_SETATTR = {"x86_64": 314, "aarch64": 274}
"""The system call's number (arch/x86/entry/syscalls/syscall_64.tbl, asm-generic/unistd.h), for which older C libraries
have no function."""

_RESET_ON_FORK = 0x01

SHORTEST_SLICE_NS = 100_000
"""Linux' least (sched_setattr's `sched_runtime`, since 6.12); a thread has 1.4 ms and more unasked."""


class _SchedAttr(ctypes.Structure):
    """sched_setattr(2)."""

    _fields_ = (
        ("size", ctypes.c_uint32),
        ("sched_policy", ctypes.c_uint32),
        ("sched_flags", ctypes.c_uint64),
        ("sched_nice", ctypes.c_int32),
        ("sched_priority", ctypes.c_uint32),
        ("sched_runtime", ctypes.c_uint64),
        ("sched_deadline", ctypes.c_uint64),
        ("sched_period", ctypes.c_uint64),
    )


def share_one_heap() -> None:
    """Let all threads allocate from one arena. Call before there are threads.

    glibc gives each thread its own arena and keeps what was freed there: a process that makes and ends encoders,
    as each session does, would grow by some 10 MB a time. Measured over twelve sessions: from 82 to 144 MB and level
    from the sixth on, instead of to 188 MB and rising; no more CPU, since Python's own objects don't come from malloc.
    """
    if sys.platform == "linux":
        try:
            ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)
        except (OSError, AttributeError) as error:  # another C library: musl has no arenas
            log.debug("mallopt: %s", error)


def take_short_turns() -> None:
    """Let the calling thread run soon after it wakes, before others of its weight that are in the midst of long turns.

    For threads that must not come late and do little: they get no more of the processor than before, in smaller pieces.
    Nobody needs a right for it, and threads that it starts have usual turns. Before Linux 6.12, or where the system
    refuses, nothing changes.
    """
    if sys.platform == "linux":
        try:
            _shorten_turns()
        except OSError as error:  # musl has no sched_getscheduler, and a container may forbid it
            log.debug("turns stay as long as they are: %s", error)


def _shorten_turns() -> None:
    """Raises OSError."""
    if sys.platform == "linux":
        number = _SCHED_SETATTR.get(platform.machine())
        # Who was given a real-time policy keeps that.
        if number is None or os.sched_getscheduler(0) != os.SCHED_OTHER:
            return
        wanted = _SchedAttr(
            size=ctypes.sizeof(_SchedAttr),
            sched_policy=os.SCHED_OTHER,
            sched_flags=_RESET_ON_FORK,
            sched_nice=os.getpriority(os.PRIO_PROCESS, 0),
            sched_runtime=SHORTEST_SLICE_NS,
        )
        library = ctypes.CDLL(None, use_errno=True)
        if library.syscall(ctypes.c_long(number), ctypes.c_int(0), ctypes.byref(wanted), ctypes.c_uint(0)) != 0:
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code))
