"""When a screen's next picture is to be begun, so that it is taken in the middle of a frame's interval. Pure."""

from ionia.core.frame_rate import FrameRate
from ionia.core.timebase import NS_PER_S, next_middle_ns

WEIGHT = 8
"""The newest picture counts for an eighth of what is usual: a hiccup moves it little."""


class GrabTiming:
    """A picture stands for the middle of the time that taking it takes. Begun in the frame's middle, one that takes
    longer than half an interval (a screen of 3840 x 2160 at 60 Hz does) would come after its frame's end; begun half of
    its time before, it has the whole interval, and its middle is the frame's."""

    def __init__(self, *, epoch_ns: int, fps: FrameRate) -> None:
        self._epoch_ns = epoch_ns
        self._fps = fps
        self._most_ns = NS_PER_S * fps.denominator // (2 * fps.numerator) - 1  # so that it is begun within its frame
        self._usual_ns = 0

    def took(self, span_ns: int) -> None:
        """A picture took so long."""
        self._usual_ns += (span_ns - self._usual_ns) // WEIGHT

    def next_ns(self, now_ns: int) -> int:
        """When to begin the next one; after now."""
        lead_ns = min(self._usual_ns // 2, self._most_ns)
        return next_middle_ns(self._epoch_ns, self._fps, now_ns + lead_ns) - lead_ns
