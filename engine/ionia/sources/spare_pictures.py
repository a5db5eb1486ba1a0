"""Memory for pictures: lent, used again when nobody holds them any more, and given back after the need.

Pure: it is handed the time, and knows neither where pictures come from nor who holds them.
"""

import mmap
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from ionia.core.media import Picture
from ionia.core.timebase import NS_PER_S

KEEP_NS = 5 * NS_PER_S
"""How long memory waits for the next need: a machine that is short of time is so for many pictures in a row."""


class Memory(Protocol):
    """Pages for one picture."""

    @property
    def pages(self) -> mmap.mmap:
        """The bytes themselves; they live for as long as anybody holds them."""
        ...

    def close(self) -> None:
        """Nobody will ask for this picture any more: free what is bound to it. Whoever holds pages keeps them."""
        ...


class OwnPages:
    """Pages that go back to the system: a heap would keep them."""

    def __init__(self, size: int) -> None:
        self.pages = mmap.mmap(-1, size)

    def close(self) -> None:
        """Nothing is bound to them."""


M = TypeVar("M", bound=Memory)


@dataclass(slots=True, eq=False)
class _Spare(Generic[M]):
    memory: M
    used_ns: int
    pixels: "weakref.ref[npt.NDArray[np.uint8]] | None" = None

    @property
    def lent(self) -> bool:
        return self.pixels is not None and self.pixels() is not None


class SparePictures(Generic[M]):
    """One thread owns it; the pictures may be dropped on any."""

    def __init__(self, allocate: Callable[[int], M]) -> None:
        """`allocate` makes memory of so many bytes."""
        self._allocate = allocate
        self._spares: list[_Spare[M]] = []

    def __len__(self) -> int:
        """Pictures there is memory for, lent or not."""
        return len(self._spares)

    def lend(self, size: int, now_ns: int) -> tuple[M, npt.NDArray[np.uint8]]:
        """Memory of `size` bytes, and they as an array: whoever holds it, or a view of it, holds the memory."""
        spare = self._free(size, now_ns)
        pixels = np.frombuffer(spare.memory.pages, np.uint8)
        spare.pixels, spare.used_ns = weakref.ref(pixels), now_ns
        return spare.memory, pixels

    def copy(self, picture: Picture, now_ns: int) -> Picture:
        """A picture of the same pixels."""
        _, pixels = self.lend(picture.nbytes, now_ns)
        copied = pixels.reshape(picture.shape)
        np.copyto(copied, picture)
        return copied

    def trim(self, now_ns: int) -> None:
        """Give back what nobody held for KEEP_NS. Costs nothing while there is nothing."""
        kept: list[_Spare[M]] = []
        for spare in self._spares:
            if spare.lent:
                spare.used_ns = now_ns
            if now_ns - spare.used_ns < KEEP_NS:
                kept.append(spare)
            else:
                spare.memory.close()
        self._spares = kept

    def close(self) -> None:
        """Give back everything; what is lent stays valid."""
        for spare in self._spares:
            spare.memory.close()
        self._spares = []

    def _free(self, size: int, now_ns: int) -> _Spare[M]:
        # The first that fits: so the last ones rest as soon as fewer are needed.
        for spare in self._spares:
            if not spare.lent and len(spare.memory.pages) == size:
                return spare
        self._spares.append(_Spare(self._allocate(size), now_ns))
        return self._spares[-1]
