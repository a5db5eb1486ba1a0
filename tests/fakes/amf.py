"""AMF0 as a server reads and writes it: written from the specification alone, beside the engine's own."""

import struct


def encode_amf(value: object) -> bytes:
    """One AMF0 value."""
    match value:
        case None:
            return b"\x05"
        case float():
            return b"\x00" + struct.pack(">d", value)
        case str():
            return b"\x02" + struct.pack(">H", len(value)) + value.encode()
        case dict():
            pairs = b"".join(struct.pack(">H", len(name)) + name.encode() + encode_amf(v) for name, v in value.items())
            return b"\x03" + pairs + b"\x00\x00\x09"
        case _:
            raise TypeError(value)


def decode_amf(data: bytes) -> list[object]:
    """All AMF0 values in `data`."""
    values = []
    offset = 0
    while offset < len(data):
        value, offset = _decode(data, offset)
        values.append(value)
    return values


def _decode(data: bytes, offset: int) -> tuple[object, int]:
    kind, offset = data[offset], offset + 1
    match kind:
        case 0:
            return struct.unpack_from(">d", data, offset)[0], offset + 8
        case 1:
            return bool(data[offset]), offset + 1
        case 2:
            (length,) = struct.unpack_from(">H", data, offset)
            return data[offset + 2 : offset + 2 + length].decode(), offset + 2 + length
        case 3 | 8:
            return _decode_object(data, offset + (4 if kind == 8 else 0))
        case 5 | 6:
            return None, offset
        case 10:
            values, (count,), offset = [], struct.unpack_from(">I", data, offset), offset + 4
            for _ in range(count):
                value, offset = _decode(data, offset)
                values.append(value)
            return values, offset
        case _:
            raise ValueError(f"AMF type {kind}")


def _decode_object(data: bytes, offset: int) -> tuple[object, int]:
    pairs = {}
    while data[offset : offset + 3] != b"\x00\x00\x09":
        (length,) = struct.unpack_from(">H", data, offset)
        name = data[offset + 2 : offset + 2 + length].decode()
        pairs[name], offset = _decode(data, offset + 2 + length)
    return pairs, offset + 3
