"""A voice and a fan, synthesised: no recording of anybody is needed to see what filters make of speech."""

import numpy as np
import numpy.typing as npt

from ionia.core.media import SAMPLE_RATE

FORMANTS = ((600, 90, 1.0), (1200, 120, 0.5), (2500, 180, 0.25))


def voice(seconds: float) -> npt.NDArray[np.float64]:
    """Vowels of three formants on a gliding pitch, three syllables a second, a pause of a second in each three."""
    time = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    phase = 2 * np.pi * np.cumsum(120 + 25 * np.sin(2 * np.pi * 0.7 * time)) / SAMPLE_RATE
    turn, harmonics = np.exp(1j * phase), np.zeros(time.size, complex)
    for hertz in range(33 * 120, 0, -120):  # the highest first: each turn raises all before it by one
        harmonics += sum(height / (1 + ((hertz - place) / width) ** 2) for place, width, height in FORMANTS)
        harmonics *= turn
    sound = harmonics.imag
    syllables = np.clip(np.sin(2 * np.pi * 3 * time), 0, None) ** 0.5
    spoken = sound * syllables * ((time % 3) < 2)
    return np.asarray(0.3 * spoken / np.abs(spoken).max())


def fan(seconds: float) -> npt.NDArray[np.float64]:
    """Noise that falls off above 60 Hz, of -45 dBFS."""
    white = np.fft.rfft(np.random.default_rng(7).standard_normal(int(seconds * SAMPLE_RATE)))
    hertz = np.fft.rfftfreq(int(seconds * SAMPLE_RATE), 1 / SAMPLE_RATE)
    noise = np.fft.irfft(white / np.maximum(hertz, 60) ** 0.8, int(seconds * SAMPLE_RATE))
    return np.asarray(noise * 10 ** (-45 / 20) / np.sqrt(np.mean(noise**2)))
