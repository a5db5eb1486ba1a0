"""RTMP's messages as values, and the numbers that tell them apart (Adobe's RTMP specification, 5.4, 6.2 and 7.1)."""

from typing import NamedTuple

SET_CHUNK_SIZE, ABORT, ACKNOWLEDGEMENT, USER_CONTROL, WINDOW_SIZE, PEER_BANDWIDTH = 1, 2, 3, 4, 5, 6
AUDIO, VIDEO, DATA, COMMAND = 8, 9, 18, 20
COMMAND_AMF3 = 17
"""A byte of 0, then what COMMAND has; sent by servers whose client spoke AMF3, and by a few regardless."""

CONTROL_CSID, COMMAND_CSID, AUDIO_CSID, VIDEO_CSID, STREAM_CSID = 2, 3, 4, 6, 8
"""Chunk streams: 2 is fixed by 5.4; the others are those of FFmpeg's publisher, so every server has seen them."""


class Message(NamedTuple):
    """One whole message. `timestamp` in ms, of 32 bits; `stream` is 0 for the connection itself. No body is shown.

    A tuple: one is made of each packet for each server, and a frozen dataclass takes three times as long.
    """

    kind: int
    body: bytes | memoryview
    timestamp: int = 0
    stream: int = 0

    def __repr__(self) -> str:
        return f"Message(kind={self.kind}, {len(self.body)} bytes, timestamp={self.timestamp}, stream={self.stream})"
