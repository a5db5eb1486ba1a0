"""When the user is told how many minutes are left."""

from hypothesis import given
from hypothesis import strategies as st

from ionia.core.disk_space import MEASURED_LOOKS, RECENT_LOOKS, STALL_LOOKS, DiskWatch, GrowthRate, StallWatch
from ionia.core.video.quality import named

MINUTE = 60 * 1000


def test_warns_below_ten_minutes_and_at_each_halving() -> None:
    watch = DiskWatch()
    assert watch.update(10 * MINUTE, 1000) is None
    low = watch.update(int(9.96 * MINUTE), 1000)
    assert low is not None
    assert (low.minutes_left, low.free_bytes) == (9.9, int(9.96 * MINUTE))
    assert watch.update(9 * MINUTE, 1000) is None
    assert watch.update(5 * MINUTE, 1000) is None
    low = watch.update(4 * MINUTE, 1000)
    assert low is not None
    assert low.minutes_left == 4.0
    assert watch.update(3 * MINUTE, 1000) is None


def test_begins_anew_once_space_was_freed() -> None:
    watch = DiskWatch()
    assert watch.update(MINUTE, 1000) is not None
    assert watch.update(12 * MINUTE, 1000) is None
    assert watch.update(9 * MINUTE, 1000) is None
    assert watch.update(15 * MINUTE, 1000) is None
    assert watch.update(9 * MINUTE, 1000) is not None


@given(st.lists(st.integers(0, 10**9)), st.floats(0, 1e9))
def test_a_disk_that_only_fills_warns_a_handful_of_times(free: list[int], rate: float) -> None:
    watch = DiskWatch()
    warnings = [watch.update(space, rate) for space in sorted(free, reverse=True)]
    assert sum(low is not None for low in warnings) <= 8


def test_a_disk_that_does_not_answer_is_told_once_and_again_after_it_had_answered() -> None:
    watch = StallWatch()
    told = [watch.answered(answered=False) for _ in range(STALL_LOOKS + 2)]
    assert told == [*[False] * (STALL_LOOKS - 1), True, False, False]
    assert not watch.answered(answered=True)
    assert [watch.answered(answered=False) for _ in range(STALL_LOOKS)][-1]


def test_a_constant_rate_is_not_measured() -> None:
    rate = GrowthRate(most=1000)
    assert [rate.update(size) for size in range(100)] == [1000] * 100


def test_a_guess_calls_no_disk_low_that_lasts_for_hours() -> None:
    rate = GrowthRate(most=50_000_000 / 8, expected=named("small").usual_bitrate / 8)
    assert DiskWatch().update(900_000_000, rate.update(0)) is None
    assert DiskWatch().update(50_000_000, rate.update(0)) is not None


def test_another_is_what_was_written_lately() -> None:
    rate = GrowthRate(most=1000, expected=400)
    assert [rate.update(7 + 50 * look) for look in range(MEASURED_LOOKS)] == [400] * MEASURED_LOOKS
    assert rate.update(7 + 50 * MEASURED_LOOKS) == 50
    size = 7 + 50 * MEASURED_LOOKS
    for _ in range(RECENT_LOOKS):
        size += 200
        measured = rate.update(size)
    assert measured == 200


def test_a_pause_says_nothing_of_the_rate_and_no_burst_more_than_the_cap() -> None:
    rate = GrowthRate(most=1000, expected=400)
    for look in range(MEASURED_LOOKS + 1):
        rate.update(50 * look)
    assert [rate.update(50 * MEASURED_LOOKS) for _ in range(300)] == [50] * 300
    assert rate.update(10**9) == 1000
