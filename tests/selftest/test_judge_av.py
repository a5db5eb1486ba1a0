"""Offset, jitter and drift of sound against picture: found to well below a frame, and judged by the named limits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionia.core.selftest_report import Outcome
from ionia.selftest.judge_av import (
    AvMeasure,
    AvSample,
    StagedEvent,
    card_samples,
    judge_av,
    measure,
    staged_samples,
    strips_lit,
)

FPS = 30
STRIPS = 8
MS = 1_000_000
EPOCH_NS = 5_000_000_000
FRAME_NS = 1_000_000_000 / FPS


def staged(
    count: int, *, late_ms: float, drift_ms_per_s: float = 0.0, strips: int = STRIPS, guess_ns: int = 0
) -> list[AvSample]:
    """Events recorded by an ideal engine whose sound is late by so much."""
    events, frames, beeps = [], [0] * (count * 20 + 90), []
    for number in range(count):
        at = EPOCH_NS + 1_000_000_000 + number * 597 * MS
        lit = tuple(at + round(FRAME_NS * strip / strips) for strip in range(strips))
        heard = at + 3 * MS
        events.append(StagedEvent(lit_ns=lit, heard_ns=heard))
        for frame in range(len(frames)):
            captured = EPOCH_NS + (frame + 0.5) * FRAME_NS
            if at <= captured < at + 200 * MS:
                frames[frame] = sum(one <= captured for one in lit)
        seconds = (heard - EPOCH_NS) / 1e9
        beeps.append(seconds + (late_ms + drift_ms_per_s * seconds) / 1000)
    return staged_samples(events, frames, beeps, fps=FPS, epoch_ns=EPOCH_NS + guess_ns)


@given(late_ms=st.floats(-150, 150), guess_ns=st.integers(-60 * MS, 60 * MS))
def test_the_offset_is_found_to_a_quarter_of_a_strip(late_ms: float, guess_ns: int) -> None:
    samples = staged(12, late_ms=late_ms, guess_ns=guess_ns)
    assert len(samples) == 12
    measured = measure(samples, uncertainty_ms=2.0)
    assert measured is not None
    assert measured.offset_ms == pytest.approx(-late_ms, abs=2.2)
    assert measured.jitter_ms < 2.0


def test_drift_is_found_and_the_doubt_covers_what_is_left() -> None:
    measured = measure(staged(15, late_ms=5.0, drift_ms_per_s=-1.0), uncertainty_ms=2.0)
    assert measured is not None
    assert measured.drift_ms_per_min == pytest.approx(60.0, abs=measured.drift_uncertainty)
    assert measured.drift_uncertainty < 20


def test_a_window_of_one_strip_is_known_to_a_frame() -> None:
    measured = measure(staged(12, late_ms=0.0, strips=1), uncertainty_ms=17.0)
    assert measured is not None
    assert abs(measured.offset_ms) <= 17.0


def test_events_that_are_missing_are_left_out() -> None:
    event = StagedEvent(lit_ns=(EPOCH_NS + 1_000 * MS,), heard_ns=EPOCH_NS + 1_000 * MS)
    frames = [0] * 30 + [1, 1, 0]
    assert staged_samples([event], [0] * 60, [1.0], fps=FPS, epoch_ns=EPOCH_NS) == []
    assert staged_samples([event], frames, [], fps=FPS, epoch_ns=EPOCH_NS) == []
    assert staged_samples([event], frames, [2.0], fps=FPS, epoch_ns=EPOCH_NS) == []
    assert len(staged_samples([event], frames, [0.2, 1.0], fps=FPS, epoch_ns=EPOCH_NS)) == 1


def test_the_cards_flashes_and_beeps_are_compared_frame_by_frame() -> None:
    flashing = [False] * 30 + [True] * 3 + [False] * 27 + [True] * 3
    samples = card_samples(flashing, [0.99, 9.0], fps=FPS)
    assert [(round(one.at_s, 3), round(one.offset_ms)) for one in samples] == [(0.99, 10)]


def test_few_events_measure_nothing() -> None:
    assert measure([AvSample(at_s=float(n), offset_ms=0.0) for n in range(4)], uncertainty_ms=1.0) is None


def test_events_of_one_instant_have_no_drift() -> None:
    measured = measure([AvSample(at_s=1.0, offset_ms=4.0)] * 6, uncertainty_ms=1.0)
    assert measured is not None
    assert (measured.offset_ms, measured.drift_ms_per_min) == (4.0, 0.0)


def measured(offset: float, *, jitter: float = 1.0, drift: float = 0.0, doubt: float = 2.0) -> AvMeasure:
    return AvMeasure(
        offset_ms=offset,
        jitter_ms=jitter,
        drift_ms_per_min=drift,
        drift_uncertainty=1.0,
        uncertainty_ms=doubt,
        events=15,
    )


@pytest.mark.parametrize(
    ("offset", "outcome"),
    [
        (0.4, Outcome.GOOD),
        (40.0, Outcome.GOOD),
        (-60.0, Outcome.GOOD),
        (41.0, Outcome.FAIR),
        (-61.0, Outcome.FAIR),
        (46.0, Outcome.BAD),
        (-126.0, Outcome.BAD),
    ],
)
def test_the_limits_of_r37_and_bt_1359_decide(offset: float, outcome: Outcome) -> None:
    verdict = judge_av(measured(offset), correctable=True)
    assert verdict.outcome is outcome
    assert ("early" if offset > 0 else "late") in verdict.found
    assert bool(verdict.advice) == (outcome is not Outcome.GOOD)


@pytest.mark.parametrize(
    ("offset", "correct_by"), [(0.0, None), (7.0, None), (8.0, 8.0), (-17.0, None), (-18.04, -18.0), (90.0, 90.0)]
)
def test_what_is_surely_beyond_a_stages_share_can_be_corrected(offset: float, correct_by: float | None) -> None:
    assert judge_av(measured(offset), correctable=True).correct_by_ms == correct_by
    assert judge_av(measured(offset), correctable=False).correct_by_ms is None


def test_an_offset_that_varies_is_not_corrected() -> None:
    verdict = judge_av(measured(30.0, jitter=11.0), correctable=True)
    assert (verdict.outcome, verdict.correct_by_ms) == (Outcome.FAIR, None)
    assert "varies" in verdict.advice
    assert judge_av(measured(130.0, jitter=11.0), correctable=True).outcome is Outcome.BAD


@pytest.mark.parametrize(("drift", "outcome"), [(1.5, Outcome.GOOD), (-2.0, Outcome.FAIR), (5.0, Outcome.BAD)])
def test_drift_is_judged_by_when_it_is_noticed(drift: float, outcome: Outcome) -> None:
    verdict = judge_av(measured(0.0, drift=drift), correctable=True)
    assert verdict.outcome is outcome
    assert ("drift " in verdict.found and "no drift" not in verdict.found) == (outcome is not Outcome.GOOD)


def test_doubt_about_the_offset_is_said() -> None:
    assert "give or take 17" in judge_av(measured(5.0, doubt=16.7), correctable=False).found


def test_strips_are_counted_in_colour_and_in_luma() -> None:
    luma = np.full((40, 64), 16, np.uint8)
    luma[:, :24] = 235
    assert strips_lit(luma, STRIPS) == 3
    assert strips_lit(np.repeat(luma[:, :, None], 4, axis=2), STRIPS) == 3
