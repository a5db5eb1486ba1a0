"""FFmpeg's RTMP as one blocking connection, inside the sender process. Never to be used in the engine's own process:
opening and closing hold the GIL for as long as the server likes.

The muxer is `tee` with one slave, because only so do the protocol's options (timeouts, socket buffer, application and
key cut as we mean it) reach the protocol, and because with them a dead server ends a write. The slave passes bytes
through: the tags are ours (core.flv_tags), so that a packet is on the wire when `write` returns.
"""

import os
import socket
import stat
import struct
import sys
from collections import deque
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

import av
from av.packet import Packet

from ionia.core.live import flv_tags
from ionia.core.live.flv_timeline import FlvTimeline
from ionia.core.live.rtmp_url import RtmpUrl
from ionia.core.media import EncodedPacket, MediaHeader, Track

IO_TIMEOUT_US = 8_000_000
"""Longest single read or write. The engine ends a stalled sender sooner; this is for one that has lost its engine."""

_BUFFER_SECONDS = 0.1
_LEAST_BUFFER = 65_536
_MOST_BUFFER = 1_048_576
_TCP_INFO = struct.Struct("=B15xI100xQ16xI80xI")
"""Of struct tcp_info (linux/tcp.h): tcpi_state, tcpi_snd_mss, tcpi_bytes_acked, tcpi_notsent_bytes (all since 4.6),
tcpi_snd_wnd (since 5.4; before, the kernel's answer is shorter)."""

_TCP_ESTABLISHED = 1
"""tcpi_state."""

_TCP_WINDOW_UNKNOWN = 1 << 31
"""More than any window can be (RFC 7323: less than 1 GiB)."""

_SPECIAL_IN_OPTION = "\\':]"
_SPECIAL_IN_SLAVE = "\\'|"
_MILLISECOND = Fraction(1, 1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketFigures:
    """One socket at one moment.

    `entered`: bytes that entered it; `arrived`: bytes that the other machine acknowledged. `shut`: what waits is more
    than the other side's receive window, and that has no room for one segment: the program there doesn't read. (With
    room it is the network, or this machine's own, that takes nothing.)
    `established`: both sides hold the connection open; False at once when the other one closed or reset it.
    """

    entered: int
    arrived: int
    shut: bool
    established: bool


class SocketProgress:
    """What the kernel knows about the connection's socket. Any thread, once made; after the connection was made."""

    def __init__(self, connection: socket.socket | None) -> None:
        self._socket = connection

    def cork(self, *, on: bool) -> None:
        """Whether to gather what is written into full segments. FFmpeg hands chunks and their one-byte headers over
        one by one, and each would become a segment of its own. Any thread."""
        if sys.platform == "linux" and self._socket is not None:
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, on)

    @property
    def exact(self) -> bool:
        """Whether acknowledged bytes are known at all (Linux only)."""
        return self._socket is not None

    def read(self) -> SocketFigures:
        """As it is now."""
        import fcntl  # noqa: PLC0415 - Linux only, where `exact` is
        import termios  # noqa: PLC0415

        assert self._socket is not None  # noqa: S101 - callers look at `exact`
        waiting, info = 0, _TcpInfo()
        if sys.platform == "linux":
            before = None
            while before != info.arrived:  # until both numbers are of the same moment
                before = _tcp_info(self._socket).arrived
                (waiting,) = struct.unpack("i", fcntl.ioctl(self._socket, termios.TIOCOUTQ, bytes(4)))
                info = _tcp_info(self._socket)
        return SocketFigures(
            entered=info.arrived + waiting,
            arrived=info.arrived,
            shut=info.unsent > info.window < info.segment,
            established=info.state == _TCP_ESTABLISHED,
        )


class _TcpInfo(NamedTuple):
    """State; bytes of a full segment, acknowledged, not sent, and room in the window."""

    state: int = 0
    segment: int = 0
    arrived: int = 0
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


class RtmpOutput:
    """One connection. The thread that opens it writes and closes; errors are libav's (OSError among them)."""

    def __init__(self, url: RtmpUrl, header: MediaHeader, *, ca_file: str, carrier_port: int | None = None) -> None:
        """Connect and publish; blocks with the GIL held. `carrier_port`: of a carrier that speaks TLS for us."""
        _check_login(url)
        self._header = header
        tracks: tuple[Track, ...] = (header.video, *header.sounds[:1])
        self._tracks = {track.id: track for track in tracks}
        self._timeline = FlvTimeline(fps=header.video.fps)
        self._milliseconds = 0
        self._container = av.open(_tee_slave(url, header, ca_file, carrier_port), "w", format="tee")
        self._stream = self._container.add_data_stream("bin_data")
        self._container.start_encoding()
        self.progress = SocketProgress(_connection())
        self._put(flv_tags.begin(header))

    def write(self, packet: EncodedPacket) -> None:
        """Write in DTS order; blocks without the GIL while the socket is full. Nothing goes before a keyframe."""
        track = self._tracks.get(packet.track)
        if track is None:
            return
        milliseconds = self._timeline.stamp(packet.track, packet.dts, keyframe=packet.keyframe)
        if milliseconds is None:
            return
        self._milliseconds = milliseconds
        self._put(flv_tags.packet_tag(track, packet, milliseconds))

    def close(self) -> None:
        """Unpublish and disconnect; blocks with the GIL held."""
        self._put(flv_tags.end(self._header, self._milliseconds))
        self._container.close()

    def _put(self, data: bytes) -> None:
        out = Packet(data)
        out.stream = self._stream
        out.time_base = _MILLISECOND
        out.pts = out.dts = self._milliseconds
        self.progress.cork(on=True)
        self._container.mux(out)
        self.progress.cork(on=False)


def buffer_bytes(header: MediaHeader) -> int:
    """What a socket may hold. Little, because it is late and can't be dropped any more; Linux would take 2.9 MB."""
    wanted = round(sum(track.bitrate for track in header.tracks) / 8 * _BUFFER_SECONDS)
    return min(max(wanted, _LEAST_BUFFER), _MOST_BUFFER)


class Unsendable(Exception):  # noqa: N818 - it names what happened, as the engine's events do
    """FFmpeg can't be told this user and password."""


def _check_login(url: RtmpUrl) -> None:
    """FFmpeg takes them from the address alone, cuts that at these signs, and undoes no percent-encoding."""
    if ":" in url.user or any(sign in url.user + url.password for sign in "/?#"):
        raise Unsendable("a sign in the user or password")


def _tee_slave(url: RtmpUrl, header: MediaHeader, ca_file: str, carrier_port: int | None) -> str:
    """The tee muxer's description of one RTMP slave, escaped for its two levels of parsing."""
    options = {
        "f": "data",
        "rw_timeout": str(IO_TIMEOUT_US),
        "tcp_nodelay": "1",
        "send_buffer_size": str(buffer_bytes(header)),
        "rtmp_live": "live",
        # Given, not left to be guessed from the address: a slash in the key's arguments would mislead FFmpeg.
        "rtmp_app": url.app,
        "rtmp_playpath": url.key,
    }
    server = url.server_url
    if carrier_port is not None:
        server = url.carried_url(carrier_port)
        options["rtmp_tcurl"] = url.application_url  # or the server would be told the carrier's address
    elif url.secure:
        options |= {"tls_verify": "1", "verifyhost": url.host}
        if ca_file:
            options["ca_file"] = ca_file
    described = ":".join(f"{name}={_escaped(value, _SPECIAL_IN_OPTION)}" for name, value in options.items())
    return _escaped(f"[{described}]{server}", _SPECIAL_IN_SLAVE)


def _escaped(text: str, special: str) -> str:
    return "".join("\\" + char if char in special else char for char in text)


def _connection() -> socket.socket | None:
    """This process's one TCP connection, as a duplicate; None where it can't be found."""
    descriptors = os.listdir("/proc/self/fd") if sys.platform == "linux" else []  # noqa: PTH208 - names, not paths
    for name in descriptors:
        try:
            if not stat.S_ISSOCK(os.fstat(int(name)).st_mode):
                continue
            found = socket.socket(fileno=os.dup(int(name)))
        except OSError:  # the listing's own descriptor
            continue
        if found.family in (socket.AF_INET, socket.AF_INET6) and found.type == socket.SOCK_STREAM:
            return found
        found.close()
    return None
