"""Bit rates in literal times."""

from ionia.core.live.rate_meter import RateMeter

S = 1_000_000_000


def test_a_steady_rate() -> None:
    meter = RateMeter()
    assert meter.kbps(0) == 0.0
    meter.note(0, 0)
    assert meter.kbps(0) == 0.0
    meter.note(125_000, S)
    assert meter.kbps(S) == 1000.0


def test_it_looks_back_two_seconds_only() -> None:
    meter = RateMeter()
    for second in range(5):
        meter.note(125_000 * second, second * S)
    assert meter.kbps(4 * S) == 1000.0
    assert meter.kbps(10 * S) == 0.0
