"""How a caller hands pictures of its own to the engine: the layout of the memory that both see. Pure.

The caller writes picture after picture into a ring of slots and says the number of the newest whole one; the engine
reads that, whenever a frame is due. Neither waits for the other, and what was not read in time is simply not shown.
"""

import struct
from dataclasses import dataclass
from typing import Annotated

PREFIX = "push:"
"""What the ids of such screens begin with."""

SLOTS = 3
"""One that is read, one that is written, and one between: a reader is overtaken only by two whole pictures."""

FIRST_SLOT_AT = 4096
"""The pictures begin on a page of their own."""

BYTES_PER_PIXEL = 4
_NEWEST = struct.Struct("<QQ")
NEWEST_BYTES = _NEWEST.size
_ALL_ONES = (1 << 64) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PushedScreen:
    """Answer of push.open: a screen whose pictures the caller writes, BGRA rows from the top without gaps.

    Picture n, counted from 1, goes to slot n % slots; when it is whole, n and its bitwise complement are written to the
    file's first 16 bytes, as two unsigned 64-bit numbers, little-endian. The newest one is recorded at each frame.
    """

    screen: Annotated[str, "What the option screen of initialize takes."]
    path: Annotated[str, "The file to open for writing; it is there until push.close or the engine's end."]
    width: int
    height: int
    slots: int
    slot_bytes: Annotated[int, "Bytes from slot to slot: width * height * 4."]
    first_slot_at: Annotated[int, "Where in the file slot 0 begins."]


def is_pushed(screen: str) -> bool:
    """Whether a screen's id is one of these."""
    return screen.startswith(PREFIX)


def picture_bytes(width: int, height: int) -> int:
    """Bytes of one picture."""
    return width * height * BYTES_PER_PIXEL


def memory_bytes(width: int, height: int) -> int:
    """Bytes of all of it."""
    return FIRST_SLOT_AT + SLOTS * picture_bytes(width, height)


def slot_at(number: int, slot_bytes: int) -> int:
    """Where the picture of this number is."""
    return FIRST_SLOT_AT + number % SLOTS * slot_bytes


def newest(head: bytes) -> int | None:
    """The number in the memory's first bytes; 0 before the first picture, None while it is being written."""
    number, complement = _NEWEST.unpack(head[:NEWEST_BYTES])
    if number == complement == 0:
        return 0
    return int(number) if number ^ complement == _ALL_ONES else None


def newest_bytes(number: int) -> bytes:
    """What the writer of pictures writes when the one of this number is whole."""
    return _NEWEST.pack(number, number ^ _ALL_ONES)


def is_whole(number: int, newest_after: int | None) -> bool:
    """Whether the picture of this number, copied while `newest_after` became the newest, is of one piece.

    Its slot is written again from the moment at which the one SLOTS - 1 after it is whole.
    """
    return newest_after is not None and newest_after - number < SLOTS - 1
