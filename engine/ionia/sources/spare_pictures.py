"""Memory for pictures when more of them are held at once than usual: lent like any other, given back after the need.

Pure: it is handed the time, and knows neither where pictures come from nor who holds them.
"""

import mmap
import weakref
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ionia.core.media import Picture
from ionia.core.timebase import NS_PER_S

KEEP_NS = 5 * NS_PER_S
"""How long memory waits for the next need: a machine that is short of time is so for many pictures in a row."""


@dataclass(slots=True, eq=False)
class _Spare:
    memory: mmap.mmap
    used_ns: int
    pixels: "weakref.ref[npt.NDArray[np.uint8]] | None" = None

    @property
    def lent(self) -> bool:
        return self.pixels is not None and self.pixels() is not None


class SparePictures:
    """Copies of pictures. Each lies in pages of its own, which go back to the system: a heap would keep them.

    One thread owns it; the pictures may be dropped on any.
    """

    def __init__(self) -> None:
        self._spares: list[_Spare] = []

    def __len__(self) -> int:
        """Pictures there is memory for, lent or not."""
        return len(self._spares)

    def copy(self, picture: Picture, now_ns: int) -> Picture:
        """A picture of the same pixels; the memory is free again when nobody holds it, or a view of it, any more."""
        spare = self._free(picture.nbytes, now_ns)
        pixels = np.frombuffer(spare.memory, np.uint8)
        spare.pixels, spare.used_ns = weakref.ref(pixels), now_ns
        copied = pixels.reshape(picture.shape)
        np.copyto(copied, picture)
        return copied

    def trim(self, now_ns: int) -> None:
        """Give back what nobody held for KEEP_NS. Costs nothing while there is nothing."""
        for spare in self._spares:
            if spare.lent:
                spare.used_ns = now_ns
        self._spares = [spare for spare in self._spares if now_ns - spare.used_ns < KEEP_NS]

    def _free(self, size: int, now_ns: int) -> _Spare:
        # The first that fits: so the last ones rest as soon as fewer are needed.
        for spare in self._spares:
            if not spare.lent and len(spare.memory) == size:
                return spare
        self._spares.append(_Spare(mmap.mmap(-1, size), now_ns))
        return self._spares[-1]
