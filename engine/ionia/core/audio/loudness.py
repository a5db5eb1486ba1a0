"""How loud some samples are, measured once for all who ask: meters, warnings, and whether a sum needs a limiter."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True, kw_only=True)
class Loudness:
    """Of some samples: the largest magnitude, the sum of squares, and how many they are; all channels count alike."""

    peak: float = 0.0
    energy: float = 0.0
    count: int = 1

    def times(self, factor: float) -> "Loudness":
        """Of the same samples, each multiplied by this."""
        if factor == 1.0:
            return self
        return Loudness(peak=self.peak * abs(factor), energy=self.energy * factor * factor, count=self.count)


def peak(samples: npt.NDArray[np.float32]) -> float:
    """The largest magnitude; 0 of nothing, NaN of what isn't finite."""
    return max(float(samples.max()), -float(samples.min())) if samples.size else 0.0


def loudness(samples: npt.NDArray[np.float32]) -> Loudness:
    """Of samples of any shape, which must be finite."""
    flat = samples.ravel()
    if not flat.size:
        return Loudness()
    return Loudness(peak=peak(flat), energy=float(np.dot(flat, flat)), count=flat.size)
