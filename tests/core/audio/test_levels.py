import numpy as np
import pytest

from ionia.core.audio.levels import FLOOR_DB, LevelMeter, decibels
from ionia.core.events import Level

SILENT = Level(peak_db=-120.0, rms_db=-120.0)


def test_decibels():
    assert decibels(1.0) == 0.0
    assert decibels(0.1) == pytest.approx(-20.0)
    assert decibels(0.0) == FLOOR_DB
    assert decibels(1e-30) == FLOOR_DB


def test_a_sine_has_its_rms_three_decibels_below_its_peak():
    meter = LevelMeter()
    sine = 0.5 * np.sin(np.arange(4800) * 2 * np.pi / 48)
    meter.add(np.stack([sine, sine]).astype(np.float32))
    level = meter.take()
    assert level.peak_db == pytest.approx(-6.02, abs=0.01)
    assert level.rms_db == pytest.approx(-9.03, abs=0.01)


def test_silence_counts_in_the_average_and_not_in_the_peak():
    meter = LevelMeter()
    meter.add(np.full((2, 100), -1.0, dtype=np.float32))
    meter.add_silence(600)
    level = meter.take()
    assert level.peak_db == 0.0
    assert level.rms_db == pytest.approx(-6.02, abs=0.01)


def test_taking_begins_anew_and_no_sound_is_the_floor():
    meter = LevelMeter()
    assert meter.take() == SILENT
    meter.add(np.ones((2, 4), dtype=np.float32))
    meter.take()
    assert meter.take() == SILENT
