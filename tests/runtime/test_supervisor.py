"""What is supervised: done elsewhere, whatever it raises, and all of it before the end."""

import threading

import pytest

from ionia.runtime.supervisor import Supervisor


def test_a_task_is_done_on_another_thread_and_a_mistake_in_one_costs_no_other(caplog: pytest.LogCaptureFixture) -> None:
    supervisor, done = Supervisor(1), list[str]()

    def fail() -> None:
        raise ValueError("a mistake")

    supervisor.ready()
    supervisor.soon(fail)
    supervisor.soon(lambda: done.append(threading.current_thread().name))
    supervisor.close()
    assert [name.startswith("ionia-supervisor") for name in done] == [True]
    assert "a mistake" in caplog.text


def test_one_that_waits_holds_up_no_other() -> None:
    supervisor, first, second = Supervisor(2), threading.Event(), threading.Event()
    supervisor.soon(lambda: second.wait(30) and first.set())
    supervisor.soon(second.set)
    supervisor.close()
    assert first.is_set()


def test_what_comes_after_the_end_is_nobodys() -> None:
    supervisor, done = Supervisor(1), list[int]()
    supervisor.close()
    supervisor.soon(lambda: done.append(1))
    assert done == []
