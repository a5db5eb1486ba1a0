"""RTMP's handshake from the publisher's side (Adobe's RTMP specification, 5.2).

The plain one of the specification. The one with digests proves to a server that whoever wants to watch is a Flash
player; a publisher is known by its stream key.
"""

VERSION = 3
PACKET_BYTES = 1536
RANDOM_BYTES = PACKET_BYTES - 8

_ANSWER_BYTES = 1 + 2 * PACKET_BYTES


class HandshakeError(ValueError):
    """What answers speaks no RTMP of this version."""


class Handshake:
    """One handshake. One owner."""

    def __init__(self, random: bytes) -> None:
        """`random`: RANDOM_BYTES of anything."""
        if len(random) != RANDOM_BYTES:
            raise ValueError(f"{len(random)} random bytes")
        self._buffer = bytearray()
        self.first = bytes((VERSION,)) + bytes(8) + random
        """C0 and C1: what the publisher begins with."""

    def feed(self, data: bytes) -> tuple[bytes, bytes] | None:
        """C2, and what came behind the server's part, once that is there. Raises HandshakeError.

        That the server repeats our bytes is not insisted on: some repeat other ones.
        """
        self._buffer += data
        if self._buffer and self._buffer[0] != VERSION:
            raise HandshakeError(f"version {self._buffer[0]}")
        if len(self._buffer) < _ANSWER_BYTES:
            return None
        second = bytes(self._buffer[1 : 1 + PACKET_BYTES])
        return second, bytes(self._buffer[_ANSWER_BYTES:])
