"""Video from the newest picture to packets: a tick thread that never waits for the encoder, and the encoder's."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from ionia.core.media import EncodedPacket, Picture, VideoFrame
from ionia.core.ports import Clock, VideoEncoder
from ionia.core.video.encode_backlog import EncodeBacklog
from ionia.core.video.pacer import FrameSpan, VideoPacer
from ionia.core.warning import Warn, WarningCode
from ionia.runtime.encode.packet_bus import Publish
from ionia.threads.clock import StopSignal
from ionia.threads.mailbox import LatestSlot
from ionia.threads.worker import Worker

ENCODE_MS_WEIGHT = 1 / 32
"""Weight of the newest picture in `encode_ms`: an average over about a second at 30 fps."""


BEHIND_SECONDS = 0.25
"""When so much waits, an encoder's time is for new pictures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoSnapshot:
    """Frames on the timeline, by what became of them. `unique + duplicated` + indexes left out is `next_index`."""

    next_index: int = 0
    unique: int = 0
    duplicated: int = 0
    lagged: int = 0
    skipped: int = 0


class VideoChain:
    """`close` ends both threads; the encoder is flushed and closed on its own thread."""

    def __init__(
        self,
        encoder: VideoEncoder,
        *,
        fps: int,
        blank: Picture,
        slot: LatestSlot[VideoFrame],
        publish: Publish,
        clock: Clock,
        stop: StopSignal,
        warn: Warn,
        fail: Callable[[BaseException], None],
    ) -> None:
        self.encode_ms = 0.0
        self._encoder = encoder
        self._fps = fps
        self._blank: Picture | None = blank
        self._slot = slot
        self._publish = publish
        self._clock = clock
        self._stop = stop
        self._warn = warn
        self._pacer: VideoPacer | None = None
        self._condition = threading.Condition()
        self._backlog = EncodeBacklog(fps=fps)  # protected by _condition
        self._ended = False  # protected by _condition
        self._hurry_end = 0
        self._keyframe = threading.Event()
        self._bitrate: LatestSlot[int] = LatestSlot()
        self._tick_worker = Worker("video-tick", self._tick_until_stopped, fail, urgent="Capture")
        self._encode_worker = Worker("video-encode", self._encode_until_ended, fail)

    def snapshot(self) -> VideoSnapshot:
        """All counters of one instant. Any thread."""
        with self._condition:
            if self._pacer is None:
                return VideoSnapshot()
            pacer = self._pacer.counters
            return VideoSnapshot(
                next_index=self._pacer.next_index,
                unique=pacer.unique,
                duplicated=pacer.duplicated,
                lagged=pacer.lagged,
                skipped=self._backlog.counters.skipped + pacer.lost,
            )

    def begin(self, epoch_ns: int) -> None:
        """Start ticking and encoding."""
        self._pacer = VideoPacer(epoch_ns=epoch_ns, fps=self._fps, catch_up_seconds=5)
        self._encode_worker.start()
        self._tick_worker.start()

    def request_keyframe(self) -> None:
        """The next picture to be encoded becomes a keyframe. Any thread."""
        self._keyframe.set()

    def hurry(self, end_index: int) -> None:
        """Someone waits for the frames before `end_index`: leave out what only repeats and costs much. Any thread."""
        self._hurry_end = end_index

    def set_bitrate(self, bits_per_second: int) -> None:
        """New constant bit rate, from the next picture on. Any thread."""
        self._bitrate.put(bits_per_second)

    def close(self, timeout: float) -> bool:
        """After the stop signal was set: wait for both threads. An encoder that never got a thread is freed here."""
        if self._pacer is None:
            self._encoder.close()
        ticked = self._tick_worker.join(timeout)
        with self._condition:
            self._ended = True
            self._condition.notify()
        return self._encode_worker.join(timeout) and ticked

    def _tick_until_stopped(self) -> None:
        pacer = self._pacer
        assert pacer is not None  # noqa: S101 - begin() made it before it started this thread
        while not self._stop.wait_until(pacer.next_deadline_ns):
            now_ns = self._clock.now_ns()
            frame = self._slot.take()
            if frame is None and self._blank is not None:
                frame = VideoFrame(captured_ns=now_ns, pixels=self._blank)
            self._blank = None
            late = self._tick(pacer, now_ns, frame)
            if late >= self._fps:
                self._warn(
                    WarningCode.STALLED,
                    f"The machine stood still for {late / self._fps:.1f} s; the last picture fills it.",
                )

    def _tick(self, pacer: VideoPacer, now_ns: int, frame: VideoFrame | None) -> int:
        """Queue what this tick closes; how many frames closed late."""
        with self._condition:
            index, skipped = pacer.next_index, self._backlog.counters.skipped
            for span in pacer.tick(now_ns, frame):
                self._backlog.offer(span)
            overloaded = skipped == 0 and self._backlog.counters.skipped > 0
            self._condition.notify()
        if overloaded:
            self._warn(
                WarningCode.ENCODER_OVERLOADED,
                "The encoder can't keep up: pictures are being skipped. Lower the frame rate or the screen size.",
            )
        return pacer.next_index - index - 1

    def _encode_until_ended(self) -> None:
        try:
            while (taken := self._take()) is not None:
                span, behind = taken
                begun_ns, codec = self._clock.now_ns(), self._encoder.codec
                if (bitrate := self._bitrate.take()) is not None:
                    self._encoder.set_bitrate(bitrate)
                keyframe = self._keyframe.is_set()
                if keyframe:
                    self._keyframe.clear()
                if span.frame is not None:
                    packets = self._encoder.encode(span.frame, span.first_index, keyframe=keyframe)
                elif behind and not keyframe:
                    packets = self._held(span.first_index)
                else:
                    packets = self._encoder.repeat(span.first_index, keyframe=keyframe)
                spent_ms = (self._clock.now_ns() - begun_ns) / 1e6
                self.encode_ms += (spent_ms - self.encode_ms) * (ENCODE_MS_WEIGHT if self.encode_ms else 1)
                if self._encoder.codec != codec:
                    self._warn(
                        WarningCode.ENCODER_LOST, f"The graphics card's encoder failed; {self._encoder.codec} goes on."
                    )
                self._publish(packets)
        finally:
            self._encoder.close()

    def _held(self, index: int) -> list[EncodedPacket]:
        """A repeat that must not cost what pictures need. Before an end that is waited for it is rather left out."""
        if packets := self._encoder.hold(index):
            return packets
        if index + 1 >= self._hurry_end:  # the last one stays: the timeline is as long as it was
            return self._encoder.repeat(index)
        with self._condition:
            self._backlog.leave_out()
        return []

    def _take(self) -> tuple[FrameSpan, bool] | None:
        """The next frame, and whether so many wait that the encoder is behind."""
        with self._condition:
            while not self._ended:
                if (span := self._backlog.take()) is not None:
                    return span, len(self._backlog) > self._fps * BEHIND_SECONDS
                self._condition.wait()
            return None
