"""Lays a new file out: an ordinary MP4 with its index in front, and which parts of other files follow one another.

Samples stay in the order in which they lie in their files, so that what was interleaved there is so here, and
neighbours are copied as one piece. Pure: whoever copies the pieces reads and writes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ionia.core.mp4 import boxes
from ionia.core.mp4.rewriting import NewTrack, rewritten
from ionia.core.mp4.track_table import Column

_UINT32 = 0xFFFF_FFFF


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """`size` bytes at `offset` of one of the sources."""

    source: int
    offset: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The new file: `head`, then the pieces one after the other."""

    head: bytes
    pieces: tuple[Piece, ...]

    @property
    def size(self) -> int:
        """Bytes of the whole file."""
        return len(self.head) + sum(piece.size for piece in self.pieces)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlacedTrack:
    """A track to write, and in which source the data of each of its samples lies."""

    track: NewTrack
    sources: Column


def assembled(
    brands: bytes, movie: bytes, timescale: int, tracks: Sequence[PlacedTrack], *, created_later: int = 0
) -> Layout:
    """`brands`: the payload of `ftyp`; `movie`: the `moov` whose tracks are replaced, as `rewritten` does it."""
    sources = np.concatenate([placed.sources for placed in tracks])
    offsets = np.concatenate([placed.track.table.offsets for placed in tracks])
    sizes = np.concatenate([placed.track.table.sizes for placed in tracks])
    order = np.lexsort((offsets, sources))
    places = np.empty_like(offsets)
    places[order] = np.cumsum(sizes[order]) - sizes[order]
    front = boxes.box(b"ftyp", brands)

    def head(begin: int, *, wide: bool) -> bytes:
        placed, position = [], 0
        for one in tracks:
            count = one.track.table.times.size
            table = replace(one.track.table, offsets=begin + places[position : position + count])
            placed.append(replace(one.track, table=table))
            position += count
        return front + rewritten(movie, timescale, placed, wide=wide, created_later=created_later)

    data = int(sizes.sum())
    # The length of the header depends on how wide its offsets are, not on what they say.
    wide = len(head(0, wide=True)) + 16 + data > _UINT32
    begin = len(head(0, wide=wide)) + 16
    media = b"\0\0\0\1mdat" + (data + 16).to_bytes(8, "big")
    return Layout(head=head(begin, wide=wide) + media, pieces=_pieces(sources[order], offsets[order], sizes[order]))


def _pieces(sources: Column, offsets: Column, sizes: Column) -> tuple[Piece, ...]:
    if not sizes.size:
        return ()
    begins = np.ones(sizes.size, bool)
    begins[1:] = (sources[1:] != sources[:-1]) | (offsets[1:] != offsets[:-1] + sizes[:-1])
    firsts = np.flatnonzero(begins)
    totals = np.add.reduceat(sizes, firsts)
    rows = zip(sources[firsts].tolist(), offsets[firsts].tolist(), totals.tolist(), strict=True)
    return tuple(Piece(source=source, offset=offset, size=size) for source, offset, size in rows)
