"""Which samples a part of a movie needs, and how the new file's edit list shows exactly that part. Pure.

A part begins at a picture. By itself a cut can only begin at a keyframe; `Head` is what has to be encoded again for
one that begins at another picture. Sound is cut to the sample: what lies before is decoded and hidden.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from ionia.core.mp4.boxes import Edit
from ionia.core.mp4.movie import Movie, MovieTrack
from ionia.core.mp4.track_table import Column, TrackTable, joined

_PREROLL_SECONDS = Fraction(80, 1000)
"""Sound that its decoder needs before it is right: two packets of AAC with SBR, what Opus asks for."""

_MOST_TIMESCALE = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Seconds of the movie from `begin` to before `end`."""

    begin: Fraction
    end: Fraction

    @property
    def length(self) -> Fraction:
        """Seconds."""
        return self.end - self.begin


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cut:
    """The samples of one track for a window. `table` begins at time 0; `edits` count in the new movie's time scale."""

    table: TrackTable
    sources: Column
    edits: tuple[Edit, ...]


def common_timescale(tracks: Sequence[MovieTrack]) -> int:
    """Units per second in which each track's units are whole numbers, as far as that is possible."""
    scale = math.lcm(*(track.timescale for track in tracks))
    return scale if scale <= _MOST_TIMESCALE else max(track.timescale for track in tracks)


def picture_at(track: MovieTrack, seconds: Fraction) -> int:
    """The row of the picture that is shown at this moment: the first one if none is shown yet, the last one after the
    track's end, behind which a cut may hide one that B-frames need."""
    shown = track.shown
    order = np.argsort(shown, kind="stable")
    moment = min(track.units(seconds), track.end - 1)
    place = int(np.searchsorted(shown[order], moment, side="right")) - 1
    return int(order[max(0, place)])


def keyframe_before(track: MovieTrack, row: int) -> int:
    """The row of the keyframe that this picture's decoding begins with."""
    shown, syncs = track.shown, np.flatnonzero(track.table.sync)
    before = syncs[(syncs <= row) & (shown[syncs] <= shown[row])]
    return int(before[-1]) if before.size else int(syncs[0]) if syncs.size else 0


def window_from(movie: Movie, start: Fraction, end: Fraction, *, exact: bool) -> Window:
    """The window that is really cut: from the picture that is shown at `start`, or from the keyframe before it."""
    end = min(end, movie.duration)
    if not movie.videos:
        return Window(begin=start, end=end)
    track = movie.videos[0]
    row = picture_at(track, start)
    if not exact:
        row = keyframe_before(track, row)
    return Window(begin=max(Fraction(0), track.seconds(max(int(track.shown[row]), track.begin))), end=end)


def rows_for(track: MovieTrack, window: Window) -> slice:
    """The rows that a window needs, in the order of decoding; what must be decoded before it included."""
    shown = track.shown
    begin, end = track.units(window.begin), min(track.units(window.end), track.end)
    inside = np.flatnonzero((shown < end) & (shown + track.table.durations > begin))
    if not inside.size:
        return slice(0, 0)
    first = int(inside[0])
    if track.is_sound:
        early = track.units(max(Fraction(0), window.begin - _PREROLL_SECONDS))
        first = min(first, max(first - 8, int(np.searchsorted(shown, early, side="right")) - 1))
        first = max(0, min(first, int(inside[0]) - 1))
    else:
        order = inside[np.argmin(shown[inside])]
        first = min(first, keyframe_before(track, int(order)))
    return slice(first, int(inside[-1]) + 1)


def cut(track: MovieTrack, window: Window, timescale: int, *, source: int = 0) -> Cut | None:
    """Copy what a window needs; None where the track has nothing in it. `timescale`: of the new movie."""
    rows = rows_for(track, window)
    table = track.table.rows(rows)
    if not table.times.size:
        return None
    return placed(track, table, np.full(table.times.size, source, np.int64), window, timescale)


def placed(track: MovieTrack, table: TrackTable, sources: Column, window: Window, timescale: int) -> Cut:
    """Show those samples of the table that lie within the window; the table has the track's own times."""
    begin, end = track.units(window.begin), min(track.units(window.end), track.end)
    first = max(begin, track.begin, int((table.shown + track.origin).min()))
    lead = _scaled(first - begin, track.timescale, timescale)
    length = _scaled(max(0, end - first), track.timescale, timescale)
    media_time = first - track.origin - table.first_time
    edits = [Edit(duration=lead, media_time=-1)] if lead else []
    edits.append(Edit(duration=length, media_time=media_time))
    return Cut(table=replace(table, times=table.times - table.first_time), sources=sources, edits=tuple(edits))


def _scaled(units: int, timescale: int, other: int) -> int:
    return round(Fraction(units * other, timescale))


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What is encoded again. `decode`: rows to decode, from a keyframe on; `show`: when those pictures that are needed
    are shown, in the track's own time, ascending; `rest`: the row from which on all is copied, None for nothing.
    """

    decode: slice
    show: tuple[int, ...]
    rest: int | None


def head_for(track: MovieTrack, window: Window, joints: Sequence[int]) -> Head | None:
    """What to encode for a window that begins at a picture; None where that is a keyframe.

    `joints`: rows at which decoding may begin with nothing known of what was before, ascending.
    """
    shown, table = track.shown, track.table
    begin, end = track.units(window.begin), min(track.units(window.end), track.end)
    first = picture_at(track, window.begin)
    if table.sync[first]:
        return None
    rest = next((row for row in joints if row > first and shown[row] > begin), None)
    if rest is not None and shown[rest] >= end:
        rest = None
    limit = end if rest is None else min(end, int(shown[rest]))
    stop = table.times.size if rest is None else rest
    wanted = np.flatnonzero((shown[:stop] + table.durations[:stop] > begin) & (shown[:stop] < limit))
    times = np.unique(table.shown[wanted])
    start = keyframe_before(track, first)
    return Head(decode=slice(start, int(wanted.max()) + 1), show=tuple(times.tolist()), rest=rest)


def joints(track: MovieTrack) -> list[int]:
    """Keyframes behind which no picture comes that is shown before them."""
    shown, syncs = track.shown, np.flatnonzero(track.table.sync)
    if not syncs.size:
        return []
    lowest = np.minimum.reduceat(shown, syncs)
    return [int(row) for row, low in zip(syncs, lowest, strict=True) if low >= shown[row]]


def headed(track: MovieTrack, head: Head, samples: Sequence[tuple[int, int]], window: Window, timescale: int) -> Cut:
    """The track with its new head: (when shown, size) of the encoded samples, which lie in source 0; the rest in 1."""
    rest = track.table.rows(slice(0, 0))
    if head.rest is not None:
        rest = track.table.rows(slice(head.rest, rows_for(track, window).stop))
    lag = 0 if head.rest is None or rest.shifts is None else int(rest.shifts[0])
    count = len(samples)
    times = np.array([time for time, _ in samples], np.int64) - lag
    end = int(rest.times[0]) if rest.times.size else min(track.units(window.end), track.end) - track.origin - lag
    lengths = np.array([size for _, size in samples], np.int64)
    table = TrackTable(
        times=times,
        durations=np.diff(np.append(times, end)),
        sizes=lengths,
        offsets=np.cumsum(lengths) - lengths,
        sync=np.arange(count) == 0,
        shifts=np.full(count, lag, np.int64) if lag else None,
    )
    sources = np.append(np.zeros(count, np.int64), np.ones(rest.times.size, np.int64))
    return placed(track, joined([table, rest]), sources, window, timescale)
