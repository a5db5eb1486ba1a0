"""Sample tables from chunks: runs, gaps, keyframes and offsets of both widths."""

import struct

from ionia.core.mp4.index import Sample, SampleIndex


def sample(time: int, *, size: int = 1, keyframe: bool = False) -> Sample:
    return Sample(time=time, duration=10, keyframe=keyframe, data=b"x" * size)


def test_runs_and_keyframes() -> None:
    index = SampleIndex("I")
    index.add_chunk([sample(0, keyframe=True), sample(10, size=2), sample(20)], 100, sync=True)
    index.add_chunk([sample(30), sample(70, keyframe=True), sample(80)], 200, sync=True)
    index.add_chunk([sample(90)], 300, sync=True)
    tables = index.boxed(sync=True)
    assert tables.durations == [(3, 10), (1, 40), (3, 10)]
    assert tables.chunk_lengths == [(2, 3), (1, 1)]
    assert tables.sizes == struct.pack(">7I", 1, 2, 1, 1, 1, 1, 1)
    assert tables.sync == struct.pack(">2I", 1, 5)
    assert tables.chunk_offsets == struct.pack(">3I", 100, 200, 300)
    assert not tables.wide_offsets
    assert (index.first_time, index.end) == (0, 100)


def test_a_gap_after_a_lone_sample() -> None:
    index = SampleIndex("I")
    index.add_chunk([sample(5), sample(25)], 0, sync=False)
    assert index.boxed(sync=False).durations == [(1, 20), (1, 10)]
    assert index.boxed(sync=False).sync is None
    assert index.first_time == 5


def test_offsets_become_wide_when_they_must() -> None:
    index = SampleIndex("H")
    index.add_chunk([sample(0)], 1, sync=False)
    index.add_chunk([sample(10)], 1 << 32, sync=False)
    tables = index.boxed(sync=False)
    assert tables.wide_offsets
    assert tables.chunk_offsets == struct.pack(">2Q", 1, 1 << 32)


def test_the_rows_are_as_large_as_they_say() -> None:
    index = SampleIndex("I")
    assert index.boxed_bytes == 0
    for chunk, keyframe in enumerate((True, False, True)):
        samples = [Sample(time=100 * chunk + 10 * n, duration=10, keyframe=keyframe, data=b"x" * n) for n in range(3)]
        index.add_chunk(samples, 1000 * chunk, sync=True)
    # A run of durations, one stretched, and so on: 5 rows; one run of chunks; 3 wide offsets; 9 sizes; 6 keyframes.
    tables = index.boxed(sync=True)
    assert (len(tables.durations), len(tables.chunk_lengths)) == (5, 1)
    assert index.boxed_bytes == 5 * 8 + 12 + 3 * 8 + 9 * 4 + 6 * 4


def test_nothing_is_empty_tables() -> None:
    tables = SampleIndex("I").boxed(sync=True)
    assert (tables.durations, tables.chunk_lengths, tables.sizes, tables.chunk_offsets) == ([], [], b"", b"")
    assert tables.sync == b""
