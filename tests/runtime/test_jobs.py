"""Jobs on files as the engine runs them: real processes, one end for each, and none left behind."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.events import JobDone, JobFailed
from ionia.core.media_request import ClipRequest, FinalizeRequest, ProbeRequest
from ionia.runtime import jobs as jobs_module
from ionia.runtime.jobs import MOST_JOBS, Jobs
from ionia.threads.worker import Worker
from tests.fakes.backends import WAIT_SECONDS, Events
from tests.sinks.test_mp4_repair import crashed


class StuckJob:
    """A job that goes on until it is killed."""

    def __init__(self, _: object) -> None:
        self.killed = threading.Event()

    def messages(self) -> Iterator[dict[str, Any]]:
        assert self.killed.wait(WAIT_SECONDS)
        yield from ()

    def kill(self) -> None:
        self.killed.set()

    def discard(self) -> None:
        self.killed.set()


def test_a_job_ends_once_with_what_it_made(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    crashed(path)
    events = Events()
    jobs = Jobs(events)
    name = jobs.start(FinalizeRequest(path=str(path)))
    done = events.wait_for(lambda event: isinstance(event, JobDone | JobFailed))
    assert isinstance(done, JobDone)
    assert (done.job_id, done.result.path, done.result.changed) == (name, str(path), True)
    assert jobs.cancel(name) is False
    jobs.close()


def test_jobs_are_bounded_cancelled_and_ended_with_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs_module, "MediaJob", StuckJob)
    events = Events()
    jobs = Jobs(events)
    names = [jobs.start(FinalizeRequest(path="a.mp4")) for _ in range(MOST_JOBS)]
    with pytest.raises(IoniaError, match="jobs are running") as caught:
        jobs.start(FinalizeRequest(path="a.mp4"))
    assert caught.value.kind is ErrorKind.MEDIA_FAILED
    assert jobs.cancel(names[0]) is True
    ended = events.wait_for(lambda event: isinstance(event, JobFailed))
    assert isinstance(ended, JobFailed)
    assert (ended.job_id, ended.cancelled) == (names[0], True)
    jobs.close()
    assert sorted(event.job_id for event in events.all if isinstance(event, JobFailed)) == sorted(names)
    assert jobs.cancel("job-none") is False


def test_a_process_that_can_not_be_started_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> None:
        raise OSError("no more processes")

    monkeypatch.setattr(jobs_module, "MediaJob", refuse)
    with pytest.raises(IoniaError, match="could not be started"):
        Jobs(Events()).start(FinalizeRequest(path="a.mp4"))


def test_no_job_begins_in_an_engine_that_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs_module, "MediaJob", StuckJob)
    jobs = Jobs(Events())
    jobs.close()
    with pytest.raises(IoniaError, match="shutting down") as caught:
        jobs.start(FinalizeRequest(path="a.mp4"))
    assert caught.value.kind is ErrorKind.INTERNAL


def test_a_job_without_a_thread_leaves_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[StuckJob] = []

    def make(request: object) -> StuckJob:
        made.append(StuckJob(request))
        return made[-1]

    def no_thread(_: Worker) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(jobs_module, "MediaJob", make)
    monkeypatch.setattr(Worker, "start", no_thread)
    jobs = Jobs(Events())
    for _ in range(MOST_JOBS + 1):  # each frees its place
        with pytest.raises(IoniaError, match="thread could not be started"):
            jobs.start(FinalizeRequest(path="a.mp4"))
    assert all(job.killed.is_set() for job in made)


def test_each_kind_of_job_goes_through_a_process_and_back(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    crashed(path)
    events = Events()
    jobs = Jobs(events)
    clip, looked = tmp_path / "clip.mp4", str(path)
    name = jobs.start(ClipRequest(path=looked, output=str(clip), start_seconds=1.0, end_seconds=2.5, mode="exact"))
    done = events.wait_for(lambda event: isinstance(event, JobDone | JobFailed) and event.job_id == name)
    assert isinstance(done, JobDone)
    assert (done.result.path, done.result.start_seconds, done.result.duration_seconds) == (str(clip), 1.0, 1.5)
    name = jobs.start(ProbeRequest(path=str(clip)))
    done = events.wait_for(lambda event: isinstance(event, JobDone | JobFailed) and event.job_id == name)
    assert isinstance(done, JobDone)
    assert done.result.media is not None
    assert done.result.media.tracks[0].samples == 45
    name = jobs.start(ClipRequest(path=looked, output=str(clip)))
    failed = events.wait_for(lambda event: isinstance(event, JobDone | JobFailed) and event.job_id == name)
    assert isinstance(failed, JobFailed)
    assert failed.hint.startswith("Choose another name")
    jobs.close()
