"""The index in front of a file, so that it plays while it loads: how much room it needs, and how it gets there."""

import math
from dataclasses import dataclass

from ionia.core.media import AUDIO_TICK_SAMPLES, MediaHeader
from ionia.core.mp4.fragment import FRAGMENT_SECONDS

_ROOM_BASE = 65_536
"""Bytes of an index that don't grow with its media: headers, parameter sets, tags, chapters."""

_BOX_HEADER = 8
_ENTRY_BYTES = 4  # a sample's size in `stsz`; that it lasts as long as the last one costs nothing
_SHIFT_BYTES = 8  # where pictures are reordered: a run in `ctts`, for nearly each
_CHUNK_BYTES = 20  # a chunk in `stsc` and `co64`


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """The index again, for the room in front: put `body` at `body_offset`, and only when it is there `seal` at
    `seal_offset`. The one at the end is then not needed."""

    body: bytes
    body_offset: int
    seal: bytes
    seal_offset: int


def index_room(header: MediaHeader, seconds: float) -> int:
    """Bytes that the index of so many seconds takes, with something to spare."""
    a_second = 0.0
    if header.has_picture:
        a_second += header.video.fps * _SHIFT_BYTES * header.video.reordered
        a_second += header.video.fps * (_ENTRY_BYTES + 1)  # one in four may be a keyframe, and stand in `stss`
    a_second += sum(sound.timescale / AUDIO_TICK_SAMPLES * _ENTRY_BYTES for sound in header.sounds)
    a_second += (1 + len(header.sounds)) * _CHUNK_BYTES / FRAGMENT_SECONDS
    return _ROOM_BASE + math.ceil(a_second * seconds)


def front_index(movie: bytes, *, room: int, offset: int) -> Front | None:
    """The index `movie`, for a `free` box of `room` bytes at `offset`; None if it doesn't fit in there."""
    left = room - len(movie)
    if left < _BOX_HEADER:
        return None
    rest = left.to_bytes(4, "big") + b"free"
    return Front(
        body=movie[_BOX_HEADER:] + rest,
        body_offset=offset + _BOX_HEADER,
        seal=movie[:_BOX_HEADER],
        seal_offset=offset,
    )
