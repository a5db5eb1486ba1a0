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

_FOLLOWED = 1024
"""Samples that an envelope is found of at a time: the compressor's shortest attack keeps 5e-10 of a level so long."""

_SILENT = 1e-9
"""-180 dBFS: an envelope below it is none."""

_NOTHING = 1e-5
"""Nepers, a ten thousandth of a dB: what is left of a limit by then is none."""


def amplitude(decibels: float) -> float:
    """A level in dBFS as a linear one."""
    return float(10 ** (decibels / 20))


def _samples(milliseconds: float) -> float:
    return milliseconds * SAMPLE_RATE / 1000


def _loudest(planes: Planes) -> _Curve:
    left, right = np.abs(planes)
    return np.asarray(np.maximum(left, right), dtype=np.float64)


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


@lru_cache(maxsize=16)
def _places(count: int) -> _Curve:
    return np.arange(1, count + 1, dtype=np.float64)


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
        fall = self._decay * _places(loud.size)
        level = np.maximum(np.maximum.accumulate(loud + fall), self._level) - fall
        self._level = float(level[-1])
        opens = loud > self._open_at
        closes = (level < self._close_at) & ~opens
        if self._is_open and self._gain == 1.0 and not closes.any():
            return planes
        if not self._is_open and self._gain == 0.0 and not opens.any():
            return np.zeros_like(planes)
        return np.asarray(planes * self._ramp(self._opened(opens, closes)).astype(np.float32))

    def _opened(self, opens: npt.NDArray[np.bool_], closes: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """Whether it is open, of each sample: what was met last holds."""
        met = np.maximum.accumulate(np.where(opens | closes, np.arange(opens.size), -1))
        return np.where(met < 0, self._is_open, opens[met])

    def _ramp(self, opened: npt.NDArray[np.bool_]) -> _Curve:
        places = _places(opened.size)
        turned = np.diff(opened, prepend=self._is_open)
        # Samples since it closed, the first of which counts.
        since = np.maximum.accumulate(np.where(turned, places - 1, -self._held))
        held = places - since
        steps = np.where(opened, self._up, np.where(held > self._hold, -self._down, 0.0))
        self._is_open, self._held = bool(opened[-1]), float(held[-1])
        # Between two turns the gain goes one way, so that only its end can be past 0 or 1.
        bounds = [0, *(np.flatnonzero(np.diff(steps)) + 1).tolist(), steps.size]
        begins, gain = [], self._gain
        for first, until, step in zip(bounds[:-1], bounds[1:], steps[bounds[:-1]].tolist(), strict=True):
            begins.append(gain)
            gain = min(1.0, max(0.0, gain + step * (until - first)))
        self._gain = gain
        lengths = np.diff(bounds)
        begun, from_place = np.repeat(begins, lengths), np.repeat(bounds[:-1], lengths)
        return np.asarray(np.clip(begun + steps * (places - from_place), 0.0, 1.0))


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
        loud = _loudest(planes)
        parts = [self._follow(loud[first : first + _FOLLOWED]) for first in range(0, loud.size, _FOLLOWED)]
        envelope = parts[0] if len(parts) == 1 else np.concatenate(parts)
        if float(envelope.max()) <= self._threshold:
            return planes if self._gain == 1.0 else np.asarray(planes * self._gain)
        over = np.maximum((envelope / self._threshold).astype(np.float32), np.float32(1.0))
        return np.asarray(planes * (np.exp(np.log(over) * np.float32(-self._slope)) * self._gain))

    def _follow(self, loud: _Curve) -> _Curve:
        """How loud it has been of late: up by the attack's time constant, down by the release's.

        Which constant holds depends on the sample before, so it is guessed of all samples, and again from what comes of
        that, until nothing changes: twice, as a rule. Each round makes at least one more sample right for good, and
        those before it stay as they are to the bit: so it comes to an end, and to what sample by sample would give.
        """
        before = self._envelope
        if before < _SILENT and not loud.any():
            self._envelope = 0.0
            return loud
        rises = loud > before
        envelope = self._followed(loud, rises)
        while True:
            found = np.concatenate((rises[:1], loud[1:] > envelope[:-1]))
            if not (found != rises).any():
                self._envelope = float(envelope[-1])
                return envelope
            rises, envelope = found, self._followed(loud, found)

    def _followed(self, loud: _Curve, rises: npt.NDArray[np.bool_]) -> _Curve:
        """`out[n] = loud[n] + keep[n] * (out[n - 1] - loud[n])`, with the constant that is said of each sample."""
        keep = np.where(rises, self._attack, self._release)
        weights = np.multiply.accumulate(keep)
        out = loud * (1.0 - keep)
        out /= weights
        np.add.accumulate(out, out=out)
        out += self._envelope
        out *= weights
        return out


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
        over = np.concatenate((self._over, np.log(np.maximum(loud / self._threshold, 1.0).astype(np.float32))))
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
        limited = heard * np.exp(-mean.astype(np.float32))
        top = np.float32(self._threshold)
        return np.asarray(np.clip(limited, -top, top))  # what float32 rounds up
