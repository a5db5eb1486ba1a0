"""connection: transcripts with literal times. Seconds in, seconds out, for reading's sake."""

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionia.core.events import ConnectionState
from ionia.core.failure import LiveKind
from ionia.core.live.backoff import ReconnectSettings
from ionia.core.live.connection import DEAD, NO_ANSWER, UNREAD, ConnectionPolicy
from ionia.core.live.connection_events import (
    AskKeyframe,
    AttemptConnected,
    AttemptEnded,
    ClearBuffer,
    CloseAttempt,
    DeliveryObserved,
    GiveUp,
    KeyframeEncoded,
    KillAttempt,
    LagExceeded,
    LinkAction,
    LinkEvent,
    LinkState,
    Notify,
    StartAttempt,
    Started,
    Stopped,
    TimePassed,
)
from ionia.core.live.connection_monitor import ZERO_WINDOW_BYTES
from ionia.core.live.failure_code import FailureCode
from ionia.core.live.refusals import HELD

S = 1_000_000_000
NO_JITTER = 0.5


def policy(settings: ReconnectSettings | None = None) -> ConnectionPolicy:
    return ConnectionPolicy(settings or ReconnectSettings(), lambda: NO_JITTER)


def at(machine: ConnectionPolicy, seconds: float, event: LinkEvent) -> list[LinkAction]:
    return machine.on(event, round(seconds * S))


FAILURES = {
    "refused": FailureCode.REFUSED.value,
    "reset": FailureCode.RESET.value,
    "closed": FailureCode.RESET.value,
    "killed": FailureCode.BROKEN.value,
    "rejected": FailureCode.REJECTED.value,
    "hung up": FailureCode.HUNG_UP.value,
    "no answer": NO_ANSWER,
    "dead": DEAD,
    "held": HELD,
}


def ended(attempt_id: int, why: str) -> AttemptEnded:
    return AttemptEnded(attempt_id=attempt_id, failure=FAILURES[why])


def connecting(attempt: int, *, delay_ms: int = 0, why: str = "") -> Notify:
    return Notify(state=ConnectionState.CONNECTING, attempt=attempt, delay_ms=delay_ms, failure=FAILURES.get(why))


def reconnecting(attempt: int, *, delay_ms: int = 0, why: str = "") -> Notify:
    return Notify(state=ConnectionState.RECONNECTING, attempt=attempt, delay_ms=delay_ms, failure=FAILURES.get(why))


def connected(seconds: float = 1) -> ConnectionPolicy:
    machine = policy()
    at(machine, 0, Started())
    at(machine, seconds, AttemptConnected(attempt_id=1))
    return machine


def test_a_good_life() -> None:
    machine = policy()
    assert machine.deadline_ns is None
    assert at(machine, 0, Started()) == [StartAttempt(attempt_id=1), connecting(1)]
    assert (machine.state, machine.deadline_ns) == (LinkState.CONNECTING, 6 * S)
    assert at(machine, 1, AttemptConnected(attempt_id=1)) == [
        ClearBuffer(),
        AskKeyframe(),
        Notify(state=ConnectionState.CONNECTED, attempt=1),
    ]
    assert (machine.state, machine.deadline_ns) == (LinkState.CONNECTED, None)
    assert at(machine, 9, Stopped()) == [CloseAttempt(attempt_id=1), Notify(state=ConnectionState.CLOSED)]
    assert (machine.state, machine.deadline_ns, machine.reconnects) == (LinkState.STOPPED, None, 0)
    assert at(machine, 10, Stopped()) == []


def test_starting_twice_is_a_mistake_and_changes_nothing() -> None:
    machine = connected()
    with pytest.raises(ValueError, match="started while connected"):
        at(machine, 2, Started())
    assert machine.state is LinkState.CONNECTED


def test_a_first_connection_that_fails_is_tried_again() -> None:
    machine = policy()
    at(machine, 0, Started())
    assert at(machine, 0, ended(1, "refused")) == [connecting(2, delay_ms=250, why="refused")]
    assert machine.deadline_ns == 0.25 * S
    assert at(machine, 0.2, TimePassed()) == []
    assert at(machine, 0.25, TimePassed()) == [StartAttempt(attempt_id=2), connecting(2)]
    assert at(machine, 0.25, ended(2, "refused")) == [connecting(3, delay_ms=500, why="refused")]


def test_a_first_connection_may_be_required() -> None:
    machine = policy(ReconnectSettings(first_must_succeed=True))
    at(machine, 0, Started())
    assert at(machine, 1, ended(1, "refused")) == [
        Notify(state=ConnectionState.FAILED, attempt=1, failure=FAILURES["refused"]),
        GiveUp(failure=FAILURES["refused"]),
    ]
    assert (machine.state, machine.deadline_ns) == (LinkState.FAILED, None)
    assert at(machine, 2, Stopped()) == []


def test_no_answer_is_a_failure_whose_time_counts_as_waited() -> None:
    machine = policy()
    at(machine, 0, Started())
    assert at(machine, 6, TimePassed()) == [
        KillAttempt(attempt_id=1),
        connecting(2, delay_ms=250, why="no answer"),
    ]


def test_a_loss_is_answered_at_once_and_a_success_begins_at_the_present() -> None:
    machine = connected()
    assert at(machine, 60, ended(1, "reset")) == [
        ClearBuffer(),
        StartAttempt(attempt_id=2),
        reconnecting(1, why="reset"),
    ]
    assert at(machine, 60.1, AttemptConnected(attempt_id=2))[:2] == [ClearBuffer(), AskKeyframe()]
    assert machine.reconnects == 1


def test_a_dead_link_is_noticed_without_any_error() -> None:
    machine = connected(1)
    assert at(machine, 2, DeliveryObserved(attempt_id=1, delivered_bytes=0, pending=True)) == []
    assert (
        at(machine, 7, DeliveryObserved(attempt_id=1, delivered_bytes=0, pending=False))
        == [
            # nothing waits any more, so nothing was missed
        ]
    )
    assert at(machine, 8, DeliveryObserved(attempt_id=1, delivered_bytes=9, pending=True)) == []
    assert at(machine, 10, DeliveryObserved(attempt_id=1, delivered_bytes=10, pending=True)) == []
    assert machine.deadline_ns == 12.6 * S
    assert at(machine, 12.5, DeliveryObserved(attempt_id=1, delivered_bytes=10, pending=True)) == []
    assert at(machine, 12.6, TimePassed()) == [
        KillAttempt(attempt_id=1),
        ClearBuffer(),
        StartAttempt(attempt_id=2),
        reconnecting(1, why="dead"),
    ]


def test_a_server_that_takes_no_more_is_left_sooner_than_a_lossy_network() -> None:
    machine = connected(1)
    observed = partial(DeliveryObserved, attempt_id=1, pending=True)
    at(machine, 10, observed(delivered_bytes=100_000))
    assert machine.deadline_ns == 12.6 * S
    at(machine, 10.1, observed(delivered_bytes=100_000, zero_window=True))
    assert machine.deadline_ns == 11.2 * S
    # A server that goes on reading, if slowly, lives ...
    at(machine, 11, observed(delivered_bytes=110_000, zero_window=True))
    assert machine.deadline_ns == 11.2 * S
    at(machine, 11.1, observed(delivered_bytes=100_000 + ZERO_WINDOW_BYTES, zero_window=True))
    assert machine.deadline_ns == 12.3 * S
    at(machine, 12, observed(delivered_bytes=100_000 + ZERO_WINDOW_BYTES))
    assert machine.deadline_ns == 13.7 * S
    at(machine, 12.1, observed(delivered_bytes=100_001 + ZERO_WINDOW_BYTES))
    assert machine.deadline_ns == 14.7 * S
    # ... and what TCP's probes push into the window of a frozen one is no life.
    at(machine, 12.5, observed(delivered_bytes=104_000 + ZERO_WINDOW_BYTES, zero_window=True))
    assert machine.deadline_ns == 13.3 * S
    kill, *rest = at(machine, 13.3, TimePassed())
    assert (kill, [one.failure for one in rest if isinstance(one, Notify)]) == (KillAttempt(attempt_id=1), [UNREAD])


def test_lag_is_a_reason_to_reconnect_only_while_connected() -> None:
    machine = connected()
    assert at(machine, 60, LagExceeded())[0] == KillAttempt(attempt_id=1)
    assert machine.state is LinkState.CONNECTING
    assert at(machine, 60, LagExceeded()) == []


def test_a_server_that_accepts_and_hangs_up_is_not_asked_at_once_for_ever() -> None:
    machine = connected(0)
    assert at(machine, 1, ended(1, "closed")) == [
        ClearBuffer(),
        reconnecting(2, delay_ms=250, why="closed"),
    ]
    at(machine, 1.25, TimePassed())
    at(machine, 1.25, AttemptConnected(attempt_id=2))
    assert at(machine, 2.25, ended(2, "closed"))[1] == reconnecting(3, delay_ms=4000, why="closed")
    at(machine, 6.25, TimePassed())
    at(machine, 6.25, AttemptConnected(attempt_id=3))
    told = at(machine, 7.25, ended(3, "closed"))[-1]
    assert isinstance(told, GiveUp)
    assert told.failure.kind is LiveKind.KEY_REJECTED
    assert (machine.state, machine.reconnects) == (LinkState.FAILED, 1)


def test_a_rejected_key_is_tried_three_times_slower_and_slower() -> None:
    machine = policy()
    at(machine, 0, Started())
    assert at(machine, 0.1, ended(1, "rejected")) == [connecting(2, delay_ms=4000, why="rejected")]
    at(machine, 4.1, TimePassed())
    assert at(machine, 4.2, ended(2, "rejected")) == [connecting(3, delay_ms=10_000, why="rejected")]
    at(machine, 14.2, TimePassed())
    assert at(machine, 14.3, ended(3, "rejected")) == [
        Notify(state=ConnectionState.FAILED, attempt=3, failure=FAILURES["rejected"]),
        GiveUp(failure=FAILURES["rejected"]),
    ]
    assert machine.deadline_ns is None


def test_a_rejected_key_can_be_tried_for_ever() -> None:
    machine = policy(ReconnectSettings(retry_rejected=True))
    at(machine, 0, Started())
    now = 0.0
    for attempt, wait in enumerate((4, 10, 30, 30, 30), 1):
        at(machine, now, ended(attempt, "rejected"))
        now += wait
        assert machine.deadline_ns == now * S
        at(machine, now, TimePassed())


def test_a_key_that_was_good_is_held_from_before_and_waited_out() -> None:
    machine = connected(0)
    at(machine, 60, ended(1, "reset"))
    assert at(machine, 60.1, ended(2, "rejected")) == [reconnecting(2, delay_ms=3000, why="held")]
    at(machine, 63.1, TimePassed())
    at(machine, 63.2, AttemptConnected(attempt_id=3))
    assert machine.state is LinkState.CONNECTED
    assert machine.reconnects == 1


def test_a_key_that_was_good_and_is_rejected_for_minutes_is_good_no_more() -> None:
    machine = connected(0)
    at(machine, 60, ended(1, "reset"))
    now, attempt, kinds = 60.0, 2, []
    while machine.state is not LinkState.FAILED:
        for action in at(machine, now, ended(attempt, "rejected")):
            if isinstance(action, Notify) and action.failure:
                kinds.append(action.failure.kind)
        if machine.deadline_ns is not None:
            now = machine.deadline_ns / S
            at(machine, now, TimePassed())
        attempt += 1
    assert kinds[-4:] == [LiveKind.IN_USE, *[LiveKind.KEY_REJECTED] * 3]
    assert 180 <= now <= 260


def test_a_key_that_worked_for_two_seconds_is_no_wrong_key() -> None:
    for lasted, failure in ((1.9, "rejected"), (2.0, "held")):
        machine = connected(0)
        at(machine, lasted, ended(1, "reset"))
        at(machine, 3, TimePassed())
        told = at(machine, 3.1, ended(2, "rejected"))[-1]
        assert isinstance(told, Notify)
        assert told.failure == FAILURES[failure]


def test_a_server_that_flaps_counts_as_one_reconnection() -> None:
    machine = connected(0)
    at(machine, 60, ended(1, "reset"))
    now, attempt = 60.0, 2
    for _ in range(10):
        at(machine, now, AttemptConnected(attempt_id=attempt))
        at(machine, now + 0.5, ended(attempt, "closed"))
        assert machine.deadline_ns is not None
        assert machine.state is LinkState.WAITING
        now, attempt = machine.deadline_ns / S, attempt + 1
        at(machine, now, TimePassed())
    assert machine.reconnects == 1
    assert now > 85  # so few tries
    at(machine, now, AttemptConnected(attempt_id=attempt))
    at(machine, now + 60, ended(attempt, "reset"))
    at(machine, now + 60, AttemptConnected(attempt_id=attempt + 1))
    assert machine.reconnects == 2


def test_events_of_attempts_that_are_over_change_nothing() -> None:
    machine = connected()
    at(machine, 60, ended(1, "reset"))
    for event in (
        AttemptConnected(attempt_id=1),
        ended(1, "killed"),
        DeliveryObserved(attempt_id=1, delivered_bytes=1, pending=True),
        DeliveryObserved(attempt_id=2, delivered_bytes=1, pending=True),
    ):
        assert at(machine, 60, event) == []
        assert machine.state is LinkState.CONNECTING


def test_stopping_while_connecting_kills_and_while_waiting_does_not() -> None:
    machine = policy()
    at(machine, 0, Started())
    assert at(machine, 1, Stopped()) == [KillAttempt(attempt_id=1), Notify(state=ConnectionState.CLOSED)]
    machine = policy()
    at(machine, 0, Started())
    at(machine, 0, ended(1, "refused"))
    assert at(machine, 0.1, Stopped()) == [Notify(state=ConnectionState.CLOSED)]
    assert at(machine, 1, TimePassed()) == []


_events = st.one_of(
    st.just(TimePassed()),
    st.just(LagExceeded()),
    st.builds(AttemptConnected, attempt_id=st.integers(1, 5)),
    st.builds(ended, st.integers(1, 5), st.sampled_from(["refused", "closed", "rejected"])),
    st.builds(
        DeliveryObserved,
        attempt_id=st.integers(1, 5),
        delivered_bytes=st.integers(0, 9),
        pending=st.booleans(),
        zero_window=st.booleans(),
    ),
    st.just(Stopped()),
)


@given(st.lists(st.tuples(st.integers(0, 4 * S), _events), max_size=60))
def test_at_most_one_attempt_lives_and_none_after_the_end(events: list[tuple[int, LinkEvent]]) -> None:
    machine = policy(ReconnectSettings(max_outage_ns=20 * S))
    now = 0
    alive: set[int] = set()
    for wait, event in [(0, Started()), *events]:
        now += wait
        if isinstance(event, AttemptEnded):
            alive.discard(event.attempt_id)
        for action in machine.on(event, now):
            match action:
                case StartAttempt(attempt_id=number):
                    alive.add(number)
                case KillAttempt(attempt_id=number) | CloseAttempt(attempt_id=number):
                    alive.remove(number)
                case _:
                    pass
        assert len(alive) <= 1
        active = machine.state in (LinkState.CONNECTING, LinkState.CONNECTED)
        assert bool(alive) is active or isinstance(event, AttemptEnded)
        assert (machine.deadline_ns is None) or machine.state not in (LinkState.STOPPED, LinkState.FAILED)


def test_a_connection_is_made_anew_at_a_keyframe_before_its_milliseconds_need_32_bits() -> None:
    machine = connected(seconds=1)
    age = 2**31 // 1000 - 3600
    for early in (30, age):
        machine.on(DeliveryObserved(attempt_id=1, delivered_bytes=early, pending=False), round(early * S))
        assert at(machine, early, KeyframeEncoded()) == []
    assert machine.state is LinkState.CONNECTED
    assert at(machine, age + 1, KeyframeEncoded()) == [
        CloseAttempt(attempt_id=1),
        KillAttempt(attempt_id=1),
        ClearBuffer(),
        StartAttempt(attempt_id=2),
        reconnecting(1),
    ]
    assert at(machine, age + 1, ended(1, "closed")) == []
    assert at(machine, age + 1.2, AttemptConnected(attempt_id=2))[-1].state is ConnectionState.CONNECTED
    assert machine.reconnects == 1
    assert at(machine, age + 2, KeyframeEncoded()) == []
