"""One encoder's turn in a video encode: from where it begins until it ends, or until it is given up.

Nothing can interrupt a thread that a driver or a library holds. It is given up instead, with its encoder and what that
may still read, and another thread goes on with another encoder. Time is counted in ticks of the capture, not by a
clock: where the machine slept, or the process was stopped, one tick comes late, and the encoder has had no time either.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from ionia.core.frame_rate import FrameRate
from ionia.core.media import EncodedPacket, YuvPicture
from ionia.core.ports import VideoEncoder

T = TypeVar("T")

PATIENCE_SECONDS = 10
"""How long a call may take before the encoder counts as stuck: as long as a device may take to open. The first picture
of a graphics card takes up to three, a picture of 3840 x 2160 in software on a loaded machine about as long."""


class GivenUp(Exception):  # noqa: N818 - it is no error, but the end of a turn
    """The answer came when another encoder had taken over: nobody wants it."""


@dataclass(slots=True)
class _Call:
    """One that the encoder has not returned from."""

    index: int
    ticks: int = 0


class EncoderTurn:
    """One thread encodes in it, another one ticks. What is not said to be protected is the encoding thread's own."""

    def __init__(self, encoder: VideoEncoder, fps: FrameRate, after: "EncoderTurn | None" = None) -> None:
        """`after`: the turn that was given up, and whose encoder this one is until it has one by `open`."""
        self.encoder = encoder
        """Its facts may be read by any thread."""
        self.inside = 0
        """Frames that the encoder took and gave nothing for yet."""
        self.fed: int = -1
        self.given: int = -1
        """The last frame that it took; all up to that one came out of it."""
        # One that two encoders in turn did not return from is tried no more.
        self.picture: YuvPicture | None = after.picture if after is not None and after.fed >= 0 else None
        """What was shown last."""
        self._own = after is None
        self._patience = max(1, round(fps * PATIENCE_SECONDS))
        self._lock = threading.Lock()
        self._call: _Call | None = None  # protected by _lock

    def open(self, make: Callable[[], VideoEncoder], index: int) -> None:
        """Get an encoder, to go on with frame `index`. Raises what `make` raises, and GivenUp as the others here."""
        self.encoder = self._asked(index, make)
        self._own = True

    def encode(self, picture: YuvPicture, index: int, *, keyframe: bool) -> list[EncodedPacket]:
        """See `core.ports.VideoEncoder`."""
        self.picture = picture
        return self._asked(index, lambda: self.encoder.encode(picture, index, keyframe=keyframe))

    def repeat(self, index: int, *, keyframe: bool = False) -> list[EncodedPacket]:
        """Likewise."""
        return self._asked(index, lambda: self.encoder.repeat(index, keyframe=keyframe))

    def hold(self, index: int) -> list[EncodedPacket]:
        """Likewise."""
        return self._asked(index, lambda: self.encoder.hold(index))

    def close(self) -> None:
        """Free the encoder. One that was given up is freed by its own thread, if that ever comes back.

        Let go of the picture, too: whoever is over may stay in memory for long.
        """
        self.picture = None
        if self._own:
            self.encoder.close()

    def tick(self) -> int | None:
        """On the tick's thread, once for each: the frame that is being asked for, once it took too long.

        From then on this turn is over: whatever comes of that call ends its thread.
        """
        with self._lock:
            if self._call is None:
                return None
            self._call.ticks += 1
            if self._call.ticks < self._patience:
                return None
            call, self._call = self._call, None
            return call.index

    def _asked(self, index: int, call: Callable[[], T]) -> T:
        with self._lock:
            under_way = self._call = _Call(index)
        try:
            return call()
        finally:
            with self._lock:
                given_up, self._call = self._call is not under_way, None
            if given_up:
                raise GivenUp
