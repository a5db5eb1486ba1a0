"""The thread that looks at everything once in a while: figures for subscribers, the disk, our own CPU use."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from ionia.core.ports import Clock
from ionia.core.timebase import NS_PER_S
from ionia.threads.clock import StopSignal
from ionia.threads.worker import Worker


@dataclass(slots=True)
class _Job:
    """`run` every `interval_ns`; 0 means never."""

    run: Callable[[], None]
    interval_ns: int
    due_ns: int


class Monitor:
    """Runs jobs at intervals on one thread. A job that comes late is not made up for."""

    def __init__(self, *, clock: Clock, stop: StopSignal, on_error: Callable[[BaseException], None]) -> None:
        self._clock = clock
        self._stop = stop
        self._condition = threading.Condition()
        self._jobs: dict[str, _Job] = {}  # protected by _condition
        self._started = False  # protected by _condition
        self._worker = Worker("monitor", self._run, on_error)

    def every(self, name: str, interval_ns: int, run: Callable[[], None]) -> None:
        """Run `run` every `interval_ns` from now on, in place of what had this name; 0 ends it. Any thread."""
        with self._condition:
            if interval_ns <= 0:
                self._jobs.pop(name, None)
            else:
                self._jobs[name] = _Job(run, interval_ns, self._clock.now_ns() + interval_ns)
            start, self._started = not self._started, True
            self._condition.notify()
        if start:
            self._worker.start()

    def close(self, timeout: float) -> None:
        """End the thread."""
        self._stop.set()
        with self._condition:
            self._condition.notify()
        self._worker.join(timeout)

    def _run(self) -> None:
        while not self._stop.is_set():
            for job in self._due():
                job.run()

    def _due(self) -> list[_Job]:
        """Wait until something is due or something changed."""
        with self._condition:
            now_ns = self._clock.now_ns()
            next_ns = min((job.due_ns for job in self._jobs.values()), default=now_ns + 60 * NS_PER_S)
            if next_ns > now_ns and not self._stop.is_set():
                self._condition.wait((next_ns - now_ns) / NS_PER_S)
                now_ns = self._clock.now_ns()
            due = [job for job in self._jobs.values() if job.due_ns <= now_ns]
            for job in due:
                job.due_ns = now_ns + job.interval_ns
            return due
