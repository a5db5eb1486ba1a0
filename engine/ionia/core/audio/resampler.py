"""Reads a signal at positions between its samples, for clock drift of up to a few thousand ppm around 1:1.

Why not a streaming resampler: this one is a pure function of (samples, positions). It has no state, no delay to
compensate and no ratio that takes effect "some time later", so an output sample is exactly the signal at the asked
position, whatever was read before. It must not be used for real rate conversion (it has no anti-alias filter).
"""

import math

import numpy as np
import numpy.typing as npt

from ionia.core.media import AUDIO_TICK_SAMPLES

Planes = npt.NDArray[np.float32]
"""Samples by channel, shape (2, n)."""

TAPS = 64
"""Length of the interpolation filter: a Kaiser-windowed sinc, flat to 0.05 dB up to 20 kHz."""

REACH = TAPS // 2 + 4
"""Samples that must be at hand before the first and after the last position of a tick."""

_BEFORE = TAPS // 2 - 1
_PHASES = 8  # filters per sample of shift; cubic interpolation between them is exact to -90 dB at 10 kHz
_NODES = 4
_CHUNK = 32  # outputs per row of the matrix product: small rows times one small matrix beat a long convolution


def _filter(shift: float) -> npt.NDArray[np.float64]:
    distance = np.arange(TAPS) - _BEFORE - shift
    window = np.i0(8.0 * np.sqrt(np.clip(1.0 - (distance / (TAPS / 2)) ** 2, 0.0, 1.0))) / np.i0(8.0)
    taps = np.sinc(distance) * window
    return np.asarray(taps / taps.sum(), dtype=np.float64)


def _matrix(first_phase: int) -> npt.NDArray[np.float32]:
    """Columns of shifted copies of four neighbouring filters: shape (_CHUNK + TAPS - 1, _NODES * _CHUNK)."""
    matrix = np.zeros((_CHUNK + TAPS - 1, _NODES, _CHUNK), dtype=np.float32)
    for node in range(_NODES):
        taps = _filter((first_phase + node) / _PHASES)
        for output in range(_CHUNK):
            matrix[output : output + TAPS, node, output] = taps
    return matrix.reshape(_CHUNK + TAPS - 1, _NODES * _CHUNK)


_MATRICES = [_matrix(phase) for phase in range(-1, _PHASES - 1)]
_RAMP = np.arange(AUDIO_TICK_SAMPLES, dtype=np.float64)


def _lagrange(place: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """Weights of the four nodes 0, 1, 2, 3 at each place (mostly within 1..2): shape (4, n)."""
    a, b, c, d = place, place - 1.0, place - 2.0, place - 3.0
    return np.stack((b * c * d / -6.0, a * c * d / 2.0, a * b * d / -2.0, a * b * c / 6.0)).astype(np.float32)


def read_tick(window: Planes, start: float, advance: float) -> Planes:
    """The signal at `start + i * advance / 1024` for i in 0..1023, as shape (2, 1024).

    Positions are column numbers of `window`; it must reach REACH columns beyond the first and last position.
    Positions on whole samples with no drift are a plain copy.
    """
    if advance == AUDIO_TICK_SAMPLES and start == math.floor(start):
        return window[:, int(start) : int(start) + AUDIO_TICK_SAMPLES]
    drift = (advance - AUDIO_TICK_SAMPLES) / AUDIO_TICK_SAMPLES
    pieces = 1
    while abs(drift) * AUDIO_TICK_SAMPLES / pieces > 1.0 / _PHASES and pieces < AUDIO_TICK_SAMPLES // _CHUNK:
        pieces *= 2
    length = AUDIO_TICK_SAMPLES // pieces
    out = np.empty((2, AUDIO_TICK_SAMPLES), dtype=np.float32)
    for first in range(0, AUDIO_TICK_SAMPLES, length):
        _read_piece(window, start + first * drift + first, drift, out[:, first : first + length])
    return out


def _read_piece(window: Planes, start: float, drift: float, out: Planes) -> None:
    length = out.shape[1]
    lowest = min(start, start + (length - 1) * drift)
    base = math.floor(lowest)
    phase = min(int((lowest - base) * _PHASES), _PHASES - 1)
    rows = length // _CHUNK
    first = window[:, base - _BEFORE :]
    chunks = np.lib.stride_tricks.as_strided(
        first,
        shape=(2, rows, _CHUNK + TAPS - 1),
        strides=(first.strides[0], first.strides[1] * _CHUNK, first.strides[1]),
        writeable=False,
    )
    nodes = chunks.reshape(2 * rows, _CHUNK + TAPS - 1) @ _MATRICES[phase]
    place = (start - base + _RAMP[:length] * drift) * _PHASES - (phase - 1)
    weights = _lagrange(place).reshape(_NODES, rows, _CHUNK).transpose(1, 0, 2)
    products = nodes.reshape(2, rows, _NODES, _CHUNK) * weights
    out[:] = products.sum(axis=2).reshape(2, length)
