"""Reads an MP4 file without its media: which boxes, tracks and samples there are. Of any number of tracks.

A generator asks for parts of the file (`Span`) and is sent their bytes, so that whoever reads them can tell how far it
is, and stop. What a crash tore at the end is found and left out; nothing is changed here.
"""

import struct
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from ionia.core.mp4.track_table import Column, TrackTable, joined

T = TypeVar("T")

_LOOK = 4096
"""Bytes asked for at the head of a box: a fragment's whole `moof`, nearly always."""

_MOST_HEADER = 1 << 28
"""No index of ours comes near; a file that says more is broken, or none."""

_MOST_PARTS = 4096

_Extends = tuple[int, int, int, int]
"""(kind from 1, duration, size, flags) of samples that a fragment says nothing of."""

_MOST_TIME = 1 << 52
"""In a track's time scale: nine centuries at 160 kHz."""

_NOT_SYNC = 0x0001_0000
"""sample_is_non_sync_sample (ISO/IEC 14496-12 section 8.8.3.1)."""


class Unreadable(Exception):  # noqa: N818 - what the file is, not a mistake of ours
    """The file is no MP4 that can be read. The message is one line for people, to follow "it"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A part of the file. What is sent back is shorter only where the file ends."""

    offset: int
    size: int


Reading = Generator[Span, bytes, T]


def read_with(reading: Reading[T], read: Callable[[Span], bytes]) -> T:
    """Run a reading to its end."""
    try:
        span = next(reading)
        while True:
            span = reading.send(read(span))
    except StopIteration as done:
        result: T = done.value
        return result


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """Where a box is; `header` and `size` in bytes."""

    kind: bytes
    offset: int
    header: int
    size: int

    @property
    def end(self) -> int:
        """Where the next one begins."""
        return self.offset + self.size


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackHeader:
    """What `moov` says of one track. `skip`: media time at which it begins to be shown. `box`: payload of `trak`."""

    track_id: int
    timescale: int
    handler: bytes
    skip: int
    box: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """A whole file. `brands` and `movie`: the payloads of its `ftyp` and its `moov`, which begins at `movie_at`; `end`:
    behind the last whole fragment.

    `hole`: a `free` before the `moov` of a fragmented movie in which the header of an `mdat` has room.
    """

    size: int
    brands: bytes
    movie: bytes
    movie_at: int
    timescale: int
    tracks: tuple[TrackHeader, ...]
    tables: dict[int, TrackTable] = field(default_factory=dict)
    fragmented: bool
    fragments: int
    hole: Box | None
    end: int


@dataclass(slots=True, kw_only=True)
class _Found:
    """What the walk over the top level has come across."""

    first: bytes = b""
    brands: bytes = b""
    hole: Box | None = None
    movie: bytes | None = None
    movie_at: int = 0
    fragments: int = 0
    runs: dict[int, list[TrackTable]] = field(default_factory=dict)
    end: int = 0
    plain_movie: bytes | None = None


def scan(size: int) -> Reading[Scan]:
    """Look at a file of `size` bytes. Raises Unreadable."""
    try:
        return (yield from _walk(size))
    except (struct.error, OverflowError, ValueError) as error:  # too few bytes, or numbers that can't be
        raise Unreadable("has a header that is damaged") from error


def _walk(size: int) -> Reading[Scan]:
    found = _Found()
    position = 0
    extends: dict[int, _Extends] = {}
    while position + 8 <= size:
        head = yield Span(offset=position, size=min(_LOOK, size - position))
        box = _box_at(head, position, size)
        found.first = found.first or box.kind
        if found.first != b"ftyp":
            raise Unreadable("is not an MP4 file")
        if box.end > size or box.size < box.header:
            break  # torn: nothing behind it can be told
        whole = head[: box.size] if box.size <= len(head) else b""
        found.brands = found.brands or (whole[box.header :] if box.kind == b"ftyp" else b"")
        if _is_fragment(box, head):
            if found.movie is None:
                break
            data_box = yield Span(offset=box.end, size=16)
            data = _box_at(data_box, box.end, size) if len(data_box) >= 8 else None
            if data is None or data.kind != b"mdat" or data.end > size:
                break
            moof = whole or (yield Span(offset=box.offset, size=_bounded(box)))
            for track_id, run in _runs_of(moof[box.header :], box.offset, extends):
                runs = found.runs.setdefault(track_id, [])
                runs.append(run)
                if len(runs) >= _MOST_PARTS:  # hours of fragments are many small arrays
                    found.runs[track_id] = [joined(runs)]
            found.fragments += 1
            found.end = position = data.end
            continue
        if box.kind == b"moov":
            movie = (whole or (yield Span(offset=box.offset, size=_bounded(box))))[box.header :]
            if found.movie is None and any(kind == b"mvex" for kind, _ in children(movie)):
                found.movie, extends = movie, _extends(movie)
                found.end = box.end
            else:
                found.plain_movie = movie
            found.movie_at = box.offset
        elif box.kind == b"free" and found.movie is None and box.size >= 16:
            found.hole = box
        position = box.end
    return _scanned(found, size)


def children(payload: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(kind, payload) of each box in a container. Raises Unreadable where one is torn."""
    position = 0
    while position + 8 <= len(payload):
        size, kind = struct.unpack_from(">I4s", payload, position)
        header = 8
        if size == 1 and position + 16 <= len(payload):
            size, header = struct.unpack_from(">Q", payload, position + 8)[0], 16
        if size < header or position + size > len(payload):
            raise Unreadable("has a header that is damaged")
        yield kind, payload[position + header : position + size]
        position += size


def child(payload: bytes, *path: bytes) -> bytes:
    """The payload of the first box of each kind inside the other; empty if there is none."""
    for wanted in path:
        payload = next((inner for kind, inner in children(payload) if kind == wanted), b"")
    return payload


def _scanned(found: _Found, size: int) -> Scan:
    movie = found.movie if found.movie is not None else found.plain_movie
    if movie is None:
        raise Unreadable("has no header" if found.first else "is empty" if not size else "is not an MP4 file")
    header = child(movie, b"mvhd")
    if len(header) < 20:
        raise Unreadable("has a header that is damaged")
    timescale = struct.unpack_from(">I", header, 20 if header[0] else 12)[0]
    tracks = tuple(_track(payload) for kind, payload in children(movie) if kind == b"trak")
    tables = {track_id: joined(runs) for track_id, runs in found.runs.items()}
    if not tracks or 0 in {timescale, *(track.timescale for track in tracks)}:
        raise Unreadable("has a header that is damaged")
    if not all(_makes_sense(table, found.end) for table in tables.values()):
        raise Unreadable("has a fragment that is damaged")
    return Scan(
        size=size,
        brands=found.brands,
        movie=movie,
        movie_at=found.movie_at,
        timescale=timescale,
        tracks=tracks,
        tables=tables,
        fragmented=found.movie is not None,
        fragments=found.fragments,
        hole=found.hole if found.movie is not None else None,
        end=found.end,
    )


def _makes_sense(table: TrackTable, end: int) -> bool:
    """Times never go back, and all data lies before the end of the last fragment."""
    ordered = bool((np.diff(table.times) >= 0).all()) and table.end < _MOST_TIME
    inside = bool((table.offsets >= 0).all() and (table.offsets + table.sizes <= end).all())
    return ordered and inside


def _box_at(head: bytes, position: int, file_size: int) -> Box:
    if len(head) < 8:
        raise Unreadable("is not an MP4 file")
    size, kind = struct.unpack_from(">I4s", head)
    header = 8
    if size == 1 and len(head) >= 16:
        size, header = struct.unpack_from(">Q", head, 8)[0], 16
    elif size == 0:
        size = file_size - position
    return Box(kind=kind, offset=position, header=header, size=size)


def _is_fragment(box: Box, head: bytes) -> bool:
    """A `moof`, or one that was never sealed: its writer died before it gave it its name."""
    return box.kind == b"moof" or (box.kind == b"free" and head[box.header + 4 : box.header + 8] == b"mfhd")


def _bounded(box: Box) -> int:
    if box.size > _MOST_HEADER:
        raise Unreadable("has a header that is damaged")
    return box.size


def _track(payload: bytes) -> TrackHeader:
    head, media = child(payload, b"tkhd"), child(payload, b"mdia")
    media_head, handler = child(media, b"mdhd"), child(media, b"hdlr")
    if len(head) < 24 or len(media_head) < 20 or len(handler) < 12:
        raise Unreadable("has a header that is damaged")
    return TrackHeader(
        track_id=struct.unpack_from(">I", head, 20 if head[0] else 12)[0],
        timescale=struct.unpack_from(">I", media_head, 20 if media_head[0] else 12)[0],
        handler=handler[8:12],
        skip=_skip(child(payload, b"edts", b"elst")),
        box=payload,
    )


def _skip(edit_list: bytes) -> int:
    """Media time at which the first edit that shows anything begins."""
    if len(edit_list) < 8:
        return 0
    row, where = (">Qq4x", 1) if edit_list[0] else (">Ii4x", 1)
    count = min(struct.unpack_from(">I", edit_list, 4)[0], (len(edit_list) - 8) // struct.calcsize(row))
    times = [struct.unpack_from(row, edit_list, 8 + index * struct.calcsize(row))[where] for index in range(count)]
    return next((time for time in times if time >= 0), 0)


def _extends(movie: bytes) -> dict[int, _Extends]:
    """`trex`, by track."""
    found = {}
    for kind, payload in children(child(movie, b"mvex")):
        if kind == b"trex" and len(payload) >= 24:
            track_id, entry, duration, size, flags = struct.unpack_from(">5I", payload, 4)
            found[track_id] = (entry, duration, size, flags)
    return found


def _runs_of(moof: bytes, moof_at: int, extends: dict[int, _Extends]) -> Iterator[tuple[int, TrackTable]]:
    for kind, traf in children(moof):
        if kind != b"traf":
            continue
        head, time_box = child(traf, b"tfhd"), child(traf, b"tfdt")
        if len(head) < 8 or len(time_box) < 8:
            raise Unreadable("has a fragment that doesn't say where it belongs")
        flags, track_id = struct.unpack_from(">II", head)
        base, entry, defaults = _defaults(head, flags & 0xFF_FFFF, moof_at, extends.get(track_id, (1, 0, 0, 0)))
        time = int.from_bytes(time_box[4:12] if time_box[0] else time_box[4:8], "big")
        for run_kind, run in children(traf):
            if run_kind == b"trun":
                table = _run(run, base, time, defaults, entry)
                time = table.end if table.times.size else time
                yield track_id, table


def _defaults(head: bytes, flags: int, moof_at: int, extends: _Extends) -> tuple[int, int, tuple[int, int, int]]:
    """Where a run's offsets count from, the kind of its samples from 0, and what holds for them otherwise (tfhd)."""
    position, base = 8, moof_at
    values = list(extends)
    if flags & 1:
        base = struct.unpack_from(">Q", head, position)[0]
        position += 8
    for index, bit in enumerate((0x2, 0x8, 0x10, 0x20)):
        if flags & bit:
            values[index] = struct.unpack_from(">I", head, position)[0]
            position += 4
    return base, max(0, values[0] - 1), (values[1], values[2], values[3])


def _run(run: bytes, base: int, time: int, defaults: tuple[int, int, int], entry: int) -> TrackTable:
    flags = struct.unpack_from(">I", run)[0] & 0xFF_FFFF
    count, position, offset = struct.unpack_from(">I", run, 4)[0], 8, base
    if flags & 1:
        offset += struct.unpack_from(">i", run, position)[0]
        position += 4
    first_flags = None
    if flags & 4:
        first_flags = struct.unpack_from(">I", run, position)[0]
        position += 4
    columns = [bit for bit in (0x100, 0x200, 0x400, 0x800) if flags & bit]
    if len(run) < position + 4 * len(columns) * count:
        raise Unreadable("has a fragment that is damaged")
    rows = np.frombuffer(run, ">u4", count * len(columns), position).reshape(count, len(columns)).astype(np.int64)

    def column(bit: int, default: int) -> Column:
        return rows[:, columns.index(bit)] if bit in columns else np.full(count, default, np.int64)

    shifts = (
        column(0x800, 0).astype(np.uint32).view(np.int32).astype(np.int64)
    )  # negative in version 0, too, as many write
    durations, sizes, bits = column(0x100, defaults[0]), column(0x200, defaults[1]), column(0x400, defaults[2])
    sync = (bits & _NOT_SYNC) == 0
    if first_flags is not None and count:
        sync[0] = not first_flags & _NOT_SYNC
    return TrackTable(
        times=time + _before(durations),
        durations=durations,
        sizes=sizes,
        offsets=offset + _before(sizes),
        sync=sync,
        shifts=shifts if shifts.any() else None,
        entries=np.full(count, entry, np.int64) if entry else None,
    )


def _before(values: Column) -> Column:
    """For each row the sum of all rows before it."""
    return np.cumsum(values) - values
