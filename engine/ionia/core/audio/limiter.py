"""Keeps the mix within ±1 without hard clipping. Memoryless: the same sample always gives the same result."""

import numpy as np
import numpy.typing as npt

KNEE = 0.9
"""Below this magnitude (-0.9 dBFS) the signal passes untouched, bit for bit."""


def limit(samples: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return `samples` bent into -1..1; the very same array when nothing exceeds the knee.

    Above the knee the curve is `knee + (1 - knee) * tanh((|x| - knee) / (1 - knee))`: value and slope are
    continuous at the knee, so a peak is rounded and makes no click. Any shape; the input must be finite.
    """
    if not samples.size or max(samples.max(), -samples.min()) <= KNEE:
        return samples
    magnitude = np.abs(samples)
    excess = np.tanh((magnitude - KNEE) / (1.0 - KNEE))
    bent = np.copysign(KNEE + (1.0 - KNEE) * excess, samples)
    limited = np.where(magnitude > KNEE, bent, samples)
    return np.clip(limited, -1.0, 1.0).astype(np.float32, copy=False)
