import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionia.core.audio.drift import DeviceClock, Playhead
from tests.fakes.examples import share

SECOND = 48_000
TICK = 1024


def test_the_first_stamp_is_believed():
    clock = DeviceClock()
    clock.observe(100, 5000.25)
    assert clock.position_of(100) == 5000.25
    assert clock.position_of(580) == 5480.25
    assert clock.index_at(5480.25) == 580
    assert clock.ppm == 0.0
    assert not clock.slope_known


def test_a_late_stamp_teaches_nothing_and_an_earlier_one_everything():
    clock = DeviceClock()
    clock.observe(0, 300.0)
    clock.observe(480, 480 + 700.0)
    assert clock.position_of(0) == 300.0
    clock.observe(960, 960 + 10.0)
    assert clock.position_of(0) == 10.0


def test_an_earlier_stamp_within_a_later_second_waits_for_its_window():
    clock = DeviceClock()
    clock.observe(0, 0.0)
    clock.observe(SECOND, SECOND + 400.0)
    clock.observe(SECOND + 480, SECOND + 480.0)
    assert clock.position_of(SECOND) == SECOND
    clock.observe(2 * SECOND, 2 * SECOND)
    assert clock.position_of(SECOND) == pytest.approx(SECOND, abs=0.01)


@pytest.mark.parametrize("ppm", [0.0, 40.0, -300.0, 900.0])
def test_learns_offset_and_drift_from_late_stamps(ppm: float):
    jitter = random.Random(7)  # noqa: S311 - a seeded model, not a secret
    clock = DeviceClock()
    rate = 1 + ppm * 1e-6
    for index in range(0, 60 * SECOND, 480):
        clock.observe(index, 1000 + index / rate + jitter.uniform(0, 720))
    assert clock.slope_known
    assert clock.ppm == pytest.approx(ppm, abs=4)
    assert clock.position_of(60 * SECOND) == pytest.approx(1000 + 60 * SECOND / rate, abs=24)


def test_busy_seconds_teach_nothing():
    clock = DeviceClock()
    for second in range(20):
        late = {10: 500.0, 11: 500.0, 13: 500.0, 14: -500.0, 15: 500.0}.get(second, 0.0)
        clock.observe(second * SECOND, second * SECOND + late)
    assert clock.position_of(20 * SECOND) == pytest.approx(20 * SECOND, abs=0.01)


@pytest.mark.parametrize(("seconds", "step"), [(10, 960.0), (10, -960.0), (40, 960.0)])
def test_a_step_of_the_device_is_learned_in_three_seconds_and_leaves_the_slope(seconds: int, step: float):
    jitter = random.Random(seconds)  # noqa: S311 - a seeded model, not a secret
    clock = DeviceClock()
    rate = 1 + 150e-6
    steady_slope = 0.0
    for index in range(0, (seconds + 8) * SECOND, 480):
        if index == seconds * SECOND:
            steady_slope = clock.slope
        stepped = step if index >= seconds * SECOND else 0.0
        clock.observe(index, index / rate + stepped + jitter.uniform(0, 720))
    now = (seconds + 8) * SECOND
    assert clock.position_of(now) == pytest.approx(now / rate + step, abs=96)
    assert clock.slope == pytest.approx(steady_slope, abs=60e-6)


def test_a_slope_that_is_handed_on_is_kept_until_there_is_better():
    clock = DeviceClock(slope=250e-6, slope_known=True)
    clock.observe(0, 0.0)
    assert clock.position_of(SECOND) == pytest.approx(SECOND + 12)
    clock.observe(SECOND, SECOND + 30.0)
    clock.observe(2 * SECOND, 2 * SECOND + 5.0)
    assert clock.slope == pytest.approx(250e-6, abs=30e-6)


@given(st.floats(-1e9, 1e9), st.floats(-1e-3, 1e-3), st.floats(0, 1e9))
def test_index_and_position_are_inverse(offset: float, slope: float, index: float):
    clock = DeviceClock(slope=slope)
    clock.observe(0, offset)
    assert clock.index_at(clock.position_of(index)) == pytest.approx(index, abs=1e-3)


def steady(offset: float = 0.0, slope: float = 0.0) -> DeviceClock:
    clock = DeviceClock(slope=slope, slope_known=True)
    clock.observe(0, offset)
    return clock


def test_exact_stamps_are_read_sample_by_sample():
    playhead = Playhead(steady(offset=-500.00002))
    assert not playhead.started
    assert playhead.position_of(600) == 100
    assert playhead.read(0) == (500.0, 1024.0)
    assert playhead.started
    assert playhead.read(TICK) == (1524.0, 1024.0)
    assert playhead.position_of(2548) == 2048
    assert playhead.index_at(2048) == 2548.0


def test_the_same_tick_twice_is_the_same():
    playhead = Playhead(steady(slope=100e-6))
    playhead.read(0)
    assert playhead.read(TICK) == playhead.read(TICK)


def test_ticks_join_and_a_pause_begins_anew():
    clock = steady(slope=200e-6)
    playhead = Playhead(clock)
    start, advance = playhead.read(0)
    assert advance == pytest.approx(TICK / 1.0002)
    assert playhead.read(TICK)[0] == start + advance
    assert playhead.read(100 * TICK)[0] == round(clock.index_at(100 * TICK))


def test_beyond_the_last_tick_the_clock_tells():
    clock = steady(slope=200e-6)
    playhead = Playhead(clock)
    playhead.read(0)
    assert playhead.index_at(TICK + 1) == clock.index_at(TICK + 1)


def test_an_error_is_made_up_at_2000_ppm_at_first_and_at_300_later():
    clock = steady()
    playhead = Playhead(clock)
    playhead.read(0)
    clock.observe(480, 0.0)
    assert playhead.read(TICK)[1] == pytest.approx(TICK * 1.002)
    for tick in range(2, 500):
        playhead.read(tick * TICK)
    clock.observe(900, 900 - 650.0)
    assert playhead.read(500 * TICK)[1] == pytest.approx(TICK * 1.0003)
    clock.observe(901, 901 - 1500.0)
    assert playhead.read(501 * TICK)[1] == pytest.approx(TICK * 1.002)


def test_the_rate_is_bounded_whatever_the_clock_says():
    playhead = Playhead(steady(slope=-0.05))
    assert playhead.read(0)[1] == pytest.approx(TICK * 1.0025)


@pytest.mark.long
@pytest.mark.parametrize("ppm", [0, 100, -100, 300, -300])
def test_an_hour_of_jitter_of_15_ms_stays_within_two_milliseconds(ppm: int):
    seconds = share(3600)  # a clock remembers a minute
    jitter = random.Random(ppm)  # noqa: S311 - a seeded model, not a secret
    rate = 1 + ppm * 1e-6
    clock = DeviceClock()
    playhead = Playhead(clock)
    index, block, worst = 0, 2400, 0.0
    for tick in range(0, seconds * SECOND, TICK):
        while index / rate < tick + TICK + 3840 - 720:
            clock.observe(index, index / rate + jitter.uniform(0, 720))
            index += block
        error = playhead.read(tick)[0] / rate - tick
        if tick > 10 * SECOND:
            worst = max(worst, abs(error))
    assert worst < 0.002 * SECOND
