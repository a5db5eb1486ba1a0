"""A thread with an owner."""

import threading

import pytest

from ionia.threads.worker import Worker

DEADLINE = 30.0


def test_it_runs_when_started_and_is_joined() -> None:
    ran = threading.Event()
    worker = Worker("a", ran.set, lambda _: None)
    assert not ran.is_set()
    assert worker.join(0) is True  # it never began
    worker.start()
    assert worker.join(DEADLINE) is True
    assert ran.is_set()


def test_its_error_goes_to_who_asked_for_it() -> None:
    errors: list[BaseException] = []
    mistake = ValueError("mine")

    def body() -> None:
        raise mistake

    worker = Worker("a", body, errors.append)
    worker.start()
    assert worker.join(DEADLINE)
    assert errors == [mistake]


def test_a_body_that_does_not_end_is_said_so_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    release = threading.Event()
    worker = Worker("stuck", lambda: assert_set(release), lambda _: None)
    worker.start()
    assert worker.join(0) is False
    assert caplog.records == []  # 0 only asks
    assert worker.join(0.001) is False
    assert "thread stuck did not end" in caplog.text
    release.set()
    assert worker.join(DEADLINE)


def assert_set(event: threading.Event) -> None:
    assert event.wait(DEADLINE)
