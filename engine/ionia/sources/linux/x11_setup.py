"""How a connection to an X server begins: reaching it, being let in, and what it tells of itself then.

Bytes are in this machine's order (decision 0175).
"""

import errno
import os
import queue
import socket
import struct
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ionia.core.timebase import NS_PER_S
from ionia.sources.linux.x11_address import COOKIE, INET, UNIX, DisplayName, choose_cookie
from ionia.threads.clock import MonotonicClock, StopSignal

CONNECT_TIMEOUT = 1.0
"""Seconds for a server to let us in. A healthy one needs a millisecond; a frozen one would hold us for ever."""

LOOK_UP_TIMEOUT = 1.0
"""Seconds for the system to find a host by its name; a name server that is away is asked for half a minute."""

_RETRY_NS = NS_PER_S // 50
"""A server that resets because its last client left closes new connections, too, and is back at once."""

AF_UNIX = 1
"""`socket.AF_UNIX`, which the types of other systems lack."""

_SocketAddress = str | tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]
_LITTLE_ENDIAN = sys.byteorder == "little"


class XRefused(OSError):  # noqa: N818 - an answer, not a mistake
    """The server answered that it does not want us; the text is its own."""


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
    """What the server told of the screen that the display's name asks for."""

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


def connect(address: DisplayName) -> tuple[socket.socket, bytes]:
    """A connection that was let in, and what the server told of itself. Raises XRefused, OSError. A second at most for
    each address, and as long to look a host's name up."""
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


def padded(request: bytes) -> bytes:
    """Filled up to whole words, as requests must be."""
    return request + b"\0" * (-len(request) % 4)


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
    failure: OSError | None = None  # the first: what comes after it is a last resort
    for family, where in _candidates(address):
        if isinstance(where, OSError):
            failure = failure or where
            continue
        sock = socket.socket(family, socket.SOCK_STREAM)
        sock.settimeout(max(timeout, 0.01))
        try:
            sock.connect(where)
        except OSError as error:
            sock.close()
            failure = failure or error
            continue
        if family != AF_UNIX:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return sock
    raise failure or OSError("there is no such host")


def _candidates(address: DisplayName) -> Iterator[tuple[int, _SocketAddress | OSError]]:
    """Where to try, in order, and why there is nowhere."""
    for family in address.families:
        if family == UNIX:
            yield from ((AF_UNIX, path) for path in address.unix_paths)
            continue
        numbered = socket.AF_INET if family == INET else socket.AF_INET6
        try:
            found = _addresses(address.host, address.port, numbered)
        except OSError as error:
            yield numbered, error
            continue
        yield from ((numbered, where) for where in found)


def _addresses(host: str, port: int, family: int) -> list[_SocketAddress]:
    """Of a host. The system's look-up can't be interrupted: it has a thread, which is left behind if it takes too long.

    Raises OSError.
    """
    answers: queue.SimpleQueue[list[_SocketAddress] | OSError] = queue.SimpleQueue()

    def look() -> None:
        try:
            answers.put([where for *_, where in socket.getaddrinfo(host, port, family, socket.SOCK_STREAM)])
        except OSError as error:
            answers.put(error)
        except UnicodeError:
            answers.put(socket.gaierror(socket.EAI_NONAME, "not a name"))

    try:
        threading.Thread(target=look, name="x11-look-up", daemon=True).start()
    except RuntimeError as error:  # Python's word for no thread to be had
        raise OSError(errno.ENOMEM, "no thread for a look-up") from error
    try:
        found = answers.get(timeout=LOOK_UP_TIMEOUT)
    except queue.Empty:
        raise TimeoutError(errno.ETIMEDOUT, f"no name server says where {host} is") from None
    if isinstance(found, OSError):
        raise found
    return found


def _cookie(sock: socket.socket, display: int) -> tuple[bytes, str]:
    """The cookie, empty if there is none, and why it can't be told, for people."""
    peer = "" if sock.family == AF_UNIX else sock.getpeername()[0]
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


def screen(setup: bytes, wanted: int) -> Screen:
    """Screen number `wanted`. Raises OSError if there is none.

    Sizes and offsets: X Window System Protocol, appendix B, "Connection Setup".
    """
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
