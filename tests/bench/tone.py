"""What a piece of sound says about the tone that it should be: pitch, level, and whether it is whole. Pure."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ionia.core.media import SAMPLE_RATE

_SPAN = SAMPLE_RATE // 200
"""Phases are read from so many samples: 5 ms, whole periods of 1 kHz, nearly so of 440 Hz."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tone:
    """`hz` and `amplitude` of the sine that fits best.

    `quietest_db` is the amplitude of the quietest 5 ms against that of all: a hole of 2 ms makes about -4 dB. Where the
    wave jumps by a third of a period, it is -2.6 dB, and the amplitude of all falls by 1.2 dB.
    """

    hz: float
    amplitude: float
    quietest_db: float


def tone_of(samples: npt.NDArray[np.float32], hz: float) -> Tone:
    """Of mono samples, at least 30 ms, that should be a sine of about `hz`."""
    wave = samples.astype(np.float64)
    turning = np.exp(-2j * np.pi * hz / SAMPLE_RATE * np.arange(len(wave)))
    spans = (wave * turning)[: len(wave) // _SPAN * _SPAN].reshape(-1, _SPAN).mean(axis=1)
    angles = np.unwrap(np.angle(spans))
    slope = float(np.polyfit(np.arange(len(angles)) * _SPAN / SAMPLE_RATE, angles, 1)[0])
    found = hz + slope / (2 * np.pi)
    turn = 2 * np.pi * found / SAMPLE_RATE * np.arange(len(wave))
    basis = np.stack([np.sin(turn), np.cos(turn)], axis=1)
    (sine, cosine), *_ = np.linalg.lstsq(basis, wave, rcond=None)
    amplitude = math.hypot(sine, cosine)
    spans = (wave * np.exp(-1j * turn))[: len(wave) // _SPAN * _SPAN].reshape(-1, _SPAN).mean(axis=1)
    quietest = 2 * float(np.abs(spans).min()) / max(amplitude, 1e-9)
    return Tone(hz=found, amplitude=amplitude, quietest_db=20 * math.log10(max(quietest, 1e-9)))


def worst_cents(tones: Iterable[Tone], hz: float) -> float:
    """The farthest from the pitch, in hundredths of a semitone."""
    return max(abs(1200 * math.log2(one.hz / hz)) for one in tones)


def worst_level(tones: Iterable[Tone], amplitude: float) -> float:
    """The farthest from the level, in dB."""
    return max((20 * math.log10(max(one.amplitude, 1e-9) / amplitude) for one in tones), key=abs)
