"""How many cores each stage of a picture's way uses, by the cores that are there, its size and its rate. Pure."""

import math
from dataclasses import dataclass

from ionia.core.frame_rate import FrameRate

PIXELS_OF_A_SLICE = 31_200_000
"""Pixels per second for which one slice of the encoder is enough: half of 1080p30 (decision 0051)."""

MOST_SLICES = 12
"""Measured at 2160p on 16 cores: 20.0, 16.1, 15.6 ms a picture with 8, 12, 16 slices, and the converter runs beside."""

OVERLAP_FROM = 4
"""Slices from which on converting has a thread of its own: at 1080p60 and less, one after the other is fast enough, and
a hand-off would be all that is gained."""

MANY_CORES = 4
"""Below, converting and encoding would only take each other's cores."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """Of one screen's pictures. `overlap`: whether a picture is converted while the one before is encoded."""

    convert_threads: int
    slices: int
    overlap: bool


def cores_needed(width: int, height: int, fps: FrameRate, pixels_per_core: int) -> int:
    """So many cores an encoder takes that makes so many pixels in a second of one core's time."""
    return max(1, math.ceil(width * height * float(fps) / pixels_per_core))


def effort(cores: int, width: int, height: int, fps: FrameRate) -> Effort:
    """For pictures of this size and rate. Where few cores are, or little is to be done, it is what costs least."""
    load = math.ceil(width * height * float(fps) / PIXELS_OF_A_SLICE)
    many = cores >= MANY_CORES and load > OVERLAP_FROM
    return Effort(
        # Measured at 2160p: 21.7, 13.2, 6.6 ms with 1, 2, 4 threads, for the same CPU time.
        convert_threads=min(4, cores // 2) if many else 2,
        slices=max(1, min(cores, MOST_SLICES, load)),
        overlap=many,
    )


def spent(work: Effort, cores: int, converting: int, encoding: int) -> int:
    """How long both stages take as a recording does them, of the times that each took alone.

    Side by side the slower one counts, and what all their threads need of the cores, as if each had been busy.
    """
    if not work.overlap:
        return converting + encoding
    return max(converting, encoding, (converting * work.convert_threads + encoding * work.slices) // cores)
