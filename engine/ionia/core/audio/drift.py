"""Where a device's samples belong on the timeline, learned from noisy block timestamps; and how to follow it gently.

Positions are samples of the 48 kHz timeline since the epoch, indexes are the device's own samples; both are floats,
exact to 1e-6 of a sample over days. Knows no samples and no clock.
"""

import math
from collections import deque
from dataclasses import dataclass

from ionia.core.media import AUDIO_TICK_SAMPLES, SAMPLE_RATE

_WINDOW = SAMPLE_RATE
_WINDOWS = 60
_POINT_SIGMA = 0.0005 * SAMPLE_RATE  # what one window's earliest stamp is off by, typically
_SLOPE_SIGMA = 200e-6  # sound devices are within 200 ppm, most of them
_KNOWN_SLOPE_SIGMA = 30e-6
_STEP = 0.005 * SAMPLE_RATE
_STEP_WINDOWS = 3  # a busy machine delays every single block of a second now and then, but hardly of three

_FOLLOW_SAMPLES = 4.0 * SAMPLE_RATE
_FOLLOW_LIMIT = 300e-6  # 0.5 cent: nobody hears it, and 5 ms are made up in 17 s
_ACQUIRE_LIMIT = 2000e-6  # 3.5 cents, below what ears notice, while the first estimate is poor or after a step
_ACQUIRE_SAMPLES = 10.0 * SAMPLE_RATE
_RATE_LIMIT = 2500e-6
_DEAD_ZONE = 2.0  # samples; a device with exact timestamps is copied bit for bit
_DEAD_SLOPE = 2e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stamp:
    index: float
    offset: float


class DeviceClock:
    """A line through the earliest timestamps of a device: position = index + offset + slope × (index - reference).

    Why the earliest: a timestamp is late by however long the block waited to be read, and never early. So each
    second of samples counts with the stamp that waited least, and a least-squares line goes through up to a minute
    of these. The slope begins at `slope` (0, or what an earlier run of the device taught) and leaves it only as far
    as the points bear out. A second that is more than 5 ms off is left out; three in a row on the same side mean that
    the device has stepped (it lost some samples, its buffer moved), and a new line begins. One thread owns it.
    """

    def __init__(self, *, slope: float = 0.0, slope_known: bool = False) -> None:
        self._prior_slope = slope
        self._prior_weight = 1.0 / (_KNOWN_SLOPE_SIGMA if slope_known else _SLOPE_SIGMA) ** 2
        self._points: deque[_Stamp] = deque(maxlen=_WINDOWS)
        self._strays: list[_Stamp] = []
        self._strays_late = False
        self._earliest: _Stamp | None = None
        self._window_end = 0.0
        self._slope = slope
        self._reference = 0.0
        self._offset = 0.0

    @property
    def slope(self) -> float:
        """Timeline samples minus device samples, per device sample: positive when the device's clock is slow."""
        return self._slope

    @property
    def ppm(self) -> float:
        """How fast the device's clock runs, in parts per million; negative when slow."""
        return (1.0 / (1.0 + self._slope) - 1.0) * 1e6

    @property
    def slope_known(self) -> bool:
        """Whether the slope rests on enough seconds to be handed to a later run of the same device."""
        return len(self._points) >= _WINDOWS // 2

    def observe(self, index: int, position: float) -> None:
        """Device sample `index` was stamped with `position`. Indexes rise."""
        stamp = _Stamp(index=float(index), offset=position - index)
        if self._earliest is None:
            self._window_end = index + _WINDOW
            self._set_line(stamp)
        elif index >= self._window_end:
            self._close_window(self._earliest)
            self._earliest = stamp
            self._window_end = index + _WINDOW
            return
        elif stamp.offset - self._slope * (stamp.index - self._earliest.index) >= self._earliest.offset:
            return
        self._earliest = stamp
        if not self._points:
            self._set_line(stamp)

    def position_of(self, index: float) -> float:
        """Where on the timeline the device's sample `index` was captured. Needs one observation."""
        return index + self._offset + self._slope * (index - self._reference)

    def index_at(self, position: float) -> float:
        """Inverse of `position_of`."""
        return self._reference + (position - self._offset - self._reference) / (1.0 + self._slope)

    def _set_line(self, stamp: _Stamp) -> None:
        self._reference, self._offset = stamp.index, stamp.offset

    def _close_window(self, point: _Stamp) -> None:
        """A second is over, and this was its earliest stamp. One that is far off waits for others to confirm it."""
        error = point.index + point.offset - self.position_of(point.index)
        if self._points and abs(error) > _STEP:
            if self._strays and (error > 0) != self._strays_late:
                self._strays.clear()
            self._strays_late = error > 0
            self._strays.append(point)
            if len(self._strays) < _STEP_WINDOWS:
                return
            if self.slope_known:
                self._prior_weight = 1.0 / _KNOWN_SLOPE_SIGMA**2
            self._prior_slope = self._slope
            self._points.clear()
            self._points.extend(self._strays)
        else:
            self._points.append(point)
        self._strays.clear()
        self._fit()

    def _fit(self) -> None:
        count = len(self._points)
        mean_index = sum(p.index for p in self._points) / count
        mean_offset = sum(p.offset for p in self._points) / count
        variance = 1.0 / _POINT_SIGMA**2
        spread = sum((p.index - mean_index) ** 2 for p in self._points) * variance
        rise = sum((p.index - mean_index) * (p.offset - mean_offset) for p in self._points) * variance
        self._slope = (rise + self._prior_slope * self._prior_weight) / (spread + self._prior_weight)
        self._reference, self._offset = mean_index, mean_offset


class Playhead:
    """Reads a device tick by tick, following its clock without ever jumping.

    Each tick is read at one constant rate: the clock's own, plus a correction of at most 300 ppm (2000 ppm during
    the first ten seconds, and while more than 5 ms off) towards where the clock says the tick should end. One thread
    owns it.
    """

    def __init__(self, clock: DeviceClock) -> None:
        self.clock = clock
        self._tick_start = -1
        self._start = 0.0
        self._advance = 0.0
        self._followed = 0.0

    @property
    def started(self) -> bool:
        """Whether a tick was read: from then on positions are held to continuity, before that they are free."""
        return self._tick_start >= 0

    def read(self, tick_start: int) -> tuple[float, float]:
        """(device index of the tick's first sample, how many device samples the tick takes).

        Consecutive ticks join exactly; after a pause in reading the position is taken from the clock anew. Asking
        again for the same tick gives the same answer.
        """
        if tick_start == self._tick_start:
            return self._start, self._advance
        if self.started and tick_start == self._tick_start + AUDIO_TICK_SAMPLES:
            self._start += self._advance
        else:
            self._start = float(round(self.clock.index_at(tick_start)))
        self._tick_start = tick_start
        self._advance = self._steer(self.clock.index_at(tick_start + AUDIO_TICK_SAMPLES))
        self._followed += AUDIO_TICK_SAMPLES
        return self._start, self._advance

    def index_at(self, position: int) -> float:
        """Device index that plays at `position`: exact up to the end of the last tick read, the clock's word beyond."""
        offset = position - self._tick_start
        if self.started and 0 <= offset <= AUDIO_TICK_SAMPLES:
            return self._start + self._advance * offset / AUDIO_TICK_SAMPLES
        return self.clock.index_at(position)

    def position_of(self, index: int) -> int:
        """First position of the timeline at or after device sample `index`, as seen from the last tick read."""
        if not self.started:
            return round(self.clock.position_of(index))
        ticks = (index - self._start) / self._advance
        return self._tick_start + math.ceil(ticks * AUDIO_TICK_SAMPLES - 1e-6)

    def _steer(self, target: float) -> float:
        slope = self.clock.slope
        natural = AUDIO_TICK_SAMPLES / (1.0 + slope) if abs(slope) > _DEAD_SLOPE else float(AUDIO_TICK_SAMPLES)
        error = target - (self._start + natural)
        if abs(error) <= _DEAD_ZONE:
            error = 0.0
        acquiring = self._followed < _ACQUIRE_SAMPLES or abs(error) > _STEP
        limit = _ACQUIRE_LIMIT if acquiring else _FOLLOW_LIMIT
        correction = max(-limit, min(limit, error / _FOLLOW_SAMPLES))
        rate = natural / AUDIO_TICK_SAMPLES - 1.0 + correction
        return AUDIO_TICK_SAMPLES * (1.0 + max(-_RATE_LIMIT, min(_RATE_LIMIT, rate)))
