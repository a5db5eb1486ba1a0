"""Real threads, stepped by handshakes."""

import logging
import threading
from collections.abc import Iterator

import pytest

from ionia.core.timebase import NS_PER_S
from ionia.rpc.lanes import Lanes, LanesFullError, Work
from ionia.rpc.schema import Role
from tests.fakes.engine_service import DEADLINE, wait
from tests.fakes.manual_clock import ManualClock


@pytest.fixture
def lanes() -> Iterator[Lanes]:
    made = Lanes(max_lanes=2, max_waiting=3)
    made.start()
    yield made
    made.close()
    made.join()


class Step:
    """Work that says when it begins, and waits to be told to end."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.end = threading.Event()
        self.abandoned = threading.Event()

    @property
    def work(self) -> Work:
        return Work(run=self._run, abandon=self.abandoned.set)

    def _run(self) -> None:
        self.begun.set()
        wait(self.end)


def test_lanes_do_not_wait_for_each_other(lanes: Lanes) -> None:
    slow, other, behind = Step(), Step(), Step()
    lanes.submit("a", Role.SETTLE, slow.work)
    lanes.submit("a", Role.SETTLE, behind.work)
    lanes.submit("b", Role.SETTLE, other.work)
    wait(slow.begun)
    wait(other.begun)
    assert not behind.begun.is_set()
    other.end.set()
    slow.end.set()
    wait(behind.begun)
    behind.end.set()
    assert lanes.wait_idle(DEADLINE)


def test_a_system_without_room_for_a_thread_answers_one_call_after_the_other(
    lanes: Lanes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    slow, other = Step(), Step()
    with monkeypatch.context() as context:
        context.setattr(threading.Thread, "start", refuse)
        lanes.submit("a", Role.SETTLE, slow.work)
        lanes.submit("b", Role.SETTLE, other.work)
    wait(slow.begun)
    assert not other.begun.is_set()
    slow.end.set()
    wait(other.begun)
    other.end.set()
    assert lanes.wait_idle(DEADLINE)


def test_a_query_runs_beside_a_stop(lanes: Lanes) -> None:
    stop, query = Step(), Step()
    lanes.submit("a", Role.DRAIN, stop.work)
    lanes.submit("a", Role.QUERY, query.work)
    wait(stop.begun)
    wait(query.begun)
    query.end.set()
    stop.end.set()
    assert lanes.wait_idle(DEADLINE)


def test_threads_are_used_again(lanes: Lanes) -> None:
    for _ in range(20):
        done = Step()
        done.end.set()
        lanes.submit("a", Role.SETTLE, done.work)
        assert lanes.wait_idle(DEADLINE)
    assert lanes._made == 1


def test_bounds(lanes: Lanes) -> None:
    steps = [Step() for _ in range(4)]
    for step in steps[:3]:
        lanes.submit("a", Role.SETTLE, step.work)
    with pytest.raises(LanesFullError, match="3 calls on this session"):
        lanes.submit("a", Role.QUERY, steps[3].work)
    lanes.submit("b", Role.SETTLE, steps[3].work)
    with pytest.raises(LanesFullError, match="calls on 2 sessions"):
        lanes.submit("c", Role.QUERY, steps[3].work)
    assert not lanes.wait_idle(0)
    for step in steps:
        step.end.set()
    assert lanes.wait_idle(DEADLINE)


def test_slow_calls_hold_others_up_for_a_moment_only(lanes: Lanes, monkeypatch: pytest.MonkeyPatch) -> None:
    clock, waits = ManualClock(), list[float]()

    def in_vain(_: object, seconds: float) -> bool:
        waits.append(seconds)
        clock.now += round(seconds * NS_PER_S)
        return False

    monkeypatch.setattr(lanes, "_clock", clock)
    monkeypatch.setattr(lanes._room, "wait_for", in_vain)
    steps = [Step() for _ in range(4)]
    for step in steps[:3]:
        lanes.submit("a", Role.SETTLE, step.work)
    for _ in range(2):
        with pytest.raises(LanesFullError):
            lanes.submit("a", Role.SETTLE, steps[3].work)
    steps[0].end.set()
    wait(steps[1].begun)
    lanes.submit("a", Role.SETTLE, steps[3].work)
    with pytest.raises(LanesFullError):
        lanes.submit("a", Role.SETTLE, Step().work)
    assert waits == [0.25, 0.0, 0.01]
    for step in steps:
        step.end.set()
    assert lanes.wait_idle(DEADLINE)


def test_close_abandons_what_has_not_begun(lanes: Lanes) -> None:
    running, waiting = Step(), Step()
    lanes.submit("a", Role.SETTLE, running.work)
    lanes.submit("a", Role.SETTLE, waiting.work)
    wait(running.begun)
    lanes.close()
    assert waiting.abandoned.is_set()
    assert not running.abandoned.is_set()
    with pytest.raises(LanesFullError, match="shutting down"):
        lanes.submit("b", Role.SETTLE, waiting.work)
    running.end.set()
    lanes.join()
    assert lanes.wait_idle(0)


def test_a_mistake_in_the_work_does_not_block_the_lane(lanes: Lanes, caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        raise ValueError("oops")

    behind = Step()
    behind.end.set()
    with caplog.at_level(logging.ERROR):
        lanes.submit("a", Role.SETTLE, Work(run=fail, abandon=fail))
        lanes.submit("a", Role.SETTLE, behind.work)
        wait(behind.begun)
        assert lanes.wait_idle(DEADLINE)
    assert "unexpected error" in caplog.text


def test_idle_threads_end_but_for_one(monkeypatch: pytest.MonkeyPatch, lanes: Lanes) -> None:
    monkeypatch.setattr("ionia.rpc.lanes._LINGER_SECONDS", 0.0)
    (stays,) = lanes._threads
    one, two = Step(), Step()
    lanes.submit("a", Role.SETTLE, one.work)
    lanes.submit("b", Role.SETTLE, two.work)
    wait(one.begun)
    wait(two.begun)
    (goes,) = lanes._threads - {stays}
    one.end.set()
    two.end.set()
    goes.join(DEADLINE)
    assert lanes._threads == {stays}
    assert stays.is_alive()
    again = Step()
    again.end.set()
    lanes.submit("a", Role.SETTLE, again.work)
    wait(again.begun)
