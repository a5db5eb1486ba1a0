"""What is made of the sounds of one track: gain, mute and mono of each, moved without a click, their sum, their levels.

Live controls are no part of what a mix is: they change while it runs. Pure; it is handed ticks and keeps no samples.
"""

from collections.abc import Hashable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

from ionia.core.audio.channel_mix import InputMix
from ionia.core.audio.engine import WHOLE, AudioTick
from ionia.core.audio.filters import SoundFilter
from ionia.core.audio.input import Rendered
from ionia.core.audio.levels import LevelMeter
from ionia.core.audio.limiter import KNEE, limit
from ionia.core.audio.loudness import loudness
from ionia.core.audio.resampler import Planes
from ionia.core.media import AUDIO_TICK_SAMPLES, SAMPLE_RATE, Samples

K = TypeVar("K", bound=Hashable)

RAMP_MS = 10
"""How long a change takes unless it says otherwise: a raised cosine of 10 ms bends a sine by less than -90 dB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundControl:
    """How one sound is in a mix. `gain` is linear, 0 or more. `mono`: both sides get the mean of both, or where it is
    `spoken` into each by its share, so that a voice on one side keeps its level. `filters`: what it is put through
    before."""

    gain: float = 1.0
    muted: bool = False
    mono: bool = False
    filters: tuple[SoundFilter, ...] = ()
    spoken: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlChange:
    """What is asked of one sound. None: as it is, and on its way as it was.

    It gets there within `ramp_ms`, from the next tick on; a mute waits `release_ms` first. What is asked again while it
    is on its way comes at the earlier of both times.
    """

    gain: float | None = None
    muted: bool | None = None
    mono: bool | None = None
    filters: tuple[SoundFilter, ...] | None = None
    ramp_ms: float = RAMP_MS
    release_ms: float = 0.0

    def of(self, control: SoundControl) -> SoundControl:
        """What `control` becomes."""
        return SoundControl(
            gain=control.gain if self.gain is None else self.gain,
            muted=control.muted if self.muted is None else self.muted,
            mono=control.mono if self.mono is None else self.mono,
            filters=control.filters if self.filters is None else self.filters,
            spoken=control.spoken,
        )


@dataclass(slots=True, kw_only=True)
class _Fader:
    """The way from one factor to another, in samples that lie ahead."""

    now: float
    target: float
    wait: int = 0
    length: int = 0
    done: int = 0

    @property
    def left(self) -> int:
        """Samples until it is there."""
        return 0 if self.now == self.target else self.wait + self.length - self.done

    def towards(self, target: float, *, length: int, wait: int = 0) -> "_Fader":
        """From where it is now to `target`; where it is there earlier anyway, it goes on as it was to."""
        if target == self.target and self.left <= wait + length:
            return self
        return self.anew(target, length=length, wait=wait)

    def anew(self, target: float, *, length: int, wait: int = 0) -> "_Fader":
        """From where it is now to `target`, whatever it was on its way to."""
        now = float(np.ravel(replace(self).factors())[0])
        return _Fader(now=now, target=target, wait=wait, length=length)

    def factors(self) -> "_Factors":
        """Of the next tick's samples; one value where nothing moves."""
        if self.now == self.target:
            return np.float32(self.now)
        if self.wait >= AUDIO_TICK_SAMPLES:
            self.wait -= AUDIO_TICK_SAMPLES
            return np.float32(self.now)
        place = np.arange(AUDIO_TICK_SAMPLES) - self.wait + self.done + 1
        share = np.clip(place / self.length, 0.0, 1.0)
        eased = (1.0 - np.cos(np.pi * share)) / 2.0
        self.done += AUDIO_TICK_SAMPLES - self.wait
        self.wait = 0
        factors = (self.now + (self.target - self.now) * eased).astype(np.float32)
        if self.done >= self.length:
            self.now = self.target
        return factors


_FADERS = 4
"""Of a sound on which nothing moves: gain, mute, mono, and one set of filters."""

_Factors = npt.NDArray[np.float32] | np.float32


@dataclass(frozen=True, slots=True, kw_only=True)
class _Turn(Generic[K]):
    """What is done to one sound in a tick. `even`: its factor, where it has one for all samples and isn't mono."""

    key: K
    meter: LevelMeter
    gain: float
    factors: _Factors
    even: float | None
    mono: _Factors
    shares: tuple[tuple[tuple[SoundFilter, ...], _Factors], ...]


class Mix(Generic[K]):
    """One track's sounds. One thread owns it; `controls` may be read by any."""

    def __init__(self, controls: Mapping[K, SoundControl]) -> None:
        self._controls = dict(controls)
        self._gains = {key: _Fader(now=one.gain, target=one.gain) for key, one in controls.items()}
        # Apart from the gains: a gain that moves cuts no release short, and no release holds a gain up.
        self._opens = {
            key: _Fader(now=float(not one.muted), target=float(not one.muted)) for key, one in controls.items()
        }
        self._sides = {key: _Fader(now=float(one.mono), target=float(one.mono)) for key, one in controls.items()}
        self._inputs = {key: InputMix(2) for key, one in controls.items() if one.spoken}
        # What is heard of each sound: through these filters so much of it. The shares of one sound are 1 together.
        self._shares = {key: {one.filters: _Fader(now=1.0, target=1.0)} for key, one in controls.items()}
        self._filtered = any(one.filters for one in controls.values())
        self.meters = {key: LevelMeter() for key in controls}
        """Of each sound, after its gain and before the sum. Any thread may read them."""
        self._uncovered = 0
        self._steady: tuple[_Turn[K], ...] | None = None  # of every tick, while nothing moves
        self.steady = False
        """Whether nothing moves, and no sound is mono or filtered: then `render_all` gives what `render` would."""

    @property
    def controls(self) -> Mapping[K, SoundControl]:
        """What each sound is set to, whether or not the way there is through."""
        return self._controls

    @property
    def filtered(self) -> bool:
        """Whether a sound has filters, or had: then `render` takes ticks before others, and does so to the end."""
        return self._filtered

    @property
    def muted(self) -> frozenset[K]:
        """Sounds of which a mute has left nothing, its release and ramp over. Any thread."""
        return frozenset(key for key, fader in self._opens.items() if fader.now == fader.target == 0.0)

    @property
    def silence_samples(self) -> int:
        """Samples so far that no sound covered. Digital silence from a device is sound."""
        return self._uncovered

    def copy(self) -> "Mix[K]":
        """One that sounds the same from here on, counting on."""
        other = Mix(self._controls)
        other._gains = {key: replace(fader) for key, fader in self._gains.items()}
        other._opens = {key: replace(fader) for key, fader in self._opens.items()}
        other._sides = {key: replace(fader) for key, fader in self._sides.items()}
        other._inputs = {key: copy(inputs) for key, inputs in self._inputs.items()}
        other._shares = {
            key: {filters: replace(fader) for filters, fader in shares.items()} for key, shares in self._shares.items()
        }
        other._filtered = self._filtered
        other.meters = {key: meter.copy() for key, meter in self.meters.items()}
        other._uncovered = self._uncovered
        return other

    def set(self, key: K, change: ControlChange) -> None:
        """Go where it says, from the next tick on."""
        self._steady, self.steady = None, False
        self._controls[key] = change.of(self._controls[key])
        length = max(1, round(change.ramp_ms * SAMPLE_RATE / 1000))
        if change.gain is not None:
            self._gains[key] = self._gains[key].towards(change.gain, length=length)
        if change.muted is not None:
            wait = round(change.release_ms * SAMPLE_RATE / 1000) if change.muted else 0
            self._opens[key] = self._opens[key].towards(float(not change.muted), length=length, wait=wait)
        if change.mono is not None:
            self._sides[key] = self._sides[key].towards(float(change.mono), length=length)
        if change.filters is not None:
            self._filter(key, change.filters, length)

    def render(self, tick: AudioTick[K]) -> Samples:
        """The sum within -1..1, shape (1024, 2), each side by itself in memory, as encoders want it; not to be changed.

        Every tick once and in order; a sound the tick lacks is silent.
        """
        mix: Planes | None = None
        most = 0.0  # what the sum's peak can be
        parts: list[Rendered] = []
        for sound in self._steady or self._turns(filtered=tick.filtered is not None):
            part = tick.parts.get(sound.key)
            if part is not None:
                parts.append(part)
            planes, filters = _heard(sound, part, tick)
            if planes is None:
                sound.meter.add_silence(2 * AUDIO_TICK_SAMPLES)
                continue
            heard = loudness(planes) if filters is None else tick.loudness(planes)
            source = None
            if filters != () and part is not None and part.planes is not None:
                source = tick.loudness(part.planes)
            if sound.even is not None:
                mixed = heard.times(sound.even)
                scaled = planes if sound.even == 1.0 else planes * sound.factors
            else:
                if not isinstance(sound.mono, np.floating) or sound.mono:
                    planes = planes + (self._one_side(sound.key, planes) - planes) * sound.mono
                scaled = planes * sound.factors
                mixed = loudness(scaled)
            sound.meter.add(heard, mixed, gain=sound.gain, source=source)
            most += mixed.peak
            mix = scaled if mix is None else mix + scaled
        self._uncovered += _uncovered(parts)
        if mix is None:
            return np.zeros((2, AUDIO_TICK_SAMPLES), dtype=np.float32).T
        return (mix if most <= KNEE else limit(mix)).T

    def render_all(self, ticks: Sequence[AudioTick[K]]) -> Samples:
        """What `render` gives of these consecutive ticks, to the bit, shape (1024 each, 2): a track nobody looks at is
        mixed for several at once. Meters stay where they are. Only while it is `steady`."""
        mix: Planes | None = None
        most = 0.0
        whole = False
        for sound in self._steady or ():
            run = ticks[-1].run(sound.key, ticks)
            whole = whole or run.whole
            if run.planes is not None:
                scaled = run.planes if sound.even == 1.0 else run.planes * sound.factors
                most += run.peak * abs(sound.even or 0.0)
                mix = scaled if mix is None else mix + scaled
        if not whole:
            self._uncovered += sum(
                _uncovered([tick.parts[key] for key in self._controls if key in tick.parts]) for tick in ticks
            )
        if mix is None:
            return np.zeros((2, len(ticks) * AUDIO_TICK_SAMPLES), dtype=np.float32).T
        return (mix if most <= KNEE else limit(mix)).T

    def _turns(self, *, filtered: bool) -> tuple["_Turn[K]", ...]:
        """What is done to each sound in the next tick; kept for as long as nothing moves."""
        steady = all(self._is_steady(key) for key in self._controls)
        turns = tuple(self._turn(key, filtered=filtered) for key in self._controls)
        self._steady = turns if steady else None
        self.steady = steady and not self._filtered and all(turn.even is not None for turn in turns)
        return turns

    def _is_steady(self, key: K) -> bool:
        faders = (self._gains[key], self._opens[key], self._sides[key], *self._shares[key].values())
        return len(faders) == _FADERS and not any(fader.left for fader in faders)

    def _turn(self, key: K, *, filtered: bool) -> "_Turn[K]":
        factors, mono = self._gains[key].factors() * self._opens[key].factors(), self._sides[key].factors()
        shares = self._shares[key]
        now = tuple((filters, share.factors() if filtered else np.float32(1.0)) for filters, share in shares.items())
        if filtered:
            self._shares[key] = {filters: share for filters, share in shares.items() if share.target or share.left}
        turned = isinstance(mono, np.floating) and not mono and isinstance(factors, np.floating)
        return _Turn(
            key=key,
            meter=self.meters[key],
            gain=self._controls[key].gain,
            factors=factors,
            even=float(factors) if turned else None,
            mono=mono,
            shares=now,
        )

    def _one_side(self, key: K, planes: Planes) -> Planes:
        inputs = self._inputs.get(key)
        return np.asarray(planes.mean(axis=0) if inputs is None else inputs(planes.T)[:, 0])

    def _filter(self, key: K, filters: tuple[SoundFilter, ...], length: int) -> None:
        """All shares move at once and equally long, so that they stay 1 together."""
        shares = self._shares[key]
        if filters not in shares:
            shares[filters] = _Fader(now=0.0, target=0.0)
        elif shares[filters].target == 1.0:
            return
        self._shares[key] = {one: fader.anew(float(one == filters), length=length) for one, fader in shares.items()}
        self._filtered = self._filtered or bool(filters)


def _heard(
    sound: _Turn[K], part: Rendered | None, tick: AudioTick[K]
) -> tuple[Planes | None, tuple[SoundFilter, ...] | None]:
    """A sound of this tick through its filters, before its gain; and through which, where it is only one set."""
    if tick.filtered is None:
        return None if part is None else part.planes, ()
    heard: Planes | None = None
    through: tuple[SoundFilter, ...] | None = None
    for filters, share in sound.shares:
        planes = tick.filtered(sound.key, filters)
        if planes is not None:
            whole = isinstance(share, np.floating) and share == 1.0
            weighed = planes if whole else planes * share
            through = filters if whole and heard is None else None
            heard = weighed if heard is None else heard + weighed
    return heard, through


def _uncovered(parts: list[Rendered]) -> int:
    if any(part.covered == WHOLE for part in parts):
        return 0
    silent = np.ones(AUDIO_TICK_SAMPLES, dtype=np.bool_)
    for part in parts:
        for low, high in part.covered:
            silent[low:high] = False
    return int(silent.sum())
