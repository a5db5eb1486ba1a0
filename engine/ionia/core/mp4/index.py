"""What a recording remembers of each sample until its final index is written, in as few bytes as that takes.

Hours of it stay in memory: four bytes per picture, two per sound packet, and a few per chunk. No media, no boxes.
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from ionia.core.mp4.boxes import SampleTables

_UINT32 = 0xFFFF_FFFF

_RUN_BYTES, _CHUNK_RUN_BYTES = 8, 12
"""Of a row of `stts` and of `stsc`."""

MOST_SAMPLE_BYTES = 2 * _RUN_BYTES + 4 + 4
MOST_SHIFT_BYTES = _RUN_BYTES
MOST_CHUNK_BYTES = _CHUNK_RUN_BYTES + 8
"""By so much the index grows at most with one more sample, with its shift, and with one more chunk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One packet as a track sees it; `time` and `duration` in the track's time scale, from the track's origin. It is
    shown `shift` later than `time`."""

    time: int
    duration: int
    keyframe: bool
    data: bytes
    shift: int = 0


@dataclass(slots=True, kw_only=True)
class _Runs:
    """Values as (count, value), because nearly all of them are equal."""

    runs: list[tuple[int, int]] = field(default_factory=list)

    def add(self, value: int) -> None:
        if self.runs and self.runs[-1][1] == value:
            self.runs[-1] = self.runs[-1][0] + 1, value
        else:
            self.runs.append((1, value))

    def stretch_last(self, by: int) -> None:
        """Make the last value larger: its sample is shown until the next begins."""
        if by:
            count, value = self.runs.pop()
            if count > 1:
                self.runs.append((count - 1, value))
            self.add(value + by)

    def pairs(self) -> list[tuple[int, int]]:
        return list(self.runs)


class SampleIndex:
    """What the final `moov` must know of one track. Its owner adds chunks in the order of the file.

    `first_time` is when the first sample begins, `end` when the last one ends, and `shown_end` when the last one is
    shown no more.
    """

    __slots__ = (
        "_chunk_lengths",
        "_chunk_runs",
        "_deltas",
        "_keyframes",
        "_offsets",
        "_reordered",
        "_shifts",
        "_sizes",
        "end",
        "first_time",
        "shown_end",
    )

    def __init__(self, size_type: Literal["H", "I"], *, reordered: bool = False) -> None:
        """`size_type` is the array type for the length of a sample: an AAC frame has 1,536 bytes at most. `reordered`:
        samples are shown in another order than they are decoded in; four bytes more for each."""
        self._sizes = array(size_type)
        self._shifts = array("I")
        self._reordered = reordered
        self.shown_end = 0
        self._keyframes = array("I")
        self._offsets = array("Q")
        self._chunk_lengths = array("H")
        self._chunk_runs = 0
        self._deltas = _Runs()
        self.first_time = 0
        self.end = 0

    def add_chunk(self, samples: Sequence[Sample], offset: int, *, sync: bool) -> None:
        """Consecutive samples that lie at `offset` in the file. `sync`: remember which are keyframes."""
        self._offsets.append(offset)
        self._chunk_runs += not self._chunk_lengths or self._chunk_lengths[-1] != len(samples)
        self._chunk_lengths.append(len(samples))
        for sample in samples:
            if self._sizes:
                self._deltas.stretch_last(sample.time - self.end)
            else:
                self.first_time = sample.time
            self._deltas.add(sample.duration)
            self._sizes.append(len(sample.data))
            if sync and sample.keyframe:
                self._keyframes.append(len(self._sizes))
            self.end = sample.time + sample.duration
            self.shown_end = max(self.shown_end, self.end + sample.shift)
            if self._reordered:
                self._shifts.append(sample.shift)

    @property
    def boxed_bytes(self) -> int:
        """At most so many bytes the rows of `boxed` take in a file."""
        runs = _RUN_BYTES * (len(self._deltas.runs) + self._reordered) + _CHUNK_RUN_BYTES * self._chunk_runs
        return (
            runs
            + 8 * len(self._offsets)
            + 4 * (len(self._sizes) + len(self._keyframes))
            + _RUN_BYTES * len(self._shifts)
        )

    def boxed(self, *, sync: bool, until: int = 0) -> SampleTables:
        """The sample tables; with `sync`, the list of keyframes too. The last sample decoded lasts until `until` at
        least: some players take what the durations add up to for the film's length (`track_table.lasting`)."""
        wide = bool(self._offsets) and self._offsets[-1] > _UINT32
        chunks = _Runs()
        for length in self._chunk_lengths:
            chunks.add(length)
        shifts = _Runs()
        for shift in self._shifts:
            shifts.add(shift)
        deltas = _Runs(runs=self._deltas.pairs())
        deltas.stretch_last(max(0, until - self.end))
        return SampleTables(
            durations=deltas.pairs(),
            shifts=shifts.pairs(),
            sizes=_big_endian(self._sizes),
            chunk_lengths=chunks.pairs(),
            chunk_offsets=_big_endian(self._offsets, 8 if wide else 4),
            wide_offsets=wide,
            sync=_big_endian(self._keyframes) if sync else None,
        )


def _big_endian(values: "array[int]", size: Literal[4, 8] = 4) -> bytes:
    return np.frombuffer(values, dtype=f"u{values.itemsize}").astype(f">u{size}").tobytes()
