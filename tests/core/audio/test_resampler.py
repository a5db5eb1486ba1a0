import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionia.core.audio.resampler import REACH, Planes, read_tick

TICK = 1024


def tone(hertz: float, count: int) -> Planes:
    phase = 2 * np.pi * hertz / 48_000 * np.arange(count)
    return np.stack([np.sin(phase), np.cos(phase)]).astype(np.float32)


def error(hertz: float, start: float, ppm: float) -> float:
    """Largest difference from the true sine at the positions that were asked for, in dB."""
    advance = TICK * (1 + ppm * 1e-6)
    window = tone(hertz, int(start + advance) + REACH + 2)
    place = start + np.arange(TICK) * advance / TICK
    truth = np.sin(2 * np.pi * hertz / 48_000 * place)
    return float(20 * np.log10(np.abs(read_tick(window, start, advance)[0] - truth).max() + 1e-12))


def test_whole_positions_are_a_copy():
    window = tone(1000, 2000)
    assert np.array_equal(read_tick(window, 100.0, 1024.0), window[:, 100:1124])


@pytest.mark.parametrize("ppm", [0.0, 20.0, -20.0, 300.0, -300.0, 2000.0, -2000.0])
@pytest.mark.parametrize(("hertz", "decibels"), [(440, -88), (5000, -86), (10_000, -82), (18_000, -67)])
def test_reads_a_sine_between_its_samples(hertz: float, decibels: float, ppm: float):
    for start in (REACH + 0.25, REACH + 0.5, REACH + 0.999999, REACH + 1e-9):
        assert error(hertz, start, ppm) < decibels


def test_a_constant_stays_that_constant():
    out = read_tick(np.full((2, 1200), 0.5, dtype=np.float32), 50.3, TICK * 1.0003)
    assert np.allclose(out, 0.5, atol=1e-6)


def test_an_absurd_rate_is_read_in_the_smallest_pieces():
    assert read_tick(tone(100, 1400), 50.0, 1100.0).shape == (2, TICK)


@given(st.floats(REACH, REACH + 2), st.floats(-2500, 2500))
def test_reads_at_most_reach_samples_around_the_positions(start: float, ppm: float):
    advance = TICK * (1 + ppm * 1e-6)
    low, high = int(start) - REACH, int(start + advance) + REACH + 1
    window = np.full((2, high + 100), np.nan, dtype=np.float32)
    window[:, low:high] = 0.25
    assert np.allclose(read_tick(window, start, advance), 0.25, atol=1e-6)
