"""A piece of a fragmented MP4 file, as it is added to what is there."""

from dataclasses import dataclass

FRAGMENT_SECONDS = 0.5
"""Media time in one fragment: what a crash can lose, apart from what is still being encoded."""

SAVED_FRAGMENT_SECONDS = 2.0
"""Likewise, of a file that is written at once, out of what is in memory: there is nothing to lose while it waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fragment:
    """What makes a file longer: append `pieces`, and only when all of it is there put `seal` at `seal_offset`.

    Until then its `moof` is called `free`, which every reader skips: players refuse a file whose last `moof` is torn.
    The pieces are the packets' own data as far as can be: nothing is copied on its way to the file.
    """

    pieces: tuple[bytes, ...]
    size: int
    seal_offset: int
    seal: bytes = b"moof"

    @property
    def data(self) -> bytes:
        """All pieces as one."""
        return b"".join(self.pieces)
