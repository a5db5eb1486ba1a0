"""The samples of one track on their way into a file: those that wait for a fragment, and the index of those written."""

from dataclasses import dataclass, field

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.mp4 import boxes
from ionia.core.mp4.index import MOST_CHUNK_BYTES, MOST_SAMPLE_BYTES, MOST_SHIFT_BYTES, Sample, SampleIndex


@dataclass(slots=True, kw_only=True)
class TrackSamples:
    """Owned by a writer. `unit`: time scale units per tick of the packets' time base; `sync`: not every sample is a
    keyframe; `origin`: the time at which the track's media time is 0, in its time scale.
    """

    box_id: int
    unit: int
    timescale: int
    sync: bool
    reordered: bool = False
    table: SampleIndex
    origin: int = 0
    pending: list[Sample] = field(default_factory=list)

    def append(self, sample: Sample) -> None:
        """Wait for the next fragment. Raises IoniaError(INTERNAL) when it begins before its predecessor's end."""
        end = self._own_end
        if sample.time < end:
            raise IoniaError(ErrorKind.INTERNAL, f"a packet at {sample.time} follows one that ends at {end}")
        self.pending.append(sample)

    @property
    def end(self) -> int:
        """Where its last sample ends, in the packets' time."""
        return self.origin + self._own_end

    @property
    def _own_end(self) -> int:
        return self.pending[-1].time + self.pending[-1].duration if self.pending else self.table.end

    @property
    def index_bytes(self) -> int:
        """At most so many bytes the tables of all samples take, those that are pending included."""
        most = MOST_SAMPLE_BYTES + (MOST_SHIFT_BYTES if self.reordered else 0)
        return self.table.boxed_bytes + len(self.pending) * most + MOST_CHUNK_BYTES

    def span(self) -> float:
        """Seconds that are pending."""
        if not self.pending:
            return 0.0
        last = self.pending[-1]
        return (last.time + last.duration - self.pending[0].time) / self.timescale

    def run(self) -> boxes.TrackRun:
        """What is pending, for a fragment."""
        rows: list[tuple[int, int, int]] = []
        following = [sample.time for sample in self.pending[1:]]
        for index, sample in enumerate(self.pending):
            duration = following[index] - sample.time if index < len(following) else sample.duration
            flags = boxes.SAMPLE_IS_KEYFRAME if sample.keyframe else boxes.SAMPLE_IS_DELTA
            rows.append((duration, len(sample.data), flags))
        shifts = [sample.shift for sample in self.pending] if self.reordered else []
        return boxes.TrackRun(track_id=self.box_id, decode_time=self.pending[0].time, samples=rows, shifts=shifts)

    def written(self, count: int, offset: int) -> int:
        """The first `count` pending ones lie at `offset` in the file now. Returns where they end."""
        samples = self.pending[:count]
        self.table.add_chunk(samples, offset, sync=self.sync)
        del self.pending[:count]
        return offset + sum(len(sample.data) for sample in samples)
