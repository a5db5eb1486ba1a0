"""How many cores each stage of a picture's way uses, by the cores that are there, its size and its rate. Pure."""

import math
from dataclasses import dataclass

from ionia.core.frame_rate import FrameRate

PIXELS_OF_A_SLICE = 31_200_000
"""Pixels per second for which one slice of the encoder is enough: half of 1080p30 (decision 0051)."""

MOST_SLICES = 12
"""Measured at 2160p on 16 cores: 20.0, 16.1, 15.6 ms a picture with 8, 12, 16 slices, and the converter runs beside."""

OVERLAP_FROM = 4
"""Slices from which on converting has a thread of its own, where there are two cores: 1440p30, 1080p60. One after the
other both take three quarters of a frame's time, and each waits for a thread of its own that is kept from its core."""

MANY_CORES = 4
"""Below, more threads to convert would only take the encoder's cores."""


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
        overlap=cores > 1 and load >= OVERLAP_FROM,
    )


def spent(work: Effort, cores: int, converting: int, encoding: int) -> int:
    """How long both stages take as a recording does them, of the times that each took alone.

    Side by side the slower one counts, and what all their threads need of the cores, as if each had been busy.
    """
    if not work.overlap:
        return converting + encoding
    return max(converting, encoding, (converting * work.convert_threads + encoding * work.slices) // cores)
