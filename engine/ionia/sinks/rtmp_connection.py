"""One connection to an RTMP server on a socket that doesn't block, and which packets it has delivered."""

import socket
import ssl
from collections import deque
from collections.abc import Sequence

from ionia.core.live.flv_stream import FlvStream
from ionia.core.live.sender_events import Progress
from ionia.core.media import EncodedPacket, MediaHeader
from ionia.core.rtmp.client import RtmpClient
from ionia.core.rtmp.client_events import ClientEvent
from ionia.sinks.socket_progress import DeliveryCount, SocketProgress
from ionia.sinks.tls_layer import Layer

AHEAD_BYTES = 65_536
"""How much is made ready for the socket, if there is so much; the rest stays packets."""

_READ_SIZE = 65_536


class RtmpConnection:
    """Client, layer and socket together. One owner, which waits for the socket; nothing here does."""

    def __init__(self, connection: socket.socket, layer: Layer, client: RtmpClient) -> None:
        """Owns `connection` from now on."""
        self.socket = connection
        self.client = client
        self.begun = False
        """Whether the server's certificate is good, where it has one, and RTMP is spoken."""
        self.over = False
        """Whether the server closed its side."""
        self.sent = 0
        """Bytes that entered the socket."""
        self.heard = 0
        """Bytes that were read from it."""
        self._layer = layer
        self._out = bytearray()

    @property
    def unsent(self) -> int:
        """Bytes that wait for the socket."""
        return len(self._out)

    def begin(self, received: bytes = b"") -> None:
        """Greet the server. Raises ssl.SSLError (SSLCertVerificationError among them)."""
        self.begun, greeting = self._layer.begin(received)
        self._out += greeting
        if self.begun:
            self.queue(self.client.begin())

    def queue(self, data: bytes) -> int:
        """Make ready what the client says. Returns the number of its last byte among all those for the socket."""
        if data:
            self._out += self._layer.seal(data)
        return self.sent + len(self._out)

    def flush(self) -> None:
        """Give the socket what it takes. Raises OSError."""
        while self._out:
            try:
                count = self.socket.send(self._out)
            except (BlockingIOError, InterruptedError):
                return
            self.sent += count
            del self._out[:count]

    def receive(self) -> tuple[ClientEvent, ...]:
        """What came, once the socket can be read; nothing if it can't. Raises OSError (ssl.SSLError among them)."""
        try:
            received = self.socket.recv(_READ_SIZE)
        except (BlockingIOError, InterruptedError):
            return ()
        self.heard += len(received)
        if not self.begun:
            if not received:
                raise ssl.SSLEOFError(ssl.SSL_ERROR_EOF, "closed while it was greeted")
            self.begin(received)
            return ()
        said, self.over = self._layer.unseal(received) if received else (b"", True)
        events: tuple[ClientEvent, ...] = ()
        for data in ([said] if said else []) + ([b""] if self.over else []):
            heard = self.client.receive(data)
            self.queue(heard.send)
            events += heard.events
        return events

    def end(self) -> None:
        """The last bytes, behind all others."""
        self._out += self._layer.end()

    def close(self) -> None:
        """At once; what is in the socket the system still delivers."""
        self.socket.close()


class PacketFlow:
    """The packets of one connection on their way: made ready, in the socket, arrived. One owner."""

    def __init__(self, connection: RtmpConnection, header: MediaHeader) -> None:
        """The server has accepted the publishing."""
        self._connection = connection
        self._flv = FlvStream(header)
        self._socket = SocketProgress(connection.socket)
        self._count = DeliveryCount()
        self._ends: deque[tuple[int, int]] = deque()  # of packets made ready: their last byte, their size
        self.unreported = 0
        """Bytes of packets that entered the socket since `look`."""
        connection.queue(connection.client.publish(self._flv.begin()))

    @property
    def exact(self) -> bool:
        """Whether the system tells what arrived."""
        return self._socket.exact

    def put(self, packets: Sequence[EncodedPacket]) -> None:
        """The next packets in DTS order."""
        flv, queue, media = self._flv, self._connection.queue, self._connection.client.media
        for packet in packets:
            message = flv.message(packet)
            end = queue(b"" if message is None else media(*message, flv.milliseconds))
            self._ends.append((end, len(packet.data)))

    def say_goodbye(self) -> None:
        """Behind the last packet: the stream ends."""
        client = self._connection.client
        self._connection.queue(client.publish(self._flv.end()) + client.goodbye())
        self._connection.end()

    def settle(self) -> None:
        """Count the packets that have entered the socket."""
        while self._ends and self._ends[0][0] <= self._connection.sent:
            end, size = self._ends.popleft()
            self._count.add(end)
            self.unreported += size

    def look(self) -> Progress:
        """The totals as they are now."""
        self.settle()
        self.unreported = 0
        sent, waiting, zero_window = self._connection.sent, 0, False
        if self._socket.exact:
            figures = self._socket.read(sent)
            waiting, zero_window = min(sent, figures.waiting), figures.zero_window
        self._count.acknowledge(sent - waiting)
        return Progress(
            muxed=self._count.muxed,
            delivered=self._count.delivered,
            sent_bytes=sent,
            delivered_bytes=sent - waiting,
            exact=self._socket.exact,
            zero_window=zero_window,
        )
