"""Sizes and places of preview pictures. All sides are even, as 4:2:0 wants it."""

from dataclasses import dataclass

from ionia.core.media import even


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A part of a screen's picture, in its pixels."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """Where in a picture something lies; sides are even, and so are the places in a picture that is made."""

    left: int
    top: int
    width: int
    height: int


def clipped(region: Region | None, width: int, height: int) -> Box:
    """What of a picture of this size belongs to the region, at least 2 x 2 pixels of it; None: all but an odd edge."""
    if region is None:
        return Box(left=0, top=0, width=even(width), height=even(height))
    left, top = min(max(0, region.x), max(0, width - 2)), min(max(0, region.y), max(0, height - 2))
    right, bottom = min(width, region.x + region.width), min(height, region.y + region.height)
    return Box(left=left, top=top, width=even(right - left), height=even(bottom - top))


def fitted(width: int, height: int, max_width: int, max_height: int) -> tuple[int, int]:
    """The largest size of this shape within these bounds, never larger than it is."""
    scale = min(1.0, max_width / width, max_height / height)
    return min(even(round(width * scale)), even(max_width)), min(even(round(height * scale)), even(max_height))


def boxed(width: int, height: int, inside: tuple[int, int]) -> Box:
    """Where a picture of this size goes, its shape kept, in one of the size `inside`; what is left is black bars."""
    scale = min(inside[0] / width, inside[1] / height)
    across = min(inside[0], even(round(width * scale)))
    down = min(inside[1], even(round(height * scale)))
    return Box(left=(inside[0] - across) // 2 & ~1, top=(inside[1] - down) // 2 & ~1, width=across, height=down)


def row_step(height: int, wanted: int) -> int:
    """Of a picture that is made much smaller every so many rows suffice: three for two that are wanted, or more."""
    return max(1, height * 2 // (wanted * 3))
