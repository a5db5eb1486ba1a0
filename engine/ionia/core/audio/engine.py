"""The recorder's clock master: keeps every sound on one 48 kHz timeline and gives it out in ticks of 1024 samples.

Pure: it is handed blocks and the time, and says when it wants to be asked again. Nothing a sound does can delay a
tick; a machine that stood still can, once and by a bounded time (see `advance`). The mixing is `Mix`'s.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Generic, TypeVar

import numpy as np

from ionia.core.audio.filter_bank import FilterBank
from ionia.core.audio.filters import SoundFilter
from ionia.core.audio.input import InputCounters, InputTimeline, Rendered
from ionia.core.audio.loudness import Loudness, loudness, peak
from ionia.core.audio.resampler import Planes
from ionia.core.audio.runs import FADE_SAMPLES
from ionia.core.media import AUDIO_TICK_SAMPLES, SAMPLE_RATE, AudioBlock

LATENCY_NS = 80_000_000
"""From a sample's capture to the earliest emission of its tick: what a block may take to arrive and still be heard."""

STALL_GRACE_NS = 200_000_000
"""How long ticks wait at most, after the machine stood still, for the sound that was captured meanwhile."""

_SECOND_NS = 1_000_000_000

WHOLE = ((0, AUDIO_TICK_SAMPLES),)
"""What a sound without a hole covers of a tick."""

_NOTHING: Planes = np.zeros((2, AUDIO_TICK_SAMPLES), dtype=np.float32)

K = TypeVar("K", bound=Hashable)


class AudioInput(Enum):
    """What a sound is, named as on the wire."""

    DESKTOP = "desktop"
    MIC = "mic"
    APP = "app"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AudioTick(Generic[K]):
    """Every sound's part of 1024 samples of the timeline. Ticks have no gap: `index` rises by one."""

    index: int
    parts: Mapping[K, Rendered]
    before: "AudioTick[K] | None" = None
    """The tick before it, of which sounds can be had through filters: those look into this one."""
    filtered: Callable[[K, tuple[SoundFilter, ...]], Planes | None] | None = None
    """A sound through these filters; only of a tick before another."""

    _loudness: dict[int, tuple[Planes, Loudness]] = field(default_factory=dict, repr=False)  # by the planes' id
    _runs: dict[tuple[K, int], "SoundRun"] = field(default_factory=dict, repr=False)  # that end here, by their length

    def loudness(self, planes: Planes) -> Loudness:
        """Of a sound of this tick, measured once for all tracks that have it."""
        measured = self._loudness.get(id(planes))
        if measured is None:
            measured = self._loudness[id(planes)] = planes, loudness(planes)  # held, so that the id stays its own
        return measured[1]

    def run(self, key: K, ticks: "Sequence[AudioTick[K]]") -> "SoundRun":
        """A sound in these consecutive ticks, of which this is the last: laid together once for all tracks."""
        run = self._runs.get((key, len(ticks)))
        if run is None:
            run = self._runs[key, len(ticks)] = _run([tick.parts.get(key) for tick in ticks])
        return run

    @property
    def pts(self) -> int:
        """Sample index of the first, in {1, 48000} from the epoch."""
        return self.index * AUDIO_TICK_SAMPLES


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SoundRun:
    """A sound in several ticks: `planes` of shape (2, 1024 each), None for zeros; `whole`: covered throughout."""

    planes: Planes | None
    peak: float
    whole: bool


def _run(parts: "Sequence[Rendered | None]") -> SoundRun:
    planes = [None if part is None else part.planes for part in parts]
    if all(one is None for one in planes):
        together = None
    else:
        together = np.concatenate([_NOTHING if one is None else one for one in planes], axis=1)
    return SoundRun(
        planes=together,
        peak=0.0 if together is None else peak(together),
        whole=all(part is not None and part.covered == WHOLE for part in parts),
    )


class AudioEngine(Generic[K]):
    """See the module. One thread owns it. Sounds come and go by a key while it runs.

    `epoch_ns` is the instant of timeline sample 0; the first tick is the one in which `begin_ns` lies.
    """

    def __init__(
        self,
        epoch_ns: int,
        *,
        begin_ns: int | None = None,
        latency_ns: int = LATENCY_NS,
        stall_grace_ns: int = STALL_GRACE_NS,
    ) -> None:
        self._epoch_ns = epoch_ns
        self._sounds: dict[K, InputTimeline] = {}
        self._latency_ns = latency_ns
        self._stall_grace_ns = stall_grace_ns
        begin = epoch_ns if begin_ns is None else begin_ns
        self._next_index = max(0, (begin - epoch_ns) * SAMPLE_RATE // (AUDIO_TICK_SAMPLES * _SECOND_NS))
        self._bank: FilterBank[K] = FilterBank()
        self._last_parts: Mapping[K, Rendered] | None = None
        self._grace_until_ns: int | None = None
        self._awaited: tuple[InputTimeline, ...] = ()

    @property
    def next_deadline_ns(self) -> int:
        """When to call `advance` at the latest. While ticks are held back after a stall, a push may make it sooner."""
        return self._deadline_ns(self._next_index) if self._grace_until_ns is None else self._grace_until_ns

    def group_deadline_ns(self, ticks: int) -> int:
        """Likewise, for whoever wants so many ticks at once: groups begin at multiples of that."""
        if self._grace_until_ns is not None:
            return self._grace_until_ns
        return self._deadline_ns((self._next_index // ticks + 1) * ticks - 1)

    @property
    def next_index(self) -> int:
        """Index of the tick to come."""
        return self._next_index

    @property
    def sounds(self) -> tuple[K, ...]:
        """The keys of the sounds that are there."""
        return tuple(self._sounds)

    def wait_longer(self, latency_ns: int) -> None:
        """Give out ticks no earlier than so long after their end, for sound that is moved to earlier instants."""
        self._latency_ns = max(self._latency_ns, latency_ns)

    def add(self, key: K) -> None:
        """A sound that begins with the next tick, where there is none by this key."""
        if key not in self._sounds:
            self._sounds[key] = InputTimeline(self._next_index * AUDIO_TICK_SAMPLES)

    def remove(self, key: K) -> None:
        """No more of it. Idempotent."""
        timeline = self._sounds.pop(key, None)
        self._awaited = tuple(one for one in self._awaited if one is not timeline)

    def counters(self, key: K) -> InputCounters:
        """What became of one sound so far."""
        return self._sounds[key].counters()

    def push(self, key: K, block: AudioBlock) -> None:
        """Take a block; its samples are copied. Blocks of one sound come in the order of capture."""
        position = (block.start_ns - self._epoch_ns) * SAMPLE_RATE / _SECOND_NS
        if (timeline := self._sounds.get(key)) is not None:
            timeline.push(position, block.samples)

    def complete_ns(self) -> int | None:
        """For whoever needn't wait: when every tick that is at hand of all sounds would be due; None: none delivers."""
        ends = [end for timeline in self._sounds.values() if (end := timeline.covered_until()) is not None]
        return self._deadline_ns((min(ends) - FADE_SAMPLES) // AUDIO_TICK_SAMPLES - 1) if ends else None

    def lost(self, key: K) -> None:
        """The device is gone: what follows is another one, whose offset and drift are learned anew."""
        if (timeline := self._sounds.get(key)) is not None:
            timeline.lost()

    def advance(self, now_ns: int) -> Iterator[AudioTick[K]]:
        """Every tick whose end plus the latency has passed, in order, each made when it is asked for.

        When the call itself comes later than the latency (the machine or our process stood still), sound captured
        meanwhile is probably about to be pushed. Then ticks are held back until every sound that delivered up to the
        stall reaches them, for at most `stall_grace_ns` in all. Call it after pushes as well as at the deadline; it
        costs nothing when there is nothing to do.
        """
        due = max(0, (now_ns - self._epoch_ns - self._latency_ns) * SAMPLE_RATE // (AUDIO_TICK_SAMPLES * _SECOND_NS))
        if self._grace_until_ns is None and now_ns - self._deadline_ns(self._next_index) > self._latency_ns:
            self._grace_until_ns = now_ns + self._stall_grace_ns
            start = self._next_index * AUDIO_TICK_SAMPLES
            self._awaited = tuple(i for i in self._sounds.values() if (i.covered_until() or 0) >= start)
        if self._grace_until_ns is not None:
            ready = due if now_ns >= self._grace_until_ns else self._ready(due)
            if ready == due:
                self._grace_until_ns = None
            due = ready
        return (self._emit() for _ in range(self._next_index, due))

    def _deadline_ns(self, index: int) -> int:
        end = (index + 1) * AUDIO_TICK_SAMPLES
        return self._epoch_ns + self._latency_ns - (-end * _SECOND_NS // SAMPLE_RATE)

    def _ready(self, due: int) -> int:
        """How many ticks, up to `due`, every awaited one has sound for, and for a fade-out after it."""
        for timeline in self._awaited:
            end = timeline.covered_until()
            if end is not None:
                due = min(due, (end - FADE_SAMPLES) // AUDIO_TICK_SAMPLES)
        return max(due, self._next_index)

    def _emit(self) -> AudioTick[K]:
        index = self._next_index
        start = index * AUDIO_TICK_SAMPLES
        parts = {key: timeline.render(start) for key, timeline in self._sounds.items()}
        self._next_index = index + 1
        self._bank.take(parts)
        last, self._last_parts = self._last_parts, parts
        if last is None:
            return AudioTick(index=index, parts=parts)
        before = AudioTick(index=index - 1, parts=last, filtered=self._bank.before)
        return AudioTick(index=index, parts=parts, before=before)
