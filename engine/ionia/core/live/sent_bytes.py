"""How many of a connection's bytes have arrived, from what Windows tells of it (TCP_INFO_v0).

`BytesOut` less `BytesInFlight` would be it, if it were written whether `BytesOut` counts what is sent again. Both
readings are right until something is, and then one of them shows itself; until it does, the lower one holds, which
never takes what is sent into a dead link again for a sign of life.
"""

from dataclasses import dataclass

SURE_AFTER = 3
"""So often must all that was written have been sent by the reading without what is sent again. By the other one,
exactly as many bytes as were sent again would have waited in the socket each time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TcpFigures:
    """One connection at one moment, in bytes. `out` is BytesOut, `again` BytesRetrans, `window` the server's."""

    segment: int
    in_flight: int
    window: int
    out: int
    again: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketFigures:
    """One socket at one moment.

    `waiting`: bytes that entered it and that the other machine has not acknowledged. `zero_window`: what waits is more
    than the other side's receive window, and that has no room for one segment: the program there doesn't read. (With
    room it is the network, or this machine's own, that takes nothing.)
    """

    waiting: int
    zero_window: bool


class SentBytes:
    """One connection's. One owner."""

    def __init__(self) -> None:
        self._again_counted: bool | None = None  # whether `out` has `again` in it; None: not known yet
        self._matches = 0
        self._matched = 0  # what had been written when it matched last
        self._arrived = 0

    def observe(self, figures: TcpFigures, written: int) -> SocketFigures:
        """What it tells when so many bytes in all have entered the socket."""
        if figures.again and self._again_counted is None:
            self._learn(figures, written)
        out = min(written, figures.out if self._again_counted is False else figures.out - figures.again)
        self._arrived = min(written, max(self._arrived, out - figures.in_flight))
        unsent = written - out
        return SocketFigures(waiting=written - self._arrived, zero_window=unsent > figures.window < figures.segment)

    def _learn(self, figures: TcpFigures, written: int) -> None:
        if figures.out > written + 1:  # a SYN may count as one
            self._again_counted = True
        elif figures.out == written != self._matched:
            self._matched = written
            self._matches += 1
            if self._matches >= SURE_AFTER:
                self._again_counted = False
