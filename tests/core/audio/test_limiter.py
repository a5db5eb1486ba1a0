import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ionia.core.audio.limiter import KNEE, limit


def test_nothing_changes_below_the_knee():
    samples = np.array([[0.0, -KNEE], [0.5, 0.899]], dtype=np.float32)
    assert limit(samples) is samples


def test_an_empty_array_is_left_alone():
    assert limit(np.zeros((2, 0), dtype=np.float32)).shape == (2, 0)


def test_a_peak_is_rounded_and_its_neighbours_are_untouched():
    limited = limit(np.array([0.3, 1.2, -1.2, -0.3], dtype=np.float32))
    assert limited.dtype == np.float32
    assert limited[0] == np.float32(0.3)
    assert limited[3] == np.float32(-0.3)
    assert 0.98 < limited[1] < 1.0
    assert limited[2] == -limited[1]


def test_value_and_slope_are_continuous_at_the_knee():
    near = np.linspace(KNEE - 0.01, KNEE + 0.01, 2001).astype(np.float32)
    slope = np.diff(limit(near).astype(np.float64)) / np.diff(near.astype(np.float64))
    assert np.all(slope < 1.02)
    assert np.all(slope > 0.97)


@given(st.lists(st.floats(-(2.0**100), 2.0**100, width=32), min_size=1))
def test_output_is_within_one_and_keeps_order(values: list[float]):
    samples = np.sort(np.array(values, dtype=np.float32))
    limited = limit(samples)
    assert np.all(np.abs(limited) <= 1.0)
    assert np.all(np.diff(limited) >= 0.0)
