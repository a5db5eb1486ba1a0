"""A connection over which nothing is sent yet, since a delay holds it: servers that don't wait for it."""

from dataclasses import replace

from ionia.core.events import ConnectionState
from ionia.core.live.connection import IDLE
from ionia.core.live.connection_events import (
    AttemptConnected,
    ClearBuffer,
    LinkState,
    Notify,
    StartAttempt,
    TimePassed,
)
from tests.core.live.test_connection import S, at, connected, ended, reconnecting


def test_a_server_that_ends_an_idle_connection_is_asked_again_when_there_is_something_to_send() -> None:
    machine = connected(1)
    machine.nothing_before(60 * S)
    rest = Notify(state=ConnectionState.RECONNECTING, attempt=1, delay_ms=46_000, failure=IDLE)
    assert at(machine, 11, ended(1, "closed")) == [ClearBuffer(), rest]
    assert at(machine, 56, TimePassed()) == []
    assert at(machine, 57, TimePassed())[0] == StartAttempt(attempt_id=2)
    assert at(machine, 57, ended(2, "refused"))[0] == reconnecting(2, delay_ms=250, why="refused")


def test_one_that_waits_for_less_than_a_connection_is_made_ahead_is_asked_later_and_never_taken_for_a_refusal() -> None:
    machine = connected(1)
    machine.nothing_before(60 * S)
    rest = Notify(state=ConnectionState.RECONNECTING, attempt=1, delay_ms=57_000, failure=IDLE)
    assert at(machine, 2.5, ended(1, "closed")) == [ClearBuffer(), replace(rest, delay_ms=56_750)]
    for attempt in range(2, 9):  # a delay that grows again and again
        machine.nothing_before(attempt * 60 * S)
        begun = machine.deadline_ns
        assert begun is not None
        assert begun == attempt * 60 * S - 750_000_000
        assert machine.on(TimePassed(), begun)[0] == StartAttempt(attempt_id=attempt)
        machine.on(AttemptConnected(attempt_id=attempt), begun)
        machine.nothing_before((attempt + 1) * 60 * S)
        assert machine.on(ended(attempt, "closed"), begun + 3 * S // 2)[0] == ClearBuffer()
        assert machine.state is LinkState.WAITING


def test_what_ends_an_idle_connection_at_once_or_with_a_reason_is_no_rest() -> None:
    for due, seconds in ((60, 1.4), (1.8, 1.6)):  # at once, or just before something comes
        machine = connected(1)
        machine.nothing_before(round(due * S))
        assert at(machine, seconds, ended(1, "closed"))[1] == reconnecting(2, delay_ms=250, why="closed")
    machine = connected(1)
    machine.nothing_before(60 * S)
    assert at(machine, 11, ended(1, "rejected"))[1] == StartAttempt(attempt_id=2)


def test_a_rest_ends_with_the_delay() -> None:
    machine = connected(1)
    machine.nothing_before(57 * S)
    at(machine, 11, ended(1, "reset"))
    machine.nothing_before(0)
    assert at(machine, 20, TimePassed())[0] == StartAttempt(attempt_id=2)
