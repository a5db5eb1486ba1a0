"""Jobs on threads of their own: what fails or hangs in one is nothing to the others."""

import threading
from collections.abc import Iterator

import pytest

from ionia.threads.clock import MonotonicClock
from ionia.threads.monitor import Monitor

DEADLINE = 30.0
MS = 1_000_000


class Errors:
    """What the monitor told."""

    def __init__(self) -> None:
        self.all: list[tuple[str, str]] = []
        self.came = threading.Event()

    def __call__(self, name: str, error: Exception) -> None:
        self.all.append((name, str(error)))
        self.came.set()


@pytest.fixture
def errors() -> Errors:
    return Errors()


@pytest.fixture
def monitor(errors: Errors) -> Iterator[Monitor]:
    made = Monitor(MonotonicClock(), errors)
    yield made
    made.close(DEADLINE)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("ionia-monitor")]


class Counting:
    """A job that a test waits for: `fails` says in which of its runs it raises."""

    def __init__(self, until: int, fails: frozenset[int] = frozenset()) -> None:
        self.runs = 0
        self.reached = threading.Event()
        self._until = until
        self._fails = fails

    def __call__(self) -> None:
        self.runs += 1
        if self.runs >= self._until:
            self.reached.set()
        if self.runs in self._fails:
            raise OSError(f"in run {self.runs}")


def test_a_job_that_fails_stays_and_is_told_once_until_it_works_again(monitor: Monitor, errors: Errors) -> None:
    job = Counting(6, fails=frozenset({1, 2, 4}))
    monitor.every("disk", MS, job)
    assert job.reached.wait(DEADLINE)
    assert errors.all == [("disk", "in run 1"), ("disk", "in run 4")]


def test_a_job_that_hangs_or_fails_holds_up_no_other(monitor: Monitor, errors: Errors) -> None:
    release = threading.Event()
    job = Counting(3)
    monitor.every("hanging", MS, lambda: assert_set(release))
    monitor.every("failing", MS, Counting(1, fails=frozenset(range(1, 100_000))))
    monitor.every("stats", MS, job)
    assert job.reached.wait(DEADLINE)
    release.set()
    assert errors.came.wait(DEADLINE)


def test_a_job_whose_failure_cannot_be_told_stays() -> None:
    def deaf(name: str, error: Exception) -> None:
        raise OSError("nobody hears")

    made = Monitor(MonotonicClock(), deaf)
    job = Counting(3, fails=frozenset({1}))
    made.every("disk", MS, job)
    assert job.reached.wait(DEADLINE)
    made.close(DEADLINE)


def test_a_job_is_replaced_and_ended(monitor: Monitor) -> None:
    first, second = Counting(1), Counting(1)
    monitor.every("stats", MS, first)
    assert first.reached.wait(DEADLINE)
    monitor.every("stats", MS, second)
    assert second.reached.wait(DEADLINE)
    monitor.every("stats", 0, second)
    monitor.close(DEADLINE)
    ran = (first.runs, second.runs)
    monitor.every("stats", MS, second)
    assert (first.runs, second.runs) == ran


def test_a_system_without_room_for_a_thread(monitor: Monitor, errors: Errors, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as context:
        context.setattr(threading.Thread, "start", refuse)
        monitor.every("stats", MS, lambda: None)
    assert errors.all == [("stats", "can't start new thread")]
    job = Counting(1)
    monitor.every("stats", MS, job)
    assert job.reached.wait(DEADLINE)


def assert_set(event: threading.Event) -> None:
    assert event.wait(DEADLINE)
