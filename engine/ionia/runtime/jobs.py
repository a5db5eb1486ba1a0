"""Jobs on files, each in a process of its own: their names, their news, and their end."""

import itertools
import threading
from collections.abc import Callable

import msgspec

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.events import Event, JobDone, JobFailed, JobProgressed, JobResult
from ionia.core.media_request import MediaRequest
from ionia.sinks.media_job import MediaJob
from ionia.threads.worker import Worker

MOST_JOBS = 8
"""At one time: each is a process."""


class Jobs:
    """Any thread. Each job ends with one JobDone or JobFailed, from a thread of its own."""

    def __init__(self, emit: Callable[[Event], None]) -> None:
        self._emit = emit
        self._ids = itertools.count(1)
        self._lock = threading.Lock()
        self._running: dict[str, tuple[MediaJob, Worker]] = {}  # protected by _lock
        self._cancelled: set[str] = set()  # protected by _lock
        self._closed = False  # protected by _lock

    def start(self, request: MediaRequest) -> str:
        """Begin, and return the job's name. Raises IoniaError(MEDIA_FAILED), or INTERNAL after `close`."""
        with self._lock:
            if self._closed:
                raise IoniaError(ErrorKind.INTERNAL, "The engine is shutting down.")
            if len(self._running) >= MOST_JOBS:
                raise IoniaError(
                    ErrorKind.MEDIA_FAILED, f"{MOST_JOBS} jobs are running.", "Try again when one is done."
                )
            try:
                job = MediaJob(request)
            except OSError as error:
                raise IoniaError(ErrorKind.MEDIA_FAILED, "The job's process could not be started.") from error
            job_id = f"job-{next(self._ids)}"
            worker = Worker("media-job", lambda: self._follow(job_id, job), lambda _: self._ended(job_id, None))
            try:
                worker.start()
            except RuntimeError as error:  # the system has no room for another thread
                job.discard()
                raise IoniaError(ErrorKind.MEDIA_FAILED, "The job's thread could not be started.") from error
            self._running[job_id] = job, worker
        return job_id

    def cancel(self, job_id: str) -> bool:
        """End it at once; its file plays as before. False if there is no such job, or it is over."""
        with self._lock:
            found = self._running.get(job_id)
            if found is not None:
                self._cancelled.add(job_id)
        if found is not None:
            found[0].kill()
        return found is not None

    def close(self) -> None:
        """End all; none begins any more."""
        with self._lock:
            self._closed = True
            running = dict(self._running)
        for job_id in running:
            self.cancel(job_id)
        for _, worker in running.values():
            worker.join(2.0)

    def _follow(self, job_id: str, job: MediaJob) -> None:
        last: Event | None = None
        for message in job.messages():
            if "progress" in message:
                self._emit(JobProgressed(job_id=job_id, fraction=message["progress"]))
            elif "done" in message:
                last = JobDone(job_id=job_id, result=msgspec.convert(message["done"], JobResult))
            else:
                last = JobFailed(job_id=job_id, kind=ErrorKind.MEDIA_FAILED, **message["failed"])
        self._ended(job_id, last)

    def _ended(self, job_id: str, last: Event | None) -> None:
        with self._lock:
            self._running.pop(job_id, None)
            cancelled = job_id in self._cancelled
            self._cancelled.discard(job_id)
        if last is None:
            words = "The job was cancelled." if cancelled else "The job's process ended unexpectedly."
            last = JobFailed(job_id=job_id, kind=ErrorKind.MEDIA_FAILED, message=words, cancelled=cancelled)
        self._emit(last)
