"""Noise suppression on a synthesised voice over a fan: how much of each is left, and where it lies."""

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from ionia.core.audio.filters import NoiseSuppression
from ionia.core.audio.noise_suppression import SUPPRESSOR_DELAY, SuppressionFilter
from ionia.core.audio.resampler import Planes
from tests.fakes.spoken import fan, voice

RATE = 48_000
TICK = 1024


def suppressed(sound: Planes, level: NoiseSuppression) -> Planes:
    one = SuppressionFilter(level)
    parts = [one.run(sound[:, at : at + TICK]) for at in range(0, sound.shape[1], TICK)]
    return np.concatenate(parts, axis=1)[:, SUPPRESSOR_DELAY:]


def energy(sound: npt.NDArray[np.floating]) -> float:
    return float(np.mean(sound.astype(np.float64) ** 2))


def test_a_fan_loses_15_db_and_a_voice_over_it_keeps_its_level() -> None:
    seconds = 9.0
    spoken, noise = voice(seconds), fan(seconds)
    sound = np.stack([spoken + noise] * 2).astype(np.float32)
    left = suppressed(sound, NoiseSuppression())[0]
    time = np.arange(left.size) / RATE
    pause = (time > 3) & (time % 3 > 2.2) & (time % 3 < 2.9)
    speaks = (time > 3) & (np.abs(spoken[: left.size]) > 0.03)
    assert 10 * np.log10(energy(left[pause]) / energy(sound[0, : left.size][pause])) < -15
    assert abs(10 * np.log10(energy(left[speaks]) / energy(spoken[: left.size][speaks]))) < 1


def test_levels_take_more_and_more() -> None:
    noise = np.stack([fan(4.0)] * 2).astype(np.float32)
    left = [energy(suppressed(noise, NoiseSuppression(level=level))[:, 2 * RATE :]) for level in LEVELS]
    assert all(more < 0.7 * less for less, more in pairwise(left))


LEVELS = ("low", "moderate", "high", "very-high")


def test_a_click_stays_where_it_is_to_the_sample() -> None:
    sound = np.random.default_rng(3).standard_normal((2, 48 * TICK)).astype(np.float32) * np.float32(1e-4)
    sound[:, 30_000] = 0.9
    left = suppressed(sound, NoiseSuppression())
    assert [int(np.abs(side).argmax()) for side in left] == [30_000, 30_000]


def test_sides_that_become_different_go_on_without_a_step() -> None:
    wave = 0.3 * np.sin(2 * np.pi * 440 * np.arange(36 * TICK) / RATE)
    sound = np.stack([wave, wave]).astype(np.float32)
    alike = suppressed(sound, NoiseSuppression())
    sound[1, 20_000:] *= np.float32(0.5)
    apart = suppressed(sound, NoiseSuppression())
    assert np.array_equal(alike[0], alike[1])
    assert not np.array_equal(apart[0], apart[1])
    assert np.abs(np.diff(apart[0], 2)[10_000:]).max() < 1.1 * np.abs(np.diff(wave, 2)).max()
