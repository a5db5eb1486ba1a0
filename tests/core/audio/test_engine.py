import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionia.core.audio.engine import AudioInput
from ionia.core.events import Level
from ionia.core.media import Samples
from tests.fakes.audio_blocks import SECOND, TICK, block, constant, instant, roughness, sine, sine_offset_ms
from tests.fakes.examples import examples
from tests.fakes.mixed_sound import MixedSound, MixedTick

DESKTOP, MIC = AudioInput.DESKTOP, AudioInput.MIC
EPOCH = 1_234_567_890_123
MS = 1_000_000


def engine(*sources: AudioInput, gain: float = 1.0) -> MixedSound:
    return MixedSound(EPOCH, dict.fromkeys(sources or (MIC,), gain))


def push(machine: MixedSound, position: float, samples: Samples, source: AudioInput = MIC) -> None:
    machine.push(source, block(position, samples, EPOCH))


def joined(ticks: list[MixedTick]) -> Samples:
    return np.concatenate([tick.samples for tick in ticks])


# Ticks.


def test_a_tick_comes_when_its_end_and_the_latency_have_passed():
    machine = engine()
    deadline = EPOCH + 80 * MS + 21_333_334
    assert machine.next_deadline_ns == deadline
    assert machine.advance(deadline - 1) == []
    (tick,) = machine.advance(deadline)
    assert (tick.index, tick.pts, tick.samples.shape, tick.samples.dtype) == (0, 0, (TICK, 2), np.float32)
    assert tick.samples.T.flags.c_contiguous
    assert machine.next_deadline_ns == EPOCH + 80 * MS + 42_666_667
    assert machine.ticks == 1


def test_nothing_comes_before_the_epoch():
    assert engine().advance(EPOCH - 5_000 * MS) == []


def test_without_any_source_there_is_silence():
    machine = MixedSound(EPOCH, {})
    ticks = machine.advance(EPOCH + 150 * MS)
    assert len(ticks) == 3
    assert not joined(ticks).any()
    assert machine.silence_samples == 3 * TICK


def test_gains_are_applied_and_inputs_are_added():
    machine = MixedSound(EPOCH, {DESKTOP: 0.5, MIC: 1.2})
    push(machine, 0, constant(9600, 0.4), DESKTOP)
    push(machine, 0, constant(9600, 0.25), MIC)
    ticks = machine.advance(EPOCH + 150 * MS)
    assert joined(ticks)[1000:] == pytest.approx(0.5)


def test_a_mix_beyond_full_scale_is_rounded_off():
    machine = MixedSound(EPOCH, {DESKTOP: 1.0, MIC: 1.2})
    for source in (DESKTOP, MIC):
        push(machine, 0, constant(9600, 0.8), source)
    out = joined(machine.advance(EPOCH + 150 * MS))
    assert 0.95 < out.max() <= 1.0


def test_a_silent_source_delays_nobody_and_covers_nothing():
    machine = engine(DESKTOP, MIC)
    push(machine, 500, constant(9600))
    ticks = machine.advance(EPOCH + 102 * MS)
    assert len(ticks) == 1
    assert machine.silence_samples == 500
    assert machine.counters(DESKTOP).silence == TICK
    assert machine.counters(MIC).silence == 500
    machine.advance(EPOCH + 124 * MS)
    assert machine.silence_samples == 500


def test_levels_are_those_of_each_sound():
    machine = engine(DESKTOP, MIC, gain=2.0)
    push(machine, -1000, constant(9600, 0.25))
    machine.advance(EPOCH + 170 * MS)
    levels = machine.levels()
    assert levels[DESKTOP] == Level(peak_db=-120.0, rms_db=-120.0)
    assert levels[MIC].peak_db == pytest.approx(-6.02, abs=0.01)
    assert levels[MIC].rms_db == pytest.approx(-6.02, abs=0.01)


# Stalls.


def live(until: float) -> MixedSound:
    """A microphone that delivered up to `until`, and an engine that was served in time until 60 ms before."""
    machine = engine(DESKTOP, MIC)
    push(machine, 0, sine(0, int(until)))
    for k in range(1, 6):
        machine.advance(instant(k * TICK, EPOCH) + 80 * MS)
    assert machine.ticks == 5
    return machine


def test_after_a_stall_ticks_wait_for_the_sound_that_was_captured_meanwhile():
    machine = live(until=9600)
    awake = EPOCH + 3_200 * MS
    held = machine.advance(awake)
    assert [tick.index for tick in held] == [5, 6, 7, 8]
    assert machine.next_deadline_ns == awake + 200 * MS
    for index in range(9600, 3 * SECOND, 480):
        push(machine, index, sine(index, 480))
    caught_up = machine.advance(awake + 5 * MS)
    push(machine, 3 * SECOND, sine(3 * SECOND, 9600))
    caught_up += machine.advance(awake + 10 * MS)
    assert machine.ticks == (3_210 - 80) * 48 // TICK
    assert machine.next_deadline_ns < awake + 200 * MS
    out = joined(held + caught_up)
    assert np.array_equal(out, sine(5 * TICK, len(out)))
    assert machine.counters(MIC).silence == 0


def test_the_wait_after_a_stall_is_bounded():
    machine = live(until=9600)
    awake = EPOCH + 60_000 * MS
    assert len(machine.advance(awake)) == 4
    assert machine.advance(awake + 199 * MS) == []
    machine.advance(awake + 200 * MS)
    assert machine.ticks == (60_200 - 80) * 48 // TICK
    push(machine, 9600, sine(9600, 480))
    assert machine.counters(MIC).late == 480


def test_nobody_waits_for_a_device_that_was_silent_before_the_stall_or_is_gone():
    machine = engine(DESKTOP, MIC)
    push(machine, 0, constant(480))
    machine.advance(EPOCH + 102 * MS)
    assert len(machine.advance(EPOCH + 3_200 * MS)) == (3_200 - 80) * 48 // TICK - 1

    machine = live(until=9600)
    assert len(machine.advance(EPOCH + 3_200 * MS)) == 4
    machine.lost(MIC)
    assert len(machine.advance(EPOCH + 3_200 * MS)) == (3_200 - 80) * 48 // TICK - 9


# Real devices.


def record(seconds: float, *, ppm: float, source: int = 480, seed: int = 1) -> tuple[MixedSound, Samples]:
    """A 440 Hz sine through a device whose clock is off, stamped up to 15 ms late, delivered when stamped."""
    jitter = random.Random(seed)  # noqa: S311 - a seeded model, not a secret
    rate = 1 + ppm * 1e-6
    machine = engine()
    ticks: list[MixedTick] = []
    index = 0
    while machine.ticks * TICK < seconds * SECOND:
        now = machine.next_deadline_ns
        while instant((index + source) / rate + 720, EPOCH) <= now:
            push(machine, index / rate + jitter.uniform(0, 720), sine(index, source, rate=rate))
            index += source
        ticks += machine.advance(now)
    return machine, joined(ticks)


@pytest.mark.long
@pytest.mark.parametrize("ppm", [300, -300])
def test_a_skewed_jittering_device_is_put_in_place_without_a_click(ppm: int):
    """For half a minute: tests/simulation/test_audio_recording.py."""
    machine, out = record(6, ppm=ppm)
    assert max(map(abs, sine_offset_ms(out))) < 4.0
    assert roughness(out[TICK:]) < 0.5 * (2 * np.pi * 440 / SECOND) ** 2 * 1.05
    assert np.abs(out[TICK:]).max() == pytest.approx(0.5, abs=1e-3)
    assert machine.counters(MIC).runs == 1


def test_bursts_of_blocks_change_nothing():
    machine = engine()
    ticks: list[MixedTick] = []
    for index in range(0, 10 * SECOND, 2400):
        for part in range(index, index + 2400, 480):
            push(machine, part, sine(part, 480))
        ticks += machine.advance(instant(index + 2400, EPOCH))
    out = joined(ticks)
    assert np.array_equal(out[TICK:], sine(TICK, len(out) - TICK))


def test_lost_and_found_again():
    machine = engine()
    ticks: list[MixedTick] = []
    for index in range(0, 6 * SECOND, 480):
        away = 2 * SECOND <= index < 4 * SECOND
        if index == 2 * SECOND:
            machine.lost(MIC)
        if not away:
            push(machine, index, sine(index, 480))
        ticks += machine.advance(instant(index + 480, EPOCH))
    out = joined(ticks)
    assert not out[2 * SECOND : 4 * SECOND].any()
    assert np.array_equal(out[4 * SECOND + 240 : 5 * SECOND], sine(4 * SECOND + 240, SECOND - 240))
    assert machine.silence_samples == 2 * SECOND


# Properties.

stretches = st.lists(st.tuples(st.integers(4810, 12_000), st.integers(240, 9600)), min_size=0, max_size=5)
"""(silence before it, length) of stretches of exactly stamped sound; the silence is a jump, not jitter."""


@given(stretches, st.lists(st.integers(0, 300 * MS), max_size=12), st.integers(120, 4800))
@examples(60)
def test_ticks_are_contiguous_bounded_and_account_for_every_sample(
    gaps: list[tuple[int, int]], steps: list[int], size: int
):
    machine = engine(DESKTOP, MIC, gain=1.2)
    sound = np.zeros(200 * SECOND, dtype=np.bool_)
    position = 0
    for silence, length in gaps:
        position += silence
        for begin in range(0, length, size):
            push(machine, position + begin, constant(min(size, length - begin), 1.7))
        sound[position : position + length] = True
        position += length
    ticks: list[MixedTick] = []
    now = EPOCH
    for step in [*steps, 500 * MS]:
        now += step
        ticks += machine.advance(now)
    while machine.next_deadline_ns <= EPOCH + 5000 * MS:
        now = max(now, machine.next_deadline_ns)
        ticks += machine.advance(now)
    assert [tick.index for tick in ticks] == list(range(len(ticks)))
    assert len(ticks) == max(0, (now - EPOCH - 80 * MS) * 48_000 // (1024 * 1_000_000_000))
    out = joined(ticks)
    assert np.abs(out).max() <= 1.0
    assert machine.silence_samples == len(out) - int(sound[: len(out)].sum())
    assert not out[~sound[: len(out)]].any()


@given(st.lists(st.integers(1, 2000), min_size=1, max_size=40), st.floats(-20, 20), st.floats(0, 400))
@examples(30)
def test_how_the_samples_are_cut_into_blocks_does_not_matter(sizes: list[int], ppm: float, start: float):
    total, rate = sum(sizes), 1 + ppm * 1e-6
    outs = []
    for cut in (sizes, [total]):
        machine = engine()
        index = 0
        for size in cut:
            push(machine, start + index / rate, sine(index, size, hertz=200))
            index += size
        outs.append(joined(machine.advance(instant(total + 2000, EPOCH) + 80 * MS)))
    assert np.abs(outs[0] - outs[1]).max() < 0.06
