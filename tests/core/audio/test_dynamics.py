"""Gate and compressor beside OBS's, written out sample by sample; what a limiter promises; that blocks don't matter."""

import math
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import pytest

from ionia.core.audio.dynamics import LIMITER_DELAY, CompressorFilter, GateFilter, LimiterFilter, amplitude
from ionia.core.audio.filters import Compressor, Gate, Limiter
from ionia.core.audio.resampler import Planes

RATE = 48_000
Reference = Callable[[npt.NDArray[np.float64]], list[float]]


def take(seconds: float = 0.4) -> Planes:
    """Loud, soft and silent, with both sides different."""
    rng = np.random.default_rng(1)
    time = np.arange(int(seconds * RATE)) / RATE
    loud = np.where((time * 10) % 2 < 1, 0.7, 0.01) * np.sin(2 * np.pi * 220 * time)
    noise = rng.standard_normal((2, time.size)) * np.where(time < seconds / 2, 0.05, 0.0)
    return (loud + noise).astype(np.float32)


def words() -> Planes:
    """Loud, soft for so long that a gate has closed, and loud again."""
    return np.concatenate((take(0.1), take(1.2) * np.float32(0.02), take(0.1)), axis=1)


def in_blocks(run: Callable[[Planes], Planes], sound: Planes, sizes: Sequence[int]) -> Planes:
    parts, at, turn = [], 0, 0
    while at < sound.shape[1]:
        size = sizes[turn % len(sizes)]
        parts.append(run(sound[:, at : at + size]))
        at, turn = at + size, turn + 1
    return np.concatenate(parts, axis=1)


def obs_compressor(of: Compressor, loud: npt.NDArray[np.float64]) -> list[float]:
    attack, release = (np.exp(-1 / (RATE * ms / 1000)) for ms in (of.attack_ms, of.release_ms))
    envelope, gains = 0.0, []
    for level in loud.tolist():
        envelope = level + (attack if envelope < level else release) * (envelope - level)
        over = of.threshold_db - 20 * math.log10(max(envelope, 1e-12))
        gains.append(10 ** ((min(0.0, (1 - 1 / of.ratio) * over) + of.output_gain_db) / 20))
    return gains


def obs_gate(of: Gate, loud: npt.NDArray[np.float64]) -> list[float]:
    opens, closes = 10 ** (of.open_threshold_db / 20), 10 ** (of.close_threshold_db / 20)
    is_open, level, held, gain, gains = False, 0.0, 0, 0.0, []
    for now in loud.tolist():
        level = max(level - (opens - closes or opens / 2) / (RATE / 75), now)
        if now > opens and not is_open:
            is_open = True
        elif level < closes and is_open:
            is_open, held = False, 0
        if is_open:
            gain = min(1.0, gain + 1 / (RATE * of.attack_ms / 1000))
        else:
            held += 1
            if held > RATE * of.hold_ms / 1000:
                gain = max(0.0, gain - 1 / (RATE * of.release_ms / 1000))
        gains.append(gain)
    return gains


@pytest.mark.parametrize(
    "of",
    [
        Compressor(),
        Compressor(ratio=3, threshold_db=-30, attack_ms=1, output_gain_db=6),
        Compressor(attack_ms=500, release_ms=1),
    ],
)
def test_the_compressor_is_that_of_obs(of: Compressor) -> None:
    sound = take()
    expected = sound * obs_compressor(of, np.abs(sound).max(axis=0).astype(float))
    np.testing.assert_allclose(in_blocks(CompressorFilter(of).run, sound, [1024]), expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("of", [Gate(), Gate(open_threshold_db=-20, close_threshold_db=-24, hold_ms=5, release_ms=10)])
def test_the_gate_is_that_of_obs(of: Gate) -> None:
    sound = words()
    gains = obs_gate(of, np.abs(sound).max(axis=0).astype(float))
    found = in_blocks(GateFilter(of).run, sound, [1024])
    # Where a threshold is met to the last bit, one of both is a sample later.
    assert np.abs(found - sound * gains).max() < 2 / (RATE * min(of.attack_ms, of.release_ms) / 1000)
    assert max(gains[:9600]) == 1.0
    assert min(gains[9600:-4800]) == 0.0
    assert max(gains[-4800:]) > 0.5


def test_a_gate_closes_evenly_whatever_the_blocks() -> None:
    gate = GateFilter(Gate())
    gate.run(np.full((2, 4800), 0.1, dtype=np.float32))
    soft = np.full((2, 1024), 0.02, dtype=np.float32)
    gains = in_blocks(gate.run, np.tile(soft, 20), [1024])[0] / soft[0, 0]
    falls = -np.diff(gains)
    assert gains[0] == 1.0
    assert gains[-1] == 0.0
    assert falls.max() == pytest.approx(1 / (0.150 * RATE), rel=1e-2)
    assert np.count_nonzero(falls > 1e-6) == pytest.approx(0.150 * RATE, abs=2)


def test_a_gate_of_equal_thresholds_closes_too() -> None:
    gate = GateFilter(Gate(open_threshold_db=-30, close_threshold_db=-30, hold_ms=0))
    gate.run(np.full((2, 4800), 0.5, dtype=np.float32))
    gate.run(np.full((2, RATE), 0.01, dtype=np.float32))
    assert not gate.run(np.full((2, 10), 0.01, dtype=np.float32)).any()


def test_a_gate_that_opens_and_closes_at_every_sample_does_so_by_the_rules() -> None:
    of = Gate(open_threshold_db=-20, close_threshold_db=-20, hold_ms=0, attack_ms=2, release_ms=2)
    edge = amplitude(-20)
    sound = np.tile(np.array([edge * 1.0003, edge * 0.9], dtype=np.float32), (2, 4800))
    gains = obs_gate(of, sound[0].astype(float))
    assert np.count_nonzero(np.diff(np.sign(np.diff(gains)))) > 5000
    found = in_blocks(GateFilter(of).run, sound, [1024])
    np.testing.assert_allclose(found, sound * gains, rtol=0, atol=1e-6)


def test_a_gate_that_acts_at_once_does_not_step() -> None:
    gate = GateFilter(Gate(attack_ms=0, release_ms=0, hold_ms=0))
    opened = gate.run(np.full((2, 1024), 0.5, dtype=np.float32))
    assert np.abs(np.diff(opened)).max() < 0.01
    assert opened[0, -1] == 0.5


@pytest.mark.parametrize("of", [Limiter(), Limiter(threshold_db=-20, release_ms=1), Limiter(threshold_db=0)])
def test_no_sample_exceeds_the_limiters_threshold_and_what_is_below_passes_untouched(of: Limiter) -> None:
    sound = take() * np.float32(3)
    limited = in_blocks(LimiterFilter(of).run, sound, [1024])
    assert np.abs(limited).max() <= np.float32(amplitude(of.threshold_db))
    soft = take() * np.float32(0.01)
    assert np.array_equal(in_blocks(LimiterFilter(of).run, soft, [1024])[:, LIMITER_DELAY:], soft[:, :-LIMITER_DELAY])


def test_the_limiter_begins_before_the_peak_and_goes_back_by_its_release() -> None:
    sound = np.full((2, 9600), 0.1, dtype=np.float32)
    sound[:, 2000] = 0.9
    gains = in_blocks(LimiterFilter(Limiter()).run, sound, [1024])[0, LIMITER_DELAY:] / sound[0, :-LIMITER_DELAY]
    assert np.all(gains[: 2000 - LIMITER_DELAY] == pytest.approx(1))
    assert gains[2000] == pytest.approx(amplitude(-6) / 0.9, rel=1e-3)
    assert np.abs(np.diff(gains)).max() < 0.02
    later = gains[2000 + LIMITER_DELAY + round(0.060 * RATE)]
    assert np.log(later) == pytest.approx(np.log(gains[2000]) / np.e, rel=0.02)


@pytest.mark.parametrize("sizes", [[1440, 960, 960], [333, 5000]])
def test_how_it_is_cut_into_blocks_changes_nothing(sizes: list[int]) -> None:
    sound = words()
    for make in (
        lambda: GateFilter(Gate(hold_ms=10)).run,
        lambda: CompressorFilter(Compressor()).run,
        lambda: LimiterFilter(Limiter()).run,
    ):
        assert np.abs(in_blocks(make(), sound, sizes) - in_blocks(make(), sound, [1024])).max() < 1e-5
