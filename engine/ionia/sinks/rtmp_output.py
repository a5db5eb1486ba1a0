"""FFmpeg's RTMP as one blocking connection, inside the sender process. Never to be used in the engine's own process:
opening and closing hold the GIL for as long as the server likes.

The muxer is `tee` with one slave, because only so do the protocol's options (timeouts, socket buffer, application and
key cut as we mean it) reach the protocol, and because with them a dead server ends a write. The slave passes bytes
through: the tags are ours (core.live.flv_tags), so that a packet is on the wire when `write` returns.
"""

import os
import socket
import stat
import sys
from fractions import Fraction

import av
from av.packet import Packet

from ionia.core.live.flv_stream import FlvStream
from ionia.core.live.rtmp_url import RtmpUrl
from ionia.core.media import EncodedPacket, MediaHeader
from ionia.sinks.socket_progress import SocketProgress, buffer_bytes

IO_TIMEOUT_US = 8_000_000
"""Longest single read or write. The engine ends a stalled sender sooner; this is for one that has lost its engine."""

_SPECIAL_IN_OPTION = "\\':]"
_SPECIAL_IN_SLAVE = "\\'|"
_MILLISECOND = Fraction(1, 1000)


class RtmpOutput:
    """One connection. The thread that opens it writes and closes; errors are libav's (OSError among them)."""

    def __init__(self, url: RtmpUrl, header: MediaHeader, *, ca_file: str, tls_proxy_port: int | None = None) -> None:
        """Connect and publish; blocks with the GIL held. `tls_proxy_port`: of a TLS proxy that speaks TLS for us."""
        _check_login(url)
        self._flv = FlvStream(header)
        self._container = av.open(_tee_slave(url, header, ca_file, tls_proxy_port), "w", format="tee")
        self._stream = self._container.add_data_stream("bin_data")
        self._container.start_encoding()
        self.progress = SocketProgress(_connection())
        self._put(self._flv.begin())

    def write(self, packet: EncodedPacket) -> None:
        """Write the next packet, the connection's first keyframe first; blocks without the GIL while the socket is
        full. Raises ValueError as `FlvTimeline` does."""
        tag = self._flv.tag(packet)
        if tag is not None:
            self._put(tag)

    def close(self) -> None:
        """Unpublish and disconnect; blocks with the GIL held."""
        self._put(self._flv.end())
        self._container.close()

    def _put(self, data: bytes) -> None:
        out = Packet(data)
        out.stream = self._stream
        out.time_base = _MILLISECOND
        out.pts = out.dts = self._flv.milliseconds
        self.progress.cork(on=True)
        self._container.mux(out)
        self.progress.cork(on=False)


class Unsendable(Exception):  # noqa: N818 - it names what happened, as the engine's events do
    """FFmpeg can't be told this user and password."""


def _check_login(url: RtmpUrl) -> None:
    """FFmpeg takes them from the address alone, cuts that at these signs, and undoes no percent-encoding."""
    if ":" in url.user or any(sign in url.user + url.password for sign in "/?#"):
        raise Unsendable("a sign in the user or password")


def _tee_slave(url: RtmpUrl, header: MediaHeader, ca_file: str, tls_proxy_port: int | None) -> str:
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
    if tls_proxy_port is not None:
        server = url.proxied_url(tls_proxy_port)
        options["rtmp_tcurl"] = url.application_url  # or the server would be told the TLS proxy's address
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
