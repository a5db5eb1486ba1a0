"""When a take's frames were captured, by the clock on the wall, which goes on while the machine sleeps."""

from collections.abc import Callable

from ionia.core.frame_rate import FrameRate
from ionia.core.timebase import frame_instant_ns
from ionia.core.timeline.file_timeline import EpochUtc
from ionia.runtime.session.moment import SLEEP_NS, Moment


class TakeClock:
    """One owner. The engine's clock stands still while the machine sleeps; `slept_ns` says for how long it has."""

    def __init__(
        self, epoch_utc: EpochUtc, *, fps: FrameRate, slept_ns: Callable[[], int], picture: bool = True
    ) -> None:
        """`epoch_utc` has just been read. Without a `picture` a file begins with its first sample."""
        self.epoch_utc = epoch_utc
        self._fps = fps
        self._picture = picture
        self._slept_ns = slept_ns
        self._before_ns = slept_ns()
        self._early_ns = 0

    def begins_at(self, moment: Moment) -> None:
        """The first picture is of an earlier moment."""
        self._early_ns = moment.slept_since(self._slept_ns())

    def utc_ns(self, index: int) -> int:
        """When frame `index` is captured: the middle of its interval (decision 0002)."""
        return self._instant_ns(self.epoch_utc.utc_ns, index) + self._slept()

    def start_ns(self, began_ns: int, *, first: bool) -> int:
        """When the first picture of a file was captured, whose frame begins at `began_ns` by the epoch's reading."""
        return self._instant_ns(began_ns, 0) + self._slept() - (self._early_ns if first else 0)

    def _instant_ns(self, epoch_ns: int, index: int) -> int:
        return frame_instant_ns(epoch_ns, self._fps, index, picture=self._picture)

    def _slept(self) -> int:
        """What a frame of now is later by than the engine's clock says."""
        slept = self._slept_ns() - self._before_ns
        return slept if slept > SLEEP_NS else 0
