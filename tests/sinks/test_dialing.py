"""dialing: which address wins, what is told when none does, and that it can be given up."""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest

from ionia.sinks.dialing import dial
from ionia.sinks.look_ups import AGAIN_NS, LATE_NS, LookUps, Target
from ionia.sinks.socket_wait import Cancelled, SocketWait
from ionia.threads.clock import MonotonicClock
from tests.fakes.manual_clock import ManualClock
from tests.fakes.nginx_rtmp import free_port


@pytest.fixture
def wait() -> Iterator[SocketWait]:
    with closing(SocketWait()) as one:
        yield one


def listening(stack: ExitStack, host: str = "127.0.0.1") -> Target:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = stack.enter_context(socket.create_server((host, 0), family=family))
    return family, listener.getsockname()


def refusing() -> Target:
    return socket.AF_INET, ("127.0.0.1", free_port())


def silent(stack: ExitStack) -> Target:
    """Swallows whoever wants to connect: its queue is full."""
    listener = stack.enter_context(socket.socket())
    listener.bind(("127.0.0.1", 0))
    listener.listen(0)
    for _ in range(3):
        waiting = stack.enter_context(socket.socket())
        waiting.settimeout(0)
        waiting.connect_ex(listener.getsockname())
    return socket.AF_INET, listener.getsockname()


def connect(wait: SocketWait, *targets: Target) -> object:
    with dial(targets, wait, MonotonicClock(), buffer_bytes=65_536) as connection:
        assert connection.gettimeout() == 0
        assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        return connection.getpeername()


def test_the_first_that_answers(wait: SocketWait) -> None:
    with ExitStack() as stack:
        good, other = listening(stack), listening(stack, "::1")
        assert connect(wait, good, other) == good[1]
        assert connect(wait, refusing(), other) == other[1]
        assert connect(wait, silent(stack), good) == good[1]


def test_what_is_told_when_none_does(wait: SocketWait) -> None:
    nowhere = (socket.AF_INET6, ("2001:db8::1", 1, 0, 0))
    with pytest.raises(ConnectionRefusedError):
        connect(wait, nowhere, refusing())
    with pytest.raises(OSError, match="no address"):
        connect(wait)


def test_names_and_numbers(wait: SocketWait) -> None:
    find = LookUps().find
    assert find("127.0.0.1", 5, wait) == [(socket.AF_INET, ("127.0.0.1", 5))]
    assert find("::1", 5, wait) == [(socket.AF_INET6, ("::1", 5, 0, 0))]
    assert ("127.0.0.1", 5) in [address for _, address in find("localhost", 5, wait)]
    with pytest.raises(socket.gaierror):
        find("no-such-host.invalid", 5, wait)


def _all_answered() -> None:
    for look_up in [one for one in threading.enumerate() if one.name == "rtmp-look-up"]:
        look_up.join()


def test_an_answer_that_comes_late_is_the_next_attempts(wait: SocketWait, monkeypatch: pytest.MonkeyPatch) -> None:
    over, asked, real, clock = threading.Event(), 0, socket.getaddrinfo, ManualClock(0)

    def slow(host: str, port: int, **more: int) -> object:
        nonlocal asked
        if more.get("flags"):
            return real(host, port, **more)
        asked += 1
        wait.cancel()
        over.wait()
        return real("127.0.0.1", port, **more)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    look_ups = LookUps(clock)  # type: ignore[arg-type]
    try:
        with pytest.raises(Cancelled):
            look_ups.find("example.invalid", 5, wait)
    finally:
        over.set()
    _all_answered()
    with closing(SocketWait()) as second:
        assert look_ups.find("example.invalid", 5, second) == [(socket.AF_INET, ("127.0.0.1", 5))]
        assert asked == 1
        look_ups.find("example.invalid", 5, second)
        assert asked == 2  # an answer is given once
    with pytest.raises(Cancelled):
        look_ups.find("example.invalid", 5, wait)
    _all_answered()
    clock.now += LATE_NS + 1
    with closing(SocketWait()) as last:
        look_ups.find("example.invalid", 5, last)
        assert asked == 4  # what is old is asked again


def test_an_attempt_waits_for_no_network_that_is_gone(wait: SocketWait, monkeypatch: pytest.MonkeyPatch) -> None:
    over, real, clock = threading.Event(), socket.getaddrinfo, ManualClock(0)
    answers: list[object] = []

    def first_slow(host: str, port: int, **more: int) -> object:
        if more.get("flags"):
            return real(host, port, **more)
        answers.append(None)
        if len(answers) > 1:
            return real("127.0.0.1", port, **more)
        wait.cancel()
        over.wait()
        raise socket.gaierror(socket.EAI_AGAIN, "of the network that is gone")

    monkeypatch.setattr(socket, "getaddrinfo", first_slow)
    look_ups = LookUps(clock)  # type: ignore[arg-type]
    found = [(socket.AF_INET, ("127.0.0.1", 5))]
    with closing(SocketWait()) as later:
        try:
            with pytest.raises(Cancelled):
                look_ups.find("example.invalid", 5, wait)
            clock.now += AGAIN_NS
            assert look_ups.find("example.invalid", 5, later) == found
            answers.clear()
            with pytest.raises(Cancelled):
                look_ups.find("other.invalid", 5, wait)
        finally:
            over.set()
        _all_answered()
        assert look_ups.find("other.invalid", 5, later) == found  # and no failure that came when nobody waited


def test_connecting_is_given_up_at_once(wait: SocketWait) -> None:
    with ExitStack() as stack:
        target = silent(stack)
        wait.cancel()
        with pytest.raises(Cancelled):
            connect(wait, target)
