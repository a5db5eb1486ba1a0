"""A new file is read back as what was put into it, byte for byte."""

from dataclasses import replace

import numpy as np

from ionia.core.mp4.assembly import Layout, Piece, PlacedTrack, assembled
from ionia.core.mp4.boxes import Edit
from ionia.core.mp4.rewriting import NewTrack
from tests.core.mp4.test_movie import movie_of, pictures, plain, sound


def placed(data: bytes, *, spread: int = 0) -> tuple[Layout, list[bytes]]:
    """Both tracks of a file in a new one; the sound's samples `spread` bytes further on."""
    movie = movie_of(data)
    tracks = []
    for index, track in enumerate(movie.tracks):
        new = NewTrack(
            box=track.header.box,
            entries=[entry.box for entry in track.entries],
            table=replace(track.table, offsets=track.table.offsets + index * spread),
            edits=[Edit(duration=1000, media_time=0)],
            sync=track.is_video,
        )
        tracks.append(PlacedTrack(track=new, sources=np.zeros(track.table.times.size, np.int64)))
    samples = [
        data[offset : offset + size]
        for track in movie.tracks
        for offset, size in zip(track.table.offsets, track.table.sizes, strict=True)
    ]
    return assembled(movie.scan.brands, movie.scan.movie, 240_000, tracks), samples


def test_samples_are_where_the_index_says() -> None:
    data = plain(pictures(8), sound(10, at=80))
    layout, samples = placed(data)
    (piece,) = layout.pieces
    made = layout.head + data[piece.offset : piece.offset + piece.size]
    assert len(made) == layout.size
    movie = movie_of(made)
    assert movie.scan.movie_at < movie.tracks[0].table.offsets[0]
    found = [
        made[offset : offset + size]
        for track in movie.tracks
        for offset, size in zip(track.table.offsets, track.table.sizes, strict=True)
    ]
    assert found == samples


def test_pieces_follow_the_order_of_their_files() -> None:
    layout, _ = placed(plain(pictures(8), sound(10, at=80)), spread=100)
    begin = layout.pieces[0].offset
    assert layout.pieces == (
        Piece(source=0, offset=begin, size=80),
        Piece(source=0, offset=begin + 180, size=30),
    )


def test_offsets_become_wide_for_a_large_file() -> None:
    movie = movie_of(plain(pictures(8)))
    track = movie.tracks[0]
    huge = replace(track.table, sizes=np.full(8, 1 << 30, np.int64), offsets=np.arange(8, dtype=np.int64) << 30)
    new = NewTrack(
        box=track.header.box,
        entries=[track.entries[0].box],
        table=replace(huge, offsets=huge.offsets + 7 * np.arange(8)),
        edits=[Edit(duration=1, media_time=0)],
        sync=True,
    )
    layout = assembled(
        movie.scan.brands, movie.scan.movie, 1000, [PlacedTrack(track=new, sources=np.zeros(8, np.int64))]
    )
    assert b"co64" in layout.head
    assert layout.size == len(layout.head) + (8 << 30)
