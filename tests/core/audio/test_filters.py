"""Which filters a sound can have."""

import pytest

from ionia.core.audio.filters import Compressor, FilterError, Gate, Limiter, NoiseSuppression, check_filters


def test_defaults_are_those_of_obs() -> None:
    gate, compressor, limiter = Gate(), Compressor(), Limiter()
    assert (gate.open_threshold_db, gate.close_threshold_db) == (-26, -32)
    assert (gate.attack_ms, gate.hold_ms, gate.release_ms) == (25, 200, 150)
    assert (compressor.ratio, compressor.threshold_db, compressor.output_gain_db) == (10, -18, 0)
    assert (compressor.attack_ms, compressor.release_ms) == (6, 60)
    assert (limiter.threshold_db, limiter.release_ms) == (-6, 60)


def test_each_type_may_be_there_once_in_any_order() -> None:
    check_filters("filters", [Limiter(), Gate(), NoiseSuppression(), Compressor()])
    with pytest.raises(FilterError, match=r"filters\[2\].type. must not be that of another one"):
        check_filters("filters", [Gate(), Limiter(), Gate(attack_ms=1)])


def test_a_gate_closes_no_higher_than_it_opens() -> None:
    check_filters("filters", [Gate(open_threshold_db=-30, close_threshold_db=-30)])
    with pytest.raises(FilterError, match="must not be above openThresholdDb, -30, not -29"):
        check_filters("filters", [Gate(open_threshold_db=-30, close_threshold_db=-29)])
