"""AMF0, the values in RTMP's commands (Adobe's AMF 0 specification). What a stranger sends is read within limits."""

import struct
from collections.abc import Mapping, Sequence

Amf = None | bool | float | str | Sequence["Amf"] | Mapping[str, "Amf"]
"""A value. Numbers are floats; null and undefined are None; a date is its number; XML is a string; a typed object is
its members."""

DEEPEST = 16
"""How far values may lie within each other; no server comes near it."""

MOST_VALUES = 4096
"""How many values one message may have. Each takes a byte at least, so a long message could have very many."""

_NUMBER, _BOOLEAN, _STRING, _OBJECT, _NULL, _UNDEFINED, _ECMA_ARRAY, _STRICT_ARRAY = 0, 1, 2, 3, 5, 6, 8, 10
_DATE, _LONG_STRING, _UNSUPPORTED, _XML, _TYPED_OBJECT = 11, 12, 13, 15, 16
_OBJECT_END = b"\x00\x00\x09"


class AmfError(ValueError):
    """These bytes are not AMF0, or beyond what is read of it."""


def encode(*values: Amf) -> bytes:
    """The values one after the other. Raises ValueError for a name of more than 65535 bytes."""
    return b"".join(_encoded(value) for value in values)


def decode(data: bytes) -> list[Amf]:
    """All values in `data`. Raises AmfError."""
    reader = _Reader(data)
    values: list[Amf] = []
    try:
        while reader.offset < len(data):
            values.append(reader.value(0))
    except IndexError as error:
        raise AmfError("it ends in the middle of a value") from error
    return values


def _encoded(value: Amf) -> bytes:
    match value:
        case None | bool():
            return bytes((_NULL,)) if value is None else bytes((_BOOLEAN, value))
        case int() | float():
            return struct.pack(">Bd", _NUMBER, value)
        case str():
            text = value.encode()
            short = len(text) <= 0xFFFF
            return bytes((_STRING,)) + _name(value) if short else struct.pack(">BI", _LONG_STRING, len(text)) + text
        case Mapping():
            pairs = b"".join(_name(name) + _encoded(inner) for name, inner in value.items())
            return bytes((_OBJECT,)) + pairs + _OBJECT_END
        case _:
            return struct.pack(">BI", _STRICT_ARRAY, len(value)) + b"".join(_encoded(inner) for inner in value)


def _name(text: str) -> bytes:
    data = text.encode()
    if len(data) > 0xFFFF:
        raise ValueError("a name of more than 65535 bytes")
    return struct.pack(">H", len(data)) + data


class _Reader:
    """Reads one message. IndexError means that it ended too soon."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._count = 0
        self.offset = 0

    def value(self, depth: int) -> Amf:
        self._count += 1
        if depth > DEEPEST or self._count > MOST_VALUES:
            raise AmfError("more values than can be meant")
        kind = self._data[self.offset]
        self.offset += 1
        if kind in (_NUMBER, _DATE):
            number = self._number()
            self._bytes(2 if kind == _DATE else 0)  # a time zone, which is always 0
            return number
        if kind == _BOOLEAN:
            return bool(self._bytes(1)[0])
        if kind in (_STRING, _LONG_STRING, _XML):
            return self._text(self._integer(2 if kind == _STRING else 4))
        if kind in (_NULL, _UNDEFINED, _UNSUPPORTED):
            return None
        if kind == _STRICT_ARRAY:
            return [self.value(depth + 1) for _ in range(self._integer(4))]
        return self._members(kind, depth)

    def _members(self, kind: int, depth: int) -> Amf:
        if kind == _ECMA_ARRAY:
            self._bytes(4)  # a count that is no promise; the end is marked
        elif kind == _TYPED_OBJECT:
            self._text(self._integer(2))
        elif kind != _OBJECT:  # a reference or AMF3: no server answers a publisher so
            raise AmfError(f"type {kind}")
        members: dict[str, Amf] = {}
        while self._data[self.offset : self.offset + 3] != _OBJECT_END:
            name = self._text(self._integer(2))
            members[name] = self.value(depth + 1)
        self.offset += 3
        return members

    def _number(self) -> float:
        (number,) = struct.unpack(">d", self._bytes(8))
        return float(number)

    def _integer(self, size: int) -> int:
        return int.from_bytes(self._bytes(size), "big")

    def _text(self, size: int) -> str:
        return self._bytes(size).decode(errors="replace")

    def _bytes(self, size: int) -> bytes:
        piece = self._data[self.offset : self.offset + size]
        if len(piece) < size:
            raise AmfError("it ends in the middle of a value")
        self.offset += size
        return piece
