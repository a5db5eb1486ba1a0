"""Reads the sample tables of an ordinary MP4 file (`stbl`, ISO/IEC 14496-12 section 8.6 and 8.7) into columns.

Every count is checked before anything is made of it: a broken file may say that it has four billion samples.
"""

import struct

import numpy as np

from ionia.core.mp4.reader import Unreadable, child
from ionia.core.mp4.track_table import Column, TrackTable

_MOST_SAMPLES = 50_000_000
"""Of one track: nine days at 60 pictures a second. Columns of more would fill a machine's memory."""


def table_of(samples: bytes) -> TrackTable:
    """The rows that a `stbl` (its payload) describes. Raises Unreadable."""
    sizes = _sizes(samples)
    count = sizes.size
    deltas = _spread(child(samples, b"stts"), count, "durations")
    offsets, entries = _places(samples, sizes)
    shifts = _shifts(child(samples, b"ctts"), count)
    return TrackTable(
        times=np.cumsum(deltas) - deltas,
        durations=deltas,
        sizes=sizes,
        offsets=offsets,
        sync=_sync(child(samples, b"stss"), count),
        shifts=shifts if shifts.any() else None,
        entries=entries if entries.any() else None,
    )


def _sizes(samples: bytes) -> Column:
    box = child(samples, b"stsz")
    if len(box) < 12:
        raise Unreadable("has no list of sizes that this program knows")
    size, count = struct.unpack_from(">II", box, 4)
    if count > _MOST_SAMPLES or (not size and len(box) < 12 + 4 * count):
        raise Unreadable("has a list of sizes that is damaged")
    return np.full(count, size, np.int64) if size else _numbers(box, 12, count)


def _numbers(box: bytes, offset: int, count: int, kind: str = ">u4") -> Column:
    return np.frombuffer(box, kind, count, offset).astype(np.int64)


def _pairs(box: bytes, what: str, second: str = ">u4") -> tuple[Column, Column]:
    """(count, value) of each run."""
    count = struct.unpack_from(">I", box, 4)[0] if len(box) >= 8 else 0
    if len(box) < 8 + 8 * count:
        raise Unreadable(f"has a list of {what} that is damaged")
    rows = np.frombuffer(box, np.dtype([("count", ">u4"), ("value", second)]), count, 8)
    return rows["count"].astype(np.int64), rows["value"].astype(np.int64)


def _spread(box: bytes, samples: int, what: str, second: str = ">u4") -> Column:
    """The value of each sample."""
    counts, values = _pairs(box, what, second)
    if int(counts.sum()) != samples:
        raise Unreadable(f"has a list of {what} that doesn't fit its samples")
    return np.repeat(values, counts)


def _shifts(box: bytes, samples: int) -> Column:
    if not box:
        return np.zeros(samples, np.int64)
    # Version 0 is unsigned, and many writers put negative numbers there all the same (as libav and QuickTime read it).
    return _spread(box, samples, "display times", ">i4")


def _sync(box: bytes, samples: int) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Which samples are keyframes; all, where nothing is said."""
    if not box:
        return np.ones(samples, bool)
    count = struct.unpack_from(">I", box, 4)[0] if len(box) >= 8 else 0
    if len(box) < 8 + 4 * count:
        raise Unreadable("has a list of keyframes that is damaged")
    numbers = _numbers(box, 8, count)
    if count and not (int(numbers.min()) >= 1 and int(numbers.max()) <= samples):
        raise Unreadable("has a list of keyframes that is damaged")
    found = np.zeros(samples, bool)
    found[numbers - 1] = True
    return found


def _places(samples: bytes, sizes: Column) -> tuple[Column, Column]:
    """Where each sample is, and of which kind."""
    chunks = _chunk_offsets(samples)
    box = child(samples, b"stsc")
    runs = struct.unpack_from(">I", box, 4)[0] if len(box) >= 8 else 0
    if len(box) < 8 + 12 * runs or (chunks.size and not runs):
        raise Unreadable("has a list of chunks that is damaged")
    rows = _numbers(box, 8, 3 * runs).reshape(runs, 3)
    firsts = np.append(rows[:, 0] - 1, chunks.size)
    if runs and (firsts[0] != 0 or (np.diff(firsts) < 0).any()):
        raise Unreadable("has a list of chunks that is damaged")
    lengths = np.repeat(rows[:, 1], np.diff(firsts))
    kinds = np.repeat(rows[:, 2] - 1, np.diff(firsts))
    if int(lengths.sum()) != sizes.size:
        raise Unreadable("has a list of chunks that doesn't fit its samples")
    before = np.cumsum(sizes) - sizes
    begins = np.cumsum(lengths) - lengths
    base = np.zeros(chunks.size, np.int64)
    filled = lengths > 0
    base[filled] = chunks[filled] - before[begins[filled]]
    return before + np.repeat(base, lengths), np.maximum(0, np.repeat(kinds, lengths))


def _chunk_offsets(samples: bytes) -> Column:
    for kind, width in ((b"stco", 4), (b"co64", 8)):
        box = child(samples, kind)
        if box:
            count = struct.unpack_from(">I", box, 4)[0] if len(box) >= 8 else 0
            if len(box) < 8 + width * count:
                raise Unreadable("has a list of chunks that is damaged")
            return _numbers(box, 8, count, f">u{width}")
    return np.empty(0, np.int64)
