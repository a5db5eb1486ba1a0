"""Gains as people say them and as the mix takes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionia.core.sound_state import LEAST_GAIN_DB, MOST_GAIN_DB, gain_db, gain_factor


@pytest.mark.parametrize(("factor", "decibels"), [(1.0, 0.0), (10.0, 20.0), (0.5, -6.0206), (0.0, -120.0)])
def test_a_factor_in_decibels(factor: float, decibels: float) -> None:
    assert gain_db(factor) == pytest.approx(decibels, abs=1e-4)
    assert gain_factor(gain_db(factor)) == pytest.approx(factor)


@given(st.floats(LEAST_GAIN_DB, MOST_GAIN_DB))
def test_there_and_back(decibels: float) -> None:
    assert gain_db(gain_factor(decibels)) == pytest.approx(decibels, abs=1e-9)


def test_less_than_silence_is_silence() -> None:
    assert gain_factor(-1000.0) == 0.0
    assert gain_db(-1.0) == LEAST_GAIN_DB
