"""One encoder's turn in a video encode: from where it begins until it ends, or until it is given up.

Nothing can interrupt a thread that a driver or a library holds. It is given up instead, with its encoder and what that
may still read, and another thread goes on with another encoder. Time is counted in ticks of the capture, not by a
clock: where the machine slept, or the process was stopped, one tick comes late, and the encoder has had no time either.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from ionia.core.frame_rate import FrameRate
from ionia.core.media import EncodedPacket, YuvPicture
from ionia.core.ports import VideoEncoder

T = TypeVar("T")

PATIENCE_SECONDS = 10
"""How long a call may take before the encoder counts as stuck: as long as a device may take to open. It is more where
calls have taken more than half of that."""

FIRST_PATIENCE_SECONDS = 30
"""The same until a first picture has come back: of 3840 x 2160, in software on a loaded machine, it took 9 to 26 s, and
each one after it at most 3 s."""

_PATIENCE_PER_CALL = 2
"""Times the longest call so far that one may take, and times the patience with the encoder before that gave nothing: a
machine may be that slow, and another encoder, beside the one that was given up, is slower still."""


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
        self.shown: int = -1
        """The last one to be shown of what came out of it: later than that where B-frames before it are to come."""
        self.picture: YuvPicture | None = None if after is None else after.picture
        """What was shown last."""
        self.tried: bool = after is not None and after.fed < 0 and after.inherited
        """Whether two encoders in turn did not return from that picture: a newer one is to be taken, if one waits."""
        self.inherited: bool = self.picture is not None
        """Whether the picture is that of the turn before."""
        self._own = after is None
        self._waited_seconds = 0.0 if after is None else after.patience_seconds
        self._fps = fps
        self._lock = threading.Lock()
        self._call: _Call | None = None  # protected by _lock
        self._given_up = False  # protected by _lock
        self._longest = 0  # ticks of a call; protected by _lock
        self._patience = round(fps * FIRST_PATIENCE_SECONDS)  # in ticks, with a call; protected by _lock
        if after is not None and after.fed < 0:
            self._patience = max(self._patience, after._patience * _PATIENCE_PER_CALL)

    def open(self, make: Callable[[], VideoEncoder], index: int) -> str:
        """Get an encoder, to go on with frame `index`; a sentence about what happened.

        Raises what `make` raises, and GivenUp as the others here.
        """
        stuck = self.encoder.codec
        self.encoder = self._asked(index, make, opens=True)
        self._own = True
        return (
            f"The encoder {stuck} did not answer for {self._waited_seconds:.0f} s: the picture stands still for that "
            f"time. {'Another one' if self.encoder.codec == stuck else self.encoder.codec} goes on."
        )

    def encode(self, picture: YuvPicture, index: int, *, keyframe: bool) -> list[EncodedPacket]:
        """See `core.ports.VideoEncoder`."""
        self.inherited = self.inherited and picture is self.picture
        self.picture = picture
        return self._asked(index, lambda: self.encoder.encode(picture, index, keyframe=keyframe))

    def repeat(self, index: int, *, keyframe: bool = False) -> list[EncodedPacket]:
        """Likewise."""
        return self._asked(index, lambda: self.encoder.repeat(index, keyframe=keyframe))

    def hold(self, index: int) -> list[EncodedPacket]:
        """Likewise."""
        return self._asked(index, lambda: self.encoder.hold(index))

    def gave(self, index: int, packets: Sequence[EncodedPacket]) -> None:
        """It took frame `index`, and gave these."""
        self.fed, self.given = index, packets[-1].dts if packets else self.given
        self.shown = max((self.shown, *(packet.pts for packet in packets)))

    def close(self) -> None:
        """Free the encoder. One that was given up is freed by its own thread, if that ever comes back.

        Let go of the picture, too: whoever is over may stay in memory for long. But who goes on in the place of one
        that was given up takes it from there, and the call may come back at that very moment.
        """
        if not self._given_up:
            self.picture = None
        if self._own:
            self.encoder.close()

    @property
    def patience_seconds(self) -> float:
        """How long a call may take now, or could when it was over. Any thread."""
        with self._lock:
            return float(self._patience / self._fps)

    def tick(self) -> int | None:
        """On the tick's thread, once for each: the frame that is being asked for, once it took too long.

        From then on this turn is over: whatever comes of that call ends its thread.
        """
        with self._lock:
            if self._call is None:
                return None
            self._call.ticks += 1
            if self._call.ticks < max(1, self._patience):
                return None
            call, self._call, self._given_up = self._call, None, True
            return call.index

    def _asked(self, index: int, call: Callable[[], T], *, opens: bool = False) -> T:
        with self._lock:
            under_way = self._call = _Call(index)
        try:
            return call()
        finally:
            with self._lock:
                self._call = None
                self._longest = max(self._longest, under_way.ticks)
                if not (self._given_up or opens):
                    self._patience = max(round(self._fps * PATIENCE_SECONDS), self._longest * _PATIENCE_PER_CALL)
            if self._given_up:
                raise GivenUp
