"""Makes one sound of several streams, each with instants, a clock, a beginning and an end of its own. Pure.

A clock master within the source: as the engine's own places each sound, this one places each stream, so that what
begins, ends or drifts among them is neither a jump nor a click in the sum.
"""

from collections.abc import Iterator

import numpy as np

from ionia.core.audio.engine import AudioEngine, AudioTick
from ionia.core.media import AUDIO_TICK_SAMPLES, SAMPLE_RATE, AudioBlock

SUM_LATENCY_NS = 60_000_000
"""From a sample's capture to the earliest block with it: what a stream that begins beside others needs to be there.

Whoever takes the sum must wait so much longer for it than for a device.
"""

PATIENCE_NS = 40_000_000
"""How much longer a stream that has delivered so far is waited for."""

TAIL_NS = 1_000_000_000
"""After that nothing of a stream that has ended is waited for: all of it was heard."""


class StreamSum:
    """One thread owns it. Streams have numbers that are never used twice."""

    def __init__(self) -> None:
        self._engine: AudioEngine[int] | None = None
        self._epoch_ns = 0
        self._leaving: dict[int, int] = {}

    @property
    def next_deadline_ns(self) -> int | None:
        """When to call `advance` at the latest; None while there are no streams. A push may make it sooner."""
        if self._engine is None:
            return None
        due_ns, complete_ns = self._engine.next_deadline_ns, self._engine.complete_ns()
        return due_ns - PATIENCE_NS if complete_ns is not None and complete_ns >= due_ns else due_ns

    def add(self, stream: int, now_ns: int) -> None:
        """A stream that begins."""
        if self._engine is None:
            self._epoch_ns = now_ns - SUM_LATENCY_NS
            self._engine = AudioEngine(self._epoch_ns, latency_ns=SUM_LATENCY_NS + PATIENCE_NS)
        self._engine.add(stream)

    def push(self, stream: int, block: AudioBlock) -> None:
        """Take a block; those of one stream come in the order of capture."""
        if self._engine is not None:
            self._engine.push(stream, block)

    def end(self, stream: int, now_ns: int) -> None:
        """No more of it will come. What is held will still be heard."""
        if self._engine is not None:
            self._engine.lost(stream)
            self._leaving[stream] = now_ns + TAIL_NS

    def advance(self, now_ns: int) -> Iterator[AudioBlock]:
        """Every block that is complete, or was waited for in vain, in order; none where no stream gives anything."""
        engine = self._engine
        if engine is None:
            return
        complete_ns = engine.complete_ns()
        due_ns = now_ns if complete_ns is None else max(now_ns, min(complete_ns, now_ns + PATIENCE_NS))
        for tick in engine.advance(due_ns):
            if any(part.covered for part in tick.parts.values()):
                yield self._block(tick)
        for stream in [stream for stream, until_ns in self._leaving.items() if until_ns <= now_ns]:
            del self._leaving[stream]
            engine.remove(stream)
        if not engine.sounds:
            self._engine = None

    def _block(self, tick: AudioTick[int]) -> AudioBlock:
        samples = np.zeros((AUDIO_TICK_SAMPLES, 2), dtype=np.float32)
        for part in tick.parts.values():
            if part.planes is not None:
                samples += part.planes.T
        return AudioBlock(start_ns=self._epoch_ns + tick.pts * 1_000_000_000 // SAMPLE_RATE, samples=samples)
