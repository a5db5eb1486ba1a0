"""The thread that owns a screen source: grabs in the middle of each frame's interval, opens again what was lost."""

import logging
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress

from ionia.core.errors import IoniaError, SourceLost
from ionia.core.frame_rate import FrameRate
from ionia.core.media import VideoFrame
from ionia.core.ports import Clock, ScreenSource
from ionia.core.recovery import ReopenPolicy
from ionia.core.timebase import NS_PER_S
from ionia.core.video.grab_timing import GrabTiming
from ionia.core.video.slate import slate
from ionia.core.video.stage_times import StageTimes
from ionia.core.video.window_follow import HELD
from ionia.core.warning import LOCKED_CODES, Warn, WarningCode
from ionia.threads.clock import StopSignal
from ionia.threads.mailbox import LatestSlot
from ionia.threads.worker import Worker

log = logging.getLogger(__name__)

REOPEN_NS = NS_PER_S // 4
"""A screen that is back is on the recording within half a second; opening one takes up to 0.2 s."""

WINDOW_REOPEN_NS = NS_PER_S // 10
"""A window that is away is looked for more often, which costs less: a game's next round is to be seen from its
start."""

AWAY_CODES = frozenset({WarningCode.WINDOW_CLOSED, WarningCode.WINDOW_HIDDEN})

NEVER_NS = 1 << 62

SLATE_AFTER_NS = 2 * NS_PER_S
"""A screen that is locked for so long is shown as a slate, so that nobody waits for what looks frozen."""


class ScreenCapture:
    """Owns the source: it is opened, grabbed and closed on this object's thread and nowhere else.

    `slot` always holds the newest picture that nobody took yet.
    """

    def __init__(
        self,
        source: ScreenSource,
        *,
        fps: FrameRate,
        clock: Clock,
        stop: StopSignal,
        warn: Warn,
        still: bool = False,
    ) -> None:
        """`still`: the source has one picture, which never changes, and is not asked again."""
        self.slot: LatestSlot[VideoFrame] = LatestSlot()
        self.times = StageTimes()
        self.looked_ns = 0
        """When the newest look at the screen began that is over; what it gave is in `slot`. Any thread."""
        self._source = source
        self._fps = fps
        self._clock = clock
        self._stop = stop
        self._warn = warn
        self._still = still
        self._opened: Future[tuple[int, int]] = Future()
        self._epoch: Future[int] = Future()
        self._size: tuple[int, int] | None = None
        self._told: tuple[str, ...] = ()
        self._worker = Worker("screen-capture", self._run, self._failed, urgent="Capture", may_be_held=True)

    @property
    def backend(self) -> str:
        """The source's name for stats."""
        return self._source.backend

    def open(self, timeout: float) -> tuple[int, int]:
        """Start the thread and wait until the source is open: (width, height). Raises IoniaError."""
        self._worker.start()
        return self._opened.result(timeout)

    def begin(self, epoch_ns: int) -> None:
        """Start grabbing, paced from `epoch_ns`; nothing happens once it is closed."""
        with suppress(InvalidStateError):
            self._epoch.set_result(epoch_ns)

    def close(self, timeout: float) -> bool:
        """After the stop signal was set: wait for the thread. False if the device holds it."""
        self._epoch.cancel()
        return self._worker.join(timeout)

    def _failed(self, error: BaseException) -> None:
        if not self._opened.done():
            self._opened.set_exception(error)
        else:
            self._warn(WarningCode.CAPTURE_FAILED, f"Screen capture ended: {error}. The last picture is held.")

    def _run(self) -> None:
        try:
            size = self._source.open()
            self._tell_fallbacks()
            self._opened.set_result(size)
            epoch_ns = self._wait_for_epoch()
            if epoch_ns is not None:
                self._grab_until_stopped(epoch_ns)
        finally:
            self._source.close()
            self.slot.take()  # a picture nobody came for: sessions that are over may stay in memory for long

    def _wait_for_epoch(self) -> int | None:
        try:
            return self._epoch.result()
        except BaseException:  # noqa: BLE001 - cancelled: the capture was closed before it began
            return None

    def _grab_until_stopped(self, epoch_ns: int) -> None:
        policy = ReopenPolicy(longest_ns=REOPEN_NS)
        timing = GrabTiming(epoch_ns=epoch_ns, fps=self._fps)
        due_ns = self._clock.now_ns()  # the first picture at once, the others in step
        while not self._stop.wait_until(due_ns):
            begun_ns = self._clock.now_ns()
            try:
                frame = self._source.grab()
            except SourceLost as lost:
                self._lost(lost, policy)
                continue
            except Exception as error:  # a driver's own mistake is no reason to end a take's pictures
                log.warning("grabbing failed", exc_info=error)
                self._lost(SourceLost(WarningCode.CAPTURE_FAILED, f"Taking a picture failed: {error}."), policy)
                continue
            now_ns = self._clock.now_ns()
            policy.gives(now_ns)
            timing.looked(changed=frame is not None)
            if frame is not None:
                self.times.add(now_ns - begun_ns)
                timing.took(now_ns - begun_ns)
                self._size = (frame.width, frame.height)
                self.slot.put(frame)
            self.looked_ns = begun_ns
            due_ns = NEVER_NS if self._still else timing.next_ns(self._clock.now_ns())

    def _lost(self, lost: SourceLost, policy: ReopenPolicy) -> None:
        """Open again, for as long as it takes; returns when that succeeded or the stop signal was set."""
        # Whether a session goes on without its window is its own matter.
        self._warn(lost.code, lost.message if lost.code is WarningCode.WINDOW_CLOSED else f"{lost.message} {HELD}")
        now_ns = self._clock.now_ns()
        slate_ns = now_ns + SLATE_AFTER_NS if lost.code in LOCKED_CODES else None
        longest_ns = WINDOW_REOPEN_NS if lost.code in AWAY_CODES else NEVER_NS
        due_ns = policy.lost(now_ns, retry_at_once=lost.retry_at_once)
        while not self._stop.wait_until(due_ns):
            try:
                self._source.open()
            except Exception as error:  # noqa: BLE001 - whatever it is, it isn't back: the user decides when a take is over
                odd = policy.attempts == 1 and not isinstance(error, (IoniaError, SourceLost))
                log.log(logging.WARNING if odd else logging.DEBUG, "screen not back yet: %s", error)
                now_ns = self._clock.now_ns()
                if slate_ns is not None and now_ns >= slate_ns and self._size is not None:
                    self.slot.put(VideoFrame(captured_ns=now_ns, pixels=slate(*self._size)))
                    slate_ns = None
                due_ns = min(policy.lost(now_ns), now_ns + longest_ns)
                continue
            self._warn(WarningCode.CAPTURE_RECOVERED, "The picture is back.")
            self._tell_fallbacks()
            return

    def _tell_fallbacks(self) -> None:
        """A source that chose among several ways says which it passed over; each choice is told once."""
        fallbacks = self._source.fallbacks
        if fallbacks and fallbacks != self._told:
            self._told = fallbacks
            self._warn(
                WarningCode.CAPTURE_FALLBACK, f"The screen is captured by {self.backend}. " + " ".join(fallbacks)
            )
