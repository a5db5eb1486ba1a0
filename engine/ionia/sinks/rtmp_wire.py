"""What the engine and a sender process say to each other over two pipes. Bytes in, values out; no pipe is touched here.

A frame is a type (1 byte), the length of its body (4 bytes, big-endian) and the body. Engine to sender: Open once,
then packets, then Close or simply the end of the pipe. Sender to engine: Ready, then Connected, then Progress any
number of times, and one Ended as the last. Both ends are the same version of the same program; VERSION in Ready
guards against a mixed installation. The stream key travels in Open and nowhere else.
"""

import json
import struct
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from ionia.core.codec.codec import audio_codec, video_codec
from ionia.core.live.failure_code import FailureCode
from ionia.core.live.rtmp_url import RtmpUrl
from ionia.core.media import AudioTrack, EncodedPacket, MediaHeader, Track, TrackId, TrackKind, VideoTrack

VERSION = 4

SUBCOMMAND = "send-rtmp"
"""Hidden sub-command under which a frozen engine starts itself as a sender."""

MAX_BODY = 64 * 1024 * 1024
"""No picture is this large; a longer body means that the pipe is out of step."""

_FRAME = struct.Struct(">BI")
_PACKET = struct.Struct(">BBqqq")
_PROGRESS = struct.Struct(">QQQQB")
_LENGTH = struct.Struct(">I")


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """Connect to `url` and publish. `ca_file` is a bundle to check rtmps certificates with, or empty."""

    url: RtmpUrl
    header: MediaHeader
    ca_file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Close:
    """Say goodbye to the server and end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """The sender is warm: its libraries are loaded."""

    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """The server accepted the publishing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Totals of this connection. Packets count in the order in which they were sent to the sender.

    `muxed`: packets whose bytes entered the socket; `delivered`: those the other machine acknowledged. `sent_bytes`
    and `delivered_bytes` are the same on the wire. If `exact` is False the system does not tell what was
    acknowledged, and what entered the socket counts as delivered. `zero_window`: the server's receive window is closed.
    """

    muxed: int
    delivered: int
    sent_bytes: int
    delivered_bytes: int
    exact: bool
    zero_window: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """The last word. `code` None: closed as asked. `detail` is one line for the log, without secrets."""

    code: FailureCode | None
    detail: str = ""


ToSender = Open | EncodedPacket | Close
FromSender = Ready | Connected | Progress | Ended
Message = ToSender | FromSender

_TYPES: dict[type[object], int] = {
    Open: 1, EncodedPacket: 2, Close: 3, Ready: 16, Connected: 17, Progress: 18, Ended: 19,
}  # fmt: skip


def encode(message: Message) -> bytes:
    """One frame."""
    body = _body(message)
    return _FRAME.pack(_TYPES[type(message)], len(body)) + body


class FrameReader:
    """Cuts a stream of bytes into messages; pieces may be of any size. One owner."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[Message]:
        """All messages that are complete now. Raises ValueError when the bytes are not of this protocol."""
        self._buffer += data
        messages: list[Message] = []
        while len(self._buffer) >= _FRAME.size:
            kind, length = _FRAME.unpack_from(self._buffer)
            if length > MAX_BODY:
                raise ValueError(f"a frame of {length} bytes")
            end = _FRAME.size + length
            if len(self._buffer) < end:
                break
            messages.append(_message(kind, bytes(self._buffer[_FRAME.size : end])))
            del self._buffer[:end]
        return messages


def _body(message: Message) -> bytes:
    match message:
        case EncodedPacket():
            flags = message.keyframe | (not message.track.is_video) << 1
            times = message.pts, message.dts, message.duration
            return _PACKET.pack(flags, message.track.index, *times) + message.data
        case Progress():
            flags = message.exact | message.zero_window << 1
            return _PROGRESS.pack(message.muxed, message.delivered, message.sent_bytes, message.delivered_bytes, flags)
        case Open():
            return _open_body(message)
        case Ready():
            return bytes([message.version])
        case Ended():
            return json.dumps([message.code.name if message.code else None, message.detail]).encode()
        case Connected() | Close():
            return b""


def _message(kind: int, body: bytes) -> Message:
    decode = _DECODERS.get(kind)
    if decode is None:
        raise ValueError(f"a frame of type {kind}")
    try:
        return decode(body)
    except (struct.error, LookupError, TypeError, ValueError) as error:
        raise ValueError(f"a malformed frame of type {kind}") from error


def _packet(body: bytes) -> EncodedPacket:
    flags, index, pts, dts, duration = _PACKET.unpack_from(body)
    return EncodedPacket(
        track=TrackId(kind=TrackKind.AUDIO if flags & 2 else TrackKind.VIDEO, index=index),
        pts=pts,
        dts=dts,
        duration=duration,
        keyframe=bool(flags & 1),
        data=body[_PACKET.size :],
    )


def _progress(body: bytes) -> Progress:
    muxed, delivered, sent, received, flags = _PROGRESS.unpack(body)
    return Progress(
        muxed=muxed,
        delivered=delivered,
        sent_bytes=sent,
        delivered_bytes=received,
        exact=bool(flags & 1),
        zero_window=bool(flags & 2),
    )


def _ended(body: bytes) -> Ended:
    code, detail = json.loads(body)
    return Ended(code=FailureCode[code] if code else None, detail=detail)


_VIDEO_FIELDS = ("name", "bitrate", "width", "height", "fps")
_AUDIO_FIELDS = ("name", "bitrate", "sample_rate", "channels")


def _open_body(message: Open) -> bytes:
    """JSON, and then the extradata of each track, each with its length before it."""
    tracks = message.header.tracks
    fields = {
        "url": asdict(message.url),
        "ca_file": message.ca_file,
        "tracks": [_track_fields(track) for track in tracks],
    }
    blobs = (json.dumps(fields).encode(), *(track.extradata for track in tracks))
    return b"".join(_LENGTH.pack(len(blob)) + blob for blob in blobs)


def _track_fields(track: Track) -> dict[str, str | int]:
    names = _VIDEO_FIELDS if isinstance(track, VideoTrack) else _AUDIO_FIELDS
    which: dict[str, str | int] = {"kind": track.id.kind.value, "index": track.id.index, "codec": track.codec.name}
    return which | {name: getattr(track, name) for name in names}


def _open(body: bytes) -> Open:
    blobs = []
    offset = 0
    while offset < len(body):
        (length,) = _LENGTH.unpack_from(body, offset)
        blobs.append(body[offset + _LENGTH.size : offset + _LENGTH.size + length])
        offset += _LENGTH.size + length
    fields = json.loads(blobs[0])
    tracks = tuple(_track(each, blob) for each, blob in zip(fields["tracks"], blobs[1:], strict=True))
    return Open(url=RtmpUrl(**fields["url"]), ca_file=fields["ca_file"], header=MediaHeader(tracks=tracks))


def _track(fields: dict[str, Any], extradata: bytes) -> Track:
    kind, index, codec = (fields.pop(name) for name in ("kind", "index", "codec"))
    which = TrackId(kind=TrackKind(kind), index=index)
    if which.is_video:
        return VideoTrack(id=which, codec=video_codec(codec), extradata=extradata, **fields)
    return AudioTrack(id=which, codec=audio_codec(codec), extradata=extradata, **fields)


_DECODERS: dict[int, Callable[[bytes], Message]] = {
    1: _open,
    2: _packet,
    3: lambda _: Close(),
    16: lambda body: Ready(version=body[0]),
    17: lambda _: Connected(),
    18: _progress,
    19: _ended,
}
