"""connection: how long it waits between attempts that are refused at once. Seconds, for reading's sake."""

from ionia.core.live.backoff import ReconnectSettings
from ionia.core.live.connection import ConnectionPolicy
from ionia.core.live.connection_events import AttemptEnded, GiveUp, Started, TimePassed
from ionia.core.live.failure_code import FailureCode

S = 1_000_000_000
NO_JITTER = 0.5


def policy_of(settings: ReconnectSettings | None = None) -> ConnectionPolicy:
    return ConnectionPolicy(settings or ReconnectSettings(), lambda: NO_JITTER)


def fail_until(machine: ConnectionPolicy, end: float) -> list[float]:
    """Every attempt is refused at once. The delays between attempts, in seconds."""
    delays = []
    now = 0
    attempt = 1
    machine.on(Started(), 0)
    while now < end * S:
        actions = machine.on(AttemptEnded(attempt_id=attempt, failure=FailureCode.REFUSED.value), now)
        if machine.deadline_ns is None:
            assert isinstance(actions[-1], GiveUp)
            return delays
        delays.append((machine.deadline_ns - now) / S)
        now = machine.deadline_ns
        machine.on(TimePassed(), now)
        attempt += 1
    return delays


def test_delays_double_to_5_s_for_90_s_then_to_30_s() -> None:
    delays = fail_until(policy_of(), 300)
    assert delays[:7] == [0.25, 0.5, 1, 2, 4, 5, 5]
    late = delays.index(10)
    assert sum(delays[:late]) - delays[late - 1] < 90 <= sum(delays[:late])
    assert delays[late:] == [10, 20] + [30] * (len(delays) - late - 2)


def test_options_override_the_delays() -> None:
    slow = ReconnectSettings(initial_ns=40 * S, max_ns=60 * S)
    assert fail_until(policy_of(slow), 300)[:3] == [40, 60, 60]
    assert fail_until(policy_of(ReconnectSettings(initial_ns=2 * S, max_ns=S)), 8) == [2, 2, 2, 2]


def test_the_end_of_patience_is_used_up_before_giving_up() -> None:
    assert fail_until(policy_of(ReconnectSettings(max_outage_ns=5 * S)), 100) == [0.25, 0.5, 1, 2, 1.25]
    assert fail_until(policy_of(ReconnectSettings(max_outage_ns=0)), 100) == []
