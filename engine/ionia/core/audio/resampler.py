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

# Lagrange's polynomials of the nodes -1.5, -0.5, 0.5, 1.5, by the powers of the place from 0 up.
_LAGRANGE = np.array(
    [
        [-1 / 16, 1 / 24, 1 / 4, -1 / 6],
        [9 / 16, -9 / 8, -1 / 4, 1 / 2],
        [9 / 16, 9 / 8, -1 / 4, -1 / 2],
        [-1 / 16, -1 / 24, 1 / 4, 1 / 6],
    ],
    dtype=np.float32,
)


def _lagrange(place: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """Weights of the four nodes -1.5, -0.5, 0.5, 1.5 at each place (mostly within -0.5..0.5): shape (4, n)."""
    powers = np.ones((4, len(place)), dtype=np.float32)
    powers[1] = place
    np.multiply(powers[1], powers[1], out=powers[2])
    np.multiply(powers[2], powers[1], out=powers[3])
    weights: npt.NDArray[np.float32] = _LAGRANGE @ powers
    return weights


def read_tick(window: Planes, start: float, advance: float) -> Planes:
    """The signal at `start + i * advance / 1024` for i in 0..1023, as shape (2, 1024).

    Positions are column numbers of `window`, which is contiguous and must reach REACH columns beyond the first and last
    position.
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
    # Overlapping rows without a copy of each; numpy's own way there takes as long as the product.
    chunks: npt.NDArray[np.float32] = np.ndarray(
        (2, rows, _CHUNK + TAPS - 1),
        np.float32,
        buffer=window,
        offset=(base - _BEFORE) * window.itemsize,
        strides=(window.strides[0], window.itemsize * _CHUNK, window.itemsize),
    )
    nodes = (chunks.reshape(2 * rows, _CHUNK + TAPS - 1) @ _MATRICES[phase]).reshape(2, rows, _NODES * _CHUNK)
    place = _RAMP[:length] * (drift * _PHASES) + ((start - base) * _PHASES - phase - 0.5)
    weights = np.ascontiguousarray(_lagrange(place).reshape(_NODES, rows, _CHUNK).transpose(1, 0, 2))
    nodes *= weights.reshape(rows, _NODES * _CHUNK)
    # The sum of the nodes in long rows: numpy's own over an axis of four is slower by half.
    pairs = nodes[..., : 2 * _CHUNK] + nodes[..., 2 * _CHUNK :]
    np.add(pairs[..., :_CHUNK], pairs[..., _CHUNK:], out=out.reshape(2, rows, _CHUNK))
