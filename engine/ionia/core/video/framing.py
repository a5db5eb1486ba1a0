"""Which part of a capture's pictures is shown, and how it is put into the pictures that an encoder takes.

Pure: whole numbers in pixels. It decides where what comes to lie; `media.converter` moves the pixels.
"""

from dataclasses import dataclass
from typing import Literal

from ionia.core.errors import ErrorKind, IoniaError

Size = tuple[int, int]
"""Width and height."""

Fit = Literal["letterbox", "crop", "stretch"]
"""How a picture of another shape is put in: between black bars, with what is too much cut off, or distorted."""

LEAST_SIDE = 16
"""The shortest side of a region or of pictures: a macroblock of H.264. Hardware encoders refuse smaller ones."""

MOST_SIDE = 8192
"""The longest side of a region or of pictures: beyond it no hardware encoder takes one."""


def even(size: int) -> int:
    """The even size that a picture is cropped to: 4:2:0 has one chroma sample for two pixels."""
    return max(2, size & ~1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A rectangle within a picture, from its top left corner on."""

    x: int
    y: int
    width: int
    height: int

    def __str__(self) -> str:
        """As people write it."""
        return f"{self.width}x{self.height} at {self.x},{self.y}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """`cut`: the part of the source; it is scaled to `width` x `height` and lies at `left`, `top`: even numbers all, so
    that chroma samples stay where their pixels are."""

    cut: Region
    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Framing:
    """What is shown of a capture's pictures: this region of them, or all."""

    region: Region | None = None
    fit: Fit = "letterbox"

    def shown(self, source: Size) -> Region | None:
        """The region as far as a picture of this size has it, with even sides; None if less than two pixels of it.

        Without a region the whole picture, as it is.
        """
        if self.region is None:
            return Region(x=0, y=0, width=source[0], height=source[1])
        left, right = _overlap(self.region.x, self.region.width, source[0])
        top, bottom = _overlap(self.region.y, self.region.height, source[1])
        if right - left < 2 or bottom - top < 2:
            return None
        return Region(x=left, y=top, width=even(right - left), height=even(bottom - top))

    def size(self, source: Size, width: int | None = None, height: int | None = None) -> Size:
        """Of the pictures that an encoder gets: as asked; a side that isn't asked for follows from what is shown.

        Raises IoniaError(CAPTURE_UNAVAILABLE) for a region that a source of this size doesn't have, and for a side that
        would become too short or too long.
        """
        shown = self._must_show(source)
        if width is not None and height is not None:
            return even(width), even(height)
        if width is not None:
            size = even(width), _nearest_even(shown.height * width, shown.width)
            named, given, missing = f"width of {width}", shown, "height"
        elif height is not None:
            size = _nearest_even(shown.width * height, shown.height), even(height)
            named, given, missing = f"height of {height}", shown, "width"
        else:
            return even(shown.width), even(shown.height)
        if not all(LEAST_SIDE <= side <= MOST_SIDE for side in size):
            raise IoniaError(
                ErrorKind.CAPTURE_UNAVAILABLE,
                f"With a {named}, {given.width}x{given.height} would become {size[0]}x{size[1]}; "
                f"each side must be from {LEAST_SIDE} to {MOST_SIDE}.",
                f"Say the {missing}, too.",
            )
        return size

    def seen(self, source: Size, width: int | None = None, height: int | None = None) -> Region:
        """The part of the source that can be seen in pictures of the size asked for. Raises as `size` does."""
        shown = self._must_show(source)
        if width is None or height is None:
            return shown  # the pictures have its shape
        place = self.place(source, (even(width), even(height)))
        return shown if place is None else place.cut

    def place(self, source: Size, target: Size) -> Placement | None:
        """Where what comes to lie in pictures of size `target`; None: nothing of the region is there."""
        shown = self.shown(source)
        if shown is None:
            return None
        width, height = target
        if (even(shown.width), even(shown.height)) == target:
            # An odd last column or row is cut off: scaling would blur everything.
            cut = Region(x=shown.x, y=shown.y, width=width, height=height)
            return Placement(cut=cut, left=0, top=0, width=width, height=height)
        match self.fit:
            case "stretch":
                return Placement(cut=shown, left=0, top=0, width=width, height=height)
            case "crop":
                return Placement(cut=_middle(shown, target), left=0, top=0, width=width, height=height)
            case "letterbox":
                return _between_bars(shown, target)

    def enlarged(self, source: Size, target: Size) -> Region | None:
        """What is shown of a source, if pictures of this size show it larger than it is; rounding to even sides is no
        matter."""
        place = self.place(source, target)
        if place is None or (place.width <= place.cut.width + 1 and place.height <= place.cut.height + 1):
            return None
        return place.cut

    def _must_show(self, source: Size) -> Region:
        shown = self.shown(source)
        if shown is None or (self.region is not None and min(shown.width, shown.height) < LEAST_SIDE):
            there = "Nothing" if shown is None else f"Only {shown.width}x{shown.height} pixels"
            raise IoniaError(
                ErrorKind.CAPTURE_UNAVAILABLE,
                f"{there} of the region {self.region} can be captured: the source has {source[0]}x{source[1]} pixels.",
                f"Choose a region within it, {LEAST_SIDE}x{LEAST_SIDE} pixels at least.",
            )
        return shown


WHOLE = Framing()
"""All of a picture, its aspect kept."""


def _overlap(start: int, length: int, limit: int) -> tuple[int, int]:
    return max(0, start), min(limit, start + length)


def _nearest_even(numerator: int, denominator: int) -> int:
    return max(2, 2 * ((numerator + denominator) // (2 * denominator)))


def _middle(shown: Region, target: Size) -> Region:
    """The largest part of the target's shape, to the pixel."""
    width, height = target
    columns = min(shown.width, max(1, (shown.height * width + height // 2) // height))
    rows = min(shown.height, max(1, (shown.width * height + width // 2) // width))
    return Region(
        x=shown.x + (shown.width - columns) // 2,
        y=shown.y + (shown.height - rows) // 2,
        width=columns,
        height=rows,
    )


def _between_bars(shown: Region, target: Size) -> Placement:
    width, height = target
    if shown.width * height >= shown.height * width:
        height = min(height, _nearest_even(shown.height * width, shown.width))
    else:
        width = min(width, _nearest_even(shown.width * height, shown.height))
    return Placement(
        cut=shown,
        left=(target[0] - width) // 2 & ~1,
        top=(target[1] - height) // 2 & ~1,
        width=width,
        height=height,
    )
