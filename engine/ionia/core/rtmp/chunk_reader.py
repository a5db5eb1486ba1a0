"""RTMP's chunks into messages (Adobe's RTMP specification, 5.3.1); bytes may come in pieces of any size.

A server's whole talk to a publisher is a few hundred bytes, so the limits here are far above what can be meant and
keep a broken or hostile one from making us grow.
"""

from dataclasses import dataclass, field

from ionia.core.rtmp.chunk_writer import DEFAULT_CHUNK, LARGEST_CHUNK
from ionia.core.rtmp.messages import ABORT, SET_CHUNK_SIZE, Message

LONGEST_MESSAGE = 65_536
"""Bytes of one message."""

MOST_STREAMS = 64
"""Chunk streams that a server may use on one connection."""

MOST_UNFINISHED = 4 * LONGEST_MESSAGE
"""Bytes of messages that were begun and not finished, on all chunk streams together."""

_ESCAPE = 0xFFFFFF
_HEADER_SIZES = (11, 7, 3, 0)


class ChunkError(ValueError):
    """These bytes are no chunks, or beyond what is read of them."""


@dataclass(slots=True)
class _ChunkStream:
    """One chunk stream: the header that holds, and what has come of the message in progress."""

    timestamp: int = 0
    step: int = 0
    extended: bool = False
    length: int = 0
    kind: int = 0
    stream: int = 0
    body: bytearray = field(default_factory=bytearray)
    begun: bool = False


@dataclass(slots=True)
class _Chunk:
    """Of a chunk whose header is there: its stream, and how many bytes of body are still to come."""

    of: _ChunkStream
    left: int


class ChunkReader:
    """Reads one direction of a connection. One owner."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._size = DEFAULT_CHUNK
        self._streams: dict[int, _ChunkStream] = {}
        self._chunk: _Chunk | None = None
        self._unfinished = 0

    def feed(self, data: bytes) -> list[Message]:
        """The messages that are complete now; a chunk size that the server sets takes effect. Raises ChunkError, for
        good."""
        self._buffer += data
        messages: list[Message] = []
        position = 0
        while True:
            chunk = self._chunk
            if chunk is None:
                begun = self._begin(position)
                if begun is None:
                    break
                chunk, position = begun
                self._chunk = chunk
            stream = chunk.of
            piece = self._buffer[position : position + chunk.left]
            position += len(piece)
            chunk.left -= len(piece)
            stream.body += piece
            self._unfinished += len(piece)
            if self._unfinished > MOST_UNFINISHED:
                raise ChunkError("too many messages at once")
            if chunk.left:
                break
            self._chunk = None
            if len(stream.body) == stream.length:
                messages.append(self._finish(stream))
        del self._buffer[:position]
        return messages

    def _begin(self, position: int) -> tuple[_Chunk, int] | None:
        """Read a chunk's header at `position`; the chunk and where its body begins, None if it isn't whole yet."""
        buffer = self._buffer
        if len(buffer) <= position:
            return None
        form, csid = buffer[position] >> 6, buffer[position] & 63
        more = 2 if csid == 1 else 1 if csid == 0 else 0
        head = position + 1 + more
        at = head + _HEADER_SIZES[form]
        if len(buffer) < at:
            return None
        if more:
            csid = 64 + int.from_bytes(buffer[position + 1 : head], "little")
        known = self._streams.get(csid)
        stream = known or _ChunkStream()
        time = int.from_bytes(buffer[head : head + 3], "big") if form < 3 else 0
        extended = stream.extended if form == 3 else time == _ESCAPE
        if extended:  # repeated in every chunk
            if len(buffer) < at + 4:
                return None
            time = int.from_bytes(buffer[at : at + 4], "big")
            at += 4
        if known is None and (form > 1 or len(self._streams) == MOST_STREAMS):  # some servers begin with form 1
            raise ChunkError("a chunk stream that doesn't begin, or one too many")
        if form < 3 and stream.begun:
            raise ChunkError("a message within another of its chunk stream")
        self._streams[csid] = stream
        if form < 2:
            stream.length = int.from_bytes(buffer[head + 3 : head + 6], "big")
            stream.kind = buffer[head + 6]
            if stream.length > LONGEST_MESSAGE:
                raise ChunkError("a message that is too long")
        if form == 0:
            stream.stream = int.from_bytes(buffer[head + 7 : head + 11], "little")
        self._set_time(stream, form, time)
        stream.extended = extended
        stream.begun = True
        return _Chunk(of=stream, left=min(self._size, stream.length - len(stream.body))), at

    @staticmethod
    def _set_time(stream: _ChunkStream, form: int, time: int) -> None:
        if form == 0:
            stream.timestamp = stream.step = time
        elif form < 3:
            stream.step = time
        elif stream.begun:  # the next chunk of the same message
            return
        if form:
            stream.timestamp = (stream.timestamp + stream.step) & 0xFFFFFFFF

    def _finish(self, stream: _ChunkStream) -> Message:
        message = Message(kind=stream.kind, timestamp=stream.timestamp, stream=stream.stream, body=bytes(stream.body))
        self._forget(stream)
        if message.kind == SET_CHUNK_SIZE:
            size = int.from_bytes(message.body[:4], "big") & LARGEST_CHUNK
            if len(message.body) < 4 or not size:
                raise ChunkError("chunks of no size")
            self._size = size
        elif message.kind == ABORT and len(message.body) >= 4:
            aborted = self._streams.get(int.from_bytes(message.body[:4], "big"))
            if aborted is not None:
                self._forget(aborted)
        return message

    def _forget(self, stream: _ChunkStream) -> None:
        """The message in progress."""
        self._unfinished -= len(stream.body)
        stream.body.clear()
        stream.begun = False
