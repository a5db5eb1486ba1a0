"""Bytes to messages and back: one JSON text per line, or LSP's Content-Length headers, whichever the client speaks.

Pure: no file, no thread, no JSON. Never keeps more than one message of the largest size in memory.
"""

from dataclasses import dataclass
from enum import Enum

MAX_MESSAGE_BYTES = 16 * 1024 * 1024
"""Longest message accepted, without its line ending or header."""

_MAX_HEADER_BYTES = 8 * 1024
_BOM = b"\xef\xbb\xbf"
_HEADER_START = b"content-"
_LENGTH = b"content-length"


class Framing(Enum):
    """How messages are told apart."""

    LINES = "lines"
    HEADERS = "headers"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageReceived:
    """One message, not yet parsed."""

    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageUnreadable:
    """Bytes that can't be a message; reading goes on behind them. `reason` is for people."""

    reason: str


Received = MessageReceived | MessageUnreadable


def frame(payload: bytes, framing: Framing) -> bytes:
    """Return `payload`, a JSON text without line breaks, as it goes over the wire."""
    if framing is Framing.HEADERS:
        return b"Content-Length: %d\r\n\r\n%b" % (len(payload), payload)
    return payload + b"\n"


class Decoder:
    """Takes chunks as they come and returns the messages that they complete.

    `framing` is None until the first bytes have told. One thread owns it.
    """

    def __init__(self, max_bytes: int = MAX_MESSAGE_BYTES) -> None:
        self.framing: Framing | None = None
        self._max = max_bytes
        self._buffer = bytearray()
        self._scanned = 0  # bytes of the buffer known to hold no line end
        self._skip_bytes = 0  # body of an oversized message still to come
        self._skip_line = False  # inside an oversized line
        self._body: int | None = None  # length of the body that follows the headers read
        self._lost = False  # looking for the next header after bad ones

    def feed(self, data: bytes) -> list[Received]:
        """Take the next bytes; chunk borders mean nothing."""
        self._buffer += data
        received: list[Received] = []
        while self._step(received):
            pass
        return received

    def finish(self) -> list[Received]:
        """The stream has ended. A last line without its line end is a message."""
        rest = bytes(self._buffer)
        self._buffer.clear()
        if self.framing is Framing.HEADERS:
            # An oversized message and bad headers have been complained of already.
            cut = not self._lost and not self._skip_bytes and (self._body is not None or rest.strip())
            return [MessageUnreadable(reason="the input ended within a message")] if cut else []
        received: list[Received] = []
        if not self._skip_line:
            self._take_line(rest, received)
        return received

    def _step(self, received: list[Received]) -> bool:
        """Advance by one line or body. False when more bytes are needed."""
        if self.framing is None:
            return self._detect()
        if self.framing is Framing.LINES:
            return self._step_lines(received)
        return self._step_body(received) if self._body is not None else self._step_headers(received)

    def _detect(self) -> bool:
        head = bytes(self._buffer[: len(_BOM)])
        if head == _BOM:
            return self._drop(len(_BOM))
        if _BOM.startswith(head):
            return False  # nothing yet, or part of a mark
        start = bytes(self._buffer.lstrip(b" \t\r\n")[: len(_HEADER_START)]).lower()
        if not start or (start != _HEADER_START and _HEADER_START.startswith(start)):
            if not start:
                self._buffer.clear()
            return False
        self.framing = Framing.HEADERS if start == _HEADER_START else Framing.LINES
        return True

    def _step_lines(self, received: list[Received]) -> bool:
        end = self._buffer.find(b"\n", self._scanned)
        if end >= 0:
            line = bytes(self._buffer[:end])
            self._drop(end + 1)
            if self._skip_line:
                self._skip_line = False
            else:
                self._take_line(line, received)
            return True
        if self._skip_line:
            self._buffer.clear()
        elif len(self._buffer) > self._max + len(_BOM) + 1:  # room for a mark and for \r
            self._buffer.clear()
            self._skip_line = True
            received.append(self._too_long())
        self._scanned = len(self._buffer)
        return False

    def _take_line(self, line: bytes, received: list[Received]) -> None:
        line = line.removeprefix(_BOM).strip(b" \t\r")
        if len(line) > self._max:
            received.append(self._too_long())
        elif line:
            received.append(MessageReceived(data=line))

    def _step_headers(self, received: list[Received]) -> bool:
        if self._lost:
            return self._resynchronise()
        blank = len(self._buffer) - len(self._buffer.lstrip(b"\r\n"))
        if blank:
            self._drop(blank)
        end, gap = self._header_end()
        if end < 0 and len(self._buffer) < _MAX_HEADER_BYTES:
            return False
        length = _content_length(bytes(self._buffer[:end])) if end >= 0 else None
        self._drop(end + gap if end >= 0 else _MAX_HEADER_BYTES)
        if length is None:
            self._lost = True
            received.append(MessageUnreadable(reason="headers without a valid Content-Length"))
            return True
        self._body = length
        if length > self._max:
            received.append(self._too_long())
            self._skip_bytes = length
        return True

    def _header_end(self) -> tuple[int, int]:
        """Where the headers end, and how long the empty line behind them is; (-1, 0) if they go on."""
        ends = [(self._buffer.find(mark, 0, _MAX_HEADER_BYTES), len(mark)) for mark in (b"\r\n\r\n", b"\n\n")]
        return min((found for found in ends if found[0] >= 0), default=(-1, 0))

    def _step_body(self, received: list[Received]) -> bool:
        if self._skip_bytes:
            skipped = min(self._skip_bytes, len(self._buffer))
            self._drop(skipped)
            self._skip_bytes -= skipped
            if not self._skip_bytes:
                self._body = None
            return self._body is None
        length = self._body or 0
        if len(self._buffer) < length:
            return False
        body = bytes(self._buffer[:length]).removeprefix(_BOM)
        self._drop(length)
        self._body = None
        received.append(MessageReceived(data=body))
        return True

    def _resynchronise(self) -> bool:
        """Skip what follows bad headers, up to the next Content-Length."""
        again = bytes(self._buffer).lower().find(_LENGTH)
        self._lost = again < 0
        # Keep a tail in which the name may have begun.
        self._drop(max(0, len(self._buffer) - len(_LENGTH) + 1) if self._lost else again)
        return not self._lost

    def _too_long(self) -> MessageUnreadable:
        return MessageUnreadable(reason=f"the message is longer than {self._max} bytes")

    def _drop(self, count: int) -> bool:
        del self._buffer[:count]
        self._scanned = 0
        return True


def _content_length(headers: bytes) -> int | None:
    """Return the one length that the headers state, or None."""
    found = []
    for line in headers.splitlines():
        name, _, value = line.partition(b":")
        if name.strip().lower() == _LENGTH:
            found.append(value.strip())
    if len(found) == 1 and found[0].isdigit() and len(found[0]) < 19:
        return int(found[0])
    return None
