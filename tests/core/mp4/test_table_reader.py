"""Tables that are written and read again are the same; numbers that can't be are refused before memory is taken."""

import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ionia.core.mp4 import boxes
from ionia.core.mp4.reader import Unreadable
from ionia.core.mp4.table_reader import table_of
from ionia.core.mp4.track_table import TrackTable

ROW = st.tuples(
    st.integers(1, 5000),  # duration
    st.integers(0, 70_000),  # size
    st.integers(0, 9),  # bytes of something else before it
    st.integers(-3000, 3000),  # shift
    st.integers(0, 2),  # kind
    st.booleans(),  # keyframe
)


def table_from(rows: list[tuple[int, int, int, int, int, bool]]) -> TrackTable:
    durations, sizes, gaps, shifts, entries = (np.array([row[at] for row in rows], np.int64) for at in range(5))
    return TrackTable(
        times=np.cumsum(durations) - durations,
        durations=durations,
        sizes=sizes,
        offsets=100 + np.cumsum(gaps) + np.cumsum(sizes) - sizes,
        sync=np.array([row[5] for row in rows], bool),
        shifts=shifts if shifts.any() else None,
        entries=entries if entries.any() else None,
    )


@settings(deadline=None)
@given(rows=st.lists(ROW, max_size=40), wide=st.booleans(), sync=st.booleans())
def test_what_is_written_is_read(rows: list[Any], wide: bool, sync: bool) -> None:
    table = table_from(rows)
    stbl = boxes.sample_table(boxes.box(b"avc1", b"\0" * 78) * 3, table.boxed(sync=sync, wide=wide), kinds=3)
    found = table_of(stbl[8:])
    for name in ("times", "durations", "sizes", "offsets", "shifts", "entries"):
        mine, read = getattr(table, name), getattr(found, name)
        assert (read is None) == (mine is None), name
        assert read is None or read.tolist() == mine.tolist(), name
    assert found.sync.tolist() == (table.sync.tolist() if sync else [True] * len(rows))


def stbl_with(**changed: bytes) -> bytes:
    """Two samples of 5 bytes at 100, with some tables of another content."""
    tables = {
        "stts": struct.pack(">III", 1, 2, 10),
        "stsc": struct.pack(">4I", 1, 1, 2, 1),
        "stsz": struct.pack(">II", 5, 2),
        "stco": struct.pack(">II", 1, 100),
    }
    return b"".join(boxes.full_box(kind.encode(), 0, 0, data) for kind, data in {**tables, **changed}.items())


def test_one_size_for_all() -> None:
    table = table_of(stbl_with())
    assert (table.sizes.tolist(), table.offsets.tolist()) == ([5, 5], [100, 105])


@pytest.mark.parametrize(
    "changed",
    [
        {"stts": struct.pack(">III", 1, 0xFFFF_FFFF, 10)},
        {"stts": b"\0"},
        {"stsz": struct.pack(">II", 5, 0xFFFF_FFFF)},
        {"stsz": struct.pack(">II", 0, 2)},
        {"stsz": b""},
        {"stsc": struct.pack(">4I", 1, 1, 3, 1)},
        {"stsc": struct.pack(">4I", 1, 2, 2, 1)},
        {"stsc": struct.pack(">4I", 9, 1, 2, 1)},
        {"stco": struct.pack(">II", 9, 100)},
        {"stss": struct.pack(">II", 1, 3)},
        {"stss": struct.pack(">II", 3, 1)},
        {"ctts": struct.pack(">III", 1, 3, 1)},
    ],
)
def test_numbers_that_can_not_be_are_refused(changed: dict[str, bytes]) -> None:
    with pytest.raises(Unreadable, match=r"list of"):
        table_of(stbl_with(**changed))
