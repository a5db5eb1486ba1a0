"""Tracks as a player sees them: what an edit list hides, delays and cuts off; what a file is too short for."""

import struct

import numpy as np
import pytest

from ionia.core.codec.codec import H264
from ionia.core.mp4 import boxes
from ionia.core.mp4.boxes import Edit
from ionia.core.mp4.movie import Movie, opened
from ionia.core.mp4.reader import Unreadable, read_with, scan
from ionia.core.mp4.track_table import TrackTable
from tests.core.mp4.test_boxes import HEADER, track


def pictures(count: int, *, gop: int = 4, shifts: list[int] | None = None, at: int = 0) -> TrackTable:
    """Pictures of 512 units and 10 bytes, which lie one after the other."""
    return TrackTable(
        times=np.arange(count, dtype=np.int64) * 512,
        durations=np.full(count, 512, np.int64),
        sizes=np.full(count, 10, np.int64),
        offsets=at + np.arange(count, dtype=np.int64) * 10,
        sync=np.arange(count) % gop == 0,
        shifts=None if shifts is None else np.array(shifts, np.int64),
    )


def sound(count: int, *, at: int) -> TrackTable:
    """Packets of 1,024 units and 3 bytes."""
    return TrackTable(
        times=np.arange(count, dtype=np.int64) * 1024,
        durations=np.full(count, 1024, np.int64),
        sizes=np.full(count, 3, np.int64),
        offsets=at + np.arange(count, dtype=np.int64) * 3,
        sync=np.ones(count, bool),
    )


def plain(
    *tables: TrackTable, edits: list[list[Edit]] | None = None, timescales: tuple[int, ...] = (15_360, 48_000)
) -> bytes:
    """An ordinary file, media first: pictures, then sounds; movie time scale 240,000. Offsets count from its media."""
    front = boxes.file_type(H264)
    data = sum(int(table.sizes.sum()) for table in tables)
    media = boxes.box(b"mdat", bytes(index % 251 for index in range(data)))
    begin = len(front) + 8
    made = []
    for index, table in enumerate(tables):
        moved = TrackTable(
            times=table.times,
            durations=table.durations,
            sizes=table.sizes,
            offsets=table.offsets + begin,
            sync=table.sync,
            shifts=table.shifts,
        )
        made.append(
            track(
                track_id=index + 1,
                timescale=timescales[min(index, 1)],
                tables=moved.boxed(sync=index == 0),
                media_duration=table.end,
                edits=(edits or [[]] * len(tables))[index],
                **({} if index == 0 else {"width": 0, "sample_entry": boxes.audio_sample_entry(HEADER.sounds[0], 2)}),
            )
        )
    return front + media + boxes.movie(240_000, made, fragmented=False, created=1000)


def movie_of(data: bytes) -> Movie:
    return opened(read_with(scan(len(data)), lambda span: data[span.offset : span.offset + span.size]))


def test_without_an_edit_list_all_is_shown() -> None:
    movie = movie_of(plain(pictures(8), sound(10, at=80)))
    video, audio = movie.tracks
    assert (video.is_video, audio.is_sound, video.size) == (True, True, (640, 360))
    assert (video.begin, video.end, audio.end) == (0, 8 * 512, 10_240)
    assert movie.duration == video.seconds(8 * 512)
    assert (movie.videos, movie.sounds, movie.lost) == ((video,), (audio,), 0)
    assert video.table.sync.tolist() == [True, False, False, False] * 2


def test_what_an_edit_list_hides_delays_and_cuts_off() -> None:
    edits = [
        [Edit(duration=32_000, media_time=512)],
        [Edit(duration=24_000, media_time=-1), Edit(duration=5_120, media_time=1024)],
    ]
    video, audio = movie_of(plain(pictures(8), sound(10, at=80), edits=edits)).tracks
    assert (video.origin, video.begin, video.end) == (-512, 0, 2048)
    assert video.shown.tolist()[:3] == [-512, 0, 512]
    assert (audio.origin, audio.begin, audio.end) == (4800 - 1024, 4800, 4800 + 1024)


def test_reordered_pictures() -> None:
    table = pictures(4, shifts=[512, 1536, 0, 0])
    (video,) = movie_of(plain(table, edits=[[Edit(duration=32_000, media_time=512)]])).tracks
    assert video.shown.tolist() == [0, 1536, 512, 1024]
    assert (video.begin, video.end) == (0, 2048)


def test_several_shown_parts_are_refused() -> None:
    with pytest.raises(Unreadable, match="several parts"):
        movie_of(plain(pictures(8), edits=[[Edit(duration=8000, media_time=0), Edit(duration=8000, media_time=2048)]]))


def test_a_file_that_is_too_short_for_its_index() -> None:
    data = plain(pictures(8), sound(10, at=80))
    movie_at = data.index(b"moov") - 4
    # The index in front, and the media cut off in the middle of the sixth picture.
    head = data[: len(boxes.file_type(H264))] + data[movie_at:]
    shift = len(data) - movie_at
    moved = head.replace(struct.pack(">II", 1, len(boxes.file_type(H264)) + 8), struct.pack(">II", 1, len(head) + 8))
    moved = moved.replace(struct.pack(">II", 1, len(boxes.file_type(H264)) + 88), struct.pack(">II", 1, len(head) + 88))
    whole = moved + data[len(boxes.file_type(H264)) : movie_at]
    assert shift > 0
    assert movie_of(whole).lost == 0
    movie = movie_of(whole[: len(head) + 8 + 55])
    assert [track.table.times.size for track in movie.tracks] == [5, 0]
    assert movie.lost == 30 + 30
    assert movie.sounds == ()


def test_a_sample_entry_with_another_box() -> None:
    entry = movie_of(plain(pictures(2))).tracks[0].entries[0]
    assert entry.kind == b"avc1"
    changed = entry.replaced(b"avcC", b"new")
    assert boxes.box(b"avcC", b"new") in changed
    assert int.from_bytes(changed[:4], "big") == len(changed)
    assert entry.inner(b"none") == b""
