"""What libav's scaler gets of a screen's picture: the part that is shown, as far as the scaler takes it."""

import numpy as np

from ionia.core.media import Picture
from ionia.core.video.framing import Placement

_SHRINK = 32
"""libav's scaler refuses to make a side 64 times shorter (by AREA 126 times) where the other grows: what is more is
left out before."""


def scaler_input(pixels: Picture, place: Placement, *, row_step: int = 1) -> Picture:
    """The part of BGRA `pixels` that comes to lie at `place`, of its rows at most every `row_step`-th."""
    cut = place.cut
    down = max(row_step, _step(cut.height, place.height))
    across = _step(cut.width, place.width)
    shown = pixels[cut.y : cut.y + cut.height : down, cut.x : cut.x + cut.width : across]
    if shown.strides[1:] != (4, 1) or shown.strides[0] < 0:  # libav's scaler misreads rows from bottom to top
        shown = np.ascontiguousarray(shown)
    return shown


def _step(length: int, wanted: int) -> int:
    """So that no more than `_SHRINK` times as much as wanted is left."""
    return -(-length // (wanted * _SHRINK))
