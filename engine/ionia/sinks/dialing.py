"""Connecting to a server in a way that can be given up at any moment."""

import errno
import os
import socket
from collections.abc import Sequence

from ionia.core.live.address_race import AddressRace
from ionia.core.timebase import NS_PER_S
from ionia.sinks.look_ups import Target
from ionia.sinks.socket_wait import SocketWait
from ionia.threads.clock import MonotonicClock

CONNECT_NS = 5 * NS_PER_S
"""For all addresses together: SYNs go out at 0, 1 and 3 s. Less than an attempt as a whole may take, so that what was
wrong can be said."""

_IN_PROGRESS = (0, errno.EINPROGRESS, errno.EWOULDBLOCK, getattr(errno, "WSAEWOULDBLOCK", errno.EWOULDBLOCK))


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
