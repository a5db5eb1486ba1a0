"""The same samples elsewhere, and several files as one."""

from fractions import Fraction

import numpy as np
import pytest

from ionia.core.mp4.assembly import Layout
from ionia.core.mp4.boxes import Edit
from ionia.core.mp4.reader import Unreadable
from ionia.core.mp4.remuxing import Unequal, concatenated, index_first, remuxed
from tests.core.mp4.test_finalize import recorded
from tests.core.mp4.test_movie import movie_of, pictures, plain, sound


def carried_out(layout: Layout, *sources: bytes) -> bytes:
    parts = [sources[piece.source][piece.offset : piece.offset + piece.size] for piece in layout.pieces]
    return layout.head + b"".join(parts)


def samples(data: bytes) -> list[list[tuple[int, int, bytes]]]:
    return [
        [
            (shown, duration, data[offset : offset + size])
            for shown, duration, offset, size in zip(
                track.shown.tolist(),
                track.table.durations.tolist(),
                track.table.offsets.tolist(),
                track.table.sizes.tolist(),
                strict=True,
            )
        ]
        for track in movie_of(data).tracks
    ]


@pytest.mark.parametrize("data", [plain(pictures(8), sound(10, at=80)), recorded()[0]], ids=["ordinary", "fragmented"])
def test_the_index_comes_to_the_front(data: bytes) -> None:
    assert not index_first(movie_of(data))
    made = carried_out(remuxed(movie_of(data)), data)
    assert index_first(movie_of(made))
    assert samples(made) == samples(data)
    assert movie_of(made).duration == movie_of(data).duration
    assert carried_out(remuxed(movie_of(made)), made) == made


def test_a_file_with_nothing_in_it_is_refused() -> None:
    with pytest.raises(Unreadable, match="nothing recorded"):
        remuxed(movie_of(plain(pictures(0))))


def test_files_follow_one_another() -> None:
    """30 packets of sound are longer than 16 pictures: at the joint they give way."""
    data = plain(pictures(16), sound(30, at=160))
    layout, length = concatenated([movie_of(data)] * 3)
    assert length == Fraction(48, 30)
    made = carried_out(layout, data, data, data)
    video, audio = samples(made)
    assert [shown for shown, _, _ in video] == [index * 512 for index in range(48)]
    assert [part for _, _, part in video] == [part for _, _, part in samples(data)[0]] * 3
    starts = [shown for shown, _, _ in audio]
    assert starts == sorted(starts)
    assert {25_600, 51_200} <= set(starts)  # the second and third file's first packets, at their own times
    movie = movie_of(made)
    assert movie.videos[0].end == 48 * 512
    assert movie.sounds[0].end == 76_800


def test_a_file_that_was_cut_among_its_b_frames_ends_before_the_first_that_needs_a_hidden_picture() -> None:
    """In the order of decoding 0, 3, 1, 2, 6, 4, 5, 7 are shown; the cut is behind 5, which needs 6, as 4 does."""
    table = pictures(8, gop=8, shifts=[512, 1536, 0, 0, 1536, 0, 0, 512])
    cut, whole = (plain(table, edits=[[Edit(duration=8000 * shown, media_time=512)]]) for shown in (6, 8))
    layout, length = concatenated([movie_of(cut), movie_of(whole)])
    assert length == Fraction(14, 30)
    joined = movie_of(carried_out(layout, cut, whole)).videos[0]
    assert (joined.shown // 512).tolist() == [0, 3, 1, 2, 6, 9, 7, 8, 12, 10, 11, 13]
    assert (np.diff(joined.table.times) > 0).all()


def refused(*files: bytes) -> tuple[int, str]:
    with pytest.raises(Unequal) as caught:
        concatenated([movie_of(data) for data in files])
    return caught.value.which, str(caught.value)


def test_files_of_other_tracks_are_refused() -> None:
    first = plain(pictures(4), sound(4, at=40))
    assert refused(first, plain(pictures(4))) == (1, "has 1 tracks, not 2")
    assert refused(first, first, plain(pictures(4), sound(4, at=40), timescales=(15_360, 44_100))) == (
        2,
        "has sound in another time scale: 44100, not 48000",
    )
    hidden = plain(pictures(4), sound(4, at=40), edits=[[Edit(duration=8000, media_time=1024)], []])
    assert refused(first, hidden)[0] == 1
    assert "before the one that it begins with" in refused(first, hidden)[1]
    assert refused(plain(pictures(0))) == (0, "has neither pictures nor sound")
