"""A file's tracks as a player sees them, whether it is an ordinary one, fragmented, or still being recorded.

One form for everything that is done with files afterwards. No media is read.
"""

import struct
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from ionia.core.mp4 import boxes
from ionia.core.mp4.reader import Scan, TrackHeader, Unreadable, child, children
from ionia.core.mp4.table_reader import table_of
from ionia.core.mp4.track_table import Column, TrackTable, joined

VIDEO, SOUND = b"vide", b"soun"
"""Handlers (ISO/IEC 14496-12 section 8.4.3)."""

_VISUAL, _AUDIBLE = 78, 28
"""Bytes of a sample entry before its boxes (sections 12.1.3 and 12.2.3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleEntry:
    """One kind of samples: `kind` is the four-character code, `box` the whole box."""

    kind: bytes
    box: bytes

    def inner(self, kind: bytes, *, sound: bool = False) -> bytes:
        """The payload of a box in it; empty if there is none."""
        return child(self.box[8 + (_AUDIBLE if sound else _VISUAL) :], kind)

    def replaced(self, kind: bytes, payload: bytes) -> bytes:
        """The whole box of pictures' samples with another payload in one of its inner boxes."""
        head, inner = self.box[8 : 8 + _VISUAL], children(self.box[8 + _VISUAL :])
        return boxes.box(self.kind, head, *(boxes.box(name, payload if name == kind else old) for name, old in inner))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MovieTrack:
    """One track. `begin` and `end`, between which it is shown, count in its time scale from the movie's beginning;
    `origin`: what to add to the track's own time to get there.
    """

    header: TrackHeader
    entries: tuple[SampleEntry, ...]
    table: TrackTable
    origin: int
    begin: int
    end: int

    @property
    def is_video(self) -> bool:
        """Whether it has pictures."""
        return self.header.handler == VIDEO

    @property
    def is_sound(self) -> bool:
        """Whether it is heard."""
        return self.header.handler == SOUND

    @property
    def timescale(self) -> int:
        """Units per second."""
        return self.header.timescale

    @property
    def shown(self) -> Column:
        """When each sample is shown, from the movie's beginning."""
        return self.table.shown + self.origin

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of its pictures, as they are coded."""
        box = self.entries[0].box
        width, height = struct.unpack_from(">HH", box, 32) if len(box) >= 36 else (0, 0)
        return width, height

    def seconds(self, units: int) -> Fraction:
        """The same in seconds."""
        return Fraction(units, self.timescale)

    def units(self, seconds: Fraction) -> int:
        """The nearest unit."""
        return round(seconds * self.timescale)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Movie:
    """A whole file. `lost`: bytes behind the last whole fragment, or samples' data that the file is too short for."""

    scan: Scan
    tracks: tuple[MovieTrack, ...]
    lost: int

    @property
    def duration(self) -> Fraction:
        """Seconds until the last track ends."""
        return max((track.seconds(track.end) for track in self.tracks), default=Fraction(0))

    @property
    def videos(self) -> tuple[MovieTrack, ...]:
        """Tracks of pictures that have some."""
        return tuple(track for track in self.tracks if track.is_video and track.table.times.size)

    @property
    def sounds(self) -> tuple[MovieTrack, ...]:
        """Tracks of sound that have some."""
        return tuple(track for track in self.tracks if track.is_sound and track.table.times.size)


def opened(scan: Scan) -> Movie:
    """The tracks of a scanned file. Raises Unreadable."""
    try:
        tracks, missing = [], 0
        for header in scan.tracks:
            track, lost = _track(scan, header)
            tracks.append(track)
            missing += lost
    except (struct.error, OverflowError, ValueError, IndexError) as error:  # too few bytes, or numbers that can't be
        raise Unreadable("has a header that is damaged") from error
    torn = scan.size - scan.end if scan.fragmented and scan.fragments else 0
    return Movie(scan=scan, tracks=tuple(tracks), lost=torn + missing)


def _track(scan: Scan, header: TrackHeader) -> tuple[MovieTrack, int]:
    samples = child(header.box, b"mdia", b"minf", b"stbl")
    table = scan.tables.get(header.track_id, joined([])) if scan.fragmented else table_of(samples)
    there = table.offsets + table.sizes <= scan.size
    lost = int(table.sizes[~there].sum())
    if lost:
        table = table.rows(slice(0, int(np.argmin(there))))
    lead, media_time, length = _edit(child(header.box, b"edts", b"elst"))
    first = int(table.shown.min()) if table.times.size else 0
    last = int((table.shown + table.durations).max()) if table.times.size else 0
    before = round(Fraction(lead * header.timescale, scan.timescale))
    origin = before - media_time
    begin = max(first + origin, before)
    end = last + origin
    if length:
        end = min(end, round(Fraction((lead + length) * header.timescale, scan.timescale)))
    return (
        MovieTrack(
            header=header,
            entries=tuple(_entries(child(samples, b"stsd"))),
            table=table,
            origin=origin,
            begin=begin,
            end=max(begin, end),
        ),
        lost,
    )


def _entries(description: bytes) -> list[SampleEntry]:
    found = []
    for kind, payload in children(description[8:]):
        size = 8 + len(payload)
        found.append(SampleEntry(kind=kind, box=struct.pack(">I4s", size, kind) + payload))
    if not found:
        raise Unreadable("has a track of unknown samples")
    return found


def _edit(edit_list: bytes) -> tuple[int, int, int]:
    """(nothing shown for so long, media time at which it then begins, for how long: 0 to the end).

    Lengths in the movie's time scale. Raises Unreadable for a track that is shown in several parts.
    """
    if len(edit_list) < 8:
        return 0, 0, 0
    row = struct.Struct(">QqI" if edit_list[0] else ">IiI")
    count = min(struct.unpack_from(">I", edit_list, 4)[0], (len(edit_list) - 8) // row.size)
    lead, found = 0, None
    for index in range(count):
        duration, media_time, _ = row.unpack_from(edit_list, 8 + index * row.size)
        if media_time < 0:
            lead += duration if found is None else 0
        elif found is None:
            found = media_time, duration
        elif duration:
            raise Unreadable("has a track that is shown in several parts, by an edit list")
    return (lead, *found) if found is not None else (lead, 0, 0)
