"""Many pieces into an unbuffered file, as they are where the system takes them so: a minute of media is megabytes."""

import os
import sys
from collections.abc import Sequence
from typing import BinaryIO

_MOST_PIECES = 1024
"""IOV_MAX of Linux and macOS (limits.h); POSIX promises 16."""


def write_all(file: BinaryIO, pieces: Sequence[bytes]) -> int:
    """Write all of them at the file's position, one behind the other; how many bytes that was. Raises OSError."""
    if sys.platform == "win32":
        return _write_whole(file, b"".join(pieces))
    else:  # noqa: RET505 - each platform's checker reads its own branch
        count = 0
        for begin in range(0, len(pieces), _MOST_PIECES):
            some = pieces[begin : begin + _MOST_PIECES]
            wanted = sum(map(len, some))
            taken = os.writev(file.fileno(), some)
            if taken < wanted:  # a disk that is nearly full, a signal
                _write_whole(file, b"".join(some)[taken:])
            count += wanted
        return count


def _write_whole(file: BinaryIO, data: bytes) -> int:
    view = memoryview(data)
    while view:
        view = view[file.write(view) :]
    return len(data)
