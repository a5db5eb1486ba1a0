"""backoff: how jitter and the ceilings work; the delays in use are in test_connection."""

from hypothesis import given
from hypothesis import strategies as st

from ionia.core.live.backoff import Backoff, ReconnectSettings

S = 1_000_000_000
NO_JITTER = 0.5


@given(st.floats(0, 1, exclude_max=True), st.integers(0, 200))
def test_jitter_is_ten_per_cent(random: float, outage: int) -> None:
    plain = Backoff(ReconnectSettings(), lambda: NO_JITTER)
    shaken = Backoff(ReconnectSettings(), lambda: random)
    for _ in range(12):
        assert abs(shaken.delay_ns(outage * S) / plain.delay_ns(outage * S) - 1) <= 0.1 + 1e-9
    plain.reset()
    assert plain.delay_ns(0) == 0.25 * S
