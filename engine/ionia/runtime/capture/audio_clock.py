"""The clock master's thread: every sound's blocks in, ticks out to every audio encode. Owns the AudioEngine.

One thread for all of them, so that a device is placed on the timeline once, whoever listens, and an encode can take
another's place between two ticks without a seam.
"""

import logging
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from ionia.core.audio.engine import LATENCY_NS, AudioEngine, AudioTick
from ionia.core.audio.input import InputCounters
from ionia.core.media import AUDIO_TICK_SAMPLES, SAMPLE_RATE
from ionia.core.ports import Clock
from ionia.core.sharing import SoundKey
from ionia.core.timebase import NS_PER_S
from ionia.runtime.capture.sound_capture import SoundMessage
from ionia.threads.clock import MonotonicClock, StopSignal
from ionia.threads.mailbox import Inbox
from ionia.threads.worker import Worker

log = logging.getLogger(__name__)

INBOX_BLOCKS = 8192
"""10 s of 10 ms blocks from eight devices: more than any device holds for us while the machine stands still."""

TICK_NS = AUDIO_TICK_SAMPLES * NS_PER_S // SAMPLE_RATE

PATIENT_TICKS = 2
"""Ticks that are given out together while nobody waits for each: 43 ms, so that meters move 20 times a second."""

JOIN_TIMEOUT_S = 2.0

_NOTHING = InputCounters(silence=0, late=0, early=0, trimmed=0, overflow=0, runs=0, drift_ppm=0.0)


class TickTaker(Protocol):
    """An audio encode, as the clock sees it. Called on the clock's thread."""

    @property
    def hurried(self) -> bool:
        """Whether somebody waits for each tick of it."""
        ...

    def tick(self, tick: AudioTick[SoundKey]) -> None:
        """The next tick; each once and in order. Must not raise: whatever fails in there is the encode's own."""
        ...

    def leave(self) -> None:
        """No more ticks will come. May be called twice."""
        ...

    def fail(self, error: BaseException) -> None:
        """The clock has ended by an error: whoever uses the taker is to hear of it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundCounters:
    """Every sound's counters as of the last tick. `overwritten`: samples of each that found no room on their way."""

    sounds: Mapping[SoundKey, InputCounters] = field(default_factory=dict)
    overwritten: Mapping[SoundKey, int] = field(default_factory=dict)

    def of(self, key: SoundKey) -> InputCounters:
        """One sound's; zeros before its first tick."""
        return self.sounds.get(key, _NOTHING)


class AudioClock:
    """Ticks from the first sound or encode until `close`, whatever the sources do. Thread: `audio-tick`.

    Everything but `inbox` and `counters` reaches the thread as a command, carried out before its next tick.
    """

    def __init__(self, clock: MonotonicClock, epoch_ns: int) -> None:
        self.inbox: Inbox[SoundMessage] = Inbox(INBOX_BLOCKS, self._count_lost)
        self._overwritten: dict[SoundKey, int] = {}  # samples; written under the inbox's lock, copied whole
        self.counters = SoundCounters()
        self._clock: Clock = clock
        self._epoch_ns = epoch_ns
        self._stop = StopSignal(clock)
        self._lock = threading.Lock()
        self._commands: list[Callable[[], None]] = []  # protected by _lock
        self._ended = False  # protected by _lock
        self._engine: AudioEngine[SoundKey] = AudioEngine(epoch_ns, begin_ns=clock.now_ns())  # the thread's own
        self._takers: list[TickTaker] = []  # the thread's own
        self._sounds: Counter[SoundKey] = Counter()  # who added which; the thread's own
        self._worker = Worker("audio-tick", self._tick_until_stopped, self._fail, urgent="Pro Audio")
        self._failed = False

    @property
    def failed(self) -> bool:
        """Whether the thread has ended by an error."""
        return self._failed

    @property
    def index_now(self) -> int:
        """Index of the tick whose sound is captured now, which is given out later. Any thread."""
        return max(0, (self._clock.now_ns() - self._epoch_ns) // TICK_NS)

    def start(self) -> None:
        """Start the thread; once only."""
        self._worker.start()

    def add_sound(self, key: SoundKey, extra_latency_ns: int) -> None:
        """Keep this sound on the timeline. `extra_latency_ns`: how much longer ticks wait for what is moved earlier."""

        def add() -> None:
            self._engine.wait_longer(LATENCY_NS + extra_latency_ns)
            if self._sounds[key]:
                self._engine.lost(key)  # its device is being closed, and opened anew for somebody else
            self._sounds[key] += 1
            self._engine.add(key)

        self.run(add)

    def remove_sound(self, key: SoundKey) -> None:
        """Forget this sound, once for each time that it was added."""

        def remove() -> None:
            self._sounds[key] -= 1
            if not self._sounds[key]:
                del self._sounds[key]
                self._engine.remove(key)

        self.run(remove)

    def add(self, taker: TickTaker) -> None:
        """Give it every tick from the next one on."""
        self.run(lambda: self._takers.append(taker))

    def remove(self, taker: TickTaker, timeout: float = JOIN_TIMEOUT_S) -> bool:
        """Give it no more, and wait until it has left; False if the thread didn't come to it in time."""
        left = threading.Event()

        def remove() -> None:
            if taker in self._takers:
                self._takers.remove(taker)
                taker.leave()
            left.set()

        self.run(remove)
        return left.wait(timeout)

    def run(self, command: Callable[[], None]) -> None:
        """Carry it out on the thread before its next tick; at once, here, when the thread is over."""
        with self._lock:
            if not self._ended:
                self._commands.append(command)
                return
        command()

    def close(self) -> None:
        """End the thread; whoever still takes ticks has left then. Idempotent."""
        self._stop.set()
        self._worker.join(JOIN_TIMEOUT_S)

    def _tick_until_stopped(self) -> None:
        engine = self._engine
        try:
            while not self._stop.wait_until(self._due_ns()):
                self._obey()
                self._hear()
                for tick in engine.advance(self._clock.now_ns()):
                    for taker in tuple(self._takers):
                        taker.tick(tick)
                    # On a machine that is too slow many ticks are due at once: nobody waits for all of them.
                    self._obey()
                    if self._stop.is_set():
                        break
                self.counters = SoundCounters(
                    sounds={key: engine.counters(key) for key in engine.sounds}, overwritten=dict(self._overwritten)
                )
        except BaseException:
            self._failed = True  # before anything can be added that would wait for ever
            raise
        finally:
            with self._lock:
                self._ended = True
            self._obey()
            for taker in tuple(self._takers):
                taker.leave()

    def _due_ns(self) -> int:
        ticks = 1 if any(taker.hurried for taker in self._takers) else PATIENT_TICKS
        return min(self._engine.group_deadline_ns(ticks), self._clock.now_ns() + ticks * TICK_NS)

    def _fail(self, error: BaseException) -> None:
        for taker in tuple(self._takers):
            taker.fail(error)

    def _count_lost(self, message: SoundMessage) -> None:
        if message.block is not None:
            samples = len(message.block.samples)
            self._overwritten[message.source] = self._overwritten.get(message.source, 0) + samples

    def _obey(self) -> None:
        while True:  # a command may give another one, for the same tick
            with self._lock:
                commands, self._commands = self._commands, []
            if not commands:
                return
            for place, command in enumerate(commands):
                try:
                    command()
                except BaseException:
                    with self._lock:  # the others are somebody's, who may wait for them
                        self._commands[:0] = commands[place + 1 :]
                    raise

    def _hear(self) -> None:
        for message in self.inbox.drain():
            if message.block is None:
                self._engine.lost(message.source)
            else:
                self._engine.push(message.source, message.block)
