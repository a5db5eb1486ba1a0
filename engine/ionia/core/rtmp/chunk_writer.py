"""Messages into RTMP's chunks (Adobe's RTMP specification, 5.3.1)."""

from dataclasses import dataclass

from ionia.core.rtmp.messages import SET_CHUNK_SIZE, Message

DEFAULT_CHUNK, LARGEST_CHUNK = 128, 0x7FFFFFFF

_ESCAPE = 0xFFFFFF
"""A timestamp or step of this many ms or more stands in four bytes of its own (5.3.1.3)."""


@dataclass(slots=True)
class _Last:
    """The previous message of a chunk stream."""

    timestamp: int
    length: int
    kind: int
    stream: int


class ChunkWriter:
    """Writes chunk streams 2 to 63. One owner.

    A step that needs four bytes and one backwards get a full header: implementations read a step of four bytes
    differently, and none that is negative.
    """

    def __init__(self) -> None:
        self._size = DEFAULT_CHUNK
        self._last: dict[int, _Last] = {}

    def write(self, csid: int, message: Message) -> bytes:
        """The chunks of one message. A SET_CHUNK_SIZE takes effect after itself."""
        header, extended = self._header(csid, message)
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
        last = self._last.get(csid)
        length = len(message.body)
        timestamp = message.timestamp & 0xFFFFFFFF
        self._last[csid] = _Last(timestamp, length, message.kind, message.stream)
        what = length.to_bytes(3, "big") + bytes((message.kind,))
        step = -1 if last is None or last.stream != message.stream else timestamp - last.timestamp
        if last is None or not 0 <= step < _ESCAPE:
            short, extended = _time(timestamp)
            stream = message.stream.to_bytes(4, "little")
            return bytes((csid,)) + short + what + stream + extended, extended
        if (last.length, last.kind) == (length, message.kind):
            return bytes((0x80 | csid,)) + step.to_bytes(3, "big"), b""
        return bytes((0x40 | csid,)) + step.to_bytes(3, "big") + what, b""


def _time(milliseconds: int) -> tuple[bytes, bytes]:
    """The three bytes of a header, and the four bytes behind it if those don't suffice."""
    if milliseconds < _ESCAPE:
        return milliseconds.to_bytes(3, "big"), b""
    return _ESCAPE.to_bytes(3, "big"), milliseconds.to_bytes(4, "big")
