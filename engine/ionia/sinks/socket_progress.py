"""What the kernel knows about a connection's bytes: how many have not arrived, and whether more can be taken now."""

import socket
import struct
import sys
from collections import deque
from typing import NamedTuple

from ionia.core.live.sent_bytes import SentBytes, SocketFigures
from ionia.core.media import MediaHeader
from ionia.sinks.windows_tcp_info import tcp_figures

_BUFFER_SECONDS = 0.1
_LEAST_BUFFER = 65_536
_MOST_BUFFER = 1_048_576
_TCP_INFO = struct.Struct("=16xI124xI80xI")
"""Of struct tcp_info (linux/tcp.h): tcpi_snd_mss, tcpi_notsent_bytes (since 4.6), tcpi_snd_wnd (since 5.4; before, the
kernel's answer is shorter)."""

_TCP_WINDOW_UNKNOWN = 1 << 31
"""More than any window can be (RFC 7323: less than 1 GiB)."""


class SocketProgress:
    """What the kernel knows about a connection's socket. One owner, once the connection was made."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._sent_bytes = SentBytes() if tcp_figures(connection) else None
        self._last = SocketFigures(waiting=0, zero_window=False)

    @property
    def exact(self) -> bool:
        """Whether acknowledged bytes are known at all: on Linux, and on Windows from 10 version 1703 on."""
        return sys.platform == "linux" or self._sent_bytes is not None

    def read(self, written: int) -> SocketFigures:
        """As it is now, when so many bytes in all have entered it; nothing waits where that isn't known."""
        if self._sent_bytes is None:
            return _on_linux(self._socket)
        told = tcp_figures(self._socket)
        if told is not None:  # or it is over, and what is known stays
            self._last = self._sent_bytes.observe(told, written)
        return self._last


def _on_linux(connection: socket.socket) -> SocketFigures:
    import fcntl  # noqa: PLC0415 - Linux only
    import termios  # noqa: PLC0415

    waiting, info = 0, _TcpInfo()
    if sys.platform == "linux":
        (waiting,) = struct.unpack("i", fcntl.ioctl(connection, termios.TIOCOUTQ, bytes(4)))
        info = _tcp_info(connection)
    return SocketFigures(waiting=waiting, zero_window=info.unsent > info.window < info.segment)


class _TcpInfo(NamedTuple):
    """Bytes of a full segment, not sent, and room in the window."""

    segment: int = 0
    unsent: int = 0
    window: int = 0


def _tcp_info(connection: socket.socket) -> _TcpInfo:
    info = _TcpInfo()
    if sys.platform == "linux":
        raw = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO.size)
        info = _TcpInfo._make(_TCP_INFO.unpack(raw.ljust(_TCP_INFO.size, b"\0")))
        if len(raw) < _TCP_INFO.size:  # a window that an old kernel doesn't tell isn't a closed one
            info = info._replace(window=_TCP_WINDOW_UNKNOWN)
    return info


class DeliveryCount:
    """Which packets have arrived, from bytes that have: packet n has when all bytes up to its end have. One owner."""

    def __init__(self) -> None:
        self.muxed = 0
        self.delivered = 0
        self._ends: deque[int] = deque()

    def add(self, sent_bytes: int) -> None:
        """One more packet was muxed, and so many bytes have entered the socket in all."""
        self.muxed += 1
        self._ends.append(sent_bytes)

    def acknowledge(self, delivered_bytes: int) -> None:
        """So many bytes in all have been acknowledged."""
        while self._ends and self._ends[0] <= delivered_bytes:
            self._ends.popleft()
            self.delivered += 1


def buffer_bytes(header: MediaHeader) -> int:
    """What a socket may hold. Little, because it is late and can't be dropped any more; Linux would take 2.9 MB."""
    wanted = round(sum(track.bitrate for track in header.tracks) / 8 * _BUFFER_SECONDS)
    return min(max(wanted, _LEAST_BUFFER), _MOST_BUFFER)
