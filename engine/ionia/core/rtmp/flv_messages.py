"""FLV tags as RTMP's messages: a tag's body is a message's, and so are its type and time."""

from collections.abc import Iterator

from ionia.core.rtmp import amf0
from ionia.core.rtmp.messages import DATA, Message

_FILE_HEADER = 13
_TAG_HEADER, _TAG_END = 11, 4

SET_DATA_FRAME = amf0.encode("@setDataFrame")
"""Asks the server to keep what follows for whoever joins later; so all publishers send `onMetaData`."""


def messages_of(tags: bytes, *, stream: int) -> Iterator[Message]:
    """The tags' messages in order, with or without the file's header before them. The bodies are views of `tags`."""
    view = memoryview(tags)
    position = _FILE_HEADER if tags[:3] == b"FLV" else 0
    while position < len(view):
        kind = view[position]
        length = int.from_bytes(view[position + 1 : position + 4], "big")
        time = int.from_bytes(view[position + 4 : position + 7], "big") | view[position + 7] << 24
        begin = position + _TAG_HEADER
        body: bytes | memoryview = view[begin : begin + length]
        if kind == DATA:
            body = SET_DATA_FRAME + bytes(body)
        yield Message(kind=kind, timestamp=time, stream=stream, body=body)
        position = begin + length + _TAG_END
