"""Bytes in pieces, and RTMP's chunks read and written apart from the engine's own code."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from tests.fakes.rtmp_chunks import IncomingChunks


def cut(data: bytes, places: Sequence[int]) -> Iterator[bytes]:
    """`data` cut at these places; no piece is empty."""
    edges = [0, *sorted({place for place in places if 0 < place < len(data)}), len(data)]
    for begin, end in pairwise(edges):
        yield data[begin:end]


def messages_in(data: bytes) -> list[tuple[int, int, int, bytes]]:
    """Kind, timestamp, stream and body of all messages in what a client wrote, by the tests' own reader."""
    position = 0

    def read(count: int) -> bytes:
        nonlocal position
        if position + count > len(data):
            raise EOFError
        position += count
        return data[position - count : position]

    chunks, messages = IncomingChunks(read), []
    while position < len(data):
        messages.append(chunks.message())
    return messages


def chunked(kind: int, body: bytes, *, size: int = 128, csid: int = 3, stream: int = 0, time: int = 0) -> bytes:
    """One message as a server writes it: a full header, then chunks of `size`."""
    long = time.to_bytes(4, "big") if time >= 0xFFFFFF else b""
    header = bytes((csid,)) + min(time, 0xFFFFFF).to_bytes(3, "big") + len(body).to_bytes(3, "big")
    header += bytes((kind,)) + stream.to_bytes(4, "little") + long
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    return header + (bytes((0xC0 | csid,)) + long).join(pieces)
