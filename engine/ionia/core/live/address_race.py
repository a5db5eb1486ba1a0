"""Which of a server's addresses to try, and when the next: Happy Eyeballs (RFC 8305), without sockets.

A machine with IPv6 that leads nowhere must not wait for it, and one without IPv4 must not need it.
"""

from collections.abc import Sequence
from itertools import chain, zip_longest
from typing import Generic, TypeVar

Address = TypeVar("Address")

ATTEMPT_DELAY_NS = 250_000_000
"""How long the newest attempt is waited for before another begins beside it (RFC 8305, 5 and 8)."""


def alternating(addresses: Sequence[tuple[int, Address]]) -> list[tuple[int, Address]]:
    """Families and addresses as the system prefers them, the families by turns (RFC 8305, 4)."""
    first = addresses[0][0] if addresses else None
    ours = [each for each in addresses if each[0] == first]
    others = [each for each in addresses if each[0] != first]
    return [each for each in chain.from_iterable(zip_longest(ours, others)) if each is not None]


class AddressRace(Generic[Address]):
    """One owner. Attempts that began go on until one of them wins or all have failed."""

    def __init__(self, addresses: Sequence[Address]) -> None:
        """`addresses` in the order in which to try them."""
        self._waiting = list(addresses)
        self._running = 0
        self._next_ns: int | None = None

    @property
    def lost(self) -> bool:
        """Whether there is nothing to try or to wait for any more."""
        return not (self._waiting or self._running)

    @property
    def deadline_ns(self) -> int | None:
        """When `due` has another one; None when only an attempt's end can change anything."""
        return self._next_ns if self._waiting else None

    def due(self, now_ns: int) -> Address | None:
        """The address to try now; None if it isn't time."""
        if not self._waiting or (self._next_ns is not None and now_ns < self._next_ns):
            return None
        self._running += 1
        self._next_ns = now_ns + ATTEMPT_DELAY_NS
        return self._waiting.pop(0)

    def failed(self, now_ns: int) -> None:
        """An attempt failed: the next one needn't wait."""
        self._running -= 1
        self._next_ns = now_ns
