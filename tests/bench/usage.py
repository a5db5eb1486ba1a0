"""CPU time and memory of a process with all its children.

CPU time (user + system) and not wall time: other work on the machine changes it little.
"""

import contextlib
import time
from dataclasses import dataclass

import psutil

_CPU_CLOCK_OF_A_PROCESS = 2
"""CPUCLOCK_SCHED in Linux' posix-timers.h, which clock_getcpuclockid(3) puts behind the id's complement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """At one instant: CPU seconds since the start, resident bytes, threads, open files, processes.

    `private_bytes` leaves out what is shared with others: libraries, and the display's picture buffers.
    """

    at: float
    cpu_seconds: float
    rss_bytes: int
    private_bytes: int
    threads: int
    files: int
    processes: int = 1


def usage(pid: int) -> Usage:
    """Of a process and its living children."""
    process = psutil.Process(pid)
    cpu, rss, private, threads, files, processes = 0.0, 0, 0, 0, 0, 0
    for each in [process, *process.children(recursive=True)]:
        with contextlib.suppress(psutil.NoSuchProcess):
            times = each.cpu_times()
            cpu += times.user + times.system
            memory = each.memory_info()
            rss += memory.rss
            private += memory.rss - memory.shared
            threads += each.num_threads()
            files += each.num_fds()
            processes += 1
    return Usage(
        at=time.monotonic(),
        cpu_seconds=cpu,
        rss_bytes=rss,
        private_bytes=private,
        threads=threads,
        files=files,
        processes=processes,
    )


def own_cpu_ns(pid: int) -> int:
    """CPU time of one process by its own clock, without its children: /proc counts in steps of 10 ms."""
    return time.clock_gettime_ns((~pid << 3) | _CPU_CLOCK_OF_A_PROCESS)


def thread_seconds(pid: int) -> dict[int, float]:
    """CPU seconds of each of a process's own threads, by their ids."""
    return {each.id: each.user_time + each.system_time for each in psutil.Process(pid).threads()}


def cpu_share(before: Usage, after: Usage) -> float:
    """CPU seconds per second between two instants: 1 is one core."""
    return (after.cpu_seconds - before.cpu_seconds) / (after.at - before.at)
