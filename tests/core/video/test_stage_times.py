"""What half and nearly all pictures stay below, in literal times."""

from hypothesis import given
from hypothesis import strategies as st

from ionia.core.video.stage_times import NEWEST, NONE, StageMs, StageTimes

MS = 1_000_000


def of(*spans_ms: float) -> StageMs:
    times = StageTimes()
    for span in spans_ms:
        times.add(round(span * MS))
    return times.figures()


def test_nothing_yet() -> None:
    assert StageTimes().figures() == NONE


def test_half_and_nearly_all() -> None:
    assert of(7.5) == StageMs(p50=7.5, p99=7.5)
    assert of(3, 1, 2) == StageMs(p50=2, p99=3)
    assert of(*range(1, 102)) == StageMs(p50=51, p99=100)


def test_one_hiccup_among_many_is_no_p99() -> None:
    assert of(*[5] * 200, 900) == StageMs(p50=5, p99=5)
    assert of(*[5] * 200, 900, 900, 900) == StageMs(p50=5, p99=900)


def test_only_the_newest_count() -> None:
    assert of(*[900] * NEWEST, *[5] * NEWEST) == StageMs(p50=5, p99=5)
    assert of(*[900] * NEWEST, *[5] * (NEWEST // 2 + 1)).p50 == 5


@given(st.lists(st.integers(0, 10**10), min_size=1, max_size=2 * NEWEST))
def test_both_are_times_that_were_added(spans: list[int]) -> None:
    times = StageTimes()
    for span in spans:
        times.add(span)
    figures = times.figures()
    newest = [round(span / 1e6, 2) for span in spans[-NEWEST:]]
    assert min(newest) <= figures.p50 <= figures.p99 <= max(newest)
    assert {figures.p50, figures.p99} <= set(newest)
