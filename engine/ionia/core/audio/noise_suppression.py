"""Takes steady noise out of one sound: WebRTC's noise suppressor (decision 0345), block by block as one signal.

Its package is only loaded by who wants it: whatever is wrong with a wheel, it ends no recording without it.
"""

from collections import deque
from typing import Protocol

import numpy as np
import numpy.typing as npt

from ionia.core.audio.filters import NoiseSuppression
from ionia.core.audio.resampler import Planes
from ionia.core.media import SAMPLE_RATE

FRAME_SAMPLES = SAMPLE_RATE // 100
"""What the suppressor takes at a time."""

SUPPRESSOR_DELAY = 334
"""Samples by which it is late: its window overlaps by 96 samples of a band of 16 kHz, its filters take the rest."""

_LEVELS = {"low": 0, "moderate": 1, "high": 2, "very-high": 3}
_KEPT = 24
"""Blocks that a suppressor for two sides hears before it takes the place of the one for one side."""


class _Suppressor(Protocol):
    def process(self, audio: npt.NDArray[np.float32], /) -> object:
        """Whole frames, a sample of each side in turn."""


def _suppressor(sides: int, level: int) -> _Suppressor:
    from pywebrtc_audio import NoiseSuppressor  # noqa: PLC0415 - see the module

    made: _Suppressor = NoiseSuppressor(sample_rate=SAMPLE_RATE, num_channels=sides, level=level)
    return made


class SuppressionFilter:
    """See `NoiseSuppression`. One owner. It gives out whole frames, `delay` samples behind.

    While both sides are the same, as of most microphones, one is worked on: that takes half the time.
    """

    delay = SUPPRESSOR_DELAY

    def __init__(self, suppression: NoiseSuppression) -> None:
        self._level = _LEVELS[suppression.level]
        self._sides = 1
        self._suppressor = _suppressor(1, self._level)
        self._waiting: Planes = np.zeros((2, 0), dtype=np.float32)
        self._past: deque[Planes] = deque(maxlen=_KEPT)

    def run(self, planes: Planes) -> Planes:
        """The frames that are whole with this block."""
        sound = np.concatenate((self._waiting, planes), axis=1)
        whole = sound.shape[1] // FRAME_SAMPLES * FRAME_SAMPLES
        self._waiting = sound[:, whole:]
        heard = sound[:, :whole]
        if self._sides == 1 and not np.array_equal(heard[0], heard[1]):
            return self._change_over(heard)
        if self._sides == 1:
            self._past.append(heard)
        return self._clean(heard)

    def _change_over(self, heard: Planes) -> Planes:
        """From one side to two, which know the noise less well for a while: faded over, for no step."""
        share = np.linspace(0, 1, heard.shape[1], dtype=np.float32)
        alike = self._clean(heard)
        self._sides, self._suppressor = 2, _suppressor(2, self._level)
        for past in self._past:
            self._clean(past)
        self._past.clear()
        return np.asarray(alike * (1 - share) + self._clean(heard) * share)

    def _clean(self, heard: Planes) -> Planes:
        wanted = np.ascontiguousarray(heard[: self._sides].T).reshape(-1)
        cleaned = np.asarray(self._suppressor.process(wanted), dtype=np.float32).reshape(-1, self._sides).T
        return np.broadcast_to(cleaned, heard.shape)
