"""bitrate: literal reactions, and bounds for any sequence of observations. Whole links are in tests/simulation."""

from hypothesis import given
from hypothesis import strategies as st

from ionia.core.live.bitrate import FLOOR, BitrateController

MS = 1_000_000
TARGET = 5_000_000
AUDIO = 200_000


class Line:
    """Feeds a controller every 100 ms with a constant delivered rate and a given latency."""

    def __init__(self) -> None:
        self.controller = BitrateController(target=TARGET, audio=AUDIO)
        self.now = 0
        self.delivered = 0.0
        self.changes: list[tuple[int, int]] = []

    def go(self, seconds: float, *, rate: float, latency_ms: float, growth: float = 0.0) -> float:
        for _ in range(round(seconds * 10)):
            self.now += 100 * MS
            self.delivered += rate / 80
            latency_ms += growth
            change = self.controller.observe(
                latency_ns=round(latency_ms * MS), delivered_bytes=round(self.delivered), now_ns=self.now
            )
            if change is not None:
                self.changes.append((self.now // MS, change))
        return latency_ms


def test_a_good_link_is_left_alone() -> None:
    line = Line()
    line.go(60, rate=5_200_000, latency_ms=30)
    line.go(60, rate=5_200_000, latency_ms=200)
    assert line.changes == []
    assert line.controller.bitrate == TARGET


def test_a_growing_queue_lowers_to_what_was_measured() -> None:
    line = Line()
    line.go(5, rate=3_000_000, latency_ms=30)
    line.go(1, rate=3_000_000, latency_ms=240, growth=40)
    assert [at for at, _ in line.changes] == [5500]
    assert 2_000_000 < line.controller.bitrate < 0.85 * 3_000_000 - AUDIO


def test_a_short_queue_and_one_that_shrinks_are_left_alone() -> None:
    line = Line()
    line.go(2, rate=3_000_000, latency_ms=30)
    line.go(0.3, rate=3_000_000, latency_ms=300)
    line.go(1, rate=6_000_000, latency_ms=30)
    line.go(2, rate=6_000_000, latency_ms=2000, growth=-90)
    assert line.changes == []


def test_a_burst_that_the_link_works_off_is_left_alone() -> None:
    line = Line()
    line.go(5, rate=9_000_000, latency_ms=300)
    assert line.changes == []


def test_a_link_that_stands_still_is_no_measurement() -> None:
    line = Line()
    line.go(2, rate=5_000_000, latency_ms=30)
    line.go(0.3, rate=0, latency_ms=100, growth=100)
    line.go(2, rate=0, latency_ms=500, growth=100)
    assert line.changes == []
    line.go(0.2, rate=3_000_000, latency_ms=2500)
    assert line.changes == []  # too short to say


def test_never_below_the_floor() -> None:
    line = Line()
    line.go(3, rate=100_000, latency_ms=400, growth=20)
    assert line.controller.bitrate == round(TARGET * FLOOR)
    assert len(line.changes) == 1


def test_up_again_to_the_measured_rate_soon_and_beyond_it_later() -> None:
    line = Line()
    line.go(2, rate=3_000_000, latency_ms=260, growth=10)
    low = line.controller.bitrate
    line.changes.clear()
    line.go(15, rate=3_000_000, latency_ms=20)
    times = [at - line.changes[0][0] for at, _ in line.changes]
    rates = [rate for _, rate in line.changes]
    assert rates[0] == round((3_000_000 - AUDIO) * 0.92) > low
    assert times == [0, 5000, 7500, 10_000]
    assert rates == sorted(rates)
    assert rates[-1] == TARGET


def test_between_calm_and_too_slow_nothing_changes() -> None:
    line = Line()
    line.go(2, rate=3_000_000, latency_ms=260, growth=10)
    line.changes.clear()
    line.go(30, rate=3_000_000, latency_ms=200)
    assert line.changes == []


def test_a_new_connection_keeps_the_bitrate_and_forgets_the_measurements() -> None:
    line = Line()
    line.go(2, rate=3_000_000, latency_ms=260, growth=10)
    low = line.controller.bitrate
    line.controller.reset()
    line.changes.clear()
    line.go(0.6, rate=1_000, latency_ms=10)
    assert line.controller.bitrate == low
    line.go(12, rate=3_000_000, latency_ms=10)
    assert line.controller.bitrate == TARGET


@given(st.lists(st.tuples(st.integers(0, 3_000 * MS), st.integers(0, 200_000), st.integers(1, 600 * MS)), max_size=80))
def test_always_between_floor_and_target(observations: list[tuple[int, int, int]]) -> None:
    controller = BitrateController(target=TARGET, audio=AUDIO)
    now = delivered = 0
    for latency, size, wait in observations:
        now += wait
        delivered += size
        before = controller.bitrate
        change = controller.observe(latency_ns=latency, delivered_bytes=delivered, now_ns=now)
        assert round(TARGET * FLOOR) <= controller.bitrate <= TARGET
        assert controller.bitrate == (before if change is None else change)
        assert change != before
