"""The program's icon, drawn: a red record dot on a dark disc. Standard library only."""

import math
import struct
import zlib
from pathlib import Path

SIZES = (16, 32, 48, 256)
DISC, DOT = (32, 34, 46), (228, 54, 62)


def write(path: Path) -> Path:
    """Write an .ico with all sizes, as PNG pictures (Windows Vista and later)."""
    pictures = [_png(size) for size in SIZES]
    offset = 6 + 16 * len(SIZES)
    entries = b""
    for size, picture in zip(SIZES, pictures, strict=True):
        entries += struct.pack("<BBBBHHII", size % 256, size % 256, 0, 0, 1, 32, len(picture), offset)
        offset += len(picture)
    path.write_bytes(struct.pack("<HHH", 0, 1, len(SIZES)) + entries + b"".join(pictures))
    return path


def _png(size: int) -> bytes:
    rows = b"".join(b"\0" + b"".join(_pixel(x, y, size) for x in range(size)) for y in range(size))
    head = struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


def _pixel(x: int, y: int, size: int) -> bytes:
    """Edges are one pixel soft."""
    middle = (size - 1) / 2
    distance = math.hypot(x - middle, y - middle)
    disc = min(max(size / 2 - distance, 0.0), 1.0)
    dot = min(max(size * 0.28 - distance, 0.0), 1.0)
    color = [round(a + (b - a) * dot) for a, b in zip(DISC, DOT, strict=True)]
    return bytes([*color, round(255 * disc)])
