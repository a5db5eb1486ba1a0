"""RTMP's chunk streams as a server reads them (Adobe's specification 1.0, section 5.3)."""

from collections.abc import Callable


class IncomingChunks:
    """Chunks into messages, written apart from the engine's own."""

    def __init__(self, read: Callable[[int], bytes]) -> None:
        """`read`: the next so many bytes."""
        self.read = read
        self.chunk_size = 128
        self.headers: dict[int, tuple[int, int, int, int]] = {}  # csid: timestamp, delta, length, kind
        self.streams: dict[int, int] = {}
        self.extended: set[int] = set()  # csids whose last header had an extended timestamp
        self.partial: dict[int, bytearray] = {}

    def message(self) -> tuple[int, int, int, bytes]:
        """The next whole message: kind, timestamp, stream, body."""
        while True:
            first = self.read(1)[0]
            form, csid = first >> 6, first & 63
            if csid == 0:
                csid = 64 + self.read(1)[0]
            timestamp, delta, length, kind = self.headers.get(csid, (0, 0, 0, 0))
            fresh = csid not in self.partial
            if form < 3:
                field_ = int.from_bytes(self.read(3), "big")
                if form < 2:
                    length = int.from_bytes(self.read(3), "big")
                    kind = self.read(1)[0]
                if form == 0:
                    self.streams[csid] = int.from_bytes(self.read(4), "little")
                self.extended.discard(csid)
                if field_ == 0xFFFFFF:
                    self.extended.add(csid)
                    field_ = int.from_bytes(self.read(4), "big")
                # A header of form 3 after one of form 0 repeats its timestamp as the delta (5.3.1.2.4).
                timestamp, delta = (field_ if form == 0 else timestamp + field_), field_
            else:
                if csid in self.extended:  # it is repeated in every chunk (5.3.1.3)
                    self.read(4)
                if fresh:
                    timestamp += delta
            timestamp %= 1 << 32
            self.headers[csid] = (timestamp, delta, length, kind)
            body = self.partial.setdefault(csid, bytearray())
            body += self.read(min(self.chunk_size, length - len(body)))
            if len(body) == length:
                del self.partial[csid]
                if kind == 1:
                    self.chunk_size = int.from_bytes(body, "big")
                return kind, timestamp, self.streams.get(csid, 0), bytes(body)
