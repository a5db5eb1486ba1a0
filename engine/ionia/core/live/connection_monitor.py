"""When a connection that nobody closed is dead."""

STALL_NS = 2_600_000_000
"""No delivered byte for this long while some are waiting: dead. Leaves 0.4 s of the promised 3 s for the rest."""

ZERO_WINDOW_NS = 1_200_000_000
"""The same for a zero window: the server's machine answers, but its receive window is closed, because the program there
doesn't read. It stopped reading before that, by as much as the window holds (up to 1.6 s of a stream of 5 Mbit/s); and
the cause can't be a lost packet, which TCP may take 1.6 s to repair."""

ZERO_WINDOW_BYTES = 16_000
"""What must be delivered through a zero window to count as life. TCP's probes push a few kB into what is left of the
window of a frozen server; a server that reads too slowly for the sound alone is not alive, either."""


class ConnectionMonitor:
    """Finds a dead link by what arrives, because a dead link may never give an error. One connection each."""

    def __init__(self, now_ns: int, *, stall_ns: int = STALL_NS) -> None:
        self._stall = stall_ns
        self._delivered = 0
        self._pending = False
        self.zero_window = False
        """Whether the server took no more when it was looked at last."""
        self._trickle = 0  # delivered through a zero window since the last sign of life
        self._alive_ns = now_ns

    @property
    def deadline_ns(self) -> int | None:
        """When the link counts as dead unless something is delivered; None while nothing waits."""
        if not self._pending:
            return None
        return self._alive_ns + (min(ZERO_WINDOW_NS, self._stall) if self.zero_window else self._stall)

    def observe(self, delivered_bytes: int, now_ns: int, *, pending: bool, zero_window: bool = False) -> None:
        """Take note of the total delivered, of whether anything waits, and of whether the server takes no more.

        Waiting for nothing is no stall.
        """
        more = max(0, delivered_bytes - self._delivered)
        self._trickle = self._trickle + more if zero_window else 0
        if self._trickle >= ZERO_WINDOW_BYTES or (more and not zero_window) or (pending and not self._pending):
            self._alive_ns = now_ns
            self._trickle = 0
        self._delivered = max(self._delivered, delivered_bytes)
        self._pending = pending
        self.zero_window = zero_window
