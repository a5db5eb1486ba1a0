"""A screen source that is grabbed until something happens."""

import time

from ionia.core.errors import SourceLost
from ionia.core.ports import ScreenSource


def lost(source: ScreenSource, seconds: float = 5) -> SourceLost:
    """What it says when it is lost."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            source.grab()
        except SourceLost as error:
            return error
        time.sleep(0.005)
    raise AssertionError("the source was never lost")
