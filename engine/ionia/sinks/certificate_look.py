"""How many certificates a server sends: takes a connection of its own, on which nothing is sent but TLS' greeting.

Only to explain a failure. It can be given up at any moment, as the attempt that failed.
"""

import socket
import ssl
from collections.abc import Sequence

from ionia.core.timebase import NS_PER_S
from ionia.sinks.dialing import dial
from ionia.sinks.look_ups import Target
from ionia.sinks.socket_wait import SocketWait
from ionia.sinks.tls_layer import Tls
from ionia.threads.clock import MonotonicClock

EXPLAIN_NS = 3 * NS_PER_S // 2
"""For all of it, however slowly a server speaks."""

_BUFFER_BYTES = 65_536
_READ_SIZE = 65_536


def certificates_sent(targets: Sequence[Target], host: str, wait: SocketWait, clock: MonotonicClock) -> int | None:
    """How many it sends, its own among them; None if that can't be told. Raises Cancelled."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    until_ns = clock.now_ns() + EXPLAIN_NS
    try:
        connection = dial(targets, wait, clock, buffer_bytes=_BUFFER_BYTES, within_ns=EXPLAIN_NS)
        with connection:
            return _greet(connection, Tls(context, host), until_ns, wait, clock)
    except (OSError, ValueError):
        return None


def _greet(connection: socket.socket, tls: Tls, until_ns: int, wait: SocketWait, clock: MonotonicClock) -> int | None:
    done, out = tls.begin()
    while out or not done:
        left_ns = until_ns - clock.now_ns()
        if left_ns <= 0:
            return None
        if out:
            ready = wait.wait((), (connection,), left_ns / NS_PER_S)
            out = out[connection.send(out) :] if ready else out
        elif wait.wait((connection,), (), left_ns / NS_PER_S):
            received = connection.recv(_READ_SIZE)
            if not received:
                return None
            done, out = tls.begin(received)
    return tls.certificates_sent
