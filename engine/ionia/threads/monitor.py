"""Looks at things once in a while: figures for subscribers, the disk, our own CPU use."""

import logging
import threading
from collections.abc import Callable

from ionia.threads.clock import MonotonicClock, StopSignal
from ionia.threads.worker import Worker

log = logging.getLogger(__name__)

OnError = Callable[[str, Exception], None]
"""Takes a job's name and what it raised, on the job's thread."""


class Monitor:
    """Runs each job at intervals, on a thread of its own: what fails or hangs in one is nothing to the others.

    A job that raises stays and is tried again at its next instant. `on_error` hears of the first failure, and again of
    one after the job worked in between. A job that comes late is not made up for.
    """

    def __init__(self, clock: MonotonicClock, on_error: OnError) -> None:
        self._clock = clock
        self._on_error = on_error
        self._lock = threading.Lock()
        self._jobs: dict[str, _Job] = {}  # protected by _lock
        self._ending: list[_Job] = []  # protected by _lock; replaced, and perhaps still at work
        self._closed = False  # protected by _lock

    def every(self, name: str, interval_ns: int, run: Callable[[], None]) -> None:
        """Run `run` every `interval_ns` from now on, in place of what had this name; 0 ends it. Any thread.

        Where the system can't start a thread `on_error` hears of it, on this thread, and nothing runs.
        """
        with self._lock:
            if (before := self._jobs.pop(name, None)) is not None:
                before.end()
                self._ending.append(before)
            self._ending = [job for job in self._ending if not job.join(0)]
            if interval_ns <= 0 or self._closed:
                return
            job = _Job(name, interval_ns, run, self._clock, self._on_error)
            try:
                job.start()
            except RuntimeError as error:
                refused = error
            else:
                self._jobs[name] = job
                return
        self._on_error(name, refused)

    def close(self, timeout: float) -> None:
        """End every job; wait up to `timeout` seconds for each that is at work."""
        with self._lock:
            self._closed = True
            jobs = [*self._jobs.values(), *self._ending]
            self._jobs.clear()
            self._ending.clear()
        for job in jobs:
            job.end()
        for job in jobs:
            job.join(timeout)


class _Job:
    """One job and its thread."""

    def __init__(
        self, name: str, interval_ns: int, run: Callable[[], None], clock: MonotonicClock, on_error: OnError
    ) -> None:
        self._name = name
        self._interval_ns = interval_ns
        self._run_once = run
        self._clock = clock
        self._on_error = on_error
        self._stop = StopSignal(clock)
        self._worker = Worker(f"monitor-{name}", self._run, self._unexpected)

    def start(self) -> None:
        """Raises RuntimeError when the system can't start a thread."""
        self._worker.start()

    def end(self) -> None:
        """Run no more. Doesn't wait."""
        self._stop.set()

    def join(self, timeout: float) -> bool:
        """Wait for the thread, up to `timeout` seconds; whether it has ended."""
        return self._worker.join(timeout)

    def _run(self) -> None:
        works = True
        while not self._stop.wait_until(self._clock.now_ns() + self._interval_ns):
            try:
                self._run_once()
            except Exception as error:
                log.debug("the job %s failed", self._name, exc_info=True)
                if works:
                    self._tell(error)
                works = False
            else:
                works = True

    def _tell(self, error: Exception) -> None:
        """Whoever can't hear of a failure does not end the job."""
        try:
            self._on_error(self._name, error)
        except Exception:
            log.exception("the failure of the job %s could not be told", self._name)

    def _unexpected(self, error: BaseException) -> None:
        log.error("the job %s ended", self._name, exc_info=error)
