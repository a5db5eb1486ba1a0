"""Says when a sample was captured, from the server's statements about its position. Pure; never reads a clock.

A statement is: "at this instant, the sample at this position was at the microphone (or at the speaker)". Instants that
are taken from a position are independent of when our process came around to reading, so a late, stopped or busy
process changes nothing.

Small errors are on one side: our own lateness in dating a statement, and a server that moves its position on in steps
(PipeWire, by up to a block), both make a sample look later than it was. So the earliest statements count.
"""

from collections import deque

from ionia.core.media import SAMPLE_RATE

WINDOW = 16
"""Statements that count: at one per 100 ms, 1.6 s. A device clock that is 100 ppm off lags by 0.1 ms."""

RANK = 1
"""The second earliest of the window, so that no single statement decides."""

STEP_NS = 5_000_000
"""A statement that is further off than this is either noise or a jump of the device (suspended, overrun, moved)."""

STEP_STATEMENTS = 3
"""As many in a row on the same side are a jump."""

_SECOND_NS = 1_000_000_000


def duration_ns(samples: int) -> int:
    """Exact duration of so many samples, rounded down to a nanosecond."""
    return samples * _SECOND_NS // SAMPLE_RATE


class PulseTimeline:
    """The instant of each position of one stream. One thread owns it."""

    def __init__(self) -> None:
        self._origins: deque[int] = deque(maxlen=WINDOW)
        self._strays: list[int] = []
        self._origin_ns: int | None = None

    @property
    def known(self) -> bool:
        """Whether there was a statement since the beginning or the last `forget`."""
        return self._origin_ns is not None

    def state(self, instant_ns: int, position_ns: int) -> None:
        """Take a statement: what was captured (or heard) at `instant_ns` lies `position_ns` after sample 0."""
        origin = instant_ns - position_ns
        current = self._origin_ns
        # The first ones may be late by 10 ms: the server has little to say of a stream that is just beginning.
        beginning = len(self._origins) <= 2 * RANK
        if current is not None and abs(origin - current) > STEP_NS and not (beginning and origin < current):
            self._take_stray(origin, current)
            return
        self._strays.clear()
        self._origins.append(origin)
        self._origin_ns = self._earliest()

    def forget(self) -> None:
        """The device stood still: the next statement counts from scratch."""
        self._origins.clear()
        self._strays.clear()
        self._origin_ns = None

    def instant_ns(self, sample: int) -> int:
        """When the sample with this index was captured (or heard). Only while `known`."""
        if self._origin_ns is None:
            raise RuntimeError("no statement yet")
        return self._origin_ns + duration_ns(sample)

    def _take_stray(self, origin: int, current: int) -> None:
        if self._strays and (self._strays[-1] > current) != (origin > current):
            self._strays.clear()
        self._strays.append(origin)
        if len(self._strays) == STEP_STATEMENTS:
            self._origins.clear()
            self._origins.extend(self._strays)
            self._origin_ns = self._earliest()
            self._strays.clear()

    def _earliest(self) -> int:
        return sorted(self._origins)[RANK if len(self._origins) > 2 * RANK else 0]
