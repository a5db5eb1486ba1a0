"""One look at the wall clock: then it may step."""

import time

import pytest

from ionia.threads import clock
from ionia.threads.clock import MonotonicClock, pair_with_utc


class Steps:
    """Each look is 40 us after the last."""

    def __init__(self) -> None:
        self.now = 0

    def now_ns(self) -> int:
        self.now += 40_000
        return self.now


def test_the_middle_of_two_looks_is_that_instant_and_half_their_distance_the_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(clock, "_COARSE", False)
    monkeypatch.setattr(time, "time_ns", lambda: 10**18)
    pair = pair_with_utc(Steps())
    assert (pair.clock_ns, pair.utc_ns, pair.error_ns) == (60_000, 10**18, 21_000)
    assert pair.at(1_060_000) == 10**18 + 1_000_000


def test_a_wall_clock_with_coarse_steps_is_read_where_it_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = iter([5] * 20 + [16_000_005] * 200)
    monkeypatch.setattr(clock, "_COARSE", True)
    monkeypatch.setattr(clock, "_TRIES", 1)
    monkeypatch.setattr(time, "time_ns", lambda: next(looks))
    pair = pair_with_utc(Steps())
    assert pair.utc_ns == 16_000_005
    assert pair.error_ns <= 61_000


def test_this_machine_s_clocks_are_paired_closely() -> None:
    pair = pair_with_utc(MonotonicClock())
    assert abs(pair.utc_ns - time.time_ns()) < 60 * 10**9
    assert pair.error_ns > 0
