"""Bits of H.264 NAL units: reading and writing headers, and the escapes between a NAL unit and what it carries.

Pure functions on bytes. Source: ITU-T H.264 sections 7.2, 7.4.1 and 9.1. It knows no syntax: its callers know which
field comes when.
"""

import re

_ESCAPED = re.compile(rb"\x00\x00\x03")
_FORBIDDEN = re.compile(rb"\x00\x00(?=[\x00-\x03])")


def unescape(nal: bytes) -> bytes:
    """A NAL unit without emulation_prevention_three_byte."""
    return _ESCAPED.sub(b"\x00\x00", nal)


def escape(rbsp: bytes) -> bytes:
    """A NAL unit in which no start code can be found."""
    return _FORBIDDEN.sub(b"\x00\x00\x03", rbsp)


class BitReader:
    """Reads fields one after the other. Raises ValueError at the end of the data."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "big")
        self._length = 8 * len(data)
        self.position = 0
        """Bits read so far."""

    def bits(self, count: int) -> int:
        """u(count)."""
        self.position += count
        if self.position > self._length:
            raise ValueError("the H.264 header ends early")
        return self._value >> (self._length - self.position) & ((1 << count) - 1)

    def unsigned(self) -> int:
        """ue(v)."""
        zeros = 0
        while not self.bits(1):
            zeros += 1
        return (1 << zeros) - 1 + self.bits(zeros)

    def signed(self) -> int:
        """se(v)."""
        code = self.unsigned()
        return (code + 1) // 2 if code % 2 else -(code // 2)


class BitWriter:
    """Collects fields one after the other."""

    def __init__(self) -> None:
        self._bits: list[str] = []

    def bits(self, value: int, count: int) -> None:
        """u(count)."""
        if count:
            self._bits.append(f"{value:0{count}b}")

    def unsigned(self, value: int) -> None:
        """ue(v)."""
        text = f"{value + 1:b}"
        self._bits.append("0" * (len(text) - 1) + text)

    def signed(self, value: int) -> None:
        """se(v)."""
        self.unsigned(2 * value - 1 if value > 0 else -2 * value)

    def align(self, bit: int) -> None:
        """Fill the last byte."""
        self._bits.append(str(bit) * (-sum(map(len, self._bits)) % 8))

    def data(self) -> bytes:
        """Everything; only whole bytes may have been written."""
        text = "".join(self._bits)
        return int(text, 2).to_bytes(len(text) // 8, "big") if text else b""
