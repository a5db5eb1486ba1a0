"""When a take's frames were captured, by the clock on the wall, which goes on while the machine sleeps."""

from collections.abc import Callable

from ionia.core.timebase import frame_middle_ns
from ionia.core.timeline.file_timeline import EpochUtc
from ionia.runtime.session.moment import SLEEP_NS, Moment


class TakeClock:
    """One owner. The engine's clock stands still while the machine sleeps; `slept_ns` says for how long it has."""

    def __init__(self, epoch_utc: EpochUtc, *, fps: int, slept_ns: Callable[[], int]) -> None:
        """`epoch_utc` has just been read."""
        self.epoch_utc = epoch_utc
        self._fps = fps
        self._slept_ns = slept_ns
        self._before_ns = slept_ns()
        self._early_ns = 0

    def begins_at(self, moment: Moment) -> None:
        """The first picture is of an earlier moment."""
        self._early_ns = moment.slept_since(self._slept_ns())

    def utc_ns(self, index: int) -> int:
        """When frame `index` is captured: the middle of its interval (decision 0002)."""
        return self.epoch_utc.utc_ns + frame_middle_ns(0, self._fps, index) + self._slept()

    def start_ns(self, began_ns: int, *, first: bool) -> int:
        """When the first picture of a file was captured, whose frame begins at `began_ns` by the epoch's reading."""
        return frame_middle_ns(began_ns, self._fps, 0) + self._slept() - (self._early_ns if first else 0)

    def _slept(self) -> int:
        """What a frame of now is later by than the engine's clock says."""
        slept = self._slept_ns() - self._before_ns
        return slept if slept > SLEEP_NS else 0
