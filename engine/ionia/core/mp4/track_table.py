"""Every sample of one track as columns: what an index or a fragment is made of and turned into. No media, no I/O."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ionia.core.mp4.boxes import SampleTables

Column = npt.NDArray[np.int64]

_UINT32 = 0xFFFF_FFFF

_ENTRIES = 1 << 16
"""More kinds of samples than any track has."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrackTable:
    """One row per sample, in the order of decoding; all columns are equally long.

    `times` and `durations` in the track's time scale, `times` from where the track's own time is 0; `offsets` of the
    data in the file. A sample that is not followed at once by the next one is shown until that begins. `shifts`: by how
    much later than it is decoded each is shown; `entries`: which kind of sample, from 0. None stands for zeros.
    """

    times: Column
    durations: Column
    sizes: Column
    offsets: Column
    sync: npt.NDArray[np.bool_]
    shifts: Column | None = None
    entries: Column | None = None

    @property
    def shown(self) -> Column:
        """When each sample is shown, in the track's own time."""
        return self.times if self.shifts is None else self.times + self.shifts

    def rows(self, which: slice | npt.NDArray[np.int64]) -> "TrackTable":
        """Some of the rows, in the order in which they are named."""
        return TrackTable(
            times=self.times[which],
            durations=self.durations[which],
            sizes=self.sizes[which],
            offsets=self.offsets[which],
            sync=self.sync[which],
            shifts=None if self.shifts is None else self.shifts[which],
            entries=None if self.entries is None else self.entries[which],
        )

    @property
    def first_time(self) -> int:
        """When the first sample begins; 0 without samples."""
        return int(self.times[0]) if self.times.size else 0

    @property
    def end(self) -> int:
        """When the last sample ends; 0 without samples."""
        return int(self.times[-1] + self.durations[-1]) if self.times.size else 0

    def boxed(self, *, sync: bool, wide: bool | None = None) -> SampleTables:
        """The tables of an ordinary file; with `sync`, the list of keyframes too. `wide`: whether offsets have 64 bits,
        as many as they need by default.
        """
        count = self.times.size
        deltas = np.append(np.diff(self.times), self.durations[-1:])
        begins = np.ones(count, bool)
        begins[1:] = self.offsets[1:] != self.offsets[:-1] + self.sizes[:-1]
        if self.entries is not None:
            begins[1:] |= np.diff(self.entries) != 0
        firsts = np.flatnonzero(begins)
        offsets = self.offsets[firsts]
        if wide is None:
            wide = bool(offsets.size) and int(offsets.max()) > _UINT32
        lengths = np.diff(np.append(firsts, count))
        entries = np.zeros(firsts.size, np.int64) if self.entries is None else self.entries[firsts]
        chunks = _runs(lengths * _ENTRIES + entries)
        return SampleTables(
            durations=_runs(deltas),
            shifts=[] if self.shifts is None or not self.shifts.any() else _runs(self.shifts),
            sizes=self.sizes.astype(">u4").tobytes(),
            chunk_lengths=[(many, value // _ENTRIES) for many, value in chunks],
            chunk_entries=[] if self.entries is None else [value % _ENTRIES for _, value in chunks],
            chunk_offsets=offsets.astype(">u8" if wide else ">u4").tobytes(),
            wide_offsets=wide,
            sync=(np.flatnonzero(self.sync) + 1).astype(">u4").tobytes() if sync else None,
        )


def lasting(table: TrackTable, until: int) -> TrackTable:
    """The same, whose last sample in the order of decoding lasts until `until` at least.

    Where B-frames are missing at a torn end, the last picture is shown later than there are samples before it. Players
    that go by what the durations add up to (FFmpeg does) would take the film for shorter than it is.
    """
    more = until - table.end
    if more <= 0 or not table.times.size:
        return table
    return replace(table, durations=np.append(table.durations[:-1], table.durations[-1] + more))


def joined(parts: list[TrackTable]) -> TrackTable:
    """The rows of all, one after the other."""
    return TrackTable(
        times=np.concatenate([part.times for part in parts] or [np.empty(0, np.int64)]),
        durations=np.concatenate([part.durations for part in parts] or [np.empty(0, np.int64)]),
        sizes=np.concatenate([part.sizes for part in parts] or [np.empty(0, np.int64)]),
        offsets=np.concatenate([part.offsets for part in parts] or [np.empty(0, np.int64)]),
        sync=np.concatenate([part.sync for part in parts] or [np.empty(0, bool)]),
        shifts=_joined([(part.shifts, part.times.size) for part in parts]),
        entries=_joined([(part.entries, part.times.size) for part in parts]),
    )


def _joined(parts: list[tuple[Column | None, int]]) -> Column | None:
    if all(column is None for column, _ in parts):
        return None
    return np.concatenate([np.zeros(size, np.int64) if column is None else column for column, size in parts])


def _runs(values: Column) -> list[tuple[int, int]]:
    """Equal neighbours as (count, value)."""
    if not values.size:
        return []
    firsts = np.flatnonzero(np.append(True, values[1:] != values[:-1]))
    counts = np.diff(np.append(firsts, values.size))
    return [(int(count), int(values[first])) for count, first in zip(counts, firsts, strict=True)]
