"""Where several screens in one picture leave it uncovered: they rarely are of one size and in one line. Pure."""

from collections.abc import Sequence
from itertools import pairwise

from ionia.core.video.framing import Region, Size


def gaps(size: Size, screens: Sequence[Region]) -> tuple[Region, ...]:
    """The parts of a picture that none of the screens in it covers, none of them twice; bands from top to bottom."""
    width, height = size
    rows = _cuts(height, [(screen.y, screen.y + screen.height) for screen in screens])
    found: list[Region] = []
    for top, bottom in rows:
        beside = [screen for screen in screens if screen.y <= top and bottom <= screen.y + screen.height]
        reached = 0
        for screen in sorted(beside, key=lambda one: one.x):
            if (left := min(screen.x, width)) > reached:
                found.append(Region(x=reached, y=top, width=left - reached, height=bottom - top))
            reached = max(reached, screen.x + screen.width)
        if reached < width:
            found.append(Region(x=reached, y=top, width=width - reached, height=bottom - top))
    return tuple(found)


def _cuts(length: int, ranges: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The stretches between all beginnings and ends."""
    at = sorted({0, length, *(min(max(place, 0), length) for both in ranges for place in both)})
    return list(pairwise(at))
