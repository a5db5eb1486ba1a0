"""Gate, compressor and limiter of one sound, block by block as one signal. Pure; both sides get the same gain.

Gate and compressor act as OBS's of the same names, sample by sample. The limiter looks a millisecond ahead, which
OBS's doesn't: so no sample exceeds its threshold, and it begins before the peak instead of in it.
"""

import math
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from ionia.core.audio.filters import Compressor, Gate, Limiter
from ionia.core.audio.resampler import Planes
from ionia.core.media import SAMPLE_RATE

_Curve = npt.NDArray[np.float64]

_DECAY_SAMPLES = SAMPLE_RATE / 75
"""How long OBS's gate takes to forget the difference of its thresholds (obs-filters, noise-gate-filter.c)."""

_LEAST_RAMP_MS = 2.0
"""A gate that opens or closes at once would click."""

LIMITER_DELAY = 48
"""Samples that the limiter looks ahead: a millisecond."""

_NOTHING = 1e-9


def amplitude(decibels: float) -> float:
    """A level in dBFS as a linear one."""
    return float(10 ** (decibels / 20))


def _samples(milliseconds: float) -> float:
    return milliseconds * SAMPLE_RATE / 1000


def _loudest(planes: Planes) -> _Curve:
    return np.asarray(np.abs(planes).max(axis=0), dtype=np.float64)


@lru_cache(maxsize=16)
def _weights(keep: float, count: int) -> _Curve:
    return np.asarray(keep ** np.arange(1, count + 1))


def _loudest_ahead(values: _Curve) -> _Curve:
    """Of each value and the LIMITER_DELAY behind it the largest; so many fewer come out."""
    width = 1
    while 2 * width <= LIMITER_DELAY + 1:
        values, width = np.maximum(values[:-width], values[width:]), 2 * width
    rest = LIMITER_DELAY + 1 - width
    return np.asarray(np.maximum(values[:-rest], values[rest:]))


def _fading(values: _Curve, last: float, keep: float) -> _Curve:
    """`out[n] = max(values[n], keep * out[n - 1])`, where `out[-1]` is `last`."""
    weights = _weights(keep, values.size)
    return np.asarray(np.maximum(np.maximum.accumulate(values / weights), last) * weights)


class GateFilter:
    """See `Gate`. One owner."""

    delay = 0

    def __init__(self, gate: Gate) -> None:
        self._open_at, self._close_at = amplitude(gate.open_threshold_db), amplitude(gate.close_threshold_db)
        # Of equal thresholds OBS's would never close again.
        self._decay = (self._open_at - self._close_at or self._open_at / 2) / _DECAY_SAMPLES
        self._up = 1 / _samples(max(gate.attack_ms, _LEAST_RAMP_MS))
        self._down = 1 / _samples(max(gate.release_ms, _LEAST_RAMP_MS))
        self._hold = _samples(gate.hold_ms)
        self._level = self._gain = self._held = 0.0
        self._is_open = False

    def run(self, planes: Planes) -> Planes:
        """The next block, as long as it was."""
        loud = _loudest(planes)
        fall = self._decay * np.arange(1, loud.size + 1)
        level = np.maximum(np.maximum.accumulate(loud + fall), self._level) - fall
        self._level = float(level[-1])
        opens, closes = loud > self._open_at, level < self._close_at
        gains: list[_Curve] = []
        at = 0
        while at < loud.size:
            turns = np.flatnonzero((closes if self._is_open else opens)[at:])
            until = at + int(turns[0]) if turns.size else loud.size
            if until > at:
                gains.append(self._ramp(until - at))
            elif not turns.size:
                break
            if turns.size:
                self._is_open, self._held = not self._is_open, 0.0
                gains.append(self._ramp(1))
                until += 1
            at = until
        return np.asarray(planes * np.concatenate(gains).astype(np.float32))

    def _ramp(self, count: int) -> _Curve:
        places = np.arange(1, count + 1)
        if self._is_open:
            gains = np.minimum(1.0, self._gain + self._up * places)
        else:
            gains = np.maximum(0.0, self._gain - self._down * np.maximum(0.0, places + self._held - self._hold))
            gains = np.minimum(gains, self._gain)
            self._held += count
        self._gain = float(gains[-1])
        return np.asarray(gains)


class CompressorFilter:
    """See `Compressor`. One owner."""

    delay = 0

    def __init__(self, compressor: Compressor) -> None:
        self._threshold = amplitude(compressor.threshold_db)
        self._slope = 1 - 1 / compressor.ratio
        self._attack = math.exp(-1 / _samples(compressor.attack_ms))
        self._release = math.exp(-1 / _samples(compressor.release_ms))
        self._gain = np.float32(amplitude(compressor.output_gain_db))
        self._envelope = 0.0

    def run(self, planes: Planes) -> Planes:
        """The next block, as long as it was."""
        envelope = self._follow(_loudest(planes))
        if float(envelope.max()) <= self._threshold:
            return np.asarray(planes * self._gain)
        gains = (self._threshold / np.maximum(envelope, self._threshold)) ** self._slope
        return np.asarray(planes * (gains.astype(np.float32) * self._gain))

    def _follow(self, loud: _Curve) -> _Curve:
        """How loud it has been of late: up by the attack's time constant, down by the release's.

        Sample by sample: which constant holds depends on the sample before.
        """
        envelope, attack, release = self._envelope, self._attack, self._release
        if envelope < _NOTHING and not loud.any():
            self._envelope = 0.0
            return loud
        levels: list[float] = []
        append = levels.append
        for level in loud.tolist():
            above = envelope - level
            envelope = level + (release if above > 0 else attack) * above
            append(envelope)
        self._envelope = envelope
        return np.array(levels)


class LimiterFilter:
    """See `Limiter`. One owner. What comes out is `delay` samples behind."""

    delay = LIMITER_DELAY

    def __init__(self, limiter: Limiter) -> None:
        self._threshold = amplitude(limiter.threshold_db)
        self._keep = math.exp(-1 / _samples(limiter.release_ms))
        self._ahead: Planes = np.zeros((2, LIMITER_DELAY), dtype=np.float32)
        self._over: _Curve = np.zeros(LIMITER_DELAY)
        self._past: _Curve = np.zeros(LIMITER_DELAY)
        self._busy = False

    def run(self, planes: Planes) -> Planes:
        """The next block, as long as it was, of samples `delay` older."""
        sound = np.concatenate((self._ahead, planes), axis=1)
        self._ahead = sound[:, -LIMITER_DELAY:]
        loud = _loudest(planes)
        heard = sound[:, :-LIMITER_DELAY]
        if not self._busy and float(loud.max()) <= self._threshold:
            return heard
        over = np.concatenate((self._over, np.log(np.maximum(loud / self._threshold, 1.0))))
        self._over = over[-LIMITER_DELAY:]
        # How much each sample must give way, in nepers: as much as the loudest of the millisecond behind it, fading
        # away by the release; the mean of a millisecond of that is as much at every peak, and has no step.
        given = _fading(_loudest_ahead(over), float(self._past[-1]), self._keep)
        given[given < _NOTHING] = 0.0
        held = np.concatenate((self._past, given))
        self._past = held[-LIMITER_DELAY:]
        self._busy = bool(self._over.any() or self._past.any())
        sums = np.concatenate(([0.0], np.cumsum(held)))
        mean = (sums[LIMITER_DELAY + 1 :] - sums[: -LIMITER_DELAY - 1]) / (LIMITER_DELAY + 1)
        limited = heard * np.exp(-mean).astype(np.float32)
        top = np.float32(self._threshold)
        return np.asarray(np.clip(limited, -top, top))  # what float32 rounds up
