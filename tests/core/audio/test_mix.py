"""Gains and mutes that move while they run: where they end, how long it takes, and that nothing steps."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionia.core.audio.engine import AudioTick
from ionia.core.audio.filter_bank import FilterBank
from ionia.core.audio.filters import Compressor, Gate, Limiter, NoiseSuppression, SoundFilter
from ionia.core.audio.input import Rendered
from ionia.core.audio.mix import ControlChange, Mix, SoundControl
from ionia.core.media import Samples

TICK = 1024
ONE, TWO = "one", "two"


def tick(index: int, level: float = 0.5, keys: tuple[str, ...] = (ONE,)) -> AudioTick[str]:
    time = np.arange(index * TICK, (index + 1) * TICK) / 48_000
    wave = (level * np.sin(2 * np.pi * 440 * time)).astype(np.float32)
    part = Rendered(planes=np.stack([wave, wave]), covered=((0, TICK),))
    return AudioTick(index=index, parts=dict.fromkeys(keys, part))


def rendered(mix: Mix[str], first: int, count: int) -> Samples:
    return np.concatenate([mix.render(tick(index)) for index in range(first, first + count)])


def bend(samples: Samples) -> float:
    """The largest change of slope from one sample to the next, beyond a sine's own, in dB of full scale."""
    sine = 0.5 * (2 * np.pi * 440 / 48_000) ** 2
    return 20 * np.log10(max(1e-9, float(np.abs(np.diff(samples[:, 0], 2)).max()) - sine))


def test_a_gain_is_there_after_its_ramp_and_steps_nowhere() -> None:
    mix: Mix[str] = Mix({ONE: SoundControl()})
    before = rendered(mix, 0, 4)
    mix.set(ONE, ControlChange(gain=0.25))
    whole = np.concatenate([before, rendered(mix, 4, 4)])
    expected = np.concatenate([tick(index).parts[ONE].planes.T for index in range(8)])
    assert np.array_equal(whole[: 4 * TICK], expected[: 4 * TICK])
    np.testing.assert_allclose(whole[4 * TICK + 480 :], 0.25 * expected[4 * TICK + 480 :], rtol=1e-6)
    assert bend(whole) < -60


@pytest.mark.parametrize("gain", [0.0, 0.1, 0.9])
def test_no_change_within_10_ms_bends_a_sine(gain: float) -> None:
    mix: Mix[str] = Mix({ONE: SoundControl(gain=gain)})
    first = rendered(mix, 0, 2)
    mix.set(ONE, ControlChange(gain=0.6))
    assert bend(np.concatenate([first, rendered(mix, 2, 3)])) < -60


def test_a_mute_waits_for_its_release_and_an_unmute_does_not() -> None:
    mix: Mix[str] = Mix({ONE: SoundControl(gain=1.6)})
    mix.set(ONE, ControlChange(gain=1.6, muted=True, release_ms=100))  # 4800 samples
    out = rendered(mix, 0, 6)
    assert np.abs(out[4700:4800]).max() == pytest.approx(0.8, abs=0.01)
    assert not out[4800 + 481 :].any()
    mix.set(ONE, ControlChange(muted=False, release_ms=100))
    assert np.abs(rendered(mix, 6, 1)[500:]).max() == pytest.approx(0.8, abs=0.01)


def test_a_change_in_the_middle_of_another_goes_on_from_where_it_is() -> None:
    mix: Mix[str] = Mix({ONE: SoundControl()})
    first = rendered(mix, 0, 1)
    mix.set(ONE, ControlChange(gain=0.0, ramp_ms=60))
    middle = rendered(mix, 1, 1)
    mix.set(ONE, ControlChange(gain=1.0))
    assert bend(np.concatenate([first, middle, rendered(mix, 2, 2)])) < -60
    assert mix.controls[ONE].gain == 1.0


def test_a_copy_sounds_the_same_from_there_on() -> None:
    mix: Mix[str] = Mix({ONE: SoundControl(), TWO: SoundControl(muted=True)})
    mix.set(ONE, ControlChange(gain=0.2, ramp_ms=40))
    mix.render(AudioTick(index=0, parts={}))
    other = mix.copy()
    assert other.silence_samples == mix.silence_samples == TICK
    for index in range(1, 5):
        part = tick(index, keys=(ONE, TWO))
        assert np.array_equal(mix.render(part), other.render(part))
    assert other.controls == mix.controls


def test_several_ticks_at_once_are_what_they_are_one_by_one() -> None:
    parts = [tick(index, level=0.3 * index).parts[ONE] for index in range(5)]
    half = Rendered(planes=parts[1].planes, covered=((0, 512),))
    there = [{ONE: parts[0], TWO: parts[4]}, {TWO: half}, {ONE: Rendered(planes=None, covered=())}, {}, {ONE: parts[4]}]
    mix: Mix[str] = Mix({ONE: SoundControl(), TWO: SoundControl(gain=0.7)})
    assert not mix.steady
    mix.render(tick(0))
    assert mix.steady
    other = mix.copy()
    other.render(tick(0))
    ticks = [AudioTick(index=index, parts=heard) for index, heard in enumerate(there, start=1)]
    one_by_one = np.concatenate([mix.render(one) for one in ticks])
    assert np.array_equal(other.render_all(ticks), one_by_one)
    assert 0.9 < np.abs(one_by_one).max() <= 1  # both are too loud together
    assert not other.render_all(ticks[2:4]).any()
    assert mix.silence_samples + 2 * TICK == other.silence_samples == 512 + 4 * TICK
    mix.set(ONE, ControlChange(mono=True))
    assert not mix.steady
    mix.render(tick(6))
    mix.render(tick(7))
    assert not mix.steady  # one sound is mono from now on


def test_levels_are_after_the_gain() -> None:
    mix: Mix[str] = Mix({ONE: SoundControl(gain=0.5), TWO: SoundControl(muted=True)})
    mix.render(tick(0, keys=(ONE, TWO)))
    assert mix.meters[ONE].level.peak_db == pytest.approx(-12.04, abs=0.01)
    assert mix.meters[TWO].level.peak_db == -120.0
    assert mix.meters[TWO].counts.voiced == 1  # as loud as it would be
    assert mix.copy().meters[ONE].level == mix.meters[ONE].level


@given(
    changes=st.lists(
        st.tuples(st.floats(0, 4), st.booleans(), st.floats(0, 200), st.floats(0, 200), st.integers(1, 4)), max_size=6
    )
)
def test_whatever_is_set_the_last_word_holds_in_the_end(changes: list[tuple[float, bool, float, float, int]]) -> None:
    mix: Mix[str] = Mix({ONE: SoundControl()})
    index, last = 0, SoundControl()
    for gain, muted, ramp_ms, release_ms, ticks in changes:
        last = SoundControl(gain=gain, muted=muted)
        mix.set(ONE, ControlChange(gain=gain, muted=muted, ramp_ms=ramp_ms, release_ms=release_ms))
        out = rendered(mix, index, ticks)
        assert np.isfinite(out).all()
        assert np.abs(out).max() <= 1.0
        index += ticks
    rendered(mix, index, 20)  # 427 ms: longer than any release and ramp
    settled = mix.render(tick(index + 20, level=0.1))[:, 0]
    expected = tick(index + 20, level=0.1).parts[ONE].planes[0] * (0.0 if last.muted else last.gain)
    np.testing.assert_allclose(settled, expected, rtol=0, atol=1e-6)


def test_mono_gives_both_sides_the_mean_and_comes_without_a_step() -> None:
    time = np.arange(6 * TICK) / 48_000
    left = (0.5 * np.sin(2 * np.pi * 440 * time)).astype(np.float32)
    mix: Mix[str] = Mix({ONE: SoundControl()})
    parts = []
    for index in range(6):
        if index == 2:
            mix.set(ONE, ControlChange(mono=True))
        planes = np.stack([left[index * TICK : (index + 1) * TICK], np.zeros(TICK, dtype=np.float32)])
        parts.append(mix.render(AudioTick(index=index, parts={ONE: Rendered(planes=planes, covered=((0, TICK),))})))
    out = np.concatenate(parts)
    assert not out[: 2 * TICK, 1].any()
    settled = slice(2 * TICK + 481, None)
    np.testing.assert_allclose(out[settled, 0], 0.5 * left[settled], rtol=0, atol=1e-6)
    assert np.array_equal(out[settled, 0], out[settled, 1])
    assert bend(out) < -60
    assert bend(out[:, ::-1]) < -60
    other = mix.copy()
    assert np.array_equal(other.render(tick(6)), mix.render(tick(6)))


def test_whatever_else_changes_a_mute_keeps_its_release() -> None:
    mix: Mix[str] = Mix({ONE: SoundControl()})
    mix.set(ONE, ControlChange(muted=True, release_ms=100))  # 4800 samples
    mix.render(tick(0))
    mix.set(ONE, ControlChange(gain=0.5, mono=True))
    out = rendered(mix, 1, 5)
    assert np.abs(out[481 : 4800 - TICK]).max() == pytest.approx(0.25, abs=0.01)  # the gain has not waited
    assert not out[4800 - TICK + 481 :].any()


def silent_after(mix: Mix[str], ticks: int) -> int:
    """Samples until nothing is left, of so many ticks."""
    out = rendered(mix, 0, ticks)[:, 0]
    return int(np.flatnonzero(out)[-1]) + 1


@pytest.mark.parametrize(("release_ms", "samples"), [(0, 480), (40, 40 * 48 + 480), (90_000, 100 * 48 + 480)])
def test_of_two_mutes_the_earlier_holds(release_ms: float, samples: int) -> None:
    mix: Mix[str] = Mix({ONE: SoundControl()})
    mix.set(ONE, ControlChange(muted=True, release_ms=100))
    mix.set(ONE, ControlChange(muted=True, release_ms=release_ms))
    assert silent_after(mix, 8) == pytest.approx(samples, abs=3)


@pytest.mark.parametrize(("left", "right"), [(1.0, 0.0), (0.0, 1.0), (1.0, 1.0)])
def test_a_voice_in_one_side_of_a_microphone_keeps_its_level_in_mono(left: float, right: float) -> None:
    mix: Mix[str] = Mix({ONE: SoundControl(mono=True, spoken=True)})
    one = tick(0)
    planes = one.parts[ONE].planes
    assert planes is not None
    spoken = planes * np.array([[left], [right]], dtype=np.float32)
    sound = mix.render(replace(one, parts={ONE: Rendered(planes=spoken, covered=((0, TICK),))}))
    assert (sound[:, 0] == sound[:, 1]).all()
    np.testing.assert_allclose(sound[240:, 0], planes[0, 240:], rtol=0, atol=1e-6)  # known after 5 ms
    assert np.abs(sound).max() <= 0.5


def test_mono_of_what_plays_is_the_mean_of_both_sides() -> None:
    mix: Mix[str] = Mix({ONE: SoundControl(mono=True)})
    planes = np.stack([np.full(TICK, 0.5), np.zeros(TICK)]).astype(np.float32)
    sound = mix.render(AudioTick(index=0, parts={ONE: Rendered(planes=planes, covered=((0, TICK),))}))
    assert (sound == 0.25).all()


def test_of_two_ramps_to_a_gain_the_earlier_holds() -> None:
    for first, second in ((60_000, 10), (10, 60_000)):
        mix: Mix[str] = Mix({ONE: SoundControl()})
        mix.set(ONE, ControlChange(gain=0.0, ramp_ms=first))
        mix.set(ONE, ControlChange(gain=0.0, ramp_ms=second))
        assert silent_after(mix, 2) == pytest.approx(480, abs=3)


def test_a_sound_is_muted_once_nothing_is_left_of_it() -> None:
    mix: Mix[str] = Mix({ONE: SoundControl(), TWO: SoundControl(muted=True)})
    assert mix.muted == {TWO}
    mix.set(ONE, ControlChange(muted=True, release_ms=20, ramp_ms=10))  # 1440 samples
    assert mix.muted == {TWO}
    mix.render(tick(0))
    assert mix.muted == {TWO}
    mix.render(tick(1))
    assert mix.muted == mix.copy().muted == {ONE, TWO}
    mix.set(ONE, ControlChange(muted=False))
    mix.set(TWO, ControlChange(gain=0.0))
    assert mix.muted == {TWO}


class Ticks:
    """Ticks with the one before, as the engine gives them."""

    def __init__(self) -> None:
        self.bank: FilterBank[str] = FilterBank()
        self.last: AudioTick[str] | None = None

    def before(self, now: AudioTick[str]) -> AudioTick[str] | None:
        self.bank.take(now.parts)
        last, self.last = self.last, now
        return None if last is None else replace(last, filtered=self.bank.before)


def filtered(mix: Mix[str], changes: dict[int, tuple[SoundFilter, ...]], count: int, level: float = 0.5) -> Samples:
    """What is mixed of ticks 0 to `count` - 2, with other filters from the ticks of `changes` on."""
    ticks, out = Ticks(), []
    for index in range(count):
        if index in changes:
            mix.set(ONE, ControlChange(filters=changes[index]))
        before = ticks.before(tick(index, level))
        if before is not None:
            out.append(mix.render(before))
    return np.concatenate(out)


SOFTER = (Compressor(threshold_db=-30, output_gain_db=-6),)
SUPPRESSED = (NoiseSuppression(),)
SHUT = (Gate(open_threshold_db=-1, close_threshold_db=-2),)


@pytest.mark.parametrize("filters", [SOFTER, SHUT, SUPPRESSED, (*SUPPRESSED, *SOFTER, Limiter())])
def test_filters_go_on_are_changed_and_go_off_without_a_step(filters: tuple[SoundFilter, ...]) -> None:
    mix: Mix[str] = Mix({ONE: SoundControl()})
    out = filtered(mix, {30: filters, 40: (Limiter(threshold_db=-12),), 50: ()}, 60)
    dry = np.concatenate([tick(index).parts[ONE].planes.T for index in range(59)])
    assert np.array_equal(out[: 29 * TICK], dry[: 29 * TICK])
    assert not np.allclose(out[33 * TICK : 39 * TICK], dry[33 * TICK : 39 * TICK], atol=0.05)
    assert np.array_equal(out[50 * TICK :], dry[50 * TICK :])
    assert bend(out) < -60


def test_filters_changed_while_they_fade_stay_whole_together() -> None:
    mix: Mix[str] = Mix({ONE: SoundControl()})
    mix.set(ONE, ControlChange(filters=(Limiter(threshold_db=0),), ramp_ms=100))
    changes = {3: (Limiter(threshold_db=-1),), 5: (Limiter(threshold_db=-2),), 6: ()}
    out = filtered(mix, changes, 20)  # none of them does anything to it
    dry = np.concatenate([tick(index).parts[ONE].planes.T for index in range(19)])
    np.testing.assert_allclose(out, dry, rtol=0, atol=1e-6)
    assert mix.controls[ONE].filters == ()
    assert mix.filtered


def test_levels_and_warnings_are_of_what_the_filters_leave_and_a_full_source_is_told_all_the_same() -> None:
    mix: Mix[str] = Mix({ONE: SoundControl(filters=(*SHUT, *SOFTER))})
    filtered(mix, {}, 40, level=1.0)
    meter = mix.meters[ONE]
    assert meter.full
    assert meter.level.peak_db < -20
    shut: Mix[str] = Mix({ONE: SoundControl(filters=SHUT, muted=True)})
    filtered(shut, {}, 40, level=0.3)
    assert shut.meters[ONE].counts.voiced == 0
    assert mix.meters[ONE].counts.over == 0


def test_a_copy_goes_on_where_it_is_in_its_filters() -> None:
    mix: Mix[str] = Mix({ONE: SoundControl(filters=SOFTER)})
    mix.set(ONE, ControlChange(filters=SHUT, ramp_ms=200))
    filtered(mix, {}, 5)
    ticks, other = Ticks(), mix.copy()
    ticks.before(tick(5))
    before = ticks.before(tick(6))
    assert before is not None
    assert np.array_equal(other.render(before), mix.render(before))
