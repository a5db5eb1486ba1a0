"""The screen of a session that records sound alone: nothing is looked at."""

import numpy as np

from ionia.core.media import VideoFrame
from ionia.core.ports import Clock

_SIZE = 2


class NoScreen:
    """A ScreenSource of one small black picture that never changes."""

    backend = "none"
    fallbacks: tuple[str, ...] = ()

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._shown = False

    def open(self) -> tuple[int, int]:
        """Begin again."""
        self._shown = False
        return _SIZE, _SIZE

    def grab(self) -> VideoFrame | None:
        """The picture, once."""
        if self._shown:
            return None
        self._shown = True
        return VideoFrame(captured_ns=self._clock.now_ns(), pixels=np.zeros((_SIZE, _SIZE, 4), dtype=np.uint8))

    def close(self) -> None:
        """Nothing is open."""
