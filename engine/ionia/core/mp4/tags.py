"""What an MP4 says about itself beside its media: when it began, its metadata, its chapters. Values to boxes; pure.

Metadata are the item list that iTunes began and that ffprobe, VLC and file managers read; keys that have no
name there are free-form items, which ffprobe shows under their own name. Chapters are Nero's `chpl`.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ionia.core.mp4.boxes import box, full_box, mp4_time
from ionia.core.timebase import NS_PER_S
from ionia.core.utc_text import utc_text

_NAMES = {
    "title": b"\xa9nam",
    "artist": b"\xa9ART",
    "album": b"\xa9alb",
    "comment": b"\xa9cmt",
    "description": b"desc",
    "genre": b"\xa9gen",
    "copyright": b"cprt",
    "date": b"\xa9day",
}
_OWNER = b"org.ionia"
_UTF8 = 1
_CHAPTER_UNITS = 10_000_000
MOST_CHAPTERS = 255
"""One byte counts them."""

_MOST_TITLE_BYTES = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """Begins `seconds` after the file's first picture, and lasts until the next one."""

    seconds: float
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileTags:
    """`start_utc_ns`: when the first picture was captured, ns since 1970, wrong by `utc_error_ns` at most; or None.

    `metadata`: keys and texts, in order. Every player knows the keys in `_NAMES`.
    """

    start_utc_ns: int | None = None
    utc_error_ns: int = 0
    metadata: tuple[tuple[str, str], ...] = ()
    chapters: tuple[Chapter, ...] = ()

    @property
    def created(self) -> int:
        """As the headers of an MP4 have it: the second of `utc_text`, which rounds; 0 if nobody knows."""
        return 0 if self.start_utc_ns is None else mp4_time((self.start_utc_ns + 500_000) // NS_PER_S)

    def with_chapters(self, chapters: Sequence[Chapter]) -> "FileTags":
        """The same, with these chapters; of too many the first ones."""
        return replace(self, chapters=tuple(chapters[:MOST_CHAPTERS]))

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The metadata, with when it began: to the millisecond, unlike `creation_time`."""
        if self.start_utc_ns is None:
            return self.metadata
        began = utc_text(self.start_utc_ns)
        own = [("date", began), ("startUtc", began), ("utcErrorMs", f"{self.utc_error_ns / 1e6:.3f}")]
        asked = {key for key, _ in self.metadata}
        return (*self.metadata, *((key, text) for key, text in own if key not in asked))


def user_data(tags: FileTags) -> bytes:
    """`udta` of a movie; nothing when there is nothing to say."""
    parts = []
    if pairs := tags.pairs:
        handler = full_box(b"hdlr", 0, 0, b"\x00" * 4, b"mdir", b"appl", b"\x00" * 9)
        parts.append(full_box(b"meta", 0, 0, handler, box(b"ilst", *(_item(key, text) for key, text in pairs))))
    if tags.chapters:
        parts.append(_chapters(tags.chapters))
    return box(b"udta", *parts) if parts else b""


def _item(key: str, text: str) -> bytes:
    value = box(b"data", struct.pack(">II", _UTF8, 0), text.encode(errors="replace"))
    if key in _NAMES:
        return box(_NAMES[key], value)
    name = full_box(b"name", 0, 0, key.encode(errors="replace"))
    return box(b"----", full_box(b"mean", 0, 0, _OWNER), name, value)


def _chapters(chapters: Sequence[Chapter]) -> bytes:
    rows = []
    for chapter in chapters:
        title = chapter.title.encode(errors="replace")[:_MOST_TITLE_BYTES].decode(errors="ignore").encode()
        rows.append(struct.pack(">QB", round(chapter.seconds * _CHAPTER_UNITS), len(title)) + title)
    return full_box(b"chpl", 1, 0, struct.pack(">IB", 0, len(rows)), *rows)
