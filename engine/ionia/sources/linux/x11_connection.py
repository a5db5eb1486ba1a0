"""A connection to an X server: requests in bytes, answers in order, and never a wait without an end.

Own code, because the libraries can't be told how long to wait, keep a server's numbers for the whole process, know
fewer cookies than the X library, or need it installed (decision 0175). Bytes are in this machine's order.
"""

import contextlib
import os
import socket
import struct
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ionia.core.timebase import NS_PER_S
from ionia.sources.linux.x11_address import COOKIE, INET, UNIX, DisplayName, choose_cookie, parse_display
from ionia.threads.clock import MonotonicClock, StopSignal

CONNECT_TIMEOUT = 1.0
"""Seconds for a server to let us in. A healthy one needs a millisecond; a frozen one would hold us for ever."""

ANSWER_TIMEOUT = 2.0
"""Seconds without a single byte of an answer after which a server counts as gone."""

_RETRY_NS = NS_PER_S // 50
"""A server that resets because its last client left closes new connections, too, and is back at once."""

BAD_ACCESS = 10
"""The code of a request that this client may not make."""

_AF_UNIX = 1
"""`socket.AF_UNIX`, which the types of other systems lack."""

_MESSAGE = 32
_ERROR, _REPLY, _GENERIC_EVENT = 0, 1, 35
_GET_INPUT_FOCUS, _QUERY_EXTENSION, _INTERN_ATOM, _GET_ATOM_NAME = 43, 98, 16, 17
_SocketAddress = str | tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]
_LITTLE_ENDIAN = sys.byteorder == "little"


class XRefused(OSError):  # noqa: N818 - an answer, not a mistake
    """The server answered that it does not want us; the text is its own."""


class XRequestError(OSError):
    """The server answered a request with an error: `code` as in the protocol's list."""

    def __init__(self, code: int, request: int) -> None:
        super().__init__(f"X error {code} in request {request}")
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Visual:
    """How pixels of a visual are made up. `kind`: 4 is TrueColor, 5 DirectColor."""

    id: int
    kind: int
    depth: int
    red: int
    green: int
    blue: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """What the server told of the screen that the display's name says."""

    root: int
    white: int
    black: int
    depth: int
    visual: Visual
    visuals: tuple[Visual, ...]
    bits_per_pixel: dict[int, int]
    """By depth."""
    scanline_pad: dict[int, int]
    """Bits, by depth."""
    little_endian: bool
    """Byte order of pictures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """An extension's numbers on this server."""

    opcode: int
    first_event: int
    first_error: int


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
        self._socket, setup = _connect(address)
        try:
            self.screen = _screen(setup, address.screen)
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
        return self._socket.family == _AF_UNIX

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
            found = Extension(opcode=reply[9], first_event=reply[10], first_error=reply[11])
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


def padded(request: bytes) -> bytes:
    """Filled up to whole words, as requests must be."""
    return request + b"\0" * (-len(request) % 4)


def _count(requests: bytes) -> int:
    count = at = 0
    while at < len(requests):
        at += 4 * int.from_bytes(requests[at + 2 : at + 4], sys.byteorder)
        count += 1
    return count


def _length(head: bytes) -> int:
    return int.from_bytes(head[4:8], sys.byteorder)


def _connect(address: DisplayName) -> tuple[socket.socket, bytes]:
    """A connection that was let in, and what the server told of itself."""
    clock = MonotonicClock()
    deadline_ns = clock.now_ns() + round(CONNECT_TIMEOUT * NS_PER_S)
    while True:
        now_ns = clock.now_ns()
        try:
            return _connect_once(address, (deadline_ns - now_ns) / NS_PER_S)
        except (XRefused, TimeoutError):
            raise
        except (ConnectionResetError, BrokenPipeError, EOFError) as error:
            if StopSignal(clock).wait_until(min(clock.now_ns() + _RETRY_NS, deadline_ns)) or (
                clock.now_ns() >= deadline_ns
            ):
                raise OSError("it closed the connection") from error


def _connect_once(address: DisplayName, timeout: float) -> tuple[socket.socket, bytes]:
    sock = _open_socket(address, timeout)
    try:
        cookie, unreadable = _cookie(sock, address.display)
        try:
            setup = _let_in(sock, cookie)
        except XRefused as refused:
            raise XRefused(f"{refused}{unreadable}") from refused
    except BaseException:
        sock.close()
        raise
    return sock, setup


def _open_socket(address: DisplayName, timeout: float) -> socket.socket:
    failure: OSError | None = None
    for family, where in _candidates(address):
        sock = socket.socket(family, socket.SOCK_STREAM)
        sock.settimeout(max(timeout, 0.01))
        try:
            sock.connect(where)
        except OSError as error:
            sock.close()
            failure = failure or error
            continue
        if family != _AF_UNIX:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return sock
    raise failure or OSError("there is no such host")


def _candidates(address: DisplayName) -> Iterator[tuple[int, _SocketAddress]]:
    for family in address.families:
        if family == UNIX:
            yield from ((_AF_UNIX, path) for path in address.unix_paths)
            continue
        numbered = socket.AF_INET if family == INET else socket.AF_INET6
        found = socket.getaddrinfo(address.host, address.port, numbered, socket.SOCK_STREAM)
        yield from ((numbered, where) for *_, where in found)


def _cookie(sock: socket.socket, display: int) -> tuple[bytes, str]:
    """The cookie, empty if there is none, and why it can't be told, for people."""
    peer = "" if sock.family == _AF_UNIX else sock.getpeername()[0]
    path = Path(os.environ.get("XAUTHORITY") or Path(os.environ.get("HOME") or "/", ".Xauthority"))
    try:
        authority = path.read_bytes()
    except FileNotFoundError:
        return b"", f" (there is no cookie file {path})"
    except OSError as error:
        return b"", f" (the cookie file {path}: {error.strerror})"
    return choose_cookie(authority, peer=peer, hostname=os.fsencode(socket.gethostname()), display=display) or b"", ""


def _let_in(sock: socket.socket, cookie: bytes) -> bytes:
    """X Window System Protocol, "Connection Setup": version 11.0."""
    name = COOKIE if cookie else b""
    order = b"l" if _LITTLE_ENDIAN else b"B"
    sock.sendall(struct.pack("=cxHHHHxx", order, 11, 0, len(name), len(cookie)) + padded(name) + padded(cookie))
    head = _exactly(sock, 8)
    body = _exactly(sock, 4 * int.from_bytes(head[6:8], sys.byteorder))
    if head[0] != 1:
        reason = body[: head[1]] if head[0] == 0 else body.rstrip(b"\0")
        raise XRefused(" ".join(reason.decode("latin-1").split()) or "it refused the connection")
    return body


def _exactly(sock: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        piece = sock.recv(count - len(data))
        if not piece:
            raise EOFError("it closed the connection")
        data += piece
    return data


def _screen(setup: bytes, wanted: int) -> Screen:
    """Sizes and offsets: X Window System Protocol, appendix B, "Connection Setup"."""
    (vendor,) = struct.unpack_from("=H", setup, 16)
    count, formats = setup[20], setup[21]
    little_endian = setup[22] == 0
    at = 32 + vendor + (-vendor % 4)
    bits, pads = {}, {}
    for _ in range(formats):
        bits[setup[at]], pads[setup[at]] = setup[at + 1], setup[at + 2]
        at += 8
    screens = []
    for _ in range(count):
        root, white, black, visual_id = struct.unpack_from("=I4xII16xI", setup, at)
        depth, depths = setup[at + 38], setup[at + 39]
        at += 40
        visuals = []
        for _ in range(depths):
            visual_depth, (number,) = setup[at], struct.unpack_from("=H", setup, at + 2)
            at += 8
            for _ in range(number):
                id_, kind, red, green, blue = struct.unpack_from("=IB3xIII", setup, at)
                visuals.append(Visual(id=id_, kind=kind, depth=visual_depth, red=red, green=green, blue=blue))
                at += 24
        screens.append(
            Screen(
                root=root,
                white=white,
                black=black,
                depth=depth,
                visual=next(each for each in visuals if each.id == visual_id),
                visuals=tuple(visuals),
                bits_per_pixel=bits,
                scanline_pad=pads,
                little_endian=little_endian,
            )
        )
    if wanted >= len(screens):
        raise OSError(f"it has no screen {wanted}")
    return screens[wanted]
