"""What libav logs while something is tried: its error codes alone don't say why an encoder won't open.

PyAV ignores libav's log unless told otherwise, and so do we at all other times: a log line on its way to Python needs
Python's lock, in threads that encode (decision 0171). Here it is taken for as long as one thing is tried a second time,
after it has failed, and no Python code runs on the way: PyAV appends the lines to lists.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import av
import av.logging

from ionia.core.redaction import one_line

_one_at_a_time = threading.Lock()
"""The log's level is the process's."""

_TURN_S = 2.0

_LONGEST = 200


def words_of(attempt: Callable[[], object]) -> tuple[str, ...]:
    """Try it and return what libav logged on this thread, warnings and errors, oldest first. What it raises is lost.

    Any thread, one at a time; nothing where another is still at it. The caller limits it: an attempt may never end.
    """
    if not _one_at_a_time.acquire(timeout=_TURN_S):
        return ()
    try:
        # That it fails is known already.
        with _listening() as lines, suppress(av.error.FFmpegError, ValueError):
            attempt()
    finally:
        _one_at_a_time.release()
    return tuple(one_line(message.strip())[:_LONGEST] for _, _, message in lines)


@contextmanager
def _listening() -> Iterator[list[tuple[int, str, str]]]:
    with av.logging.Capture(local=False), av.logging.Capture() as lines:
        # The outer capture keeps the lines of other threads away from Python's logging, which is Python code.
        before, skips = av.logging.get_level(), av.logging.get_skip_repeated()
        av.logging.set_level(av.logging.WARNING)
        av.logging.set_skip_repeated(False)  # the same driver has the same words each time
        try:
            yield lines
        finally:
            av.logging.set_skip_repeated(skips)
            av.logging.set_level(before)
