"""The tags of a file made fit for a part of it: when it began moves later, its chapters earlier. Pure.

Only what `tags` writes is known; every other tag stays as it is.
"""

import struct
from datetime import datetime, timedelta
from fractions import Fraction

from ionia.core.mp4.boxes import box, full_box
from ionia.core.mp4.reader import child, children

_CHAPTER_UNITS = 10_000_000
_ITEM_HEAD = 8
"""Bytes of `data` before its text: type and locale."""


def shifted_movie(movie: bytes, begin: Fraction, end: Fraction) -> bytes:
    """The payload of a `moov` whose own tags are about the part from `begin` to `end` seconds."""
    parts = []
    for kind, payload in children(movie):
        parts.append(box(kind, _user_data(payload, begin, end) if kind == b"udta" else payload))
    return b"".join(parts)


def _user_data(payload: bytes, begin: Fraction, end: Fraction) -> bytes:
    parts = []
    for kind, inner in children(payload):
        if kind == b"chpl":
            parts.append(_chapters(inner, begin, end))
        elif kind == b"meta" and inner[:4] == b"\0\0\0\0":
            rest = ((name, _items(one, begin) if name == b"ilst" else one) for name, one in children(inner[4:]))
            parts.append(box(kind, inner[:4], *(box(name, one) for name, one in rest)))
        else:
            parts.append(box(kind, inner))
    return b"".join(parts)


def _items(items: bytes, begin: Fraction) -> bytes:
    began = next((text for kind, item in children(items) if (text := _began(kind, item)) is not None), None)
    if began is None:
        return items
    later = _later(began, begin)
    parts = []
    for kind, item in children(items):
        # The date is the same text where nobody chose another.
        own = _began(kind, item) is not None or (kind == b"\xa9day" and _text(item) == began)
        inner = ((name, one[:_ITEM_HEAD] + later if own and name == b"data" else one) for name, one in children(item))
        parts.append(box(kind, *(box(name, one) for name, one in inner)))
    return b"".join(parts)


def _began(kind: bytes, item: bytes) -> bytes | None:
    """The text of the item that says when the file begins; None for every other."""
    return _text(item) if kind == b"----" and child(item, b"name")[4:] == b"startUtc" else None


def _text(item: bytes) -> bytes:
    return child(item, b"data")[_ITEM_HEAD:]


def _later(text: bytes, by: Fraction) -> bytes:
    try:
        instant = datetime.fromisoformat(text.decode())
    except ValueError:
        return text
    instant += timedelta(milliseconds=round(by * 1000))
    return f"{instant:%Y-%m-%dT%H:%M:%S}.{instant.microsecond // 1000:03d}Z".encode()


def _chapters(payload: bytes, begin: Fraction, end: Fraction) -> bytes:
    """`chpl`: those within, and the one that was going on."""
    if payload[:1] != b"\1" or len(payload) < 9:
        return box(b"chpl", payload)
    units = [round(moment * _CHAPTER_UNITS) for moment in (begin, end)]
    found: list[tuple[int, bytes]] = []
    position = 9
    while position + 9 <= len(payload):
        start, size = struct.unpack_from(">QB", payload, position)
        title = payload[position + 9 : position + 9 + size]
        position += 9 + size
        if start <= units[0]:
            found = [(0, title)]
        elif start < units[1]:
            found.append((start - units[0], title))
    rows = (struct.pack(">QB", start, len(title)) + title for start, title in found)
    return full_box(b"chpl", 1, 0, struct.pack(">IB", 0, len(found)), *rows) if found else b""
