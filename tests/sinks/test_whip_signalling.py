"""What WHIP asks by HTTP comes to an end, whatever the server does."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from ionia.core.live.whip_url import parse_whip_url
from ionia.sinks.whip_signalling import request


@contextmanager
def dribbling(beginning: bytes) -> Iterator[str]:
    """The address of a server that begins its answer and then sends a byte each 50 ms."""
    over = threading.Event()

    def serve() -> None:
        with suppress(OSError):
            connection, _ = listener.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(beginning)
                while not over.wait(0.05):
                    connection.sendall(b"x")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"whip://127.0.0.1:{listener.getsockname()[1]}/whip"
        finally:
            over.set()
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            thread.join()


@pytest.mark.parametrize(
    "beginning", [b"HTTP/1.1 201 Created\r\nX: ", b"HTTP/1.1 201 Created\r\nContent-Length: 200000\r\n\r\n"]
)
def test_an_answer_that_does_not_end_is_given_up(beginning: bytes) -> None:
    with dribbling(beginning) as address, pytest.raises(OSError, match="end"):
        request(parse_whip_url(address), "POST", "offer", ca_file="", whole=0.3)
