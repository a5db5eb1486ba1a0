"""What every sender is, whatever it speaks: packets that wait, a thread of its own, an end that can be waited for."""

import threading
from collections import deque
from collections.abc import Sequence

from ionia.core.media import EncodedPacket

_MOST_PENDING = 16 * 1024 * 1024
"""Bytes waiting here at which something is badly wrong: the buffer's window allows a fraction of this."""


class SenderThread:
    """The base of a sender, which has `leave` and `kill`. Any thread may call any method."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pending: deque[EncodedPacket] = deque()  # protected by _lock
        self._pending_bytes = 0  # protected by _lock
        self._closing = False  # protected by _lock
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def leave(self) -> None:
        """Let it say goodbye to the server and end; returns at once."""
        raise NotImplementedError

    def kill(self) -> None:
        """End it at once. Idempotent; the listener still hears `Ended`."""
        raise NotImplementedError

    @property
    def alive(self) -> bool:
        """Whether it can still be used or is still at work."""
        return not self._ended.is_set()

    def close(self, timeout: float) -> bool:
        """`leave`, and end it after `timeout` seconds. Whether it could finish."""
        self.leave()
        finished = self._ended.wait(timeout)
        self.kill()
        return finished

    def wait(self, timeout: float) -> bool:
        """Wait until its thread is gone; whether it is. Not from the listener."""
        if self._thread is not None and self._thread.ident is not None:
            self._thread.join(timeout)
            return not self._thread.is_alive()
        return True

    def take(self) -> EncodedPacket | None:
        """The next packet, if there is one. For the attempt."""
        with self._lock:
            if not self._pending:
                return None
            packet = self._pending.popleft()
            self._pending_bytes -= len(packet.data)
            return packet

    def take_some(self, least_bytes: int) -> Sequence[EncodedPacket]:
        """The next packets, all that wait or as many as have so many bytes. For the attempt."""
        with self._lock:
            pending, size = self._pending, 0
            if self._pending_bytes <= least_bytes:
                self._pending, self._pending_bytes = deque(), 0
                return pending
            taken = []
            while pending and size < least_bytes:
                packet = pending.popleft()
                size += len(packet.data)
                taken.append(packet)
            self._pending_bytes -= size
            return taken

    @property
    def closing(self) -> bool:
        """Whether it is to leave and no packet waits. For the attempt."""
        with self._lock:
            return self._closing and not self._pending

    def _hold(self, packets: Sequence[EncodedPacket]) -> bool:
        """Let them wait. Whether that is as much as can be right."""
        size = sum([len(packet.data) for packet in packets])
        with self._lock:
            self._pending.extend(packets)
            self._pending_bytes += size
            return self._pending_bytes <= _MOST_PENDING
