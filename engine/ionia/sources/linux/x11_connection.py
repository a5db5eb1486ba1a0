"""A connection to an X server: requests in bytes, answers in order, and never a wait without an end.

Own code, because the libraries can't be told how long to wait, keep a server's numbers for the whole process, know
fewer cookies than the X library, or need it installed (decision 0175). Bytes are in this machine's order.
"""

import contextlib
import socket
import struct
import sys
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from ionia.sources.linux.x11_address import parse_display
from ionia.sources.linux.x11_setup import AF_UNIX, connect, padded, screen

ANSWER_TIMEOUT = 2.0
"""Seconds without a single byte of an answer after which a server counts as gone."""

BAD_ACCESS = 10
"""The code of a request that this client may not make."""

_MESSAGE = 32
_ERROR, _REPLY, _GENERIC_EVENT = 0, 1, 35
_GET_INPUT_FOCUS, _QUERY_EXTENSION, _INTERN_ATOM, _GET_ATOM_NAME = 43, 98, 16, 17


class XRequestError(OSError):
    """The server answered a request with an error: `code` as in the protocol's list."""

    def __init__(self, code: int, request: int) -> None:
        super().__init__(f"X error {code} in request {request}")
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """An extension's numbers on this server."""

    opcode: int
    first_event: int


class XConnection:
    """One thread owns it. Every method that waits raises OSError, at the latest after ANSWER_TIMEOUT of silence."""

    def __init__(self, name: str) -> None:
        """Connect to the display `name`. Raises ValueError for what is no name, XRefused and OSError."""
        self.name = name
        address = parse_display(name)
        self._received = bytearray()
        self._extensions: dict[str, Extension | None] = {}
        self._atoms: dict[str, int] = {}
        self._happened: set[int] = set()
        self._errors: deque[bytes] = deque(maxlen=64)
        self._sequence = 0
        self._awaited: deque[int] = deque()
        self._socket, setup = connect(address)
        try:
            self.screen = screen(setup, address.screen)
        except BaseException:
            self._socket.close()
            raise
        self._socket.settimeout(ANSWER_TIMEOUT)
        self._next_resource = 0
        self._resource_base: int
        self._resource_mask: int
        self._resource_base, self._resource_mask = struct.unpack_from("=II", setup, 4)

    @property
    def local(self) -> bool:
        """Whether the server shares this machine's memory and can be handed descriptors."""
        return self._socket.family == AF_UNIX

    def new_id(self) -> int:
        """A number for a new thing on the server."""
        self._next_resource += 1
        step = self._resource_mask & -self._resource_mask
        return self._resource_base | (self._next_resource * step & self._resource_mask)

    def send(self, requests: bytes, *, answered: Sequence[int] = (), descriptors: Sequence[int] = ()) -> None:
        """Send requests. `answered`: which of them, counted from 0, will be answered; call `answer` for each.

        Errors of the others are known to `check` alone. Answers to an earlier question that nobody took, because
        something failed meanwhile, are nobody's from here on.
        """
        if answered:
            self._awaited.clear()
        if sys.platform == "linux" and descriptors:
            sent = socket.send_fds(self._socket, [requests], list(descriptors))
            self._socket.sendall(requests[sent:])
        else:
            self._socket.sendall(requests)
        self._awaited.extend((self._sequence + 1 + index) & 0xFFFF for index in answered)
        self._sequence += _count(requests)

    def ask(self, request: bytes) -> bytes:
        """Send one request and wait for its answer, whole. Raises XRequestError."""
        self.send(request, answered=(0,))
        return self.answer()

    def answer(self) -> bytes:
        """The next answer that `send` announced, whole. Raises XRequestError."""
        head = self._answer_head()
        return head + self._read(4 * _length(head))

    def answer_into(self, target: memoryview) -> int:
        """As `answer` for a long one whose data goes to `target`: its length. More than fits raises OSError."""
        head = self._answer_head()
        length = 4 * _length(head)
        if length > len(target):
            self._read(length)
            raise OSError(f"an answer of {length} bytes instead of {len(target)}")
        self._read_into(target[:length])
        return length

    def check(self, request: bytes, *, descriptors: Sequence[int] = ()) -> None:
        """Send a request that isn't answered and wait until it is done. Raises XRequestError."""
        self._errors.clear()  # numbers come again after 65,536 requests
        self.send(request, descriptors=descriptors)
        number = self._sequence & 0xFFFF
        self.ask(struct.pack("=BBH", _GET_INPUT_FOCUS, 0, 1))
        for error in self._errors:
            if int.from_bytes(error[2:4], sys.byteorder) == number:
                self._errors.remove(error)
                raise XRequestError(error[1], error[10])

    def happened(self, *kinds: int) -> bool:
        """Whether the server told of an event of these kinds since it was last asked for. Doesn't wait: 2 microseconds.

        Raises OSError.
        """
        self._socket.settimeout(0)
        try:
            while piece := self._socket.recv(1 << 16):
                self._received += piece
        except BlockingIOError:
            self._socket.settimeout(ANSWER_TIMEOUT)
        else:
            raise OSError("it closed the connection")
        while len(self._received) >= _MESSAGE:
            self._note(self._read(_MESSAGE))
        found = not self._happened.isdisjoint(kinds)
        self._happened.difference_update(kinds)
        return found

    def extension(self, name: str) -> Extension | None:
        """An extension's numbers; None if the server lacks it."""
        if name not in self._extensions:
            encoded = name.encode()
            length = 2 + (len(encoded) + 3) // 4
            head = struct.pack("=BBHHxx", _QUERY_EXTENSION, 0, length, len(encoded))
            reply = self.ask(padded(head + encoded))
            found = Extension(opcode=reply[9], first_event=reply[10])
            self._extensions[name] = found if reply[8] else None
        return self._extensions[name]

    def atom(self, name: str) -> int:
        """The number of a name."""
        if name not in self._atoms:
            encoded = name.encode()
            head = struct.pack("=BBHHxx", _INTERN_ATOM, 0, 2 + (len(encoded) + 3) // 4, len(encoded))
            (self._atoms[name],) = struct.unpack_from("=I", self.ask(padded(head + encoded)), 8)
        return self._atoms[name]

    def atom_name(self, atom: int) -> str:
        """The name of a number."""
        reply = self.ask(struct.pack("=BBHI", _GET_ATOM_NAME, 0, 2, atom))
        (length,) = struct.unpack_from("=H", reply, 8)
        return reply[_MESSAGE : _MESSAGE + length].decode("utf-8", "replace")

    def close(self) -> None:
        """End the connection. Idempotent."""
        with contextlib.suppress(OSError):
            self._socket.close()

    def _answer_head(self) -> bytes:
        awaited = self._awaited.popleft()
        while True:
            message = self._read(_MESSAGE)
            number = int.from_bytes(message[2:4], sys.byteorder)
            if message[0] in (_ERROR, _REPLY) and number == awaited:
                if message[0] == _ERROR:
                    raise XRequestError(message[1], message[10])
                return message
            self._note(message)

    def _note(self, message: bytes) -> None:
        """Something that isn't an answer to what was asked last."""
        kind = message[0] & 0x7F  # the highest bit is set in events that a client sent
        if kind == _ERROR:
            self._errors.append(message)
            return
        if kind in (_GENERIC_EVENT, _REPLY):
            self._read(4 * _length(message))
        if kind != _REPLY:
            self._happened.add(kind)

    def _read(self, count: int) -> bytes:
        while len(self._received) < count:
            piece = self._socket.recv(max(4096, min(count, 1 << 20)))
            if not piece:
                raise OSError("it closed the connection")
            self._received += piece
        message = bytes(self._received[:count])
        del self._received[:count]
        return message

    def _read_into(self, target: memoryview) -> None:
        have = min(len(target), len(self._received))
        target[:have] = self._received[:have]
        del self._received[:have]
        while have < len(target):
            got = self._socket.recv_into(target[have:])
            if not got:
                raise OSError("it closed the connection")
            have += got


def _count(requests: bytes) -> int:
    count = at = 0
    while at < len(requests):
        at += 4 * int.from_bytes(requests[at + 2 : at + 4], sys.byteorder)
        count += 1
    return count


def _length(head: bytes) -> int:
    return int.from_bytes(head[4:8], sys.byteorder)
