"""One stretch of unbroken device samples, kept until the timeline has passed it. Stores and reads; decides nothing."""

import math
from collections import deque

import numpy as np
import numpy.typing as npt

from ionia.core.audio.drift import Playhead
from ionia.core.audio.resampler import REACH, Planes, read_tick
from ionia.core.media import AUDIO_TICK_SAMPLES, Samples

FADE_SAMPLES = 240
"""5 ms: what turns the edge of a stretch of sound into something that is not heard as a click."""

_UP = np.arange(1, AUDIO_TICK_SAMPLES + 1, dtype=np.float32)


class Run:
    """Samples [begin, end) of a device, by the device's own index, and the playhead that reads them.

    `first` is the first position of the timeline it is heard at, once that is settled. A sealed run grows no more:
    its fade-out has begun, or something else follows. Blocks are freed as ticks pass them. One thread owns it.
    """

    def __init__(self, begin: int, playhead: Playhead) -> None:
        self.begin = begin
        self.end = begin
        self.playhead = playhead
        self.sealed = False
        self.first: int | None = None
        self._blocks: deque[tuple[int, Samples]] = deque()

    @property
    def held(self) -> int:
        """Samples in memory."""
        return self.end - self._blocks[0][0] if self._blocks else 0

    def append(self, samples: Samples) -> None:
        """The device's next samples; kept, so they must not change any more."""
        self._blocks.append((self.end, samples))
        self.end += len(samples)

    def split(self, index: int, playhead: Playhead) -> "Run":
        """Take the samples from `index` (within the run) on out of this run and into one with another playhead."""
        tail = Run(index, playhead)
        blocks, self._blocks = self._blocks, deque()
        for start, samples in blocks:
            cut = min(max(index - start, 0), len(samples))
            if cut:
                self._blocks.append((start, samples[:cut]))
            if cut < len(samples):
                tail.append(samples[cut:])
        self.end = index
        self.sealed = True
        return tail

    def read(self, tick_start: int) -> Planes | None:
        """The run's sound at positions tick_start … +1023, shape (2, 1024), not faded; zeros where it has none.

        None when all of it is zero: what a desktop delivers most of the day costs next to nothing.

        Frees the blocks that no later tick needs.
        """
        start, advance = self.playhead.read(tick_start)
        base = math.floor(start) - REACH
        window = self._window(base, int(start + advance) + REACH + 1)
        kept_from = int(start + advance) - REACH - 1
        while self._blocks and self._blocks[0][0] + len(self._blocks[0][1]) <= kept_from:
            self._blocks.popleft()
        if not window.any():
            return None
        return read_tick(window, start - base, advance)

    def _window(self, begin: int, end: int) -> Planes:
        window = np.zeros((2, end - begin), dtype=np.float32)
        for start, samples in self._blocks:
            if start >= end:
                break
            low, high = max(start, begin), min(start + len(samples), end)
            if low < high:
                window[:, low - begin : high - begin] = samples[low - start : high - start].T
        return window


def envelope(first: int, end: int, tick_start: int) -> npt.NDArray[np.float32]:
    """Gain at each position of a tick for sound heard from `first` up to `end`: 0 outside, 5 ms ramps at the edges.

    Shape (1024,). Two stretches of which one ends 5 ms after the other begins add up to exactly 1 in between.
    """
    place = _UP + np.float32(tick_start - first)
    left = np.float32(end - tick_start) - _UP
    gain: npt.NDArray[np.float32] = np.clip(np.minimum(place, left) / np.float32(FADE_SAMPLES), 0.0, 1.0)
    return gain
