"""Small pictures of what a capture takes, made for whoever looks on."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace

from ionia.core.errors import IoniaError
from ionia.core.frame_rate import FrameRate
from ionia.core.media import VideoFrame, YuvPicture
from ionia.core.preview.geometry import fitted
from ionia.core.preview.request import PreviewChange, PreviewShape
from ionia.core.preview.wire import Coding
from ionia.core.timebase import NS_PER_S
from ionia.core.video.framing import Size
from ionia.core.video.pacer import FrameSpan
from ionia.media.preview_pictures import PreviewPictures
from ionia.runtime.capture.capture import Capture
from ionia.runtime.preview.pictures import Made
from ionia.runtime.preview.view import Looked, View
from ionia.threads.mailbox import LatestSlot

log = logging.getLogger(__name__)

LOOK_AGAIN_NS = NS_PER_S // 4
"""How soon a preview follows what is recorded."""

TRY_AGAIN_NS = NS_PER_S

BEHIND_NS = NS_PER_S // 10
"""By how much what an encoder got may be older than what the screen shows: it is better and costs less (0422)."""


class SmallPictures:
    """As `Pictures` has it. Made with a first look taken."""

    coding = Coding.JPEG
    fps: FrameRate | None = None
    codec: str | None = None

    def __init__(
        self, view: View, looked: Looked, shape: PreviewShape, *, now_ns: int, wake: Callable[[], None]
    ) -> None:
        """Raises IoniaError for a region that the screen doesn't have, EndedError. The lease is its own afterwards."""
        self._view = view
        self._shape = shape
        self._wake = wake
        self._slot: LatestSlot[VideoFrame] = LatestSlot()
        self._hungry = False  # whether the thread waits for a picture and nothing else
        self._looked: Looked | None = looked
        self._taking: Capture | None = None  # what _offer is attached to
        self._look_ns = now_ns + LOOK_AGAIN_NS
        self._seen_ns: int | None = None  # when what was looked at last was captured
        self._shown = view.shown()
        self._made = self._made_of(looked.value)

    @property
    def size(self) -> Size:
        """See Pictures."""
        return self._made.size

    @property
    def alive(self) -> bool:
        """See Pictures."""
        return self._taking is not None and not self._taking.failed

    def check(self) -> None:
        """See Pictures."""
        self._view.shown()

    def follow(self, now_ns: int, *, glance: bool, wanted: bool) -> int:
        """See Pictures."""
        self._hungry = False
        if now_ns >= self._look_ns or glance:
            self._look_ns = now_ns + LOOK_AGAIN_NS
            before = self._looked
            try:
                self._looked = self._view.look(before)
            except IoniaError as error:
                self._wait_to_look(error, now_ns)
            if before is not None and self._looked is not before:
                self._detach()
                before.release()
            elif self._shown != self._view.shown():  # a session was initialized again
                self._detach()
        if self._looked is not None and self._taking is None and wanted:
            try:
                self._attach(self._looked.value)
            except IoniaError as error:  # a session that was initialized again, with a region that isn't there
                self.release()
                self._wait_to_look(error, now_ns)
        return self._look_ns

    def take(self) -> Made | None:
        """See Pictures."""
        self._hungry = True  # before looking: a picture that comes from now on wakes the thread
        frame = self._slot.take()
        seen_ns = self._seen_ns
        if frame is None or (seen_ns is not None and frame.captured_ns <= seen_ns):
            return None
        self._hungry = False
        captured_ns, pixels = self._encoded(frame.captured_ns, seen_ns) or (frame.captured_ns, frame)
        if captured_ns < frame.captured_ns:
            self._slot.put_back(frame)  # it may be the last one for long
        self._seen_ns = captured_ns
        made = self._made.made(self._made.pixels_of(pixels) if isinstance(pixels, VideoFrame) else pixels)
        return Made(captured_ns=captured_ns, data=made)

    def change(self, change: PreviewChange) -> int | None:
        """See Pictures."""
        asked = {"max_width": change.max_width, "max_height": change.max_height, "fps": change.fps}
        self._shape = replace(self._shape, **{name: value for name, value in asked.items() if value is not None})
        if change.fps is not None:
            self._view.paced(change.fps)
        return change.fps

    def refresh(self) -> None:
        """See Pictures."""
        self._detach()
        self._made.forget()

    def release(self) -> None:
        """See Pictures."""
        self._detach()
        self._look_ns = 0  # whoever looks again looks at once
        looked, self._looked = self._looked, None
        if looked is not None:
            looked.release()

    def _encoded(self, captured_ns: int, seen_ns: int | None) -> tuple[int, YuvPicture] | None:
        """What an encoder got since what was looked at last, and when that was captured; None if it is far behind."""
        since_ns = captured_ns - BEHIND_NS
        if seen_ns is not None:
            since_ns = max(since_ns, seen_ns + 1)
        return None if self._looked is None else self._view.encoded(self._looked, self._made.size, since_ns)

    def _wait_to_look(self, error: IoniaError, now_ns: int) -> None:
        log.debug("a preview has nothing to look at: %s", error.message)
        self._look_ns = now_ns + TRY_AGAIN_NS

    def _attach(self, capture: Capture) -> None:
        self._taking = capture
        made = self._made_of(capture)
        if (made.size, made.framing) != (self._made.size, self._made.framing):
            self._made = made  # otherwise it goes on, and knows what the reader has
        capture.attach(self._offer)

    def _detach(self) -> None:
        if self._taking is not None:
            self._taking.detach(self._offer)
            self._taking = None
        self._slot.take()
        self._seen_ns = None

    def _made_of(self, capture: Capture) -> PreviewPictures:
        """Raises IoniaError for a region that it doesn't have, EndedError."""
        shown = self._shown = self._view.shown()
        size = fitted(shown.size((capture.width, capture.height)), (self._shape.max_width, self._shape.max_height))
        return PreviewPictures(size, shown.framing)

    def _offer(self, spans: Sequence[FrameSpan[VideoFrame]]) -> None:
        """On the capture's tick: keep the newest, and wake the thread if it waits for that alone."""
        for span in spans:
            if span.picture is not None:
                self._slot.put(span.picture)
                if self._hungry:
                    self._hungry = False
                    self._wake()
