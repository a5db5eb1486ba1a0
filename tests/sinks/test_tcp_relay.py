"""The tests' own relay: a limit that is set later counts from then on."""

import socket
import time

from tests.fakes.tcp_relay import tcp_relay

RATE = 400_000


def carry(client: socket.socket, server: socket.socket, size: int) -> None:
    """Piece by piece, so that no buffer fills up."""
    while size:
        piece = min(size, 10_000)
        client.sendall(bytes(piece))
        size -= piece
        while piece:
            piece -= len(server.recv(piece))


def test_what_was_carried_before_a_limit_is_no_debt() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        tcp_relay(listener.getsockname()[1]) as relay,
        socket.create_connection(("127.0.0.1", relay.port)) as client,
        listener.accept()[0] as server,
    ):
        carry(client, server, 5 * RATE)
        relay.throttle(RATE)
        begun = time.monotonic()
        carry(client, server, RATE // 4)
        took = time.monotonic() - begun
    assert 0.15 < took < 4  # a quarter of a second at this rate; paying for what went before takes five
