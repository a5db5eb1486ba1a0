"""Which samples a part needs: for any part, all that it shows and nothing that can't be decoded."""

from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ionia.core.mp4.boxes import Edit
from ionia.core.mp4.cutting import (
    Window,
    common_timescale,
    cut,
    head_for,
    headed,
    joints,
    keyframe_before,
    picture_at,
    rows_for,
    window_from,
)
from ionia.core.mp4.movie import MovieTrack
from tests.core.mp4.test_movie import movie_of, pictures, plain, sound

SCALE = 240_000


def test_a_part_begins_at_its_picture_or_the_keyframe_before() -> None:
    movie = movie_of(plain(pictures(12), sound(20, at=120)))
    video = movie.videos[0]
    assert common_timescale(movie.tracks) == 384_000
    assert picture_at(video, Fraction(6, 30)) == 6
    assert picture_at(video, Fraction(6, 30) + Fraction(1, 31)) == 6
    assert picture_at(video, Fraction(99)) == 11
    cut_off = plain(pictures(12), edits=[[Edit(duration=SCALE // 3, media_time=0)]])
    assert picture_at(movie_of(cut_off).videos[0], Fraction(99)) == 9
    assert keyframe_before(video, 6) == 4
    assert window_from(movie, Fraction("0.21"), Fraction(9), exact=True) == Window(
        begin=Fraction(6, 30), end=movie.duration
    )
    assert window_from(movie, Fraction("0.21"), Fraction("0.3"), exact=False).begin == Fraction(4, 30)


def test_sound_is_cut_to_the_sample_behind_what_its_decoder_needs() -> None:
    movie = movie_of(plain(pictures(30, gop=5), sound(60, at=300)))
    window = Window(begin=Fraction(1, 3), end=Fraction(2, 3))
    found = cut(movie.sounds[0], window, SCALE)
    assert found is not None
    # 80 ms before sample 16,000 is sample 12,160, in packet 11; packet 32 holds the last sample.
    assert found.edits == (Edit(duration=80_000, media_time=16_000 - 11 * 1024),)
    assert found.table.offsets[0] - movie.sounds[0].table.offsets[0] == 11 * 3
    assert found.table.times.size == 32 - 11
    assert found.table.first_time == 0


def test_a_track_with_nothing_in_the_part_is_left_out() -> None:
    movie = movie_of(plain(pictures(30), sound(5, at=300)))
    assert cut(movie.sounds[0], Window(begin=Fraction(1, 2), end=Fraction(1)), SCALE) is None


def test_sound_that_begins_later_stays_later() -> None:
    edits = [
        [Edit(duration=SCALE, media_time=0)],
        [Edit(duration=SCALE // 2, media_time=-1), Edit(duration=51_200, media_time=0)],
    ]
    movie = movie_of(plain(pictures(30), sound(10, at=300), edits=edits))
    found = cut(movie.sounds[0], Window(begin=Fraction(1, 4), end=Fraction(1)), SCALE)
    assert found is not None
    assert found.edits == (Edit(duration=SCALE // 4, media_time=-1), Edit(duration=51_200, media_time=0))


REORDERED = [512, 1536, 0, 0]
"""Of four pictures in the order of decoding, shown first, last, second, third."""


@st.composite
def films(draw: st.DrawFn) -> MovieTrack:
    groups = draw(st.integers(1, 6))
    reordered = draw(st.booleans())
    count = groups * 4
    table = pictures(count, gop=draw(st.sampled_from([4, 8, 12])), shifts=REORDERED * groups if reordered else None)
    return movie_of(plain(table, edits=[[Edit(duration=count * 8000, media_time=512 if reordered else 0)]])).videos[0]


@settings(deadline=None)
@given(film=films(), start=st.integers(0, 30), length=st.integers(1, 30))
def test_every_part_has_its_pictures_and_can_be_decoded(film: MovieTrack, start: int, length: int) -> None:
    count = film.table.times.size
    start = min(start, count - 1)
    end = min(count, start + length)
    window = Window(begin=Fraction(start, 30), end=Fraction(end, 30))
    rows = rows_for(film, window)
    assert film.table.sync[rows.start]
    assert {n * 512 for n in range(start, end)} <= set(film.shown[rows].tolist())
    found = cut(film, window, SCALE)
    assert found is not None
    (edit,) = found.edits
    assert edit.duration == (end - start) * 8000
    # What the edit list shows are those pictures and no others.
    shown = found.table.shown - edit.media_time
    assert sorted(shown[(shown >= 0) & (shown < (end - start) * 512)].tolist()) == [n * 512 for n in range(end - start)]


@settings(deadline=None)
@given(film=films(), start=st.integers(0, 30), length=st.integers(1, 30))
def test_an_exact_part_shows_the_same_with_its_head_made_anew(film: MovieTrack, start: int, length: int) -> None:
    count = film.table.times.size
    start = min(start, count - 1)
    end = min(count, start + length)
    window = Window(begin=Fraction(start, 30), end=Fraction(end, 30))
    head = head_for(film, window, joints(film))
    if head is None:
        assert film.table.sync[picture_at(film, window.begin)]
        return
    assert film.table.sync[head.decode.start]
    decoded = set(film.table.shown[head.decode].tolist())
    assert set(head.show) <= decoded
    found = headed(film, head, [(time, 7) for time in head.show], window, SCALE)
    assert (np.diff(found.table.times) > 0).all()
    assert found.table.sync[0]
    assert found.sources.tolist() == sorted(found.sources.tolist())
    assert found.table.offsets[: len(head.show)].tolist() == [7 * n for n in range(len(head.show))]
    (edit,) = found.edits
    shown = found.table.shown - edit.media_time
    assert sorted(shown[(shown >= 0) & (shown < (end - start) * 512)].tolist()) == [n * 512 for n in range(end - start)]


def test_a_keyframe_with_earlier_pictures_behind_it_is_no_joint() -> None:
    """An open group: the third picture is shown before the second keyframe, and needs the first group."""
    table = pictures(6, gop=2, shifts=[512, 512, 1024, 0, 512, 512])
    film = movie_of(plain(table, edits=[[Edit(duration=48_000, media_time=512)]])).videos[0]
    assert film.table.sync.tolist() == [True, False] * 3
    assert joints(film) == [0, 4]
