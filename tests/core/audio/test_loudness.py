"""What is measured of samples, and what it is of the same samples turned up."""

import numpy as np

from ionia.core.audio.loudness import Loudness, loudness


def test_samples_that_are_turned_up_are_as_loud_as_their_loudness_turned_up() -> None:
    samples = np.array([[0.25, -0.5], [0.125, 0.0]], dtype=np.float32)
    assert loudness(samples) == Loudness(peak=0.5, energy=0.25**2 + 0.5**2 + 0.125**2, count=4)
    assert loudness(samples).times(-2.0) == loudness(samples * np.float32(-2))
    assert loudness(samples[:0]) == Loudness()
