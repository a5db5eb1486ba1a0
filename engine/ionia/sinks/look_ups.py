"""The system's name look-ups, which nothing can interrupt: each has a thread, and is of use beyond who asked for it.

An attempt to connect has six seconds in all, and a resolver whose first server is dead takes five for each answer. So
what comes when its attempt is over goes to the next one, or a stream would never connect there.
"""

import contextlib
import errno
import socket
import threading
from collections.abc import Sequence
from typing import Any

from ionia.core.live.address_race import alternating
from ionia.core.timebase import NS_PER_S
from ionia.sinks.socket_wait import SocketWait
from ionia.threads.clock import MonotonicClock

Target = tuple[int, Any]
"""A family and an address for a socket of it, as getaddrinfo has them."""

LATE_NS = 60 * NS_PER_S
"""How long an answer that nobody waited for any more is good for: attempts are 36 s apart at most."""


class LookUps:
    """Those of any number of attempts. Any thread."""

    def __init__(self, clock: MonotonicClock | None = None) -> None:
        self._clock = clock or MonotonicClock()
        self._lock = threading.Lock()
        self._open: dict[tuple[str, int], _LookUp] = {}  # under way, or answered when nobody waited any more

    def find(self, host: str, port: int, wait: SocketWait) -> list[Target]:
        """The server's addresses in the order in which to try them. Raises OSError (gaierror), Cancelled."""
        with contextlib.suppress(OSError):  # a name, not a number
            return _ordered(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST))
        key = host, port
        with self._lock:
            one = self._open.get(key)
            if one is None or one.older_than(self._clock.now_ns() - LATE_NS):
                one = _LookUp(host, port)
                self._begin(key, one)
            one.waits.append(wait)
        try:
            while one.result is None:
                wait.wait((), (), None)
        finally:
            with self._lock:
                one.waits.remove(wait)
        with self._lock:
            if self._open.get(key) is one:
                del self._open[key]
        if isinstance(one.result, OSError):
            raise one.result
        return one.result

    def _begin(self, key: tuple[str, int], one: "_LookUp") -> None:
        """Under the lock."""

        def look() -> None:
            result = one.look()
            with self._lock:
                one.result, one.answered_ns = result, self._clock.now_ns()
                for wait in one.waits:
                    wait.wake()

        try:
            threading.Thread(target=look, name="rtmp-look-up", daemon=True).start()
        except RuntimeError as error:  # Python's word for no thread to be had
            raise OSError(errno.ENOMEM, "no thread for a look-up") from error
        self._open[key] = one


class _LookUp:
    """One look-up. Protected by the lock of `LookUps`, but for `look`; `result` may be read by anyone."""

    def __init__(self, host: str, port: int) -> None:
        self._where = host, port
        self.waits: list[SocketWait] = []
        self.result: list[Target] | OSError | None = None
        self.answered_ns = 0

    def older_than(self, at_ns: int) -> bool:
        """Whether it was answered before that."""
        return self.result is not None and self.answered_ns < at_ns

    def look(self) -> list[Target] | OSError:
        """Ask the system."""
        try:
            return _ordered(socket.getaddrinfo(*self._where, type=socket.SOCK_STREAM))
        except OSError as error:
            return error
        except UnicodeError:
            return socket.gaierror(socket.EAI_NONAME, "not a name")


def _ordered(found: Sequence[tuple[Any, ...]]) -> list[Target]:
    """Of getaddrinfo's answers."""
    return alternating([(family, address) for family, _, _, _, address in found])
