"""How much of a server's talk is read. What is more waits in the network, which makes the server wait, too.

A server has a few hundred bytes to say to a publisher. One that talks without end would have us answer its pings all
day, and every answer takes from what encodes and mixes beside it.
"""

from ionia.core.timebase import NS_PER_S

MOST_BYTES = 262_144
"""Bytes in a second, ten times what servers send that measure a publisher's line first."""


class TalkLimit:
    """One connection's. One owner; `now_ns` is the engine's clock and must not go back."""

    def __init__(self) -> None:
        self._since_ns: int | None = None
        self._bytes = 0

    def note(self, size: int, now_ns: int) -> None:
        """So many bytes were read."""
        if self._since_ns is None or now_ns - self._since_ns >= NS_PER_S:
            self._since_ns, self._bytes = now_ns, 0
        self._bytes += size

    def deaf_ns(self, now_ns: int) -> int:
        """How long nothing is to be read from now on; 0: it may be read."""
        if self._since_ns is None or self._bytes < MOST_BYTES:
            return 0
        return max(0, self._since_ns + NS_PER_S - now_ns)
