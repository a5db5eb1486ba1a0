"""The header of a file made from another one, whose samples are not the same or lie elsewhere.

It keeps what it doesn't know, box by box: names, languages, tags, groups of tracks. Pure bytes.
"""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ionia.core.mp4 import boxes
from ionia.core.mp4.reader import children
from ionia.core.mp4.track_table import TrackTable

_UINT32 = 0xFFFF_FFFF

_TABLES = frozenset({b"stsd", b"stts", b"ctts", b"stss", b"stsc", b"stsz", b"stz2", b"stco", b"co64"})
"""What is made anew in a `stbl`. Whatever else is in it counts samples, and holds only if all of them stay."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NewTrack:
    """A track to write. `box`: payload of the `trak` that it stands in for; `entries`: its sample entries, whole boxes.

    `edits` count in the movie's time scale, and so does what they add up to. None for a track whose samples all stay:
    what the box says of time and of single samples still holds.
    """

    box: bytes
    entries: Sequence[bytes]
    table: TrackTable
    edits: Sequence[boxes.Edit] | None
    sync: bool
    without: frozenset[bytes] = frozenset()

    @property
    def duration(self) -> int:
        """How long it is shown, in the movie's time scale."""
        return sum(edit.duration for edit in self.edits or ())


def rewritten(
    movie: bytes, timescale: int, tracks: Iterable[NewTrack], *, wide: bool | None = None, created_later: int = 0
) -> bytes:
    """`moov` of these tracks, in the place of those in `movie` (a payload). `wide`: all offsets have 64 bits or not.

    `created_later`: how many seconds later than the old one it was made.
    """
    new = [(track.duration, _track(track, wide)) for track in tracks]
    longest = max((duration for duration, _ in new), default=0)
    parts, written = [], False
    for kind, payload in children(movie):
        if kind == b"mvhd" and longest:
            header = with_duration(payload, longest, between=4, timescale=timescale, later=created_later)
            parts.append(boxes.box(kind, header))
        elif kind == b"trak":
            parts += [] if written else [box for _, box in new]
            written = True
        elif kind != b"mvex":
            parts.append(boxes.box(kind, payload))
    return boxes.box(b"moov", *parts)


def _track(track: NewTrack, wide: bool | None) -> bytes:
    parts = []
    for kind, payload in children(track.box):
        if kind == b"tkhd" and track.edits is not None:
            parts.append(boxes.box(kind, with_duration(payload, track.duration, between=8)))
            parts.append(boxes.box(b"edts", boxes.edit_list(track.edits)))
        elif kind == b"mdia":
            parts.append(_media(track, payload, wide))
        elif (kind != b"edts" or track.edits is None) and kind not in track.without:
            parts.append(boxes.box(kind, payload))
    return boxes.box(b"trak", *parts)


def _media(track: NewTrack, media: bytes, wide: bool | None) -> bytes:
    table, parts = track.table, []
    for kind, payload in children(media):
        if kind == b"mdhd" and track.edits is not None:
            parts.append(boxes.box(kind, with_duration(payload, table.end - table.first_time, between=4)))
        elif kind == b"minf":
            parts.append(_information(track, payload, wide))
        else:
            parts.append(boxes.box(kind, payload))
    return boxes.box(b"mdia", *parts)


def _information(track: NewTrack, information: bytes, wide: bool | None) -> bytes:
    parts = []
    for kind, payload in children(information):
        if kind == b"stbl":
            tables = track.table.boxed(sync=track.sync, wide=wide)
            table = boxes.sample_table(b"".join(track.entries), tables, kinds=len(track.entries))
            others = b"".join(boxes.box(*one) for one in children(payload) if one[0] not in _TABLES)
            parts.append(table if track.edits is not None else boxes.box(b"stbl", table[8:], others))
        else:
            parts.append(boxes.box(kind, payload))
    return boxes.box(b"minf", *parts)


def with_duration(payload: bytes, duration: int, *, between: int, timescale: int = 0, later: int = 0) -> bytes:
    """A `mvhd`, `tkhd` or `mdhd` with another duration, made wide if it must; `between`: bytes before that number.

    `timescale`: another one, if not 0; `later`: seconds added to when it was made, where that is known.
    """
    flags = payload[1:4]
    number = ">Q" if payload[0] else ">I"
    width = struct.calcsize(number)
    stamps = struct.unpack_from(">QQ" if payload[0] else ">II", payload, 4)
    created, modified = (time + later if time else 0 for time in stamps)
    middle = payload[4 + 2 * width : 4 + 2 * width + between]
    if timescale:
        middle = struct.pack(">I", timescale)
    rest = payload[4 + 3 * width + between :]
    wide = payload[0] or max(duration, created, modified) > _UINT32
    number = ">Q" if wide else ">I"
    head = (b"\x01" if wide else b"\x00") + flags
    times = struct.pack(number, created) + struct.pack(number, modified)
    return head + times + middle + struct.pack(number, duration) + rest
