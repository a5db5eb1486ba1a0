"""Sound from captured blocks to packets: the clock master's thread. Owns the AudioEngine and the AAC encoder."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from ionia.core.audio.engine import LATENCY_NS, AudioEngine, AudioInput
from ionia.core.audio.levels import LevelMeter
from ionia.core.events import Level
from ionia.core.media import AUDIO_TICK_SAMPLES, SAMPLE_RATE
from ionia.core.ports import AudioEncoder, Clock
from ionia.core.timebase import NS_PER_S
from ionia.runtime.capture.sound_capture import SoundMessage
from ionia.runtime.encode.packet_bus import Publish
from ionia.threads.clock import StopSignal
from ionia.threads.mailbox import Inbox
from ionia.threads.worker import Worker

INBOX_BLOCKS = 4096
"""Over 20 s of 10 ms blocks from two devices: more than any device holds for us while the machine stands still."""

LEVEL_TICKS = 5
"""Ticks per level measurement: 107 ms, for meters at 10 Hz."""

LISTEN_NS = LEVEL_TICKS * AUDIO_TICK_SAMPLES * NS_PER_S // SAMPLE_RATE
"""How far back a level reaches that is measured before the timeline began."""

LISTEN_BLOCKS = 64
"""More blocks than two devices capture in that time."""

TICK_NS = AUDIO_TICK_SAMPLES * NS_PER_S // SAMPLE_RATE


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioSnapshot:
    """The sound side's counters at one tick, in samples of the timeline, by input where inputs differ.

    `lost` is sound that was captured and could not be used: it came too late or found no room.
    """

    silence: int = 0
    input_silence: Mapping[AudioInput, int] = field(default_factory=dict)
    lost: int = 0
    drift_ppm: Mapping[AudioInput, float] = field(default_factory=dict)


class AudioChain:
    """Ticks for as long as the pipeline runs, whatever the sources do."""

    def __init__(
        self,
        encoder: AudioEncoder,
        *,
        gains: Mapping[AudioInput, float],
        inbox: Inbox[SoundMessage],
        publish: Publish,
        clock: Clock,
        stop: StopSignal,
        fail: Callable[[BaseException], None],
        extra_latency_ns: int = 0,
    ) -> None:
        """`extra_latency_ns`: how much longer ticks wait, for sound that is moved to earlier instants."""
        self._encoder = encoder
        self._latency_ns = LATENCY_NS + extra_latency_ns
        self._gains = gains
        self._inbox = inbox
        self._publish = publish
        self._clock = clock
        self._stop = stop
        self._engine: AudioEngine | None = None
        self._snapshot = AudioSnapshot()
        self._levels: Mapping[AudioInput, Level] = {}
        self._worker = Worker("audio-tick", self._tick_until_stopped, fail, urgent="Pro Audio")

    @property
    def snapshot(self) -> AudioSnapshot:
        """Counters as of the last tick. Any thread."""
        return self._snapshot

    @property
    def levels(self) -> Mapping[AudioInput, Level]:
        """The newest levels; before `begin`, of what waits in the inbox, so that meters run already. Any thread."""
        return self._listen() if self._engine is None else self._levels

    def begin(self, epoch_ns: int) -> None:
        """Start ticking. Blocks captured before `epoch_ns` are trimmed away by the engine."""
        self._engine = AudioEngine(epoch_ns, self._gains, latency_ns=self._latency_ns)
        self._worker.start()

    def close(self, timeout: float) -> bool:
        """After the stop signal was set: wait for the thread. An encoder that never got one is freed here."""
        if self._engine is None:
            self._encoder.close()
        return self._worker.join(timeout)

    def _listen(self) -> dict[AudioInput, Level]:
        since_ns = self._clock.now_ns() - NS_PER_S  # a device that gives nothing any more is silent soon
        meters = {source: LevelMeter() for source in self._gains}
        reach: dict[AudioInput, int] = {}
        for message in self._inbox.newest(LISTEN_BLOCKS):
            block = message.block
            if block is None or block.start_ns < max(
                since_ns, reach.setdefault(message.source, block.start_ns - LISTEN_NS)
            ):
                continue
            meters[message.source].add(block.samples * np.float32(self._gains[message.source]))
        return {source: meter.take() for source, meter in meters.items()}

    def _tick_until_stopped(self) -> None:
        engine = self._engine
        assert engine is not None  # noqa: S101 - begin() made it before it started this thread
        try:
            while not self._stop.wait_until(min(engine.next_deadline_ns, self._clock.now_ns() + TICK_NS)):
                self._hear(engine)
                for tick in engine.advance(self._clock.now_ns()):
                    self._publish(self._encoder.encode(tick.samples, tick.pts))
                    if tick.index % LEVEL_TICKS == 0:
                        self._levels = engine.take_levels()
                self._snapshot = self._measure(engine)
        finally:
            self._encoder.close()

    def _hear(self, engine: AudioEngine) -> None:
        for message in self._inbox.drain():
            if message.block is None:
                engine.lost(message.source)
            else:
                engine.push(message.source, message.block)

    def _measure(self, engine: AudioEngine) -> AudioSnapshot:
        counters = {source: engine.counters(source) for source in self._gains}
        return AudioSnapshot(
            silence=engine.silence_samples,
            input_silence={source: one.silence for source, one in counters.items()},
            lost=sum(one.late + one.overflow for one in counters.values()),
            drift_ppm={source: one.drift_ppm for source, one in counters.items()},
        )
