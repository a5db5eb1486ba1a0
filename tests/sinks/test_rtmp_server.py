"""The tests' own RTMP server reads what the specification allows, timestamps of more than 24 bits among it."""

import socket

from tests.fakes.rtmp_server import RtmpServer, rtmp_server

BIG = (0xFFFFFF + 1000).to_bytes(4, "big")


def published(server: RtmpServer, chunks: bytes) -> list[tuple[int, int, bytes]]:
    """What the server understood after a handshake: kind, timestamp, body."""
    count = len(server.publications)
    with socket.create_connection((server.host, server.port)) as client:
        client.sendall(b"\3" + bytes(1536) + bytes(1536) + chunks)
        server.wait_for(lambda: len(server.publications) > count and len(server.publications[-1].media) >= 2)
    return [(message.kind, message.timestamp, message.body) for message in server.publications[-1].media]


def test_extended_timestamps() -> None:
    body = bytes(range(200))
    first = b"\x06\xff\xff\xff" + (200).to_bytes(3, "big") + b"\x09" + bytes(4) + BIG + body[:128]
    rest = b"\xc6" + BIG + body[128:]
    later = b"\x46\0\0\x21\0\0\2\x09ab"
    with rtmp_server() as server:
        assert published(server, first + rest + later) == [
            (9, 0xFFFFFF + 1000, body),
            (9, 0xFFFFFF + 1033, b"ab"),
        ]


def test_a_header_left_out_repeats_the_step() -> None:
    first = b"\x06\0\0\x10\0\0\2\x09" + bytes(4) + b"ab"
    with rtmp_server() as server:
        assert published(server, first + b"\xc6cd" + b"\x86\0\0\x05ef" + b"\xc6gh")[:2] == [
            (9, 16, b"ab"),
            (9, 32, b"cd"),
        ]
