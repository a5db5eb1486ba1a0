"""socket_wait: what ends a wait."""

import socket
import threading
from contextlib import closing

import pytest

from ionia.sinks.socket_wait import Cancelled, SocketWait


def test_what_is_ready() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, closing(SocketWait()) as wait:
        assert wait.wait((ours,), (), 0) == set()
        assert wait.wait((ours,), (ours,), None) == {ours}
        theirs.send(b"a")
        assert wait.wait((ours,), (), None) == {ours}


def test_a_new_socket_may_have_the_number_of_one_that_is_gone() -> None:
    with closing(SocketWait()) as wait:
        for _ in range(3):
            ours, theirs = socket.socketpair()
            with ours, theirs:
                theirs.send(b"a")
                assert wait.wait((ours,), (), None) == {ours}
                assert wait.wait((), (theirs,), None) == {theirs}
                assert wait.wait((ours,), (ours,), None) == {ours}


def test_another_thread_ends_it() -> None:
    with closing(SocketWait()) as wait:
        for _ in range(3):
            waker = threading.Thread(target=wait.wake)
            waker.start()
            assert wait.wait((), (), None) == set()
            waker.join()


def test_waking_twice_is_waking_once() -> None:
    with closing(SocketWait()) as wait:
        for _ in range(100_000):  # more than any socket holds
            wait.wake()
        assert wait.wait((), (), None) == set()
        assert wait.wait((), (), 0) == set()


def test_cancelling_is_for_good() -> None:
    with closing(SocketWait()) as wait:
        wait.cancel()
        for _ in range(2):
            with pytest.raises(Cancelled):
                wait.wait((), (), None)


def test_closed_it_can_still_be_woken() -> None:
    wait = SocketWait()
    wait.close()
    wait.wake()
    wait.cancel()
