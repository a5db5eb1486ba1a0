"""Waiting for sockets so that another thread can end the wait at any moment."""

import selectors
import socket
import threading
from collections.abc import Collection

_Selector: type[selectors.BaseSelector] = getattr(selectors, "PollSelector", selectors.SelectSelector)
"""`poll` where there is one: it needs no descriptor of its own, and takes those above 1023."""


class Cancelled(Exception):  # noqa: N818 - it names what happened, as the engine's events do
    """`cancel` was called."""


class SocketWait:
    """One thread waits; any thread wakes it. Needs two descriptors until `close`."""

    def __init__(self) -> None:
        """Raises OSError when the system has no more descriptors."""
        self._ours, self._theirs = socket.socketpair()
        self._ours.settimeout(0)
        self._theirs.settimeout(0)
        self._selector = _Selector()
        self._selector.register(self._ours, selectors.EVENT_READ)
        self._watched: dict[socket.socket, int] = {}
        self._lock = threading.Lock()
        self._woken = False  # protected by _lock
        self._closed = False  # protected by _lock
        self._cancelled = False

    def wake(self) -> None:
        """End the wait in progress or the next one. Any thread; nothing happens once it is closed."""
        with self._lock:
            if not (self._woken or self._closed):
                self._woken = True
                self._theirs.send(b"w")

    def cancel(self) -> None:
        """Make every wait raise Cancelled from now on. Any thread."""
        self._cancelled = True
        self.wake()

    def check(self) -> None:
        """Raise Cancelled if it was."""
        if self._cancelled:
            raise Cancelled

    def wait(
        self, readers: Collection[socket.socket], writers: Collection[socket.socket], timeout: float | None
    ) -> set[socket.socket]:
        """Until one is ready or broken, somebody wakes us, or so many seconds are over. Those that are ready."""
        self.check()
        wanted = dict.fromkeys(readers, selectors.EVENT_READ)
        for one in writers:
            wanted[one] = wanted.get(one, 0) | selectors.EVENT_WRITE
        if wanted != self._watched:  # seldom: most waits are for the same as the one before
            self._watch(wanted)
        ready = {key.fileobj for key, _ in self._selector.select(timeout)}
        if self._ours in ready:
            with self._lock:
                self._ours.recv(16)
                self._woken = False
        self.check()
        return {one for one in ready if isinstance(one, socket.socket) and one is not self._ours}

    def _watch(self, wanted: dict[socket.socket, int]) -> None:
        for one in self._watched:  # first of all: one that was closed since may have given its number to a new one
            self._selector.unregister(one)
        for one, events in wanted.items():
            self._selector.register(one, events)
        self._watched = wanted

    def close(self) -> None:
        """Give the descriptors back. By the waiting thread."""
        with self._lock:
            self._closed = True
            self._selector.close()
            self._ours.close()
            self._theirs.close()
