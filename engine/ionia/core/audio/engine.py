"""The recorder's clock master: mixes the inputs on one 48 kHz timeline and emits it in ticks of 1024 samples.

Pure: it is handed blocks and the time, and says when it wants to be asked again. Nothing an input does can delay a
tick; a machine that stood still can, once and by a bounded time (see `advance`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

import numpy as np

from ionia.core.audio.input import InputCounters, InputTimeline, Rendered
from ionia.core.audio.levels import LevelMeter
from ionia.core.audio.limiter import limit
from ionia.core.audio.runs import FADE_SAMPLES
from ionia.core.events import Level
from ionia.core.media import AUDIO_TICK_SAMPLES, SAMPLE_RATE, AudioBlock, Samples

LATENCY_NS = 80_000_000
"""From a sample's capture to the earliest emission of its tick: what a block may take to arrive and still be heard."""

STALL_GRACE_NS = 200_000_000
"""How long ticks wait at most, after the machine stood still, for the sound that was captured meanwhile."""

_SECOND_NS = 1_000_000_000


class AudioInput(Enum):
    """The two things that are mixed, named as on the wire."""

    DESKTOP = "desktop"
    MIC = "mic"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AudioTick:
    """1024 samples of the mix, shape (1024, 2), float32 within -1..1. Ticks have no gap: `index` rises by one."""

    index: int
    samples: Samples

    @property
    def pts(self) -> int:
        """Sample index of the first, in {1, 48000} from the epoch."""
        return self.index * AUDIO_TICK_SAMPLES


class AudioEngine:
    """See the module. One thread owns it.

    `sources` names the inputs in use and their linear gains; `epoch_ns` is the instant of timeline sample 0.
    """

    def __init__(
        self,
        epoch_ns: int,
        sources: Mapping[AudioInput, float],
        *,
        latency_ns: int = LATENCY_NS,
        stall_grace_ns: int = STALL_GRACE_NS,
    ) -> None:
        self._epoch_ns = epoch_ns
        self._gains = {source: np.float32(gain) for source, gain in sources.items()}
        self._inputs = {source: InputTimeline() for source in sources}
        self._meters = {source: LevelMeter() for source in sources}
        self._latency_ns = latency_ns
        self._stall_grace_ns = stall_grace_ns
        self._next_index = 0
        self._grace_until_ns: int | None = None
        self._awaited: tuple[InputTimeline, ...] = ()
        self._uncovered = 0
        self._finished = False

    @property
    def next_deadline_ns(self) -> int:
        """When to call `advance` at the latest. While ticks are held back after a stall, a push may make it sooner."""
        return self._deadline_ns(self._next_index) if self._grace_until_ns is None else self._grace_until_ns

    @property
    def ticks(self) -> int:
        """Ticks emitted so far."""
        return self._next_index

    @property
    def silence_samples(self) -> int:
        """Samples emitted so far that no input had sound for. Digital silence from a device is sound."""
        return self._uncovered

    def counters(self, source: AudioInput) -> InputCounters:
        """What became of one input so far."""
        return self._inputs[source].counters()

    def take_levels(self) -> dict[AudioInput, Level]:
        """Level of each input since the last call, after its gain and before the mix."""
        return {source: meter.take() for source, meter in self._meters.items()}

    def push(self, source: AudioInput, block: AudioBlock) -> None:
        """Take a block; its samples are copied. Blocks of one input come in the order of capture."""
        position = (block.start_ns - self._epoch_ns) * SAMPLE_RATE / _SECOND_NS
        self._inputs[source].push(position, block.samples)

    def lost(self, source: AudioInput) -> None:
        """The device is gone: what follows is another one, whose offset and drift are learned anew."""
        self._inputs[source].lost()

    def advance(self, now_ns: int) -> list[AudioTick]:
        """Every tick whose end plus the latency has passed, in order.

        When the call itself comes later than the latency (the machine or our process stood still), sound captured
        meanwhile is probably about to be pushed. Then ticks that an input, delivering until the stall, doesn't reach
        yet are held back until it does, for at most `stall_grace_ns` in all. Call it after pushes as well as at the
        deadline; it costs nothing when there is nothing to do.
        """
        if self._finished:
            return []
        due = max(0, (now_ns - self._epoch_ns - self._latency_ns) * SAMPLE_RATE // (AUDIO_TICK_SAMPLES * _SECOND_NS))
        if self._grace_until_ns is None and now_ns - self._deadline_ns(self._next_index) > self._latency_ns:
            self._grace_until_ns = now_ns + self._stall_grace_ns
            start = self._next_index * AUDIO_TICK_SAMPLES
            self._awaited = tuple(i for i in self._inputs.values() if (i.covered_until() or 0) >= start)
        if self._grace_until_ns is not None:
            ready = due if now_ns >= self._grace_until_ns else self._ready(due)
            if ready == due:
                self._grace_until_ns = None
            due = ready
        return [self._emit() for _ in range(self._next_index, due)]

    def finish(self, end_ns: int) -> list[AudioTick]:
        """The rest of the timeline up to `end_ns`, the last tick padded with silence; afterwards there are no more.

        Whoever wants the sound of the last moments goes on pushing until `end_ns` plus the latency, then calls this.
        Nothing is taken back: ticks that went beyond `end_ns` stay.
        """
        end = max(0, (end_ns - self._epoch_ns) * SAMPLE_RATE // _SECOND_NS)
        count = 0 if self._finished else -(-end // AUDIO_TICK_SAMPLES)
        ticks = [self._emit(end) for _ in range(self._next_index, count)]
        self._finished = True
        return ticks

    def _deadline_ns(self, index: int) -> int:
        end = (index + 1) * AUDIO_TICK_SAMPLES
        return self._epoch_ns + self._latency_ns - (-end * _SECOND_NS // SAMPLE_RATE)

    def _ready(self, due: int) -> int:
        """How many ticks, up to `due`, every awaited input has sound for, and for a fade-out after it."""
        for timeline in self._awaited:
            end = timeline.covered_until()
            if end is not None:
                due = min(due, (end - FADE_SAMPLES) // AUDIO_TICK_SAMPLES)
        return max(due, self._next_index)

    def _emit(self, end: int | None = None) -> AudioTick:
        index = self._next_index
        start = index * AUDIO_TICK_SAMPLES
        mix = np.zeros((2, AUDIO_TICK_SAMPLES), dtype=np.float32)
        parts: list[Rendered] = []
        for source, timeline in self._inputs.items():
            part = timeline.render(start, end)
            parts.append(part)
            if part.planes is None:
                self._meters[source].add_silence(mix.size)
                continue
            scaled = part.planes * self._gains[source]
            self._meters[source].add(scaled)
            mix += scaled
        self._uncovered += _uncovered(parts)
        self._next_index = index + 1
        return AudioTick(index=index, samples=np.ascontiguousarray(limit(mix).T))


def _uncovered(parts: list[Rendered]) -> int:
    whole = ((0, AUDIO_TICK_SAMPLES),)
    if any(part.covered == whole for part in parts):
        return 0
    silent = np.ones(AUDIO_TICK_SAMPLES, dtype=np.bool_)
    for part in parts:
        for low, high in part.covered:
            silent[low:high] = False
    return int(silent.sum())
