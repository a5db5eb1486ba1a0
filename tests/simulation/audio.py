"""Scripted sound devices, and the engine's audio thread, as machines of the loop."""

import random
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from ionia.core.audio.engine import AudioInput
from ionia.core.media import SAMPLE_RATE, AudioBlock
from tests.fakes.mixed_sound import MixedSound, MixedTick
from tests.simulation.loop import Loop, S

Wave = Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]]
"""What is to be heard at these instants (seconds since the epoch)."""


def silence(seconds: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.zeros_like(seconds)


def tone(seconds: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(0.5 * np.sin(2 * np.pi * 440 * seconds))


def clicks(period: float) -> Wave:
    """A rounded pulse of 1 ms, its peak exactly at every multiple of `period` seconds."""

    def wave(seconds: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        nearest = round(seconds[len(seconds) // 2] / period) * period
        if seconds[0] > nearest + 0.001 or seconds[-1] < nearest - 0.001:
            return np.zeros_like(seconds)  # an hour of clicks is mostly this
        away = np.abs((seconds + period / 2) % period - period / 2)
        return np.where(away < 0.0005, 0.4 + 0.4 * np.cos(2 * np.pi * 1000 * away), 0.0)

    return wave


@dataclass
class AudioThread:
    """Owns the engine as the recorder's audio thread does: serves it at its deadline and after each push."""

    engine: MixedSound
    consume: Callable[[int, MixedTick], None]
    checksums: bool = True

    def next_ns(self) -> int:
        return self.engine.next_deadline_ns

    def serve(self, now_ns: int, loop: Loop) -> None:
        for tick in self.engine.advance(now_ns):
            if self.checksums:
                loop.log(f"audio {tick.index} {zlib.crc32(tick.samples.tobytes()):08x}")
            self.consume(now_ns, tick)


@dataclass
class ScriptedDevice:
    """Captures `wave` with a clock of its own and delivers it late by up to `jitter_ns`, in order, stamped as late.

    `rate_ppm`: how fast its clock runs. `quiet`: (from, to) in which it captures but delivers nothing, as a WASAPI
    loopback does while nothing plays. `lost`: (from, to) in which it is gone; then it comes back as another device.
    `stamp_ns`: the part of the lateness that a timestamp shares. All instants are ns since the epoch.
    """

    source: AudioInput
    thread: AudioThread
    epoch_ns: int
    wave: Wave
    rate_ppm: float = 0.0
    jitter_ns: int = 15_000_000
    block: int = 480
    seed: int = 1
    quiet: Sequence[tuple[int, int]] = ()
    lost: Sequence[tuple[int, int]] = ()
    _index: int = 0
    _start_ns: int = 0
    _delivered_ns: int = 0
    _gone: bool = False
    _pending: tuple[int, int] = field(init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311 - a seeded model, not a secret
        self._plan()

    def next_ns(self) -> int:
        return self.epoch_ns + self._pending[0]

    def serve(self, now_ns: int, loop: Loop) -> None:
        captured_ns = self._captured_ns(self._index)
        if any(begin <= captured_ns < end for begin, end in self.lost):
            if not self._gone:
                loop.log(f"{self.source.value} lost")
                self.thread.engine.lost(self.source)
            self._gone = True
        elif not any(begin <= captured_ns < end for begin, end in self.quiet):
            if self._gone:
                loop.log(f"{self.source.value} found")
            self._gone = False
            self._deliver(now_ns, loop)
        self._index += self.block
        self._plan()

    def _deliver(self, now_ns: int, loop: Loop) -> None:
        rate = SAMPLE_RATE * (1 + self.rate_ppm * 1e-6)
        wave = self.wave((self._index + np.arange(self.block)) / rate).astype(np.float32)
        stamp_ns = self.epoch_ns + self._captured_ns(self._index) + self._pending[1]
        samples = np.repeat(wave[:, np.newaxis], 2, axis=1)
        self.thread.engine.push(self.source, AudioBlock(start_ns=stamp_ns, samples=samples))
        self.thread.serve(now_ns, loop)

    def _captured_ns(self, index: int) -> int:
        return round(index * S / (SAMPLE_RATE * (1 + self.rate_ppm * 1e-6)))

    def _plan(self) -> None:
        """When the block at hand is delivered, and how late its stamp is."""
        late_ns = round(self._random.uniform(0, self.jitter_ns))
        self._delivered_ns = max(self._delivered_ns, self._captured_ns(self._index + self.block) + late_ns)
        self._pending = (self._delivered_ns, late_ns)
