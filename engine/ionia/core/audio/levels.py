"""Peak and RMS of one input over an interval, for level meters. Measures and forgets; keeps no samples."""

import math

import numpy as np
import numpy.typing as npt

from ionia.core.events import Level

FLOOR_DB = -120.0
"""What digital silence, or no sound at all, is shown as."""


def decibels(amplitude: float) -> float:
    """Amplitude 0..1 as dBFS, never below FLOOR_DB."""
    return max(FLOOR_DB, 20.0 * math.log10(amplitude)) if amplitude > 0.0 else FLOOR_DB


class LevelMeter:
    """Collects one input's samples until somebody takes the level. One thread owns it."""

    def __init__(self) -> None:
        self._peak = 0.0
        self._energy = 0.0
        self._count = 0

    def add(self, samples: npt.NDArray[np.float32]) -> None:
        """Any shape of float32 samples; all channels count alike."""
        self._peak = max(self._peak, float(np.abs(samples).max(initial=0.0)))
        flat = samples.ravel()
        self._energy += float(np.dot(flat, flat))
        self._count += samples.size

    def add_silence(self, count: int) -> None:
        """`count` sample values of zero, without an array of them."""
        self._count += count

    def take(self) -> Level:
        """The level since the last call, in dBFS (a full-scale square wave has 0 dB RMS), and begin anew."""
        rms = math.sqrt(self._energy / self._count) if self._count else 0.0
        level = Level(peak_db=decibels(self._peak), rms_db=decibels(rms))
        self._peak, self._energy, self._count = 0.0, 0.0, 0
        return level
