"""Packets of one encoder on their way to everyone who wants them, each track by itself and in its own order."""

import threading
from collections import deque
from collections.abc import Callable, Sequence

from ionia.core.media import EncodedPacket

Taker = Callable[[Sequence[EncodedPacket]], None]
"""Called on the encoder's thread; must only sort and queue. Nothing in it may wait or raise."""

PassBy = Callable[[int], None]
"""Called likewise, where the encoder rests: none of its packets comes before this position any more."""


class Feed:
    """Any thread, but `publish` on one. Whoever takes is called with the lock held: once gone it is called no more."""

    def __init__(self, *, kept: int = 0) -> None:
        """`kept`: how many of the newest packets wait for whoever joins next."""
        self._lock = threading.Lock()
        self._takers: list[Taker] = []  # protected by _lock
        self._keyframe_listeners: list[Taker] = []  # protected by _lock
        self._watchers: list[tuple[Taker, Callable[[], None]]] = []  # protected by _lock
        self._passers: list[PassBy] = []  # of the takers, in their order; protected by _lock
        self._hurried: list[Taker] = []  # takers that wait for each packet; protected by _lock
        self._ends: list[Callable[[], None]] = []  # protected by _lock
        self._kept: deque[EncodedPacket] = deque(maxlen=kept)  # protected by _lock
        self._ended = False  # protected by _lock

    @property
    def takers(self) -> int:
        """How many take packets."""
        with self._lock:
            return len(self._takers)

    @property
    def hurried(self) -> bool:
        """Whether somebody waits for each packet; otherwise several may come together, a little later."""
        return bool(self._hurried)

    def join(
        self,
        take: Taker,
        end: Callable[[], None],
        pass_by: PassBy = lambda _: None,
        *,
        with_kept: bool = False,
        patient: bool = False,
    ) -> None:
        """Hand the packets from now on to `take`; `end` is called once, when no more can come.

        `with_kept`: and before those the ones that are kept. A picture encoder that is behind gives its pictures when
        their sound has long gone by. `patient`: it needs none of them at once, until `hurry`.
        """
        with self._lock:
            if not self._ended:
                if with_kept and self._kept:
                    take(tuple(self._kept))
                self._takers.append(take)
                self._passers.append(pass_by)
                self._ends.append(end)
                if not patient:
                    self._hurried.append(take)
                return
        end()

    def hurry(self, take: Taker) -> None:
        """Whoever takes by `take` is patient no longer. Idempotent."""
        with self._lock:
            if take in self._takers and take not in self._hurried:
                self._hurried.append(take)

    def leave(self, take: Taker, end: Callable[[], None]) -> None:
        """Hand over no more; `end` is not called any more. Idempotent."""
        with self._lock:
            if take in self._takers:
                del self._passers[self._takers.index(take)]
                self._takers.remove(take)
                self._ends.remove(end)
            if take in self._hurried:
                self._hurried.remove(take)

    @property
    def watched(self) -> bool:
        """Whether somebody only looks on."""
        return bool(self._watchers)

    def watch(self, take: Taker, end: Callable[[], None]) -> None:
        """As `join`, for one who only looks on: it keeps no encoder at work that could rest."""
        with self._lock:
            if not self._ended:
                self._watchers.append((take, end))
                return
        end()

    def unwatch(self, take: Taker, end: Callable[[], None]) -> None:
        """No more. Idempotent."""
        with self._lock:
            if (take, end) in self._watchers:
                self._watchers.remove((take, end))

    def listen_keyframes(self, listener: Taker) -> None:
        """Hand over keyframes as they are encoded, before they are put in order with other tracks."""
        with self._lock:
            self._keyframe_listeners.append(listener)

    def unlisten_keyframes(self, listener: Taker) -> None:
        """No more. Idempotent."""
        with self._lock:
            if listener in self._keyframe_listeners:
                self._keyframe_listeners.remove(listener)

    def publish(self, packets: Sequence[EncodedPacket]) -> None:
        """From the encoder's thread: its next packets."""
        if not packets:
            return
        with self._lock:
            if self._keyframe_listeners and (keyframes := [packet for packet in packets if packet.keyframe]):
                for listener in self._keyframe_listeners:
                    listener(keyframes)
            self._kept.extend(packets)
            for take in self._takers:
                take(packets)
            for take, _ in self._watchers:
                take(packets)

    def pass_by(self, position: int) -> None:
        """From the encoder's thread: it rests, and no packet before `position` will come."""
        with self._lock:
            for passer in self._passers:
                passer(position)

    def close(self) -> None:
        """No more will come. Idempotent."""
        with self._lock:
            self._kept.clear()
            ends, self._ends = self._ends, []
            ends += [end for _, end in self._watchers]
            self._watchers.clear()
            self._takers.clear()
            self._hurried.clear()
            self._passers.clear()
            self._ended = True
        for end in ends:
            end()
