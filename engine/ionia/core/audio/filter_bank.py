"""Sounds put through their filters, a tick later: each pair of a sound and its filters once, whoever listens. Pure.

The tick that a filter has to look ahead is the same for all, whatever they need of it: so a sound with filters stays
in its place, to the sample, and can be faded over into itself with others.
"""

from collections import deque
from collections.abc import Callable, Hashable, Mapping
from typing import Generic, Protocol, TypeVar

import numpy as np

from ionia.core.audio.dynamics import CompressorFilter, GateFilter, LimiterFilter
from ionia.core.audio.filters import Compressor, Gate, Limiter, NoiseSuppression, SoundFilter
from ionia.core.audio.input import Rendered
from ionia.core.audio.noise_suppression import FRAME_SAMPLES, SuppressionFilter
from ionia.core.audio.resampler import Planes
from ionia.core.media import AUDIO_TICK_SAMPLES

K = TypeVar("K", bound=Hashable)
Filters = tuple[SoundFilter, ...]

KEPT_TICKS = 24
"""Half a second, which new filters hear before they are heard: they know the noise, and are open or closed."""

MOST_DELAY = AUDIO_TICK_SAMPLES - FRAME_SAMPLES + 1
"""What a tick leaves to delays: of the newest samples up to a frame less one waits to be whole."""


class Filtering(Protocol):
    """One filter at work. What it gives out is `delay` samples behind what it was given."""

    @property
    def delay(self) -> int: ...

    def run(self, planes: Planes) -> Planes: ...


def _made(one: SoundFilter) -> Filtering:
    match one:
        case NoiseSuppression():
            return SuppressionFilter(one)
        case Gate():
            return GateFilter(one)
        case Compressor():
            return CompressorFilter(one)
        case Limiter():
            return LimiterFilter(one)


class FilterChain:
    """The filters of one sound, one after the other, in ticks. One owner."""

    def __init__(self, filters: Filters) -> None:
        self._stages = [_made(one) for one in filters]
        self._skip = sum(stage.delay for stage in self._stages)
        if self._skip > MOST_DELAY:
            raise ValueError(f"filters that are {self._skip} samples late: a tick has room for {MOST_DELAY}")
        self._given: Planes = np.zeros((2, 0), dtype=np.float32)
        self._begun = False

    def push(self, planes: Planes | None) -> Planes | None:
        """A tick in; the one before comes out, or None for the first. None goes in for silence."""
        sound = np.zeros((2, AUDIO_TICK_SAMPLES), dtype=np.float32) if planes is None else planes
        for stage in self._stages:
            sound = stage.run(sound)
        skipped = min(self._skip, sound.shape[1])
        self._skip -= skipped
        given = np.concatenate((self._given, sound[:, skipped:]), axis=1)
        if not self._begun:
            self._begun, self._given = True, given
            return None
        self._given = given[:, AUDIO_TICK_SAMPLES:]
        return given[:, :AUDIO_TICK_SAMPLES]


class FilterBank(Generic[K]):
    """All sounds' filters. One owner, who gives it every tick's parts in order."""

    def __init__(self, make: Callable[[Filters], FilterChain] = FilterChain) -> None:
        self._make = make
        self._past: deque[Mapping[K, Rendered]] = deque(maxlen=KEPT_TICKS)
        self._chains: dict[tuple[K, Filters], FilterChain] = {}
        self._results: dict[tuple[K, Filters], Planes | None] = {}
        self._asked: set[tuple[K, Filters]] = set()

    @property
    def chains(self) -> int:
        """How many are at work."""
        return len(self._chains)

    def take(self, parts: Mapping[K, Rendered]) -> None:
        """The newest tick. Filters that nobody has asked for since the one before are let go."""
        self._chains = {key: chain for key, chain in self._chains.items() if key in self._asked}
        self._asked.clear()
        self._past.append(parts)
        self._results = {key: chain.push(_planes(parts, key[0])) for key, chain in self._chains.items()}

    def before(self, sound: K, filters: Filters) -> Planes | None:
        """The tick before the newest, which must be there, of this sound through these filters; None for silence."""
        if not filters:
            return _planes(self._past[-2], sound)
        key = sound, filters
        self._asked.add(key)
        if key not in self._chains:
            self._chains[key] = chain = self._make(filters)
            for parts in self._past:
                self._results[key] = chain.push(_planes(parts, sound))
        return self._results[key]


def _planes(parts: Mapping[K, Rendered], sound: K) -> Planes | None:
    part = parts.get(sound)
    return None if part is None else part.planes
