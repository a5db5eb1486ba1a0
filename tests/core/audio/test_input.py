import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionia.core.audio.input import InputTimeline
from ionia.core.audio.runs import FADE_SAMPLES
from ionia.core.media import Samples
from tests.fakes.audio_blocks import SECOND, TICK, constant, roughness, sine
from tests.fakes.examples import examples

BLOCK = 480
SMOOTH = 0.5 * (2 * np.pi * 440 / SECOND) ** 2 * 1.05
"""Second difference of the 440 Hz sine, and 5 % more."""


def feed(timeline: InputTimeline, begin: int, end: int, *, shift: float = 0.0) -> None:
    """A sine's samples begin..end in blocks, stamped `shift` away from where they belong."""
    for index in range(begin, end, BLOCK):
        timeline.push(index + shift, sine(index, min(BLOCK, end - index)))


def render(timeline: InputTimeline, ticks: int, first: int = 0) -> Samples:
    planes = [timeline.render((first + k) * TICK).planes for k in range(ticks)]
    return np.concatenate([np.zeros((TICK, 2), dtype=np.float32) if p is None else p.T for p in planes])


def test_nothing_is_silence():
    timeline = InputTimeline()
    timeline.push(0.0, constant(0))
    assert timeline.covered_until() is None
    assert timeline.render(0).planes is None
    counters = timeline.counters()
    assert (counters.silence, counters.runs, counters.drift_ppm) == (TICK, 0, 0.0)


def test_exactly_stamped_sound_is_copied_after_a_fade():
    timeline = InputTimeline()
    feed(timeline, 0, 9600)
    assert timeline.covered_until() == 9600
    out = render(timeline, 4)
    assert np.array_equal(out[FADE_SAMPLES:], sine(0, 4096)[FADE_SAMPLES:])
    assert np.abs(out[:FADE_SAMPLES]).max() < 0.5
    assert timeline.counters().silence == 0


def test_samples_are_copied():
    timeline = InputTimeline()
    samples = constant(5000)
    timeline.push(0.0, samples)
    samples[:] = 0.9
    assert render(timeline, 1)[500, 0] == 0.5


def test_sound_before_the_epoch_is_left_out():
    timeline = InputTimeline()
    timeline.push(-1000.0, sine(-1000, 600))
    timeline.push(-400.0, sine(-400, 5000))
    assert np.array_equal(render(timeline, 1)[FADE_SAMPLES:], sine(0, TICK)[FADE_SAMPLES:])
    assert timeline.counters().early == 1000


def test_jittered_blocks_join_without_a_seam():
    jitter = random.Random(3)  # noqa: S311 - a seeded model, not a secret
    timeline = InputTimeline()
    for index in range(0, 4 * SECOND, BLOCK):
        timeline.push(index + jitter.uniform(0, 720), sine(index, BLOCK))
    out = render(timeline, 180)
    assert roughness(out[TICK:]) < SMOOTH
    assert timeline.counters().runs == 1


def test_a_gap_is_silent_and_its_edges_are_soft():
    timeline = InputTimeline()
    feed(timeline, 0, 4800)
    feed(timeline, 14_400, 24_000)
    out = render(timeline, 20)
    assert not out[4800:14_400].any()
    assert out[:4800].any()
    assert np.array_equal(out[14_640:20_000], sine(14_640, 5360))
    assert roughness(out[FADE_SAMPLES:]) < 0.5 * 3 / FADE_SAMPLES
    assert timeline.counters().silence == 9600
    assert timeline.counters().runs == 2


def test_sound_after_minutes_of_silence_lands_by_its_stamp():
    timeline = InputTimeline()
    feed(timeline, 0, 4800)
    begin = 1800 * TICK + 100
    render(timeline, 1800)
    feed(timeline, begin, begin + 9600)
    out = render(timeline, 4, first=1800)
    assert not out[:100].any()
    assert np.array_equal(out[100 + FADE_SAMPLES :], sine(begin, 3996)[FADE_SAMPLES:])


def test_an_overlap_is_trimmed_and_crossfaded():
    timeline = InputTimeline()
    timeline.push(0.0, constant(9600))
    timeline.push(4000.0, constant(9600, 0.25))
    out = render(timeline, 12)[:, 0]
    assert np.all(out[FADE_SAMPLES : 9600 - FADE_SAMPLES] == 0.5)
    assert np.all(out[9600:12_288] == 0.25)
    assert np.abs(np.diff(out[FADE_SAMPLES:])).max() < 0.0011
    assert timeline.counters().trimmed == 5600 - FADE_SAMPLES


def test_sound_that_lies_wholly_within_other_sound_is_trimmed():
    timeline = InputTimeline()
    timeline.push(0.0, constant(20_000))
    timeline.push(10_000.0, constant(1000, 0.25))
    timeline.push(20_000.0, constant(9600))
    out = render(timeline, 28)[:, 0]
    assert np.all(out[FADE_SAMPLES : 20_000 - FADE_SAMPLES] == 0.5)
    assert timeline.counters().trimmed == 1000


def test_a_stamp_that_lies_before_a_bogus_one_replaces_it():
    timeline = InputTimeline()
    timeline.push(3600.0 * SECOND, constant(480))
    timeline.push(5000.0, constant(4800, 0.25))
    out = render(timeline, 8)[:, 0]
    assert np.all(out[5000 + FADE_SAMPLES : 8192] == 0.25)
    assert timeline.counters().trimmed == 480


def test_late_sound_is_counted_and_what_is_in_time_is_heard():
    timeline = InputTimeline()
    feed(timeline, 0, 4800)
    render(timeline, 6)
    feed(timeline, 4800, 14_400)
    out = render(timeline, 6, first=6)
    assert np.array_equal(out[FADE_SAMPLES:], sine(6 * TICK, 6 * TICK)[FADE_SAMPLES:])
    counters = timeline.counters()
    assert counters.silence == 6 * TICK - 4800
    assert counters.late == 6 * TICK - 4800
    assert counters.runs == 2


def test_a_block_that_is_late_altogether_leaves_nothing():
    timeline = InputTimeline()
    render(timeline, 10)
    timeline.push(0.0, constant(480))
    assert timeline.counters().late == 480
    assert timeline.render(10 * TICK).planes is None


def test_sound_that_runs_out_has_faded_by_then():
    timeline = InputTimeline()
    timeline.push(0.0, constant(TICK + 100))
    first = timeline.render(0).planes
    timeline.push(TICK + 100.0, constant(5000))
    second = timeline.render(TICK).planes
    assert first is not None
    assert second is not None
    out = np.concatenate([first, second], axis=1)[0]
    assert out[TICK + 99] == 0.0
    assert np.abs(np.diff(out)).max() < 0.0022
    assert out[-1] == 0.5


def test_sixty_milliseconds_that_a_device_skipped_become_silence():
    timeline = InputTimeline()
    feed(timeline, 0, SECOND)
    render(timeline, 40)
    ticks = 40
    out = []
    for index in range(SECOND + 2880, 2 * SECOND, BLOCK):
        timeline.push(float(index), sine(index, BLOCK))
        while (ticks + 1) * TICK + 3840 <= index:
            out.append(render(timeline, 1, first=ticks))
            ticks += 1
    sound = np.concatenate(out)
    settled = (int(1.5 * SECOND) // TICK - 40) * TICK
    assert np.allclose(sound[settled:], sine(40 * TICK + settled, len(sound) - settled), atol=1e-3)
    assert timeline.counters().silence == pytest.approx(2880, abs=2)
    assert timeline.counters().runs == 2


def test_sixty_milliseconds_that_a_device_repeated_are_trimmed():
    timeline = InputTimeline()
    feed(timeline, 0, SECOND)
    render(timeline, 40)
    feed(timeline, SECOND - 2880, 2 * SECOND)
    out = render(timeline, 50, first=40)
    settled = 24 * TICK
    assert np.allclose(out[settled:], sine(40 * TICK + settled, len(out) - settled), atol=1e-3)
    assert timeline.counters().silence == 0
    assert timeline.counters().trimmed == pytest.approx(2880 - FADE_SAMPLES, abs=2)


def test_doubts_that_pass_change_nothing():
    timeline = InputTimeline()
    feed(timeline, 0, SECOND)
    render(timeline, 5)
    feed(timeline, SECOND, SECOND + 9600, shift=2400.0)
    feed(timeline, SECOND + 9600, SECOND + 19_200, shift=-2400.0)
    feed(timeline, SECOND + 19_200, 2 * SECOND)
    out = render(timeline, 80, first=5)
    assert roughness(out) < SMOOTH
    assert timeline.counters().runs == 1


def test_a_first_stamp_that_was_late_costs_nothing_before_it_is_heard():
    timeline = InputTimeline()
    timeline.push(3000.0, sine(0, BLOCK))
    feed(timeline, BLOCK, 9600)
    assert np.array_equal(render(timeline, 2)[FADE_SAMPLES:], sine(0, 2048)[FADE_SAMPLES:])


def test_where_sound_had_run_out_a_short_pause_is_believed_at_once():
    timeline = InputTimeline()
    feed(timeline, 0, 4800)
    render(timeline, 5)
    begin = 4800 + 2400
    feed(timeline, begin, begin + 9600)
    out = render(timeline, 8, first=5)
    edge = begin - 5 * TICK
    assert not out[:edge].any()
    assert np.array_equal(out[edge + FADE_SAMPLES :], sine(begin + FADE_SAMPLES, len(out) - edge - FADE_SAMPLES))
    assert timeline.counters().late == 0


def test_doubts_of_one_long_block_move_what_follows():
    timeline = InputTimeline()
    feed(timeline, 0, 4800)
    render(timeline, 1)
    timeline.push(4800.0 + 2400, sine(4800, 14_400))
    feed(timeline, 19_200, 28_800, shift=2400.0)
    out = render(timeline, 20, first=1)
    assert np.allclose(out[-1000:], sine(21 * TICK - 1000 - 2400, 1000), atol=1e-3)
    assert timeline.counters().runs == 2


def test_a_device_that_was_lost_is_another_one_afterwards():
    timeline = InputTimeline()
    for index in range(0, 40 * SECOND, BLOCK):
        timeline.push(index / 1.0002, constant(BLOCK))
    assert timeline.counters().drift_ppm == pytest.approx(200, abs=3)
    timeline.lost()
    assert timeline.covered_until() is None
    assert timeline.counters().drift_ppm == 0.0
    timeline.push(40.0 * SECOND + 50, constant(BLOCK))
    assert timeline.counters().drift_ppm == 0.0
    assert timeline.counters().runs == 2


def test_what_is_known_of_the_drift_outlives_a_gap():
    timeline = InputTimeline()
    for index in range(0, 40 * SECOND, BLOCK):
        timeline.push(index / 1.0002, constant(BLOCK))
    timeline.push(50.0 * SECOND, constant(BLOCK))
    assert timeline.counters().drift_ppm == pytest.approx(200, abs=3)


@pytest.mark.long
def test_what_finds_no_room_is_counted():
    timeline = InputTimeline()
    timeline.push(0.0, constant(120 * SECOND))
    timeline.push(120.0 * SECOND, constant(480))
    assert timeline.counters().overflow == 480


def test_a_device_with_mad_stamps_does_not_fill_the_memory():
    timeline = InputTimeline()
    for n in range(1001):
        timeline.push(n * 10_000.0, constant(1))
    assert timeline.counters().overflow == 1


def test_what_a_broken_driver_delivers_is_made_harmless():
    timeline = InputTimeline()
    samples = constant(5000)
    samples[300:303, 0] = (np.nan, np.inf, -np.inf)
    samples[400] = 1e30
    timeline.push(0.0, samples)
    out = render(timeline, 1)
    assert not out[300:303, 0].any()
    assert out[303, 0] == 0.5
    assert out[400, 0] == 16.0


def test_digital_silence_is_sound_that_is_not_worth_an_array():
    timeline = InputTimeline()
    timeline.push(0.0, constant(5000, 0.0))
    rendered = timeline.render(0)
    assert rendered.planes is None
    assert rendered.covered == ((0, TICK),)
    assert timeline.counters().silence == 0


def test_three_devices_within_a_fade_are_no_louder_than_one():
    timeline = InputTimeline()
    for position, count in ((358.0, 324), (441.0, 157), (515.0, 10)):
        timeline.push(position, constant(count))
        timeline.lost()
    sound = render(timeline, 3)[:, 0]
    assert sound.max() <= 0.5
    assert np.abs(np.diff(sound)).max() < 0.5 * 2.1 / FADE_SAMPLES


happenings = st.lists(
    st.one_of(
        st.tuples(st.just("block"), st.integers(1, 5000), st.floats(-6000, 6000)),
        st.tuples(st.just("ticks"), st.integers(1, 6), st.just(0.0)),
        st.tuples(st.just("lost"), st.just(0), st.just(0.0)),
    ),
    max_size=60,
)


@given(happenings, st.lists(st.floats(0, 1500), min_size=1, max_size=10))
@examples(200)
def test_whatever_the_stamps_say_there_is_no_click_and_every_sample_is_accounted_for(
    happened: list[tuple[str, int, float]], jitter: list[float]
):
    timeline = InputTimeline()
    position, tick, out, covered = 0.0, 0, [], 0
    for number, (what, count, shift) in enumerate([*happened, ("ticks", 12, 0.0)]):
        if what == "block":
            position += shift if abs(shift) > 5000 else 0.0
            timeline.push(position + jitter[number % len(jitter)], constant(count))
            position += count
        elif what == "lost":
            timeline.lost()
        else:
            for _ in range(count):
                rendered = timeline.render(tick * TICK)
                mask = np.zeros(TICK, dtype=np.bool_)
                for low, high in rendered.covered:
                    mask[low:high] = True
                covered += int(mask.sum())
                planes = np.zeros((2, TICK), dtype=np.float32) if rendered.planes is None else rendered.planes
                out.append(planes[0])
                tick += 1
    sound = np.concatenate(out)
    assert np.abs(sound).max() < 0.51
    assert np.abs(np.diff(sound)).max() < 0.5 * 3.0 / FADE_SAMPLES
    assert timeline.counters().silence == tick * TICK - covered
