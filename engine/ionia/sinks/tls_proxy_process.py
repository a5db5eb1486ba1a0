"""The TLS proxy process: TLS to one server, plain bytes to one sender on this machine, until either of them closes.

Nothing is sent to the server, and no door is opened to the sender, before the server's certificate and name were
checked; whatever goes wrong until then, known or not, ends the process. It never sees the address' key as such.
"""

import json
import select
import signal
import socket
import ssl
import sys
from contextlib import suppress
from functools import partial
from typing import NoReturn

from ionia.sinks.connect_failure import reason
from ionia.sinks.tls_trust import certificates_sent, context_of, fault_of

CONNECT_SECONDS = 2.0
"""For each of a name's addresses in turn. Two, because IPv6 that leads nowhere must leave time for IPv4 within the six
seconds of an attempt; one repetition of a lost SYN, which comes after one second, is within."""

HANDSHAKE_SECONDS = 5.0
ACCEPT_SECONDS = 5.0
_GOODBYE_SECONDS = 0.3
_PIECE = 16_384
"""The most that a TLS record carries (RFC 8446, 5.1)."""

_NOT_NOW = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


def main() -> NoReturn:
    """Read what is wanted from stdin, answer on stdout, carry."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C in a terminal is meant for the engine
    wanted = json.loads(sys.stdin.buffer.readline())
    fault = fault_of(wanted["ca"]) if wanted["ca"] else None
    if fault is not None:
        _answer({"failure": fault.name, "detail": "authorities"})
        sys.exit(1)
    try:
        remote = connect(wanted["host"], wanted["port"], wanted["ca"], wanted["buffer"])
    except (OSError, ValueError) as error:
        code, detail = reason(error, partial(certificates_sent, wanted["host"], wanted["port"]))
        _answer({"failure": code.name, "detail": detail})
        sys.exit(1)
    # The listener stays to the end: nobody else can take its port while the sender is on the way to it.
    with remote, _listener(wanted["buffer"]) as listener:
        _answer({"port": listener.getsockname()[1]})
        local, _ = listener.accept()
        with local:
            local.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with suppress(OSError):  # either side may break at any moment; both hear of it by the end of this process
                carry(local, remote)
    sys.exit(0)


def connect(host: str, port: int, ca_file: str, buffer_bytes: int) -> ssl.SSLSocket:
    """A connection to a server whose certificate is good for `host`. Raises OSError (ssl.SSLError among them)."""
    plain = socket.create_connection((host, port), CONNECT_SECONDS)
    try:
        plain.settimeout(HANDSHAKE_SECONDS)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, buffer_bytes)
        return context_of(ca_file).wrap_socket(plain, server_hostname=host)
    except BaseException:
        plain.close()
        raise


def carry(local: socket.socket, remote: ssl.SSLSocket) -> None:
    """Until one side closes; what the local one sent before reaches the server. Raises OSError when one breaks.

    One thread and sockets that don't block: OpenSSL must not read and write one connection at the same time.
    """
    up, down = _Flow(local, remote), _Flow(remote, local)
    local.settimeout(0)
    remote.settimeout(0)
    while not (up.over or down.over):
        moved = [flow.move() for flow in (up, down)]
        if not any(moved):
            readers = [flow.source for flow in (up, down) if not flow.held]
            writers = [flow.target for flow in (up, down) if flow.held]
            select.select(readers, writers, [])
    if up.over:
        remote.settimeout(_GOODBYE_SECONDS)
        with suppress(OSError):  # a server that doesn't say goodbye
            remote.unwrap()


class _Flow:
    """What one socket sends to the other; at most one piece of it is held here."""

    def __init__(self, source: socket.socket, target: socket.socket) -> None:
        self.source, self.target = source, target
        self.held = memoryview(b"")
        self.over = False

    def move(self) -> bool:
        """Move what can be moved at once; whether anything was."""
        moved = False
        if not self.held:
            with suppress(*_NOT_NOW):
                self.held = memoryview(self.source.recv(_PIECE))
                self.over = not self.held
                moved = True
        if self.held:
            with suppress(*_NOT_NOW):
                self.held = self.held[self.target.send(self.held) :]
                moved = True
        return moved


def _listener(buffer_bytes: int) -> socket.socket:
    """One door, on this machine only. Windows lets another program share a port unless it is told not to."""
    listener = socket.socket()
    if sys.platform == "win32":
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer_bytes)  # what is accepted inherits it
    listener.settimeout(ACCEPT_SECONDS)
    listener.bind(("127.0.0.1", 0))
    listener.listen(1)
    return listener


def _answer(said: dict[str, str | int]) -> None:
    sys.stdout.buffer.write(json.dumps(said).encode() + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
