"""When a screen's next picture is to be begun, so that it is taken in the middle of a frame's interval. Pure."""

from ionia.core.frame_rate import FrameRate
from ionia.core.timebase import NS_PER_S, next_middle_ns
from ionia.core.video.judder import Judder

WEIGHT = 8
"""The newest picture counts for an eighth of what is usual: a hiccup moves it little."""

ASIDE = 4
"""Looks on the edge of the screen's beat go aside by a frame's time / this, and back."""

STAY_SECONDS = 2
"""So long at least they stay where they went."""

KNOWN_SECONDS = 30
"""So long what was seen from where they were is worth something. Screens change, and clocks drift."""

STILL_SECONDS = 1
"""When a screen has stood still for so long, its beat is over."""


class GrabTiming:
    """A picture stands for the middle of the time that taking it takes. Begun in the frame's middle, one that takes
    longer than half an interval (a screen of 3840 x 2160 at 60 Hz does) would come after its frame's end; begun half of
    its time before, it has the whole interval, and its middle is the frame's.

    Where that lies on the edge of the screen's own beat (see Judder), it is begun a quarter of a frame earlier while
    the beat lasts: never later, so that it has no less time. There, what it shows changed half a frame before the
    frame's middle, as behind any edge; if the beat moves on meanwhile, three quarters at most.
    """

    def __init__(self, *, epoch_ns: int, fps: FrameRate) -> None:
        self._epoch_ns = epoch_ns
        self._fps = fps
        self._frame_ns = NS_PER_S * fps.denominator // fps.numerator
        self._most_ns = NS_PER_S * fps.denominator // (2 * fps.numerator) - 1  # so that it is begun within its frame
        self._usual_ns = 0
        self._judder = Judder()
        self._aside_ns = 0
        self._stay, self._known, self._still = (
            round(each * fps) for each in (STAY_SECONDS, KNOWN_SECONDS, STILL_SECONDS)
        )
        self._unchanged = 0  # looks since the newest change
        self._looks = self._known  # since they went to where they are
        self._left = 0.0  # how uneven it was where they were

    def took(self, span_ns: int) -> None:
        """A picture took so long."""
        # From a frame's time on it makes no difference how much longer. What is usual stays a few ns below the most.
        self._usual_ns += (min(span_ns, self._frame_ns + WEIGHT) - self._usual_ns) // WEIGHT

    def looked(self, *, changed: bool) -> None:
        """A look is over; `changed`: it saw a picture other than the one before did."""
        self._looks += 1
        self._unchanged = 0 if changed else self._unchanged + 1
        if self._unchanged == self._still:
            self._aside_ns, self._looks = 0, self._known
            self._judder.forget()
        uneven = self._judder.looked(changed=changed)
        if not uneven or self._looks < self._stay or (self._looks < self._known and uneven < 2 * self._left):
            return
        self._left, self._looks = uneven, 0
        self._aside_ns = 0 if self._aside_ns else self._frame_ns // ASIDE
        self._judder.forget()

    def next_ns(self, now_ns: int) -> int:
        """When to begin the next one; after now."""
        lead_ns = min(self._usual_ns // 2 + self._aside_ns, self._most_ns)
        return next_middle_ns(self._epoch_ns, self._fps, now_ns + lead_ns) - lead_ns
