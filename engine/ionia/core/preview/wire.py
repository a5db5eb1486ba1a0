"""What an engine and the reader of a preview say to each other over their private connection. Pure.

The reader writes the token and a line break, then one byte, whichever, each time it is ready for a picture. The engine
answers each with the newest picture there is, as soon as one is due that isn't the one before; more than one byte that
isn't answered yet counts as one. So a reader that is slow gets fewer pictures and never an old one.

Of a preview of format "h264" it is the next picture of the encode instead, in the order of decoding, the first of them
a keyframe; a reader that is half a second behind loses what waits, and goes on with a keyframe.

The engine writes records: a header of 40 bytes, little-endian, and the content.

    offset 0   4 bytes   "IPV1"
           4   u16       what it is: 1 a picture, 2 a sign of life without content
           6   u16       how a picture is coded: 1 JPEG, 2 H.264 (an access unit in Annex B; a keyframe brings its
                         parameter sets)
           8   u64       number of the picture, from 1; of a sign of life, of the picture before it
          16   i64       when the picture was captured, in ns of the machine's monotonic clock
                         (CLOCK_MONOTONIC, on Windows QueryPerformanceCounter)
          24   u32       width in pixels
          28   u32       height
          32   u32       bytes of content that follow
          36   u32       bit 0: it can be decoded without those before it; the others are 0
"""

import hmac
import struct
from dataclasses import dataclass
from enum import Enum

from ionia.core.timebase import NS_PER_S

MAGIC = b"IPV1"
_HEADER = struct.Struct("<4sHHQqIIII")
HEADER_BYTES = _HEADER.size
MAX_CONTENT = 64 * 1024 * 1024
"""More than any picture has: a reader that meets more has lost its place."""

KEYFRAME = 1
"""Bit 0 of the last word."""

GREETING_NS = 2 * NS_PER_S
"""How long a reader may take to say the token."""


class Coding(Enum):
    """How a picture is coded."""

    JPEG = 1
    H264 = 2


class Record(Enum):
    """What a record is."""

    PICTURE = 1
    ALIVE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewPicture:
    """A record as a reader gets it."""

    record: Record
    sequence: int
    captured_ns: int
    width: int
    height: int
    data: bytes
    coding: Coding = Coding.JPEG
    keyframe: bool = True


class BrokenPreviewError(Exception):
    """What came isn't what an engine writes."""


def picture_record(picture: PreviewPicture) -> bytes:
    """The bytes of one record."""
    head = _HEADER.pack(
        MAGIC,
        picture.record.value,
        picture.coding.value,
        picture.sequence,
        picture.captured_ns,
        picture.width,
        picture.height,
        len(picture.data),
        KEYFRAME if picture.keyframe else 0,
    )
    return head + picture.data


class PreviewReader:
    """A reader's side: bytes in, as they come; records out."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[PreviewPicture]:
        """What is whole now. Raises BrokenPreviewError."""
        self._buffer += data
        records: list[PreviewPicture] = []
        while len(self._buffer) >= HEADER_BYTES:
            magic, kind, coding, sequence, captured_ns, width, height, length, flags = _HEADER.unpack_from(self._buffer)
            if magic != MAGIC or length > MAX_CONTENT:
                raise BrokenPreviewError("this is no preview")
            end = HEADER_BYTES + length
            if len(self._buffer) < end:
                break
            data = bytes(self._buffer[HEADER_BYTES:end])
            del self._buffer[:end]
            if kind not in {one.value for one in Record} or coding not in {one.value for one in Coding}:
                continue  # of a later engine
            records.append(
                PreviewPicture(
                    record=Record(kind),
                    sequence=sequence,
                    captured_ns=captured_ns,
                    width=width,
                    height=height,
                    data=data,
                    coding=Coding(coding),
                    keyframe=bool(flags & KEYFRAME),
                )
            )
        return records


class Heard(Enum):
    """What a reader's bytes come to."""

    NOTHING = "nothing"
    WELCOME = "welcome"
    """It said the token, and is not ready for a picture."""
    READY = "ready"
    """It wants a picture."""
    STRANGER = "stranger"
    """It doesn't know the token."""


class Greeting:
    """The engine's side of one connection: who it is, and whether it wants a picture."""

    def __init__(self, token: str, *, now_ns: int) -> None:
        self._expected = token.encode() + b"\n"
        self._said = bytearray()
        self._until_ns = now_ns + GREETING_NS
        self.welcome = False

    @property
    def deadline_ns(self) -> int | None:
        """When it is too late for the token; None once it was said."""
        return None if self.welcome else self._until_ns

    def late(self, now_ns: int) -> bool:
        """Whether it took too long."""
        return not self.welcome and now_ns >= self._until_ns

    def hear(self, data: bytes) -> Heard:
        """Take bytes of the reader's."""
        if self.welcome:
            return Heard.READY if data else Heard.NOTHING
        self._said += data
        length = len(self._expected)
        if len(self._said) < length and b"\n" not in self._said:
            return Heard.NOTHING
        if not hmac.compare_digest(bytes(self._said[:length]), self._expected):
            return Heard.STRANGER
        self.welcome = True
        return Heard.READY if len(self._said) > length else Heard.WELCOME
