"""The same samples in an ordinary file with its index in front; several files' samples one after the other. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np

from ionia.core.mp4.assembly import Layout, PlacedTrack, assembled
from ionia.core.mp4.cutting import Window, common_timescale, placed
from ionia.core.mp4.finalize import finished_track
from ionia.core.mp4.movie import Movie, MovieTrack, SampleEntry
from ionia.core.mp4.reader import Unreadable, child
from ionia.core.mp4.rewriting import NewTrack
from ionia.core.mp4.track_table import Column, TrackTable, joined


class Unequal(Exception):  # noqa: N818 - what the files are, not a mistake of ours
    """Files that can't be joined by copying. `which` is the file's place in the list, the message follows "it"."""

    def __init__(self, which: int, words: str) -> None:
        super().__init__(words)
        self.which = which


def index_first(movie: Movie) -> bool:
    """Whether it is an ordinary file whose index lies before its media."""
    firsts = [int(track.table.offsets.min()) for track in movie.tracks if track.table.offsets.size]
    return not movie.scan.fragmented and movie.scan.movie_at < min(firsts, default=0)


def remuxed(movie: Movie) -> Layout:
    """All of it; in source 0. Raises Unreadable where nothing is in it."""
    new = []
    for track in movie.tracks:
        if movie.scan.fragmented:
            one = finished_track(track.header, track.table, movie.scan.timescale)
        else:
            samples = child(track.header.box, b"mdia", b"minf", b"stbl")
            one = NewTrack(
                box=track.header.box,
                entries=[entry.box for entry in track.entries],
                table=track.table,
                edits=None,
                sync=bool(child(samples, b"stss")),
            )
        new.append(PlacedTrack(track=one, sources=np.zeros(track.table.times.size, np.int64)))
    if not any(track.sources.size for track in new):
        raise Unreadable("has nothing recorded in it")
    return assembled(movie.scan.brands, movie.scan.movie, movie.scan.timescale, new)


def concatenated(movies: Sequence[Movie]) -> tuple[Layout, Fraction]:
    """All movies one after the other, and how long that is; movie n is in source n. Raises Unequal."""
    rows = [_tracks(movie, which) for which, movie in enumerate(movies)]
    lengths = [_length(movie) for movie in movies]
    begins = [sum(lengths[:which], Fraction(0)) for which in range(len(movies))]
    total = sum(lengths, Fraction(0))
    timescale = common_timescale(rows[0])
    for which, tracks in enumerate(rows):
        if len(tracks) != len(rows[0]):
            raise Unequal(which, f"has {len(tracks)} tracks, not {len(rows[0])}")
    new = []
    for index, first in enumerate(rows[0]):
        parts = [tracks[index] for tracks in rows]
        for which, part in enumerate(parts):
            _compare(first, part, which)
        table, sources = _joined_track(parts, begins, lengths)
        whole = replace(first, origin=0, end=first.units(total))
        cut = placed(whole, table, sources, Window(begin=Fraction(0), end=total), timescale)
        one = NewTrack(
            box=first.header.box,
            entries=[entry.box for entry in first.entries],
            table=cut.table,
            edits=cut.edits,
            sync=first.is_video,
            without=frozenset({b"tref"}),
        )
        new.append(PlacedTrack(track=one, sources=cut.sources))
    return assembled(movies[0].scan.brands, movies[0].scan.movie, timescale, new), total


def _tracks(movie: Movie, which: int) -> list[MovieTrack]:
    found = [*movie.videos, *movie.sounds]
    if not found:
        raise Unequal(which, "has neither pictures nor sound")
    for track in movie.videos:
        if which and int(track.shown.min()) < track.begin:
            raise Unequal(which, "has pictures before the one that it begins with, which a join can't hide")
    return found


def _length(movie: Movie) -> Fraction:
    """Until its pictures end: the next file's follow at once."""
    return movie.videos[0].seconds(movie.videos[0].end) if movie.videos else movie.duration


def _compare(first: MovieTrack, other: MovieTrack, which: int) -> None:
    what = "pictures" if first.is_video else "sound"
    if first.header.handler != other.header.handler:
        raise Unequal(which, "has tracks of another kind")
    if first.is_video and first.size != other.size:
        raise Unequal(which, "has pictures of {}x{}, not {}x{}".format(*other.size, *first.size))
    if first.timescale != other.timescale:
        raise Unequal(which, f"has {what} in another time scale: {other.timescale}, not {first.timescale}")
    mine, others = ([_essence(entry, sound=track.is_sound) for entry in track.entries] for track in (first, other))
    if mine != others:
        raise Unequal(which, f"has {what} that were encoded with other settings")


def _essence(entry: SampleEntry, *, sound: bool) -> tuple[bytes, ...]:
    """What a decoder is set up with; not the bit rate that the encoder was asked for."""
    if not sound:
        return (entry.kind, *(entry.inner(kind) for kind in (b"avcC", b"hvcC", b"av1C", b"vpcC")))
    fields = entry.box[24:36]
    elementary = entry.inner(b"esds", sound=True)
    # DecoderConfigDescriptor: 13 bytes with two bit rates, then the descriptor of what the decoder needs.
    at = elementary.find(b"\x05", elementary.find(b"\x04") + 14) if elementary else -1
    return entry.kind, fields, elementary[at:] if at >= 0 else elementary


def _joined_track(
    parts: Sequence[MovieTrack], begins: Sequence[Fraction], lengths: Sequence[Fraction]
) -> tuple[TrackTable, Column]:
    """The samples in the new movie's time. Where sound of two files overlaps, the joint is at the nearest packet.

    A file that was cut among B-frames ends at the last picture that needs none behind the cut: it stays until the next.
    """
    tables: list[TrackTable] = []
    sources: list[Column] = []
    reached: int | None = None
    for which, (part, begin, length) in enumerate(zip(parts, begins, lengths, strict=True)):
        shift = part.origin + part.units(begin)
        table = replace(part.table, times=part.table.times + shift)
        end = begin + length if which < len(parts) - 1 else begin + part.seconds(part.end)
        keep = table.shown < part.units(end)
        if part.is_video and not keep.all():
            # What a cut hides at a file's end a join can't hide, and what is decoded behind it refers to it.
            keep[int(np.argmin(keep)) :] = False
        if part.is_sound and reached is not None:
            keep &= table.times + table.durations // 2 >= reached
        table = table.rows(np.flatnonzero(keep))
        if not table.times.size:
            continue
        if reached is not None and int(table.times[0]) < int(tables[-1].times[-1]):
            raise Unequal(which, "has pictures in another order of decoding")
        reached = table.end
        tables.append(table)
        sources.append(np.full(table.times.size, which, np.int64))
    return joined(tables), np.concatenate(sources)
