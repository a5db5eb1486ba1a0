"""The system's name look-ups, which nothing can interrupt: each has a thread, and is of use beyond who asked for it.

An attempt to connect has six seconds in all, and a resolver whose first server is dead takes five for each answer. So
what comes when its attempt is over goes to the next one, or a stream would never connect there. But an attempt that
comes later asks anew beside it: the machine may be in another network by now, where the answer comes at once.
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

AGAIN_NS = 5 * NS_PER_S
"""From then on a look-up is of an earlier attempt, and the next one asks anew."""

MOST_AT_ONCE = 2
"""Look-ups of one server: of an old network's and of the new one's, and no thread more for each attempt."""


class LookUps:
    """Those of any number of attempts. Any thread."""

    def __init__(self, clock: MonotonicClock | None = None) -> None:
        self._clock = clock or MonotonicClock()
        self._lock = threading.Lock()
        self._open: dict[tuple[str, int], _Server] = {}  # under way, or answered when nobody waited any more

    def find(self, host: str, port: int, wait: SocketWait) -> list[Target]:
        """The server's addresses in the order in which to try them. Raises OSError (gaierror), Cancelled."""
        with contextlib.suppress(OSError):  # a name, not a number
            return _ordered(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST))
        key = host, port
        with self._lock:
            now_ns = self._clock.now_ns()
            one = self._open.setdefault(key, _Server(host, port))
            one.forget_before(now_ns - LATE_NS)
            if one.asks(now_ns):
                self._begin(one, now_ns)
            one.waits.append(wait)
        try:
            while (result := one.result) is None:
                wait.wait((), (), None)
        finally:
            with self._lock:
                one.waits.remove(wait)
        with self._lock:
            if self._open.get(key) is one:
                del self._open[key]
        if isinstance(result, OSError):
            raise result
        return result

    def _begin(self, one: "_Server", now_ns: int) -> None:
        """Under the lock."""

        def look() -> None:
            result = one.look()
            with self._lock:
                one.under_way.remove(now_ns)
                if isinstance(result, OSError) and (one.result is not None or not one.waits):
                    return  # another one found it, or nobody is there to be told: what failed then may not next time
                one.result, one.answered_ns = result, self._clock.now_ns()
                for wait in one.waits:
                    wait.wake()

        try:
            threading.Thread(target=look, name="rtmp-look-up", daemon=True).start()
        except RuntimeError as error:  # Python's word for no thread to be had
            raise OSError(errno.ENOMEM, "no thread for a look-up") from error
        one.under_way.append(now_ns)


class _Server:
    """One server's look-ups. Protected by the lock of `LookUps`, but for `look`; `result` may be read by anyone."""

    def __init__(self, host: str, port: int) -> None:
        self._where = host, port
        self.waits: list[SocketWait] = []
        self.under_way: list[int] = []  # when each began
        self.result: list[Target] | OSError | None = None
        self.answered_ns = 0

    def forget_before(self, at_ns: int) -> None:
        """What was answered before that counts no more."""
        if self.answered_ns < at_ns:
            self.result = None

    def asks(self, now_ns: int) -> bool:
        """Whether the system is to be asked now."""
        if self.result is not None or len(self.under_way) >= MOST_AT_ONCE:
            return False
        return not self.under_way or self.under_way[-1] <= now_ns - AGAIN_NS

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
