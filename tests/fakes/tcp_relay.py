"""A TCP relay between a client and a server whose link can be slowed, stalled, cut and reset while it runs."""

import contextlib
import selectors
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

_PIECE = 8192


class TcpRelay:
    """Forwards 127.0.0.1:port to a target. Any thread may change the link; one thread of its own does the work.

    Small socket buffers, so that what the link doesn't carry waits at the sender, as on a real link.
    """

    def __init__(self, target_port: int) -> None:
        self.bytes_up = 0
        self.connections = 0
        self._target = target_port
        self._rate: float | None = None
        self._stalled = False
        self._commands: list[str] = []
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._closing = threading.Event()
        self._listener = socket.socket()
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen()
        self.port = int(self._listener.getsockname()[1])
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def throttle(self, bytes_per_second: float | None) -> None:
        """Limit what goes to the server; None: no limit."""
        self._rate = bytes_per_second

    def stall(self, *, on: bool = True) -> None:
        """Carry nothing in either direction and accept nobody; connections stay open."""
        self._stalled = on

    def reset(self) -> None:
        """RST all connections."""
        self._commands.append("reset")

    def close(self) -> None:
        """End everything."""
        self._closing.set()
        self._thread.join(10)
        self._drop_all()
        self._listener.close()

    def _run(self) -> None:
        selector = selectors.DefaultSelector()
        selector.register(self._listener, selectors.EVENT_READ)
        allowance, last = 0.0, time.monotonic()
        while not self._closing.is_set():
            now = time.monotonic()
            rate = self._rate
            # What was carried without a limit is no debt: a limit counts from when it is set.
            allowance = 0.0 if rate is None else min(allowance + (now - last) * rate, rate * 0.05 + 1)
            last = now
            if self._commands:
                self._commands.clear()
                for pair in self._pairs:
                    for end in pair:
                        with contextlib.suppress(KeyError):
                            selector.unregister(end)
                self._drop_all()
            ready = selector.select(0.005)
            if self._stalled or (self._rate is not None and allowance <= 0):
                self._closing.wait(0.005)
                if self._stalled:
                    continue
            for key, _ in ready:
                if key.fileobj is self._listener:
                    self._accept(selector)
                else:
                    allowance -= self._carry(selector, key, allowance)
        selector.close()

    def _accept(self, selector: selectors.BaseSelector) -> None:
        client, _ = self._listener.accept()
        try:
            server = socket.create_connection(("127.0.0.1", self._target), timeout=5)
        except OSError:
            client.close()
            return
        self.connections += 1
        self._pairs.append((client, server))
        selector.register(client, selectors.EVENT_READ, server)
        selector.register(server, selectors.EVENT_READ, client)

    def _carry(self, selector: selectors.BaseSelector, key: selectors.SelectorKey, allowance: float) -> int:
        """Bytes that count against the allowance."""
        source, sink = key.fileobj, key.data
        assert isinstance(source, socket.socket)
        if source.fileno() < 0:
            return 0  # its other end was found closed in this same round
        up = any(source is client for client, _ in self._pairs)
        limit = _PIECE
        if up and self._rate is not None:
            if allowance < 1:
                return 0
            limit = min(_PIECE, int(allowance))
        try:
            data = source.recv(limit)
            if data:
                sink.sendall(data)
        except OSError:
            data = b""
        if not data:
            for end in (source, sink):
                with contextlib.suppress(KeyError):
                    selector.unregister(end)
                end.close()
            self._pairs = [pair for pair in self._pairs if source not in pair]
            return 0
        self.bytes_up += len(data) if up else 0
        return len(data) if up else 0

    def _drop_all(self) -> None:
        for pair in self._pairs:
            for end in pair:
                with contextlib.suppress(OSError):
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                end.close()
        self._pairs = []


@contextmanager
def tcp_relay(target_port: int) -> Iterator[TcpRelay]:
    """A relay for the length of a test."""
    relay = TcpRelay(target_port)
    try:
        yield relay
    finally:
        relay.close()
