"""How a screen's pixels are laid out in memory, and turning them into BGRA. Pure: numpy only."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from ionia.core.media import Picture

_ROWS = 64
"""Converted at once, so that what lies between stays in the processor's cache."""


@dataclass(frozen=True, kw_only=True)
class PixelLayout:
    """Pixels of `bits` (16 or 32) with a mask for each colour, rows padded to `pad` bits.

    Not slotted: the table of colours is made when it is first needed.
    """

    bits: int
    red: int
    green: int
    blue: int
    little_endian: bool = True
    pad: int = field(default=32)

    @property
    def known(self) -> bool:
        """Whether pictures can be made of it: whole words, and a mask without holes for each colour."""
        masks = (self.red, self.green, self.blue)
        return self.bits in (16, 32) and all(mask and _is_one_run(mask) for mask in masks)

    @property
    def is_bgra(self) -> bool:
        """Whether the memory is a BGRA picture as it stands, but for the fourth byte."""
        masks = (self.red, self.green, self.blue)
        return self.bits == 32 and self.little_endian and masks == (0xFF0000, 0xFF00, 0xFF)

    def stride(self, width: int) -> int:
        """Bytes from row to row."""
        return -(-width * self.bits // self.pad) * self.pad // 8

    def size(self, width: int, height: int) -> int:
        """Bytes of a picture."""
        return self.stride(width) * height

    def rows(self, memory: npt.NDArray[np.uint8], width: int, height: int) -> npt.NDArray[np.uint16 | np.uint32]:
        """The pixels in `memory` as words, shape (height, width): a view."""
        stride = self.stride(width)
        kind = np.dtype(f"{'<' if self.little_endian else '>'}u{self.bits // 8}")
        return memory[: stride * height].reshape(height, stride)[:, : width * self.bits // 8].view(kind)

    def to_bgra(self, words: npt.NDArray[np.uint16 | np.uint32], picture: Picture) -> None:
        """Write the colours of `words` into `picture`, of the same height and width; the fourth byte is 255.

        1080p: 4 ms from 16 bits, 12 ms from 32.
        """
        for top in range(0, len(words), _ROWS):
            part = words[top : top + _ROWS]
            target = picture[top : top + _ROWS].view(np.uint32)[:, :, 0]
            if self.bits == 16:
                np.take(self._table, part, out=target, mode="clip")
            else:
                target[:] = self._colours(part.astype(np.uint32))

    @cached_property
    def _table(self) -> npt.NDArray[np.uint32]:
        return self._colours(np.arange(1 << 16, dtype=np.uint32))

    def _colours(self, words: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
        bgra = np.full(words.shape, 0xFF000000, np.uint32)
        for shift, mask in ((0, self.blue), (8, self.green), (16, self.red)):
            bgra |= _eight_bits(words, mask) << np.uint32(shift)
        return bgra


def _is_one_run(mask: int) -> bool:
    run = mask >> _lowest(mask)
    return run & (run + 1) == 0


def _lowest(mask: int) -> int:
    return (mask & -mask).bit_length() - 1


def _eight_bits(words: npt.NDArray[np.uint32], mask: int) -> npt.NDArray[np.uint32]:
    """A colour as 0 to 255, so that the lowest and the highest value stay black and full."""
    low = _lowest(mask)
    width = (mask >> low).bit_length()
    value = (words & np.uint32(mask)) >> np.uint32(low)
    if width >= 8:
        return value >> np.uint32(width - 8)
    most = np.uint32((1 << width) - 1)
    return (value * np.uint32(255) + most // np.uint32(2)) // most
