"""Blocks of sound whose samples tell where they belong."""

import numpy as np

from ionia.core.media import SAMPLE_RATE, AudioBlock, Samples

SECOND = SAMPLE_RATE
TICK = 1024


def instant(position: float, epoch_ns: int = 0) -> int:
    """The instant of a timeline position, rounded up: what lies at an instant before is before the position."""
    return epoch_ns - int(-position * 1_000_000_000 // SAMPLE_RATE)


def sine(begin: float, count: int, *, hertz: float = 440.0, amplitude: float = 0.5, rate: float = 1.0) -> Samples:
    """`count` samples by a device whose clock runs `rate` times as fast as it should; `begin` is a device index."""
    phase = (begin + np.arange(count)) / rate * (2 * np.pi * hertz / SAMPLE_RATE)
    wave = (amplitude * np.sin(phase)).astype(np.float32)
    return np.stack([wave, wave], axis=1)


def constant(count: int, value: float = 0.5) -> Samples:
    return np.full((count, 2), value, dtype=np.float32)


def block(position: float, samples: Samples, epoch_ns: int = 0) -> AudioBlock:
    return AudioBlock(start_ns=instant(position, epoch_ns), samples=samples)


def roughness(samples: Samples) -> float:
    """Largest second difference of the left channel: a click or a lost sample shows as a spike."""
    return float(np.abs(np.diff(samples[:, 0].astype(np.float64), n=2)).max())


def sine_offset_ms(samples: Samples, *, hertz: float = 440.0) -> list[float]:
    """How far, in ms, a sine has moved from where `sine(position, …)` has it; one value per 100 ms.

    Only right while the last value is within half a period (1.1 ms at 440 Hz), and so is each from the next.
    """
    wave = samples[:, 0].astype(np.float64)
    phase = wave * np.exp(-2j * np.pi * hertz / SAMPLE_RATE * np.arange(len(wave)))
    span = SAMPLE_RATE // 10
    means = phase[: len(phase) // span * span].reshape(-1, span).mean(axis=1)
    backwards = np.unwrap(np.angle(means * 1j)[::-1])
    return [float(x) for x in backwards[::-1] / (2 * np.pi * hertz) * 1000]
