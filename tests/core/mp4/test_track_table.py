"""Columns of samples as the tables of an index."""

import numpy as np

from ionia.core.mp4.track_table import TrackTable, joined


def table(times: list[int], durations: list[int], sizes: list[int], offsets: list[int], sync: list[bool]) -> TrackTable:
    columns = [np.array(values, np.int64) for values in (times, durations, sizes, offsets)]
    return TrackTable(
        times=columns[0], durations=columns[1], sizes=columns[2], offsets=columns[3], sync=np.array(sync, bool)
    )


def test_neighbours_share_runs_and_chunks() -> None:
    rows = table([0, 10, 20, 50], [10, 10, 10, 7], [4, 5, 6, 7], [100, 104, 200, 206], [True, False, True, False])
    assert (rows.first_time, rows.end) == (0, 57)
    boxed = rows.boxed(sync=True)
    assert boxed.durations == [(2, 10), (1, 30), (1, 7)]  # the third is shown until the fourth begins
    assert boxed.chunk_lengths == [(2, 2)]
    assert boxed.chunk_offsets == (100).to_bytes(4, "big") + (200).to_bytes(4, "big")
    assert boxed.sizes == b"".join(size.to_bytes(4, "big") for size in (4, 5, 6, 7))
    assert boxed.sync == b"\0\0\0\1\0\0\0\3"
    assert not boxed.wide_offsets
    assert rows.boxed(sync=False).sync is None


def test_offsets_become_wide_when_they_must() -> None:
    boxed = table([0], [1], [4], [1 << 33], [True]).boxed(sync=False)
    assert boxed.wide_offsets
    assert boxed.chunk_offsets == (1 << 33).to_bytes(8, "big")


def test_nothing_is_empty_tables() -> None:
    rows = joined([])
    assert (rows.first_time, rows.end) == (0, 0)
    boxed = rows.boxed(sync=True)
    assert (boxed.durations, boxed.sizes, boxed.chunk_lengths, boxed.chunk_offsets, boxed.sync) == (
        [],
        b"",
        [],
        b"",
        b"",
    )


def test_parts_follow_one_another() -> None:
    first, second = table([0], [5], [1], [0], [True]), table([5, 9], [4, 4], [2, 3], [10, 12], [False, True])
    assert joined([first, second]).times.tolist() == [0, 5, 9]
    assert joined([first, second]).sync.tolist() == [True, False, True]
