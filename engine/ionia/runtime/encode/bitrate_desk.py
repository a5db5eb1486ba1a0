"""Where the sessions of one video encode say which bit rate they need, and its encoder hears what comes of that."""

import threading
from collections.abc import Callable, Hashable
from enum import Enum

from ionia.core.live.bitrate_votes import BitrateVotes
from ionia.threads.mailbox import LatestSlot


class BitrateAnswer(Enum):
    """What became of a stream's wish for another bit rate."""

    FOLLOWED = "followed"
    HELD = "held by a recording or replay"
    FIXED = "not followed by this encoder"


class BitrateDesk:
    """Any thread."""

    def __init__(self, bitrate: int, follows: Callable[[], bool]) -> None:
        """`follows`: whether a bit rate that is set while the encoder runs has an effect."""
        self._target = bitrate
        self._follows = follows
        self._lock = threading.Lock()
        self._votes = BitrateVotes(bitrate)  # protected by _lock
        self._changed: LatestSlot[int] = LatestSlot()

    @property
    def bitrate(self) -> int:
        """The one in force."""
        with self._lock:
            return self._votes.bitrate if self._follows() else self._target

    def taken(self) -> int | None:
        """The newest one, once; None where none is new. The encoder's thread."""
        return self._changed.take()

    def vote(self, voter: Hashable, bitrate: int) -> BitrateAnswer:
        """What a stream's link carries, and what becomes of it."""
        with self._lock:
            self._votes.vote(voter, bitrate)
            self._changed.put(self._votes.bitrate)
            if self._votes.held:
                return BitrateAnswer.HELD
            return BitrateAnswer.FOLLOWED if self._follows() else BitrateAnswer.FIXED

    def hold(self, holder: Hashable) -> None:
        """A recording or replay began: its quality is kept until it leaves."""
        with self._lock:
            self._votes.hold(holder)
            self._changed.put(self._votes.bitrate)

    def leave(self, who: Hashable) -> None:
        """A recording, a replay or a stream ended. Idempotent."""
        with self._lock:
            self._votes.leave(who)
            self._changed.put(self._votes.bitrate)
