"""A screen's pictures on the timeline, for any number of encodes: which one each frame shows is decided once, here.

So two encodes of one screen show the same picture at the same frame index, whatever each of them makes of it.
"""

import threading
from functools import partial

import numpy as np

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.frame_rate import FrameRate, frames_seconds
from ionia.core.media import VideoFrame
from ionia.core.ports import Clock, ScreenSource
from ionia.core.sharing import CaptureKey
from ionia.core.timebase import frame_at, frame_start_ns
from ionia.core.timeline.file_timeline import EpochUtc
from ionia.core.video.frame_history import FrameCounts, FrameMark
from ionia.core.video.pacer import VideoPacer
from ionia.core.video.stage_times import StageTimes
from ionia.core.warning import WarningCode
from ionia.runtime.capture.frame_offers import FrameOffers, Offer
from ionia.runtime.capture.screen_capture import ScreenCapture
from ionia.runtime.notices import Notices
from ionia.threads.clock import MonotonicClock, StopSignal, pair_with_utc
from ionia.threads.worker import Worker

OPEN_TIMEOUT_S = 10.0
"""How long initialize waits for a device to open: then a screen is refused, and sound is silence until it is there."""

JOIN_TIMEOUT_S = 2.0
"""How long closing waits for one thread. A thread that a device holds is left behind and said so in the log."""

CATCH_UP_SECONDS = 5

STILL_FRAMES = 4
"""Of sound alone so many frames are counted at once: 80 ms, which is how much later than a frame its sound is mixed."""


class Capture:
    """Made by `open_capture`, with its source open. `begin` when the first encode wants frames, `close` at the end.

    Threads: `screen-capture` and `video-tick`.
    """

    def __init__(
        self,
        screen: ScreenCapture,
        size: tuple[int, int],
        *,
        fps: FrameRate,
        epoch_ns: int,
        clock: Clock,
        stop: StopSignal,
        notices: Notices,
        still: bool = False,
    ) -> None:
        """`still`: nothing changes on it; its frames only count the time."""
        self.width, self.height = self.size = size
        """`size` is the newest picture's, the others the first one's."""
        self._still = still
        self.fps = fps
        self.notices = notices
        self._screen = screen
        self._epoch_ns = epoch_ns
        self._clock = clock
        self._stop = stop
        self._lock = threading.Lock()
        self._pacer: VideoPacer | None = None  # once it has begun; protected by _lock
        self._offers: FrameOffers[VideoFrame] = FrameOffers()
        self._newest_ns = self._seen_ns = 0  # the tick's own, as what follows
        self._shown = False  # whether there was a picture
        self._ticking: Worker | None = None  # likewise

    @property
    def backend(self) -> str:
        """The source's name for stats."""
        return self._screen.backend

    @property
    def times(self) -> StageTimes:
        """How long taking a picture takes."""
        return self._screen.times

    @property
    def clock(self) -> Clock:
        """The engine's."""
        return self._clock

    @property
    def failed(self) -> bool:
        """Whether it has ended by an error."""
        return self.notices.failed

    @property
    def begun(self) -> bool:
        """Whether it takes pictures already: somebody wanted its frames."""
        return self._pacer is not None

    @property
    def index_now(self) -> int:
        """The frame whose interval is under way. Any thread."""
        return frame_at(self._epoch_ns, self.fps, self._clock.now_ns())

    def epoch_utc(self) -> EpochUtc:
        """When frame 0 began. Looks at the wall clock now, and never again: it may step."""
        pair = pair_with_utc(self._clock)
        return EpochUtc(utc_ns=pair.at(self._epoch_ns), error_ns=pair.error_ns)

    def snapshot(self, before: int | None = None) -> FrameCounts:
        """All counters of one instant, or of the frames before `before` as far as they have passed. Any thread."""
        with self._lock:
            return FrameCounts() if self._pacer is None else self._pacer.counted(before)

    def mark(self, index: int) -> FrameMark:
        """Those of the frames before frame `index`, which may be yet to come. Any thread."""
        with self._lock:
            return FrameMark(index=index) if self._pacer is None else self._pacer.mark(index)

    def attach(self, offer: Offer[VideoFrame]) -> None:
        """Hand over every frame from the next one on, beginning with a picture. The first one begins the capture."""
        self.notices.settle()
        self._offers.add(offer)
        with self._lock:
            if self._pacer is not None:
                return
            # The frame under way is as good as over: the first one has its whole interval to get a picture.
            begin = frame_at(self._epoch_ns, self.fps, self._clock.now_ns()) + 1
            pacer = self._pacer = VideoPacer(
                epoch_ns=self._epoch_ns, fps=self.fps, first_index=begin, catch_up_seconds=CATCH_UP_SECONDS
            )
            ticking = self._ticking = Worker(
                "video-tick", partial(self._tick_until_stopped, pacer), self.notices.fail, urgent="Capture"
            )
        try:
            ticking.start()
        except BaseException as error:  # no thread to be had: this capture is handed to nobody any more
            self.notices.fail(error)
            raise
        self._screen.begin(self._epoch_ns)

    def seen_ns(self, picture: VideoFrame) -> int:
        """When the screen was last seen to show this picture, in ns of the clock: for who is being handed frames."""
        return self._seen_ns if picture.captured_ns == self._newest_ns else picture.captured_ns

    def detach(self, offer: Offer[VideoFrame]) -> None:
        """Hand over no more. Idempotent."""
        self._offers.remove(offer)

    def give_way(self) -> None:
        """End it for a session that needs the screen to itself: whoever looks on finds it failed. Any thread."""
        self.notices.fail(IoniaError(ErrorKind.CAPTURE_UNAVAILABLE, "A session takes this screen's pictures."))
        self.close()

    def close(self) -> None:
        """End both threads and free the device. Idempotent."""
        self._stop.set()
        self._screen.close(JOIN_TIMEOUT_S)
        with self._lock:
            ticking = self._ticking
        if ticking is not None:
            ticking.join(JOIN_TIMEOUT_S)
        self._offers.close()

    def _tick_until_stopped(self, pacer: VideoPacer) -> None:
        while not self._stop.wait_until(self._deadline_ns(pacer)):  # which this thread alone moves
            late = self._tick(pacer, self._clock.now_ns())
            if late >= self.fps:
                self.notices.warn(
                    WarningCode.STALLED,
                    f"The machine stood still for {frames_seconds(late, self.fps):.1f} s; the last picture fills it.",
                )

    def _deadline_ns(self, pacer: VideoPacer) -> int:
        if not (self._still and self._shown):
            return pacer.next_deadline_ns
        return frame_start_ns(self._epoch_ns, self.fps, (pacer.next_index // STILL_FRAMES + 1) * STILL_FRAMES)

    def _tick(self, pacer: VideoPacer, now_ns: int) -> int:
        """Hand over the frames that end by `now_ns`; how many of them ended late."""
        # Before the slot: what a look gave is there when it is over.
        looked_ns = None if self._still else self._screen.looked_ns
        frame = self._screen.slot.take()
        with self._lock:
            if frame is None and not self._shown:
                if pacer.wait(now_ns):
                    return 0
                # A source without a first picture: black, so that sound and stop don't wait for it any longer.
                frame = VideoFrame(captured_ns=now_ns, pixels=np.zeros((self.height, self.width, 4), np.uint8))
            counters = pacer.counters
            before = counters.lagged + counters.lost
            spans = pacer.tick(now_ns, frame, looked_ns=looked_ns)
            late = counters.lagged + counters.lost - before
        if frame is not None:
            self.size = frame.width, frame.height
            self._newest_ns = frame.captured_ns
        self._seen_ns = max(self._newest_ns, looked_ns or 0)
        self._shown = self._shown or bool(spans)
        self._offers.hand_over(spans)
        return late


def open_capture(key: CaptureKey, source: ScreenSource, *, epoch_ns: int, clock: MonotonicClock) -> Capture:
    """Open the source on its thread. Raises IoniaError, with everything freed."""
    stop, notices = StopSignal(clock), Notices()
    still = not key.picture
    screen = ScreenCapture(source, fps=key.fps, clock=clock, stop=stop, warn=notices.warn, still=still)
    try:
        size = screen.open(OPEN_TIMEOUT_S)
    except BaseException as error:
        stop.set()
        screen.close(JOIN_TIMEOUT_S)
        if isinstance(error, TimeoutError):
            raise IoniaError(ErrorKind.CAPTURE_UNAVAILABLE, "The screen did not open in time.") from error
        raise
    return Capture(screen, size, fps=key.fps, epoch_ns=epoch_ns, clock=clock, stop=stop, notices=notices, still=still)
