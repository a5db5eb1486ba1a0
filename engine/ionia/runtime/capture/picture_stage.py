"""A capture's pictures in the form that encoders take: each converted once, however many encodes it is for.

Nothing is converted before somebody wants it: a picture that every encoder skips costs nothing. It happens on the
thread of whoever asks first, so that one encode alone has no hand-off more than it needs; where pictures are many and
large, an encode asks ahead on a thread of its own (`core.video.effort`).
"""

import threading
from collections.abc import Callable, Sequence

from ionia.core.media import PictureFormat, VideoFrame, YuvPicture
from ionia.core.ports import PictureConverter
from ionia.core.sharing import CaptureKey
from ionia.core.video.framing import WHOLE, Framing
from ionia.core.video.pacer import FrameSpan
from ionia.core.video.stage_times import StageTimes
from ionia.core.warning import WarningCode
from ionia.runtime.capture.capture import Capture
from ionia.runtime.capture.frame_offers import FrameOffers, Offer
from ionia.runtime.notices import Notices
from ionia.runtime.registry import Lease


class StagedPicture:
    """One picture on its way to encoders. Any thread."""

    def __init__(self, frame: VideoFrame, convert: Callable[[VideoFrame], YuvPicture]) -> None:
        self._picture: VideoFrame | YuvPicture = frame  # protected by _lock
        self._convert = convert
        self._lock = threading.Lock()  # its own: nobody who wants this picture waits for another one's conversion

    def converted(self) -> YuvPicture:
        """The same one for everybody. Whoever comes while it is being made waits for it."""
        with self._lock:
            if isinstance(self._picture, VideoFrame):
                # The frame goes: a source's memory is scarce, and an encoder that is behind must not hold it.
                self._picture = self._convert(self._picture)
            return self._picture


class PictureStage:
    """Owns its converter, and its lease of the capture. Any thread."""

    def __init__(
        self,
        capture: Lease[CaptureKey, Capture],
        converter: PictureConverter,
        framing: Framing = WHOLE,
        untouched: PictureFormat | None = None,
    ) -> None:
        """`untouched`: the format of pictures that are handed on as they were captured."""
        self.notices = Notices()
        self.times = StageTimes()
        """How long converting a picture takes."""
        self._capture = capture
        self._converter = converter
        self._framing = framing
        self._untouched = untouched
        self._outside = False  # whether the newest picture has nothing of the region; the tick's own
        self._converting = threading.Lock()
        # What was converted last, and when that was captured; protected by _converting.
        self._newest: tuple[int, YuvPicture] | None = None
        self._lock = threading.Lock()
        self._begun = False  # protected by _lock
        self._offers: FrameOffers[StagedPicture] = FrameOffers()

    @property
    def capture(self) -> Capture:
        """Where its pictures come from."""
        return self._capture.value

    @property
    def failed(self) -> bool:
        """Whether its capture has ended by an error."""
        return self.capture.failed

    def attach(self, offer: Offer[StagedPicture]) -> None:
        """Hand over every frame from the next one on, beginning with a picture. The first one attaches the stage."""
        self._offers.add(offer)
        with self._lock:
            begun, self._begun = self._begun, True
        if not begun:
            self.notices.settle()
            self.capture.attach(self._stage)

    def detach(self, offer: Offer[StagedPicture]) -> None:
        """Hand over no more. Idempotent."""
        self._offers.remove(offer)

    def newest(self, since_ns: int) -> tuple[int, YuvPicture] | None:
        """When the last picture that encoders got was captured, and what they got, if that was then or later. Nothing
        is converted for it; what is being converted is waited for."""
        with self._converting:
            return None if self._newest is None or self._newest[0] < since_ns else self._newest

    def wait_shown(self, timeout: float) -> bool:
        """Begin, and wait until frames come, which begin with a picture. False if that takes longer."""
        shown = threading.Event()

        def see(_spans: Sequence[FrameSpan[StagedPicture]]) -> None:
            shown.set()

        self.attach(see)
        try:
            return shown.wait(timeout)
        finally:
            self.detach(see)

    def close(self) -> None:
        """Free the converter and give the capture back. Idempotent."""
        self.capture.detach(self._stage)
        self._offers.close()
        with self._converting:
            self._converter.close()
            self._newest = None
        self._capture.release()

    def _stage(self, spans: Sequence[FrameSpan[VideoFrame]]) -> None:
        """On the capture's tick."""
        self._offers.hand_over(
            [
                FrameSpan(
                    picture=None if span.picture is None else self._staged(span.picture),
                    first_index=span.first_index,
                    count=span.count,
                )
                for span in spans
            ]
        )

    def _staged(self, frame: VideoFrame) -> StagedPicture:
        outside = self._framing.shown((frame.width, frame.height)) is None
        if outside and not self._outside:
            self.notices.warn(
                WarningCode.REGION_OUTSIDE,
                f"Nothing is left of the region {self._framing.region}: the picture has become "
                f"{frame.width}x{frame.height}. It is black until it is larger again.",
            )
        self._outside = outside
        return StagedPicture(frame, self._convert)

    def _convert(self, frame: VideoFrame) -> YuvPicture:
        if self._untouched is not None:
            return YuvPicture(format=self._untouched, planes=(), frame=frame, framing=self._framing)
        clock = self.capture.clock
        with self._converting:
            begun_ns = clock.now_ns()
            picture = self._converter.convert(frame.pixels, self._framing)
            self.times.add(clock.now_ns() - begun_ns)
            self._newest = frame.captured_ns, picture
            return picture
