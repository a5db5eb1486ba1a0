"""Makes a file that is still fragments an ordinary one: what to cut, what to append, what to patch. Touches nothing.

The header that the recording began with is kept as it is (codecs, names, tags); lengths, edits and the index are new.
Each step leaves a file that plays: cutting takes only what no player reads, what is appended is no part of the movie
until the patch, and the patch is one small write (decision 0050).
"""

import struct
from dataclasses import dataclass

from ionia.core.mp4 import boxes
from ionia.core.mp4.reader import Scan, TrackHeader, Unreadable, child, children
from ionia.core.mp4.track_table import TrackTable, joined

_UINT32 = 0xFFFF_FFFF


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """Cut the file to `cut_to` bytes, append `tail`, and then put `patch` at `patch_offset`."""

    cut_to: int
    tail: bytes
    patch_offset: int
    patch: bytes
    seconds: float


def repair(scan: Scan) -> Repair | None:
    """What makes this file an ordinary one; None if it is one. Raises Unreadable for a file that can't be repaired."""
    if not scan.fragmented:
        return None
    if scan.hole is None:
        raise Unreadable("is fragmented as another program does it, without room for an ordinary header")
    if not scan.fragments:
        raise Unreadable("has nothing recorded in it")
    try:
        tail, units = _movie(scan)
    except struct.error as error:  # too few bytes, or numbers that can't be
        raise Unreadable("has a header that is damaged") from error
    patch_offset = scan.hole.offset
    return Repair(
        cut_to=scan.end,
        tail=tail,
        patch_offset=patch_offset,
        patch=b"\x00\x00\x00\x01mdat" + (scan.end - patch_offset).to_bytes(8, "big"),
        seconds=units / scan.timescale,
    )


def _movie(scan: Scan) -> tuple[bytes, int]:
    """The `moov`, and the movie's length in its time scale."""
    parts, longest = [], 0
    tracks = iter(scan.tracks)
    for kind, payload in children(scan.movie):
        if kind == b"trak":
            track = next(tracks)
            box, duration = _track_box(track, scan.tables.get(track.track_id, joined([])), scan.timescale)
            parts.append(box)
            longest = max(longest, duration)
        elif kind != b"mvex":
            parts.append(boxes.box(kind, payload))
    parts = [
        boxes.box(b"mvhd", _with_duration(part[8:], longest, between=4)) if part[4:8] == b"mvhd" else part
        for part in parts
    ]
    return boxes.box(b"moov", *parts), longest


def _track_box(track: TrackHeader, table: TrackTable, movie_scale: int) -> tuple[bytes, int]:
    """`trak`, and its length in the movie's time scale."""
    silent = max(0, table.first_time - track.skip)
    shown = max(0, table.end - max(track.skip, table.first_time))
    units = [round(count * movie_scale / track.timescale) for count in (silent, shown)]
    # A table has no way to begin later than 0: what a fragment's decode time said, an empty edit says here.
    edits = [boxes.Edit(duration=units[0], media_time=-1)] if silent else []
    edits.append(boxes.Edit(duration=units[1], media_time=max(0, track.skip - table.first_time)))
    duration = sum(units)
    parts = []
    for kind, payload in children(track.box):
        if kind == b"tkhd":
            parts.append(boxes.box(kind, _with_duration(payload, duration, between=8)))
            parts.append(boxes.box(b"edts", boxes.edit_list(edits)))
        elif kind == b"mdia":
            parts.append(_media(track, table, payload))
        elif kind != b"edts":
            parts.append(boxes.box(kind, payload))
    return boxes.box(b"trak", *parts), duration


def _media(track: TrackHeader, table: TrackTable, media: bytes) -> bytes:
    parts = []
    for kind, payload in children(media):
        if kind == b"mdhd":
            parts.append(boxes.box(kind, _with_duration(payload, table.end - table.first_time, between=4)))
        elif kind == b"minf":
            parts.append(_information(track, table, payload))
        else:
            parts.append(boxes.box(kind, payload))
    return boxes.box(b"mdia", *parts)


def _information(track: TrackHeader, table: TrackTable, information: bytes) -> bytes:
    parts = []
    for kind, payload in children(information):
        if kind == b"stbl":
            description = child(payload, b"stsd")
            if description[4:8] != b"\0\0\0\1":
                raise Unreadable("has a track of more than one kind of samples")
            parts.append(boxes.sample_table(description[8:], table.boxed(sync=track.handler == b"vide")))
        else:
            parts.append(boxes.box(kind, payload))
    return boxes.box(b"minf", *parts)


def _with_duration(payload: bytes, duration: int, *, between: int) -> bytes:
    """A `mvhd`, `tkhd` or `mdhd` with another duration, made wide if it must; `between`: bytes before that number."""
    flags = payload[1:4]
    number = ">Q" if payload[0] else ">I"
    width = struct.calcsize(number)
    created, modified = struct.unpack_from(">QQ" if payload[0] else ">II", payload, 4)
    middle = payload[4 + 2 * width : 4 + 2 * width + between]
    rest = payload[4 + 3 * width + between :]
    wide = payload[0] or duration > _UINT32
    number = ">Q" if wide else ">I"
    head = (b"\x01" if wide else b"\x00") + flags
    times = struct.pack(number, created) + struct.pack(number, modified)
    return head + times + middle + struct.pack(number, duration) + rest
