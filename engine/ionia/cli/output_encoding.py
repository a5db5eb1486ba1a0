"""What a program or a file gets from us is UTF-8, and no window title or device name can make a print fail.

Windows' Python writes to pipes and files in the machine's old code page: JSON that no parser reads, and an exception
for a title in another alphabet. A terminal keeps its own encoding.
"""

import io
import sys
from typing import TextIO


def use_utf8() -> None:
    """Set up this process's stdout and stderr; call once, before anything is printed."""
    for stream in (sys.stdout, sys.stderr):
        set_encoding(stream)


def set_encoding(stream: TextIO | None) -> None:
    """Set up one stream. A stand-in that isn't Python's own kind of stream is left alone."""
    if not isinstance(stream, io.TextIOWrapper):
        return
    if stream.isatty():
        stream.reconfigure(errors="backslashreplace")
    else:
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")
