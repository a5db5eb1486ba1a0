"""FFmpeg's RTMP as one blocking connection, inside the sender process. Never to be used in the engine's own process:
opening and closing hold the GIL for as long as the server likes.

The muxer is `tee` with one slave, because only so do the protocol's options (timeouts, socket buffer, application and
key cut as we mean it) reach the protocol, and because with them a dead server ends a write.
"""

import io
import os
import socket
import stat
import struct
import sys
from collections import deque
from fractions import Fraction

import av
from av.packet import Packet
from av.stream import Stream

from ionia.core.flv_timeline import FlvTimeline
from ionia.core.media import EncodedPacket, MediaHeader, Track
from ionia.core.rtmp_url import RtmpUrl
from ionia.core.timebase import ticks_per_second

IO_TIMEOUT_US = 8_000_000
"""Longest single read or write. The engine ends a stalled sender sooner; this is for one that has lost its engine."""

_BUFFER_SECONDS = 0.1
_LEAST_BUFFER = 65_536
_MOST_BUFFER = 1_048_576
_NO_INTERLEAVING = {"max_interleave_delta": "1"}
"""Microseconds. Packets come in order already; by default libav would hold one track back for up to ten seconds when
the other falls silent. Both the tee and its slave interleave."""

_TCP_INFO_BYTES_ACKED = 120
"""Offset of tcpi_bytes_acked in struct tcp_info (linux/tcp.h, since 4.2), a 64-bit number."""

_SPECIAL_IN_OPTION = "\\':]"
_SPECIAL_IN_SLAVE = "\\'|"
_MILLISECOND = Fraction(1, 1000)


class SocketProgress:
    """What the kernel knows about the connection's socket. Any thread, once made; after the connection was made."""

    def __init__(self, connection: socket.socket | None) -> None:
        self._socket = connection

    @property
    def exact(self) -> bool:
        """Whether acknowledged bytes are known at all (Linux only)."""
        return self._socket is not None

    def read(self) -> tuple[int, int]:
        """Bytes that entered the socket, and bytes that the other machine acknowledged."""
        import fcntl  # noqa: PLC0415 - Linux only, where `exact` is
        import termios  # noqa: PLC0415

        assert self._socket is not None  # noqa: S101 - callers look at `exact`
        while True:
            before = self._acknowledged(self._socket)
            (waiting,) = struct.unpack("i", fcntl.ioctl(self._socket, termios.TIOCOUTQ, bytes(4)))
            after = self._acknowledged(self._socket)
            if before == after:  # both numbers are of the same moment
                return after + waiting, after

    @staticmethod
    def _acknowledged(connection: socket.socket) -> int:
        info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
        return int(struct.unpack_from("Q", info, _TCP_INFO_BYTES_ACKED)[0])


class DeliveryCount:
    """Which packets have arrived, from bytes that have: packet n has when all bytes up to its end have. One owner.

    libav holds a packet until the next one, so the count may be ahead by one.
    """

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

    def __init__(self, url: RtmpUrl, header: MediaHeader, *, ca_file: str) -> None:
        """Connect and publish; blocks with the GIL held."""
        self._fps = header.fps
        self._timeline = FlvTimeline(fps=header.fps)
        self._container = av.open(_tee_slave(url, header, ca_file), "w", format="tee", options=_NO_INTERLEAVING)
        with av.open(io.BytesIO(header.init_segment), "r") as template:
            self._tracks = self._add_tracks(template, header)
            self._container.start_encoding()
        self.progress = SocketProgress(_connection())

    def _add_tracks(self, template: "av.container.InputContainer", header: MediaHeader) -> dict[Track, Stream]:
        video = self._container.add_stream_from_template(template.streams.video[0], opaque=True)
        # Annex B here makes libav's FLV muxer convert packets, which are Annex B too.
        video.codec_context.extradata = header.video_extradata
        tracks: dict[Track, Stream] = {Track.VIDEO: video}
        if header.has_audio:
            tracks[Track.AUDIO] = self._container.add_stream_from_template(template.streams.audio[0], opaque=True)
        return tracks

    def write(self, packet: EncodedPacket) -> None:
        """Write in DTS order; blocks without the GIL while the socket is full. Nothing goes before a keyframe."""
        milliseconds = self._timeline.stamp(packet.track, packet.dts, keyframe=packet.keyframe)
        if milliseconds is None or packet.track not in self._tracks:
            return
        out = Packet(packet.data)
        out.stream = self._tracks[packet.track]
        out.time_base = _MILLISECOND
        out.pts = out.dts = milliseconds
        out.duration = round(1000 * packet.duration / ticks_per_second(packet.track, self._fps))
        out.is_keyframe = packet.keyframe
        self._container.mux(out)

    def close(self) -> None:
        """Unpublish and disconnect; blocks with the GIL held."""
        self._container.close()


def _tee_slave(url: RtmpUrl, header: MediaHeader, ca_file: str) -> str:
    """The tee muxer's description of one RTMP slave, escaped for its two levels of parsing."""
    wanted = round((header.video_bitrate + header.audio_bitrate) / 8 * _BUFFER_SECONDS)
    options = {
        "f": "flv",
        "flvflags": "no_duration_filesize",
        **_NO_INTERLEAVING,
        "rw_timeout": str(IO_TIMEOUT_US),
        "tcp_nodelay": "1",
        # Small, because what is in there is late and can't be dropped; without this Linux takes 2.9 MB.
        "send_buffer_size": str(min(max(wanted, _LEAST_BUFFER), _MOST_BUFFER)),
        "rtmp_live": "live",
        # Given, not left to be guessed from the address: a slash in the key's arguments would mislead FFmpeg.
        "rtmp_app": url.app,
        "rtmp_playpath": url.key,
    }
    if url.secure:
        options |= {"tls_verify": "1", "verifyhost": url.host}
        if ca_file:
            options["ca_file"] = ca_file
    described = ":".join(f"{name}={_escaped(value, _SPECIAL_IN_OPTION)}" for name, value in options.items())
    return _escaped(f"[{described}]{url.server_url}", _SPECIAL_IN_SLAVE)


def _escaped(text: str, special: str) -> str:
    return "".join("\\" + char if char in special else char for char in text)


def _connection() -> socket.socket | None:
    """This process's one TCP connection, as a duplicate; None where it can't be found."""
    if sys.platform != "linux":
        return None
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208 - names, not paths
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
