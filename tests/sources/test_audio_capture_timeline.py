"""The instants of a stream's samples, from literal statements."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionia.sources.linux.pulse_timeline import STEP_NS, STEP_STATEMENTS, WINDOW, PulseTimeline, duration_ns

SECOND = 1_000_000_000
MS = 1_000_000


def test_durations_are_exact() -> None:
    assert duration_ns(48_000) == SECOND
    assert duration_ns(480) == 10 * MS
    assert duration_ns(1) == 20_833


def test_nothing_is_known_before_the_first_statement() -> None:
    timeline = PulseTimeline()
    assert not timeline.known
    with pytest.raises(RuntimeError):
        timeline.instant_ns(0)


def test_one_statement_dates_every_sample() -> None:
    timeline = PulseTimeline()
    timeline.state(5 * SECOND, 2 * SECOND)
    assert timeline.known
    assert timeline.instant_ns(0) == 3 * SECOND
    assert timeline.instant_ns(96_000) == 5 * SECOND


def test_statements_that_were_dated_late_do_not_move_the_others() -> None:
    timeline = PulseTimeline()
    for index in range(8):
        late = 3 * MS if index % 2 else 0
        timeline.state(SECOND + index * 100 * MS + late, index * 100 * MS)
    assert timeline.instant_ns(0) == SECOND


def test_a_slow_clock_is_followed() -> None:
    timeline = PulseTimeline()
    # 100 ppm: in 10 s, the device is 1 ms behind.
    for index in range(101):
        timeline.state(SECOND + index * 100 * MS + index * 10_000, index * 100 * MS)
    assert abs(timeline.instant_ns(480_000) - (11 * SECOND + MS)) < 200_000


def test_a_single_stray_changes_nothing() -> None:
    timeline = PulseTimeline()
    for _ in range(3):
        timeline.state(SECOND, 0)
    timeline.state(SECOND + STEP_NS + 1, 0)
    timeline.state(SECOND - STEP_NS - 1, 0)
    timeline.state(SECOND + STEP_NS + 1, 0)
    timeline.state(SECOND - STEP_NS - 1, 0)
    assert timeline.instant_ns(0) == SECOND


def test_a_first_statement_that_is_far_too_late_is_not_believed_for_long() -> None:
    timeline = PulseTimeline()
    timeline.state(SECOND + 8_000_000, 0)
    timeline.state(SECOND, 0)
    assert timeline.instant_ns(0) == SECOND


def test_strays_in_a_row_are_a_jump() -> None:
    timeline = PulseTimeline()
    for _ in range(WINDOW):
        timeline.state(SECOND, 0)
    for index in range(STEP_STATEMENTS):
        assert timeline.instant_ns(0) == SECOND
        timeline.state(2 * SECOND + index, 0)
    assert timeline.instant_ns(0) == 2 * SECOND + 1


def test_a_good_statement_between_strays_keeps_the_old_origin() -> None:
    timeline = PulseTimeline()
    timeline.state(SECOND, 0)
    for _ in range(4):
        timeline.state(2 * SECOND, 0)
        timeline.state(2 * SECOND, 0)
        timeline.state(SECOND, 0)
    assert timeline.instant_ns(0) == SECOND


def test_after_standing_still_the_next_statement_counts_alone() -> None:
    timeline = PulseTimeline()
    timeline.state(SECOND, 0)
    timeline.forget()
    assert not timeline.known
    timeline.state(SECOND + 30 * MS, 0)
    assert timeline.instant_ns(0) == SECOND + 30 * MS


@given(st.lists(st.integers(0, STEP_NS), min_size=1, max_size=60))
def test_the_origin_lies_between_the_statements(lateness: list[int]) -> None:
    timeline = PulseTimeline()
    for index, late in enumerate(lateness):
        timeline.state(index * 100 * MS + late, index * 100 * MS)
    assert min(lateness) <= timeline.instant_ns(0) <= max(lateness)
