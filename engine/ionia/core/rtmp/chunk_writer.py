"""Messages into RTMP's chunks (Adobe's RTMP specification, 5.3.1)."""

from ionia.core.rtmp.messages import SET_CHUNK_SIZE, Message

DEFAULT_CHUNK, LARGEST_CHUNK = 128, 0x7FFFFFFF

_ESCAPE = 0xFFFFFF
"""A timestamp or step of this many ms or more stands in four bytes of its own (5.3.1.3)."""


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
        length = len(message.body)
        timestamp = message.timestamp & 0xFFFFFFFF
        self._last[csid] = (timestamp, length, message.kind, message.stream)
        what = length.to_bytes(3, "big") + bytes((message.kind,))
        step = timestamp - before if before_stream == message.stream else -1
        if not 0 <= step < _ESCAPE:
            short, extended = _time(timestamp)
            stream = message.stream.to_bytes(4, "little")
            return bytes((csid,)) + short + what + stream + extended, extended
        if (before_length, before_kind) == (length, message.kind):
            return bytes((0x80 | csid,)) + step.to_bytes(3, "big"), b""
        return bytes((0x40 | csid,)) + step.to_bytes(3, "big") + what, b""


def _time(milliseconds: int) -> tuple[bytes, bytes]:
    """The three bytes of a header, and the four bytes behind it if those don't suffice."""
    if milliseconds < _ESCAPE:
        return milliseconds.to_bytes(3, "big"), b""
    return _ESCAPE.to_bytes(3, "big"), milliseconds.to_bytes(4, "big")
