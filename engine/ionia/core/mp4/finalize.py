"""Turns a recording that nobody finished into the ordinary file that its writer would have made of it.

Its fragments stay where they are. Behind them goes the `moov` of an ordinary movie, made from the header that the
recording began with; 16 bytes near the front then make one `mdat` of all that lies between. Nothing is copied. Pure.
"""

import struct
from dataclasses import dataclass

from ionia.core.mp4 import boxes
from ionia.core.mp4.reader import Scan, TrackHeader, Unreadable, child, children
from ionia.core.mp4.rewriting import NewTrack, rewritten
from ionia.core.mp4.track_table import TrackTable, joined, lasting


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
        tracks = [
            finished_track(track, scan.tables.get(track.track_id, joined([])), scan.timescale) for track in scan.tracks
        ]
        tail = rewritten(scan.movie, scan.timescale, tracks)
    except struct.error as error:  # too few bytes, or numbers that can't be
        raise Unreadable("has a header that is damaged") from error
    patch_offset = scan.hole.offset
    return Repair(
        cut_to=scan.end,
        tail=tail,
        patch_offset=patch_offset,
        patch=b"\x00\x00\x00\x01mdat" + (scan.end - patch_offset).to_bytes(8, "big"),
        seconds=max(track.duration for track in tracks) / scan.timescale,
    )


def finished_track(track: TrackHeader, table: TrackTable, movie_scale: int) -> NewTrack:
    """All that its fragments hold, as a track of an ordinary file."""
    description = child(track.box, b"mdia", b"minf", b"stbl", b"stsd")
    shown = table.shown
    first, last = (int(shown.min()), int((shown + table.durations).max())) if shown.size else (0, 0)
    silent = max(0, first - track.skip)
    units = [round(count * movie_scale / track.timescale) for count in (silent, max(0, last - max(track.skip, first)))]
    # A table has no way to begin later than 0: what a fragment's decode time said, an empty edit says here.
    edits = [boxes.Edit(duration=units[0], media_time=-1)] if silent else []
    edits.append(boxes.Edit(duration=units[1], media_time=max(track.skip, first) - table.first_time))
    return NewTrack(
        box=track.box,
        entries=[boxes.box(*entry) for entry in children(description[8:])],
        table=lasting(table, table.first_time + last - first),
        edits=edits,
        sync=track.handler == b"vide",
    )
