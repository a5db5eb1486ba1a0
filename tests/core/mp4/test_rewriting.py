"""Headers made anew keep what they don't know."""

import struct

from ionia.core.mp4 import boxes
from ionia.core.mp4.boxes import Edit
from ionia.core.mp4.reader import child, children
from ionia.core.mp4.rewriting import NewTrack, rewritten, with_duration
from tests.core.mp4.test_movie import movie_of, pictures, plain


def test_times_become_wide_when_they_must_and_keep_the_rest() -> None:
    old = struct.pack(">IIIII", 0, 10, 20, 1000, 5) + b"rest"
    assert with_duration(old, 7, between=4) == struct.pack(">IIIII", 0, 10, 20, 1000, 7) + b"rest"
    assert with_duration(old, 7, between=4, timescale=90, later=3) == struct.pack(">IIIII", 0, 13, 23, 90, 7) + b"rest"
    wide = struct.pack(">IQQIQ", 1 << 24, 10, 20, 1000, 1 << 33) + b"rest"
    assert with_duration(old, 1 << 33, between=4) == wide
    assert with_duration(wide, 9, between=4) == struct.pack(">IQQIQ", 1 << 24, 10, 20, 1000, 9) + b"rest"
    unknown = struct.pack(">IIIII", 0, 0, 0, 1000, 5)
    assert with_duration(unknown, 5, between=4, later=3) == unknown


def test_boxes_that_it_does_not_know_stay() -> None:
    movie = movie_of(plain(pictures(4)))
    payload = movie.scan.movie + boxes.box(b"udta", b"take") + boxes.box(b"mvex")
    track = movie.tracks[0]
    new = NewTrack(
        box=track.header.box + boxes.box(b"tref", b"chap") + boxes.box(b"udta", b"name"),
        entries=[entry.box for entry in track.entries],
        table=track.table,
        edits=[Edit(duration=500, media_time=-1), Edit(duration=700, media_time=3)],
        sync=True,
        without=frozenset({b"tref"}),
    )
    made = rewritten(payload, 600, [new])[8:]
    assert [kind for kind, _ in children(made)] == [b"mvhd", b"trak", b"udta"]
    assert struct.unpack_from(">II", child(made, b"mvhd"), 12) == (600, 1200)
    assert [kind for kind, _ in children(child(made, b"trak"))] == [b"tkhd", b"edts", b"mdia", b"udta"]
    assert struct.unpack_from(">I", child(made, b"trak", b"tkhd"), 20)[0] == 1200


def test_a_track_whose_samples_all_stay_keeps_what_is_said_of_them() -> None:
    edits = [[Edit(duration=32_000, media_time=512)]]
    movie = movie_of(plain(pictures(8), edits=edits))
    track = movie.tracks[0]
    stbl = child(track.header.box, b"mdia", b"minf", b"stbl")
    extra = boxes.full_box(b"sdtp", 0, 0, b"\0" * 8)
    box = track.header.box.replace(_boxed(stbl), _boxed(stbl + extra))
    for kind in (b"minf", b"mdia"):
        inner = child(track.header.box, *([b"mdia"] if kind == b"minf" else []), kind)
        head = (len(inner) + 8).to_bytes(4, "big") + kind
        box = box.replace(head, (len(inner) + 8 + len(extra)).to_bytes(4, "big") + kind)
    new = NewTrack(box=box, entries=[track.entries[0].box], table=track.table, edits=None, sync=True)
    made = rewritten(movie.scan.movie, movie.scan.timescale, [new])[8:]
    assert child(made, b"mvhd") == child(movie.scan.movie, b"mvhd")
    assert child(made, b"trak", b"edts") == child(movie.scan.movie, b"trak", b"edts")
    assert child(made, b"trak", b"mdia", b"minf", b"stbl", b"sdtp") == b"\0" * 12


def _boxed(payload: bytes) -> bytes:
    return boxes.box(b"stbl", payload)
