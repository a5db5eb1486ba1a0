"""Peak and RMS of one sound in one mix, for meters, and counts of what a user should hear of. Keeps no samples."""

import math
from copy import copy
from dataclasses import dataclass

from ionia.core.audio.loudness import Loudness
from ionia.core.events import Level

FLOOR_DB = -120.0
"""What digital silence, or no sound at all, is shown as."""

WINDOW_TICKS = 3
"""Ticks that a level is of: 64 ms, so that whoever looks every 50 ms misses none."""

FULL = 0.999
"""What a converter gives that has no more room; 16 bits end at 0.99997."""

HEARD_OVER = 10 ** (3 / 20)
"""By 3 dB more than full scale the limiter takes peaks down so far that it is heard. Less than that it rounds, and a
microphone's gain of 1.2, the default, is no fault of anybody's."""

VOICE_RMS = 10 ** (-38 / 20)
"""RMS of a tick in which somebody speaks, at the level that it is recorded with; a room with a fan is at -50 dBFS."""


def decibels(amplitude: float) -> float:
    """Amplitude 0..1 as dBFS, never below FLOOR_DB."""
    return max(FLOOR_DB, 20.0 * math.log10(amplitude)) if amplitude > 0.0 else FLOOR_DB


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundCounts:
    """Ticks so far. `full`: its source gave samples without room above; `over`: its gain made them exceed full scale by
    so much that it is heard; `voiced`: it was as loud as a voice, or would have been were it not muted."""

    ticks: int = 0
    full: int = 0
    over: int = 0
    voiced: int = 0


@dataclass(slots=True, eq=False)
class _Tick:
    """As it is mixed; whether it clips. Not changed once it is there; frozen ones take three times as long to make."""

    mixed: Loudness
    full: bool = False
    over: bool = False


class LevelMeter:
    """One thread adds, a tick at a time; any may read."""

    def __init__(self) -> None:
        self._ticks: tuple[_Tick, ...] = ()
        self._heard = self._full = self._over = self._voiced = 0  # ticks so far

    @property
    def counts(self) -> SoundCounts:
        """Since it was made."""
        return SoundCounts(ticks=self._heard, full=self._full, over=self._over, voiced=self._voiced)

    @property
    def level(self) -> Level:
        """How loud it is in the mix, in dBFS (a full-scale square wave has 0 dB RMS)."""
        ticks = self._ticks
        count = sum(tick.mixed.count for tick in ticks)
        rms = math.sqrt(sum(tick.mixed.energy for tick in ticks) / count) if count else 0.0
        return Level(peak_db=decibels(max((tick.mixed.peak for tick in ticks), default=0.0)), rms_db=decibels(rms))

    @property
    def full(self) -> bool:
        """Whether its source has no more room."""
        return any(tick.full for tick in self._ticks)

    @property
    def over(self) -> bool:
        """Whether its gain makes it more than full scale."""
        return any(tick.over for tick in self._ticks)

    def add(self, heard: Loudness, mixed: Loudness, *, gain: float, source: Loudness | None = None) -> None:
        """A tick as it was `heard`, and as it is `mixed`.

        `gain`: what it is set to, muted or not. `source`: what came in, where filters lie between that and `heard`.
        """
        raw, peak = (source or heard).peak, mixed.peak
        full = peak > 0 and raw >= FULL
        self._ticks = (*self._ticks[1 - WINDOW_TICKS :], _Tick(mixed, full, peak > 1.0))
        self._heard += 1
        self._full += full
        self._over += peak > HEARD_OVER
        self._voiced += math.sqrt(heard.energy / heard.count) * gain >= VOICE_RMS

    def add_silence(self, count: int) -> None:
        """A tick of `count` values of zero, without an array of them."""
        self._ticks = (*self._ticks[1 - WINDOW_TICKS :], _Tick(Loudness(count=count)))
        self._heard += 1

    def copy(self) -> "LevelMeter":
        """One that goes on from here."""
        return copy(self)
