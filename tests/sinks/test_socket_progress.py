"""What the kernel tells of a connection: a server that doesn't read, told from this machine's own network."""

import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from ionia.sinks.socket_progress import SocketProgress
from tests.fakes.live_stream import eventually
from tests.fakes.netns import SlowNetwork, slow_network

pytestmark = [
    pytest.mark.netns,
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what was acknowledged"),
]

WINDOW = 65_535  # bytes; an untouched receive window of Linux


@contextmanager
def connected(network: SlowNetwork) -> Iterator[tuple[socket.socket, socket.socket]]:
    """Our end, which never blocks, and the server's; something has been said and was acknowledged."""
    with network.listen() as listener:
        ours = socket.create_connection(listener.getsockname(), timeout=10)
        theirs, _ = listener.accept()
        with ours, theirs:
            ours.sendall(b"hello")
            theirs.recv(5)
            ours.settimeout(0)
            yield ours, theirs


def push(connection: socket.socket, size: int) -> int:
    """Write so much, or as much as the socket takes; how much that was."""
    left = size
    with suppress(BlockingIOError):
        while left > 0:
            left -= connection.send(bytes(left))
    return size - left


def test_a_window_that_stays_closed_is_a_server_that_does_not_read() -> None:
    with slow_network() as network, connected(network) as (ours, theirs):
        progress = SocketProgress(ours)
        assert not progress.read(0).zero_window
        sent = push(ours, 20_000_000)
        eventually(lambda: progress.read(0).zero_window, "a closed window was not seen")
        figures = progress.read(0)
        assert 0 < figures.waiting < sent
        theirs.settimeout(10)
        left = sent
        while left > 0:
            left -= len(theirs.recv(1 << 20))
        eventually(lambda: not progress.read(0).zero_window, "an open window was not seen")


def test_a_network_that_takes_nothing_here_is_not_the_server() -> None:
    with slow_network() as network, connected(network) as (ours, _):
        progress = SocketProgress(ours)
        eventually(lambda: not progress.read(0).waiting, "the greeting was not acknowledged")
        network.cut()
        push(ours, 3 * WINDOW)
        seen = [progress.read(0)]
        while len(seen) < 200:
            time.sleep(0.005)  # over a second: TCP tries in vain, and gives the window another thought
            seen.append(progress.read(0))
        assert seen[-1].waiting > WINDOW
        assert not any(figures.zero_window for figures in seen)
