"""Which of the tones that `tone_player.py` plays is in a sound, measured."""

from collections.abc import Collection

import numpy as np
import numpy.typing as npt

from ionia.core.media import SAMPLE_RATE

LEVEL_DB = -12.0
"""Of what it plays, to full scale."""

PIECE = SAMPLE_RATE // 10


def has_only(samples: npt.NDArray[np.float32], heard: Collection[float], others: Collection[float]) -> bool:
    """Whether the tones of `heard` are there at their level, and the others at 60 dB less.

    One channel. It is told by the tenths of a second in which those that are heard have no gap: on a busy machine they
    have some, which spread over all frequencies.
    """
    pieces = samples[: len(samples) // PIECE * PIECE].reshape(-1, PIECE)
    whole = np.all([np.abs(_levels(pieces, hz) - LEVEL_DB) < 0.5 for hz in heard], axis=0)
    if not whole.any():
        return False
    found = [_levels(pieces[whole], hz) - LEVEL_DB for hz in others]
    return all(levels.min() < -60 and np.median(levels) < -40 for levels in found)


def _levels(pieces: npt.NDArray[np.float32], hz: float) -> npt.NDArray[np.float64]:
    window = np.hanning(PIECE)
    waves = (pieces * window) @ np.exp(-2j * np.pi * hz * np.arange(PIECE) / SAMPLE_RATE)
    levels: npt.NDArray[np.float64] = 20 * np.log10(2 * np.abs(waves) / window.sum() + 1e-9)
    return levels
