"""One input on the 48 kHz timeline: decides where its blocks belong and renders them tick by tick.

Blocks of an unbroken stretch join sample by sample whatever their timestamps' jitter; the timestamps together say
where the stretch lies. Only a gap or an overlap that can't be jitter begins a new stretch. Never looks at a clock.
"""

import math
from collections import deque
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ionia.core.audio.drift import DeviceClock, Playhead
from ionia.core.audio.loudness import peak
from ionia.core.audio.resampler import Planes
from ionia.core.audio.runs import FADE_SAMPLES, Run, envelope
from ionia.core.media import AUDIO_TICK_SAMPLES, SAMPLE_RATE, Samples

_JUMP = 0.100 * SAMPLE_RATE
"""A block this far from where it was expected is believed at once: no scheduler delays a reader that long every day."""

_DOUBT = 0.030 * SAMPLE_RATE
_DOUBT_SAMPLES = round(0.300 * SAMPLE_RATE)
"""When all blocks of 300 ms are more than 30 ms off to the same side, the device has skipped or repeated something.

Where the sound had run out anyway a single block is enough: there is no continuity that doubt could spare."""

_CAPACITY = 120 * SAMPLE_RATE
"""Most samples held (46 MB): more than a minute's stall delivers, and a bound for a device with mad timestamps."""

_RUNS = 1000

_CEILING = np.float32(16.0)  # +24 dBFS; beyond it a driver is broken, and squares in the meters would overflow


@dataclass(frozen=True, slots=True, kw_only=True)
class InputCounters:
    """What became of an input since the start, in samples of the timeline.

    `silence` was covered by no sound of the input; `late` came after its tick had gone; `early` lay before the
    first tick; `trimmed` overlapped what was already there; `overflow` found no room. `drift_ppm` is the device's clock
    error (positive: fast), 0 until known; `runs` counts unbroken stretches.
    """

    silence: int
    late: int
    early: int
    trimmed: int
    overflow: int
    runs: int
    drift_ppm: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rendered:
    """One input's part of a tick: `planes` of shape (2, 1024), None for zeros; `covered` as half-open ranges."""

    planes: Planes | None
    covered: tuple[tuple[int, int], ...]


class InputTimeline:
    """Places one input's blocks by their timestamps and gives them back in ticks of 1024. One thread owns it."""

    def __init__(self, first: int = 0) -> None:
        """`first` is the position of the first tick that will be rendered."""
        self._runs: deque[Run] = deque()
        self._playhead: Playhead | None = None
        self._index = 0
        self._doubts: list[tuple[int, float]] = []
        self._next_tick = self._first_tick = first
        self._silence = self._late = self._early = self._trimmed = self._overflow = self._run_count = 0

    def push(self, position: float, samples: Samples) -> None:
        """Samples whose first was captured at `position` of the timeline (may be negative). They are copied."""
        count = len(samples)
        if not count:
            return
        if len(self._runs) >= _RUNS or sum(run.held for run in self._runs) + count > _CAPACITY:
            self._overflow += count
            self.lost()
            return
        playhead = self._follow(position, count)
        self._append(playhead, _sane(samples))
        self._index += count

    def lost(self) -> None:
        """The device is gone. What is held will still be heard; what comes next is a new device's."""
        self._playhead = None
        self._doubts.clear()

    def covered_until(self) -> int | None:
        """Position up to which sound is at hand, or None when no device is delivering."""
        if self._playhead is None or not self._runs:
            return None
        return self._end_of(self._runs[-1])

    def render(self, tick_start: int) -> Rendered:
        """Positions tick_start … +1023, each tick once and in order."""
        tick_end = tick_start + AUDIO_TICK_SAMPLES
        mix: Planes | None = None
        covered: list[tuple[int, int]] = []
        floor = over = tick_start
        for run in self._runs:
            first = self._begin(run, floor, tick_start)
            if first is None:
                break
            end = self._seal(run, tick_start)
            low, high = max(first, tick_start), min(end, tick_end)
            if low < high:
                part = run.read(tick_start)
                if part is not None:
                    if first > tick_start - FADE_SAMPLES or end < tick_end + FADE_SAMPLES:
                        part = part * envelope(first, end, tick_start)
                    mix = part if mix is None else mix + part
                covered.append((low - tick_start, high - tick_start))
            floor = max(floor, first, end - FADE_SAMPLES, over)  # at most two are heard at once: one goes, one comes
            over = max(over, end)
        self._next_tick = tick_end
        self._runs = deque(run for run in self._runs if not run.sealed or self._end_of(run) > tick_end)
        self._silence += AUDIO_TICK_SAMPLES - _union(covered)
        return Rendered(planes=mix, covered=tuple(covered))

    def counters(self) -> InputCounters:
        """A snapshot."""
        return InputCounters(
            silence=self._silence,
            late=self._late,
            early=self._early,
            trimmed=self._trimmed,
            overflow=self._overflow,
            runs=self._run_count,
            drift_ppm=self._playhead.clock.ppm if self._playhead else 0.0,
        )

    # Where blocks belong.

    def _follow(self, position: float, count: int) -> Playhead:
        """The playhead of the block at hand, after its timestamp was weighed."""
        playhead = self._playhead
        if playhead is None:
            return self._restart(DeviceClock(), position)
        clock = playhead.clock
        deviation = position - clock.position_of(self._index)
        interrupted = not self._runs or self._runs[-1].sealed
        if abs(deviation) > (_DOUBT if interrupted else _JUMP):
            return self._restart(DeviceClock(slope=clock.slope, slope_known=clock.slope_known), position)
        if abs(deviation) <= _DOUBT or (deviation < 0 and not playhead.started):
            self._doubts.clear()
            clock.observe(self._index, position)
            return playhead
        if self._doubts and (deviation > 0) != (self._doubts[-1][1] > clock.position_of(self._doubts[-1][0])):
            self._doubts.clear()
        self._doubts.append((self._index, position))
        if self._index + count - self._doubts[0][0] >= _DOUBT_SAMPLES:
            return self._shift(playhead)
        return playhead

    def _restart(self, clock: DeviceClock, position: float) -> Playhead:
        self._doubts.clear()
        clock.observe(self._index, position)
        self._playhead = Playhead(clock)
        for run in self._runs:
            run.sealed = True
        return self._playhead

    def _shift(self, old: Playhead) -> Playhead:
        """Believe the doubtful timestamps: what of their sound wasn't heard yet moves to where they say."""
        clock = DeviceClock(slope=old.clock.slope, slope_known=old.clock.slope_known)
        for index, position in self._doubts:
            clock.observe(index, position)
        self._playhead = Playhead(clock)
        heard = math.ceil(old.index_at(self._next_tick)) + FADE_SAMPLES
        cut = max(self._doubts[0][0], heard)
        self._doubts.clear()
        run = self._runs[-1]
        run.sealed = True
        if cut < run.end:
            self._add(run.split(cut, self._playhead))
        return self._playhead

    def _append(self, playhead: Playhead, samples: Samples) -> None:
        run = self._runs[-1] if self._runs else None
        if run is not None and run.playhead is playhead and not run.sealed:
            run.append(samples)
            return
        gone = min(max(math.ceil(playhead.index_at(self._next_tick) - 0.5) - self._index, 0), len(samples))
        if self._next_tick > self._first_tick:
            self._late += gone
        else:
            self._early += gone
        if gone < len(samples):
            fresh = Run(self._index + gone, playhead)
            fresh.append(samples[gone:])
            self._add(fresh)

    def _add(self, run: Run) -> None:
        """Runs follow one another in time; one that hasn't begun gives way to one that is known to lie before it."""
        while self._runs and self._runs[-1].first is None and self._begin_of(self._runs[-1]) >= self._begin_of(run):
            stray = self._runs.pop()
            self._trimmed += stray.end - stray.begin
        self._runs.append(run)
        self._run_count += 1

    # Where runs begin and end.

    def _begin_of(self, run: Run) -> int:
        return run.playhead.position_of(run.begin)

    def _end_of(self, run: Run) -> int:
        return run.playhead.position_of(run.end)

    def _begin(self, run: Run, floor: int, tick_start: int) -> int | None:
        """Where the run is first heard, None when that is after this tick; `floor` is where there is room for it."""
        if run.first is None:
            if self._begin_of(run) >= tick_start + AUDIO_TICK_SAMPLES:
                return None
            run.playhead.read(tick_start)
            begin = self._begin_of(run)
            run.first = max(begin, floor)
            self._trimmed += min(run.first, self._end_of(run)) - begin
        return run.first

    def _seal(self, run: Run, tick_start: int) -> int:
        """Where the run ends; when that is in sight its fade-out begins, and nothing can be joined to it any more."""
        run.playhead.read(tick_start)
        end = self._end_of(run)
        if end < tick_start + AUDIO_TICK_SAMPLES + FADE_SAMPLES:
            run.sealed = True
        return end


def _union(ranges: list[tuple[int, int]]) -> int:
    """How many places the ranges cover; they begin in rising order."""
    covered = reached = 0
    for low, high in ranges:
        covered += max(0, high - max(low, reached))
        reached = max(reached, high)
    return covered


def _sane(samples: Samples) -> Samples:
    """A copy without NaN, infinities and absurd values, which broken drivers deliver."""
    copy: npt.NDArray[np.float32] = np.array(samples, dtype=np.float32)
    if not peak(copy) <= _CEILING:
        np.nan_to_num(copy, copy=False, nan=0.0, posinf=0.0, neginf=0.0)
        np.clip(copy, -_CEILING, _CEILING, out=copy)
    return copy
