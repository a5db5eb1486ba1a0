"""What is read from a tone: exact ones, wrong ones, and ones with a hole or a jump."""

import numpy as np
import numpy.typing as npt
import pytest

from tests.bench.tone import tone_of, worst_cents, worst_level


def sine(hz: float, amplitude: float = 0.5, seconds: float = 0.3) -> npt.NDArray[np.float32]:
    return (amplitude * np.sin(2 * np.pi * hz * np.arange(round(48_000 * seconds)) / 48_000)).astype(np.float32)


def test_an_exact_tone() -> None:
    found = tone_of(sine(1000.0), 1000.0)
    assert found.hz == pytest.approx(1000.0, abs=1e-4)
    assert found.amplitude == pytest.approx(0.5, abs=1e-5)
    assert found.quietest_db == pytest.approx(0.0, abs=1e-3)


def test_a_tone_of_another_pitch_and_level() -> None:
    found = tone_of(sine(1001.0, 0.25), 1000.0)
    assert worst_cents([found, tone_of(sine(1000.0), 1000.0)], 1000.0) == pytest.approx(1.73, abs=0.01)
    assert worst_level([found], 0.5) == pytest.approx(-6.02, abs=0.01)


def test_a_hole_shows() -> None:
    wave = sine(1000.0)
    wave[7000:7096] = 0  # 2 ms
    assert tone_of(wave, 1000.0).quietest_db < -2


def test_a_jump_shows() -> None:
    wave = sine(1000.0)
    wave[7016:] = np.roll(wave, 16)[7016:]
    found = tone_of(wave, 1000.0)
    assert found.quietest_db < -2
    assert worst_level([found], 0.5) < -1


def test_nothing_is_no_tone() -> None:
    found = tone_of(np.zeros(14_400, np.float32), 1000.0)
    assert found.amplitude == 0
    assert worst_level([found], 0.5) < -100
