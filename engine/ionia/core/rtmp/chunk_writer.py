"""Messages into RTMP's chunks (Adobe's RTMP specification, 5.3.1)."""

import struct

from ionia.core.rtmp.messages import SET_CHUNK_SIZE, Message

DEFAULT_CHUNK, LARGEST_CHUNK = 128, 0x7FFFFFFF

_ESCAPE = 0xFFFFFF
"""A timestamp or step of this many ms or more stands in four bytes of its own (5.3.1.3)."""

_SECOND, _THIRD = struct.Struct(">II"), struct.Struct(">I")
"""Headers of type 1 and 2 (5.3.1.2): format and chunk stream, a time of three bytes, a length of three, a type."""

_NONE = (0, 0, 0, -1)
"""Of a chunk stream that had no message yet; no message's stream is -1."""


class ChunkWriter:
    """Writes chunk streams 2 to 63. One owner.

    A step that needs four bytes and one backwards get a full header: implementations read a step of four bytes
    differently, and none that is negative.
    """

    def __init__(self) -> None:
        self._size = DEFAULT_CHUNK
        self._last: dict[
            int, tuple[int, int, int, int]
        ] = {}  # timestamp, length, kind and stream of the message before

    def write(self, csid: int, message: Message) -> bytes:
        """The chunks of one message. A SET_CHUNK_SIZE takes effect after itself."""
        header, extended = self._header(csid, message)
        if len(message.body) <= self._size and message.kind != SET_CHUNK_SIZE:
            return header + message.body
        again = bytes((0xC0 | csid,)) + extended
        body = memoryview(message.body)
        parts: list[bytes | memoryview] = [header]
        for start in range(0, len(body), self._size):
            if start:
                parts.append(again)
            parts.append(body[start : start + self._size])
        if message.kind == SET_CHUNK_SIZE:
            self._size = int.from_bytes(body, "big")
        return b"".join(parts)

    def _header(self, csid: int, message: Message) -> tuple[bytes, bytes]:
        before, before_length, before_kind, before_stream = self._last.get(csid, _NONE)
        kind, stream, length = message.kind, message.stream, len(message.body)
        timestamp = message.timestamp & 0xFFFFFFFF
        self._last[csid] = (timestamp, length, kind, stream)
        step = timestamp - before if before_stream == stream else -1
        if not 0 <= step < _ESCAPE:
            extended = timestamp.to_bytes(4, "big") if timestamp >= _ESCAPE else b""
            first = _SECOND.pack(csid << 24 | min(timestamp, _ESCAPE), length << 8 | kind)
            return first + stream.to_bytes(4, "little") + extended, extended
        if before_length == length and before_kind == kind:
            return _THIRD.pack((0x80 | csid) << 24 | step), b""
        return _SECOND.pack((0x40 | csid) << 24 | step, length << 8 | kind), b""
