"""What meters show, and what is counted for warnings."""

import numpy as np
import pytest

from ionia.core.audio.levels import FLOOR_DB, WINDOW_TICKS, LevelMeter, SoundCounts, decibels
from ionia.core.audio.loudness import loudness
from ionia.core.events import Level
from ionia.core.media import Samples

SILENT = Level(peak_db=-120.0, rms_db=-120.0)
TICK = 1024


def sine(level: float) -> Samples:
    wave = level * np.sin(np.arange(TICK) * 2 * np.pi / 32)
    return np.stack([wave, wave]).astype(np.float32)


def add(meter: LevelMeter, level: float, gain: float = 1.0, *, muted: bool = False) -> None:
    heard = loudness(sine(level))
    meter.add(heard, heard.times(0 if muted else gain), gain=gain)


def test_decibels() -> None:
    assert decibels(1.0) == 0.0
    assert decibels(0.1) == pytest.approx(-20.0)
    assert decibels(0.0) == FLOOR_DB
    assert decibels(1e-30) == FLOOR_DB


def test_a_sine_has_its_rms_three_decibels_below_its_peak() -> None:
    meter = LevelMeter()
    add(meter, 0.5)
    assert meter.level.peak_db == pytest.approx(-6.02, abs=0.01)
    assert meter.level.rms_db == pytest.approx(-9.03, abs=0.01)


def test_a_level_is_of_the_newest_ticks_whoever_looks_when() -> None:
    meter = LevelMeter()
    assert meter.level == SILENT
    add(meter, 0.5)
    for left in range(WINDOW_TICKS, 0, -1):
        assert meter.level.peak_db == pytest.approx(-6.02, abs=0.01)
        assert meter.level.rms_db == pytest.approx(-9.03 - 10 * np.log10(1 + WINDOW_TICKS - left), abs=0.01)
        meter.add_silence(2 * TICK)
    assert meter.level == SILENT


def test_what_clips_is_told_apart() -> None:
    full, over, muted = LevelMeter(), LevelMeter(), LevelMeter()
    add(full, 1.0, gain=0.25)
    add(over, 0.6, gain=2.0)
    add(muted, 1.0, gain=2.0, muted=True)
    assert (full.full, full.over) == (True, False)
    assert (over.full, over.over) == (False, True)
    assert (muted.full, muted.over, muted.level) == (False, False, SILENT)


def test_a_voice_is_counted_as_loud_as_it_would_be_recorded() -> None:
    meter = LevelMeter()
    add(meter, 0.1, muted=True)
    add(meter, 0.01, muted=True)
    add(meter, 0.01, gain=10.0, muted=True)
    add(meter, 1.0, gain=0.001)
    meter.add_silence(2 * TICK)
    assert meter.counts == SoundCounts(ticks=5, full=1, over=0, voiced=2)
    other = meter.copy()
    add(other, 0.1)
    assert (other.counts.voiced, meter.counts.voiced) == (3, 2)


def test_what_the_limiter_only_rounds_is_no_fault_of_a_gain() -> None:
    """A microphone near full scale, with the default gain: shown on the meter, and nobody is told off for it."""
    rounded, bent = LevelMeter(), LevelMeter()
    add(rounded, 0.99, gain=1.2)
    add(bent, 0.99, gain=1.5)
    assert (rounded.over, rounded.counts.over) == (True, 0)
    assert (bent.over, bent.counts.over) == (True, 1)
