"""Who may change the bit rate of a shared encode: nobody while somebody records it, else the slowest link.

A recording can't be made again, a live picture is gone anyway. So while a recorder shares the encode its quality is
kept, and a stream whose link is too slow drops pictures instead.
"""

from collections.abc import Hashable, Iterable


def best_link(bitrates: Iterable[int], *, before: int) -> int:
    """What a stream to several servers votes for: what the best of its connected links carries; `before` with none.

    One slow server must not spoil the others' picture; its own pictures are dropped. Where the way out of this machine
    is slow, all links are.
    """
    return max(bitrates, default=before)


class BitrateVotes:
    """One encode's bit rate. One owner."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._votes: dict[Hashable, int] = {}
        self._holders: set[Hashable] = set()

    @property
    def held(self) -> bool:
        """Whether a recording keeps the bit rate at its target."""
        return bool(self._holders)

    @property
    def bitrate(self) -> int:
        """The bit rate to encode with, in bit/s."""
        if self._holders:
            return self._target
        return min(self._votes.values(), default=self._target)

    def vote(self, voter: Hashable, bitrate: int) -> None:
        """What this stream's link carries."""
        self._votes[voter] = min(bitrate, self._target)

    def hold(self, holder: Hashable) -> None:
        """A recording began."""
        self._holders.add(holder)

    def leave(self, who: Hashable) -> None:
        """A recording or a stream ended. Idempotent."""
        self._holders.discard(who)
        self._votes.pop(who, None)
