"""Whether what an encoder made shows what it was given: pictures compared plane by plane.

A driver that swaps colours, crops wrongly, mixes up the order or marks its colours as what they are not takes pictures
and gives packets like any other.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ionia.core.media import ColourMatrix

Plane = npt.NDArray[np.uint8]

LEAST_PSNR = 32.0
"""In dB, luma, at a rate that has room: libx264, libx265 and SVT-AV1 give 40 and more for the test card."""

LEAST_PSNR_OF_A_TAKE = 22.0
"""At the rate of a take, which may be low: they give 30 at a tenth of a bit a pixel. A torn picture has 15 and less."""

READABLE_BITS_PER_PIXEL = 0.02
"""Of each of a take's pictures. Below a quarter of it, in large pictures, libx264's own aren't what it was given."""

MOST_COLOUR_ERROR = 10.0
"""Of 255, mean over a patch. Swapped or misread colours differ by 20 to 150; a coarse quantiser's by 3."""

LIMITED = 1
"""The range that every encode is marked with, in libav's number (AVCOL_RANGE_MPEG)."""

_ROWS, _COLUMNS = 9, 16
_ROWS_AT_ONCE, _ROWS_OF_MEANS = 32, 180


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shown:
    """A picture's planes, (height, width) and twice (height / 2, width / 2), and what its colours are marked as."""

    luma: Plane
    blue: Plane
    red: Plane
    matrix: int = ColourMatrix.BT709
    colour_range: int = LIMITED


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderProof:
    """What came of it: the worst picture's `psnr` in dB of luma, the worst patch's `colour_error` of 255."""

    psnr: float
    colour_error: float

    def __str__(self) -> str:
        """For people."""
        return f"luma PSNR {self.psnr:.1f} dB, colours within {self.colour_error:.1f} of 255"


class ProofError(ValueError):
    """Says what is wrong with an encoder's pictures, with the figures."""


class DoubtedError(ProofError):
    """May be otherwise another day: a machine was busy, or somebody ended a process."""


def prove_pictures(given: Sequence[Shown], made: Sequence[Shown], *, least_psnr: float) -> EncoderProof:
    """Compare what was decoded with what was encoded, and the colours' marks too.

    Raises ProofError for what nobody should record with.
    """
    if len(made) != len(given):
        raise ProofError(f"its {len(given)} pictures decode to {len(made)}")
    for one, other in zip(given, made, strict=True):
        if one.luma.shape != other.luma.shape:
            raise ProofError(f"makes pictures of {_size(other)} from {_size(one)}")
    if [_nearest(other, given) for other in made] != list(range(len(given))):
        raise ProofError("gives its pictures in another order")
    proof = EncoderProof(
        psnr=min(_psnr(one.luma, other.luma) for one, other in zip(given, made, strict=True)),
        colour_error=max(_colour_error(one, other) for one, other in zip(given, made, strict=True)),
    )
    if proof.psnr < least_psnr or proof.colour_error > MOST_COLOUR_ERROR:
        raise ProofError(
            f"its pictures differ from what it was given: {proof} "
            f"(asked: {least_psnr:.0f} dB, within {MOST_COLOUR_ERROR:.0f})"
        )
    for asked, one in zip(given, made, strict=True):
        # What a file doesn't say is taken from the container, which is ours.
        if one.matrix not in (asked.matrix, _UNSAID_MATRIX) or one.colour_range not in (LIMITED, _UNSAID_RANGE):
            raise ProofError(f"marks its colours as what they are not (matrix {one.matrix}, range {one.colour_range})")
    return proof


_UNSAID_MATRIX, _UNSAID_RANGE = 2, 0


def _size(shown: Shown) -> str:
    height, width = shown.luma.shape
    return f"{width}x{height}"


def _nearest(made: Shown, given: Sequence[Shown]) -> int:
    """Which of those given it shows, by every fourth line: all are equal between the figures that tell them apart."""
    errors = [_squared_error(one.luma[::4], made.luma[::4]) for one in given]
    return errors.index(min(errors))


def _squared_error(one: Plane, other: Plane) -> float:
    """Its mean. A few rows at a time, which stay in the processor's cache."""
    total = 0.0
    for top in range(0, len(one), _ROWS_AT_ONCE):
        rows = slice(top, top + _ROWS_AT_ONCE)
        difference = np.subtract(one[rows], other[rows], dtype=np.float32).ravel()
        total += float(np.dot(difference, difference))
    return total / one.size


def _psnr(one: Plane, other: Plane) -> float:
    """99 dB where there is no difference."""
    error = _squared_error(one, other)
    return min(99.0, 10 * float(np.log10(255**2 / error))) if error else 99.0


def _colour_error(one: Shown, other: Shown) -> float:
    planes = ((one.luma, other.luma), (one.blue, other.blue), (one.red, other.red))
    return max(float(np.max(np.abs(_patches(a) - _patches(b)))) for a, b in planes)


def _patches(plane: Plane) -> npt.NDArray[np.float64]:
    """Means over a grid of patches, of some of each one's samples: their number is about the same in every size."""
    step = max(1, len(plane) // _ROWS_OF_MEANS)
    samples = plane[::step, ::step].astype(np.float64)
    height, width = samples.shape
    rows = np.unique(np.arange(_ROWS) * height // _ROWS)
    columns = np.unique(np.arange(_COLUMNS) * width // _COLUMNS)
    sums = np.add.reduceat(np.add.reduceat(samples, rows, axis=0), columns, axis=1)
    counts = np.outer(np.diff(np.append(rows, height)), np.diff(np.append(columns, width)))
    return np.asarray(sums / counts)
