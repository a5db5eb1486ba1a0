"""Finding a server and connecting to it, in a way that can be given up at any moment.

The system's name look-up can't be interrupted, so it has a thread of its own, which is left behind if need be.
"""

import contextlib
import errno
import os
import socket
import threading
from collections.abc import Sequence
from typing import Any

from ionia.core.live.address_race import AddressRace, alternating
from ionia.core.timebase import NS_PER_S
from ionia.sinks.socket_wait import SocketWait
from ionia.threads.clock import MonotonicClock

CONNECT_NS = 5 * NS_PER_S
"""For all addresses together: SYNs go out at 0, 1 and 3 s. Less than an attempt as a whole may take, so that what was
wrong can be said."""

_IN_PROGRESS = (0, errno.EINPROGRESS, errno.EWOULDBLOCK, getattr(errno, "WSAEWOULDBLOCK", errno.EWOULDBLOCK))

Target = tuple[int, Any]
"""A family and an address for a socket of it, as getaddrinfo has them."""


def find(host: str, port: int, wait: SocketWait) -> list[Target]:
    """The server's addresses in the order in which to try them. Raises OSError (gaierror), Cancelled."""
    with contextlib.suppress(OSError):  # a name, not a number
        return _ordered(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST))
    found: list[list[Target] | OSError] = []

    def look() -> None:
        try:
            found.append(_ordered(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))
        except OSError as error:
            found.append(error)
        except UnicodeError:
            found.append(socket.gaierror(socket.EAI_NONAME, "not a name"))
        wait.wake()

    try:
        threading.Thread(target=look, name="rtmp-look-up", daemon=True).start()
    except RuntimeError as error:  # Python's word for no thread to be had
        raise OSError(errno.ENOMEM, "no thread for a look-up") from error
    while not found:
        wait.wait((), (), None)
    (result,) = found
    if isinstance(result, OSError):
        raise result
    return result


def dial(
    targets: Sequence[Target],
    wait: SocketWait,
    clock: MonotonicClock,
    *,
    buffer_bytes: int,
    within_ns: int = CONNECT_NS,
) -> socket.socket:
    """A connection that doesn't block, to whichever answers first. Raises OSError, Cancelled.

    `buffer_bytes`: the most that may wait in its send buffer. `within_ns`: for all addresses together.
    """
    race = AddressRace(list(targets))
    given_up_ns = clock.now_ns() + within_ns
    running: list[socket.socket] = []
    errors: list[OSError] = []
    try:
        while not race.lost:
            now_ns = clock.now_ns()
            if now_ns >= given_up_ns:
                raise TimeoutError
            while (target := race.due(now_ns)) is not None:
                try:
                    running.append(_begin(target, buffer_bytes))
                except OSError as error:
                    errors.append(error)
                    race.failed(now_ns)
            until_ns = given_up_ns if race.deadline_ns is None else min(given_up_ns, race.deadline_ns)
            for one in wait.wait((), running, max(0, until_ns - now_ns) / NS_PER_S) if running else ():
                number = one.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                if not number:
                    running.remove(one)
                    return one
                running.remove(one)
                one.close()
                errors.append(OSError(number, os.strerror(number)))
                race.failed(clock.now_ns())
    finally:
        for one in running:
            one.close()
    raise _most_telling(errors)


def _begin(target: Target, buffer_bytes: int) -> socket.socket:
    family, address = target
    one = socket.socket(family, socket.SOCK_STREAM)
    try:
        one.settimeout(0)
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, buffer_bytes)
        number = one.connect_ex(address)
        if number not in _IN_PROGRESS:
            raise OSError(number, os.strerror(number))
    except BaseException:
        one.close()
        raise
    return one


def _most_telling(errors: Sequence[OSError]) -> OSError:
    """A machine that answers and refuses says more than a network that isn't there."""
    refused = next((error for error in errors if isinstance(error, ConnectionRefusedError)), None)
    return refused or next(iter(errors), None) or OSError(errno.EHOSTUNREACH, "no address")


def _ordered(found: Sequence[tuple[Any, ...]]) -> list[Target]:
    """Of getaddrinfo's answers."""
    return alternating([(family, address) for family, _, _, _, address in found])
