"""Writes a laid-out file: its head, then parts of other files as they are. Nothing is decoded."""

import os
import sys
from collections.abc import Sequence
from typing import Protocol

from ionia.core.mp4.assembly import Layout
from ionia.sinks.media_files.new_file import NewFile
from ionia.sinks.mp4_repair import Progress

_STEP = 4 << 20
"""Bytes in one go: progress is told, and a cancel heard, in between."""

_BY_SYSTEM = 64 << 10
"""From so many bytes on the system copies by itself, where it can."""


class Source(Protocol):
    """What pieces are parts of."""

    def read(self, offset: int, size: int) -> bytes: ...

    @property
    def descriptor(self) -> int | None:
        """Of an open file; None for what is in memory."""
        ...


class Memory:
    """Bytes as a source."""

    descriptor: int | None = None

    def __init__(self, data: bytes) -> None:
        self._data = data

    def read(self, offset: int, size: int) -> bytes:
        """A part of them."""
        return self._data[offset : offset + size]


def copy(layout: Layout, sources: Sequence[Source], new: NewFile, progress: Progress) -> None:
    """Write the whole file. Raises OSError."""
    total, done = max(layout.size, 1), len(layout.head)
    new.write(layout.head)
    for piece in layout.pieces:
        position = 0
        while position < piece.size:
            size = min(_STEP, piece.size - position)
            _copy_part(sources[piece.source], piece.offset + position, size, new)
            position += size
            done += size
            progress(done / total)


def _copy_part(source: Source, offset: int, size: int, new: NewFile) -> None:
    descriptor = source.descriptor
    if sys.platform == "linux" and descriptor is not None and size >= _BY_SYSTEM:
        copied = _copied_by_system(descriptor, offset, size, new.file.fileno())
        offset, size = offset + copied, size - copied
    if size:
        new.write(source.read(offset, size))


if sys.platform == "linux":

    def _copied_by_system(source: int, offset: int, size: int, target: int) -> int:
        """Bytes copied without coming through this process; 0 where the file systems can't."""
        copied = 0
        while copied < size:
            try:
                step = os.copy_file_range(source, target, size - copied, offset + copied)
            except OSError:
                break
            if not step:
                break
            copied += step
        return copied
