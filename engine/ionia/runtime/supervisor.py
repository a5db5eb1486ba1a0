"""Threads for what waits for other threads or a disk: ending a session that failed, opening the next file."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

log = logging.getLogger(__name__)


class Supervisor:
    """Any thread. As many threads as there may be sessions: one that waits must not hold up another's end."""

    def __init__(self, most: int) -> None:
        self._threads = ThreadPoolExecutor(max_workers=most, thread_name_prefix="ionia-supervisor")

    def soon(self, task: Callable[[], None]) -> None:
        """Run it on a thread of its own kind; returns at once. What it raises is logged."""

        def run() -> None:
            try:
                task()
            except Exception:
                log.exception("a failed session could not be ended in order")

        try:
            self._threads.submit(run)
        except RuntimeError as error:
            # Shutting down, then the session is being finished anyway; or no thread can be started, then the task is
            # queued all the same, and the thread that each session had started beforehand takes it.
            log.debug("supervisor: %s", error)

    def ready(self) -> None:
        """Have a thread started by now, so that one is there when a session fails."""
        self.soon(lambda: None)

    def close(self) -> None:
        """Wait until all tasks are done; no more are taken."""
        self._threads.shutdown()
