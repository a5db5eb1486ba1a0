"""Every sample of one track as columns: what an index or a fragment is made of and turned into. No media, no I/O."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ionia.core.mp4.boxes import SampleTables

Column = npt.NDArray[np.int64]

_UINT32 = 0xFFFF_FFFF


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrackTable:
    """One row a sample, in the order of decoding; all columns are equally long.

    `times` and `durations` in the track's time scale, `times` from where the track's own time is 0; `offsets` of the
    data in the file. A sample that is not followed at once by the next one is shown until that begins.
    """

    times: Column
    durations: Column
    sizes: Column
    offsets: Column
    sync: npt.NDArray[np.bool_]

    @property
    def first_time(self) -> int:
        """When the first sample begins; 0 without samples."""
        return int(self.times[0]) if self.times.size else 0

    @property
    def end(self) -> int:
        """When the last sample ends; 0 without samples."""
        return int(self.times[-1] + self.durations[-1]) if self.times.size else 0

    def boxed(self, *, sync: bool) -> SampleTables:
        """The tables of an ordinary file; with `sync`, the list of keyframes too."""
        count = self.times.size
        deltas = np.append(np.diff(self.times), self.durations[-1:])
        begins = np.ones(count, bool)
        begins[1:] = self.offsets[1:] != self.offsets[:-1] + self.sizes[:-1]
        firsts = np.flatnonzero(begins)
        offsets = self.offsets[firsts]
        wide = bool(offsets.size) and int(offsets[-1]) > _UINT32
        return SampleTables(
            durations=_runs(deltas),
            sizes=self.sizes.astype(">u4").tobytes(),
            chunk_lengths=_runs(np.diff(np.append(firsts, count))),
            chunk_offsets=offsets.astype(">u8" if wide else ">u4").tobytes(),
            wide_offsets=wide,
            sync=(np.flatnonzero(self.sync) + 1).astype(">u4").tobytes() if sync else None,
        )


def joined(parts: list[TrackTable]) -> TrackTable:
    """The rows of all, one after the other."""
    return TrackTable(
        times=np.concatenate([part.times for part in parts] or [np.empty(0, np.int64)]),
        durations=np.concatenate([part.durations for part in parts] or [np.empty(0, np.int64)]),
        sizes=np.concatenate([part.sizes for part in parts] or [np.empty(0, np.int64)]),
        offsets=np.concatenate([part.offsets for part in parts] or [np.empty(0, np.int64)]),
        sync=np.concatenate([part.sync for part in parts] or [np.empty(0, bool)]),
    )


def _runs(values: Column) -> list[tuple[int, int]]:
    """Equal neighbours as (count, value)."""
    if not values.size:
        return []
    firsts = np.flatnonzero(np.append(True, values[1:] != values[:-1]))
    counts = np.diff(np.append(firsts, values.size))
    return [(int(count), int(values[first])) for count, first in zip(counts, firsts, strict=True)]
