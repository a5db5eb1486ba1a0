"""One video encode: what waits for its encoder, the thread that encodes, and the packets' feed. Shared by outputs."""

import threading
from collections.abc import Callable, Hashable, Sequence
from functools import partial

from ionia.core.media import EncodedPacket
from ionia.core.ports import Clock, VideoEncoder
from ionia.core.sharing import StageKey
from ionia.core.video.encode_backlog import EncodeBacklog, SkipMark, ahead_for, room_for
from ionia.core.video.encode_wishes import EncodeWishes
from ionia.core.video.frame_history import FrameCounts, FrameMark
from ionia.core.video.frame_totals import FrameTotals
from ionia.core.video.handover import Handover
from ionia.core.video.pacer import FrameSpan
from ionia.core.video.stage_times import StageTimes
from ionia.core.warning import WarningCode
from ionia.media.opening import OpenedVideo
from ionia.media.surface_encoder import reads_back, told_now
from ionia.runtime.capture.capture import JOIN_TIMEOUT_S, Capture
from ionia.runtime.capture.picture_stage import PictureStage, StagedPicture
from ionia.runtime.encode.bitrate_desk import BitrateDesk
from ionia.runtime.encode.encoder_turn import EncoderTurn, GivenUp
from ionia.runtime.encode.feed import Feed
from ionia.runtime.notices import Notices
from ionia.runtime.registry import Lease
from ionia.threads.worker import Worker

ENCODE_MS_WEIGHT = 1 / 32
"""Weight of the newest picture in `encode_ms`: an average over about a second at 30 fps."""

BEHIND_SECONDS = 0.25
"""When so much waits, an encoder's time is for new pictures."""


_FAILED = "The graphics card's encoder failed; {} goes on."


class VideoEncode:
    """Made with its encoder open and its stage leased. `begin` when the first output wants packets, then `close`.

    Threads: `video-encode`, which closes the encoder, and another one of that name in the place of one that its encoder
    holds; with `overlap` also `picture-convert`, which converts what waits.
    """

    def __init__(
        self,
        opened: OpenedVideo,
        stage: Lease[StageKey, PictureStage],
        *,
        bitrate: int,
        clock: Clock,
        overlap: bool = False,
    ) -> None:
        self.feed = Feed()
        self.notices = Notices()
        self.track = opened.track
        self.encode_ms = 0.0
        self.encode_times = StageTimes()
        self._stage = stage  # changed under _attaching, as _offer is
        self._offer = partial(self._take_spans, stage.value)  # one object, so that a stage finds it again
        self._handover: Handover[StagedPicture] = Handover(stage.value)  # protected by _condition
        self._totals = FrameTotals(stage.value.capture)  # protected by _condition
        self._counted_of = stage.value.capture  # whose frames those are; protected by _condition
        self._successor = opened.successor
        self._turn = EncoderTurn(opened.encoder, stage.value.capture.fps)  # changed under _condition, by the tick
        self._clock = clock
        self._attaching = threading.Lock()
        lock = threading.Lock()
        self._condition = threading.Condition(lock)
        self._waits = threading.Condition(lock)  # there are pictures to be converted, or the end
        self._backlog: EncodeBacklog[StagedPicture] = EncodeBacklog(
            fps=self.capture.fps,
            max_pictures=room_for(self.capture.width, self.capture.height),
            max_ahead=ahead_for(opened.track.width, opened.track.height),
        )  # protected by _condition
        self._begun = False  # protected by _condition
        self._ended = False  # protected by _condition
        self._hurry_end = 0
        self._wishes = EncodeWishes()  # protected by _condition
        self._unseen: StagedPicture | None = None  # the newest picture of those left out; the encoder's thread
        self.rate = BitrateDesk(bitrate, lambda: self._turn.encoder.follows_bitrate)
        self._worker = self._thread(self._turn)  # changed under _condition, by the tick
        ahead = Worker("picture-convert", self._convert_until_ended, self.notices.fail, may_be_held=True)
        self._ahead = ahead if overlap else None
        if opened.read_back:
            self.notices.warn(WarningCode.GPU_FALLBACK, opened.read_back)
        if opened.fallbacks:
            self.notices.warn(WarningCode.ENCODER_FALLBACK, f"{self.codec} is used: " + "; ".join(opened.fallbacks))

    @property
    def capture(self) -> Capture:
        """Where its pictures come from."""
        return self._stage.value.capture

    @property
    def stage(self) -> PictureStage:
        """What makes its pictures."""
        return self._stage.value

    @property
    def stage_key(self) -> StageKey:
        """What is shown in them."""
        return self._stage.key

    @property
    def codec(self) -> str:
        """libav's name of the encoder in use."""
        return self._turn.encoder.codec

    @property
    def reads_back(self) -> bool:
        """Whether pictures come to the encoder through main memory."""
        return reads_back(self._turn.encoder)

    @property
    def convert_times(self) -> StageTimes:
        """How long converting its pictures takes."""
        return self._stage.value.times

    @property
    def failed(self) -> bool:
        """Whether it, or its capture, has ended by an error."""
        return self.notices.failed or self.capture.failed

    @property
    def skipped(self) -> int:
        """Frames that the encoder had no room for. Any thread."""
        with self._condition:
            return self._backlog.counters.skipped

    def mark_skipped(self, index: int) -> SkipMark:
        """Those of them before frame `index`, some of which may still wait for the encoder. Any thread."""
        with self._condition:
            return self._backlog.mark(index)

    def counted(self, before: int | None = None) -> FrameCounts:
        """What became of the frames so far, or of those before frame `before`, whichever captures gave them."""
        with self._condition:
            return self._totals.total(before)

    def mark(self, index: int) -> FrameMark:
        """The same of the frames before frame `index`, which may be yet to come: for `counted_at`. Any thread."""
        with self._condition:
            return self._totals.mark(index)

    def counted_at(self, mark: FrameMark) -> FrameCounts:
        """What had been counted there, or by now if those frames are yet to come. Any thread."""
        with self._condition:
            return self._totals.at(mark)

    def settle(self) -> None:
        """Count what has passed for the marks that were given. Any thread."""
        with self._condition:
            self._totals.settle()

    @property
    def pictures_waiting(self) -> int:
        """New pictures between the capture and the encoder. Any thread."""
        with self._condition:
            return self._backlog.pictures

    def begin(self) -> None:
        """Encode from the next frame on. Idempotent."""
        with self._attaching:
            with self._condition:
                if self._begun:
                    return
                self._begun = True
            self.notices.settle()
            try:
                self._worker.start()
                if self._ahead is not None:
                    self._ahead.start()
                self._stage.value.attach(self._offer)
            except BaseException as error:  # no thread to be had: this encode is handed to nobody any more
                self.notices.fail(error)
                raise

    def request_keyframe(self, index: int = 0) -> None:
        """The first picture to be encoded from frame `index` on becomes a keyframe. Any thread."""
        with self._condition:
            self._wishes.ask_keyframe(index)

    def rest(self, who: Hashable, index: int) -> None:
        """A taker of the feed needs nothing from frame `index` on. While that is so of all, nothing is encoded."""
        with self._condition:
            self._wishes.rest(who, index)

    def wake(self, who: Hashable) -> None:
        """It needs packets again; it asks for a keyframe, too. Idempotent."""
        with self._condition:
            self._wishes.wake(who)

    def hurry(self, end_index: int) -> None:
        """Someone waits for the frames before `end_index`: leave out what only repeats and costs much. Any thread."""
        self._hurry_end = end_index

    def close(self) -> None:
        """End the thread and give the stage back. Idempotent."""
        self._stage.value.detach(self._offer)
        with self._condition:
            begun, self._ended = self._begun, True
            self._condition.notify()
            self._waits.notify()
        if not begun:
            self._turn.close()
        self._worker.join(JOIN_TIMEOUT_S)
        if self._ahead is not None:
            self._ahead.join(JOIN_TIMEOUT_S)
        with self._condition:
            self._backlog.clear()  # sessions that are over may stay in memory for long, and pictures are large
        self._unseen = None
        self.feed.close()
        self._stage.release()

    def move(self, to: Lease[StageKey, PictureStage]) -> None:
        """Take the pictures of another stage of the same format and frame rate: no frame is missing, none is double.

        From the next frame on, with a keyframe where they are another capture's. Not while it closes; the lease is its
        own then.
        """
        with self._attaching:
            before, offer = self._stage, self._offer
            self._stage, self._offer = to, partial(self._take_spans, to.value)
            with self._condition:
                begun = self._begun
                self._handover.expect(to.value)
                self._backlog.room(room_for(to.value.capture.width, to.value.capture.height))
                if not begun:
                    self._totals, self._counted_of = FrameTotals(to.value.capture), to.value.capture
            if begun:
                to.value.attach(self._offer)
                before.value.detach(offer)
        before.release()

    def _take_spans(self, stage: PictureStage, spans: Sequence[FrameSpan[StagedPicture]]) -> None:
        """On the tick's thread: queue what it closed."""
        # Asked without our lock: a feed's takers may want a keyframe of us with the feed's.
        takers = self.feed.takers if stage.capture is not self._counted_of else 0
        with self._condition:
            skipped = self._backlog.counters.skipped
            taken = self._handover.take(stage, spans)
            if taken and stage.capture is not self._counted_of:
                self._change_capture(stage.capture, taken, takers)
            for span in taken:
                self._backlog.offer(span)
            overloaded = skipped == 0 and self._backlog.counters.skipped > 0
            fresh: Worker | None = None
            if self._successor is not None and not self._ended and (index := self._turn.tick()) is not None:
                fresh = self._give_up(index, self._successor)
            self._condition.notify()
            self._waits.notify()
        if overloaded:
            self.notices.warn(
                WarningCode.ENCODER_OVERLOADED,
                "The encoder can't keep up: pictures are being skipped. Lower the frame rate or the screen size.",
            )
        if fresh is not None:
            try:
                fresh.start()
            except RuntimeError as error:  # no thread to be had
                self.notices.fail(error)

    def _change_capture(self, capture: Capture, taken: Sequence[FrameSpan[StagedPicture]], takers: int) -> None:
        """The first frames of another one. The lock is held."""
        index = next((span.first_index for span in taken if span.picture is not None), taken[0].first_index)
        self._totals.change(capture, index)
        self._counted_of = capture
        if not self._wishes.all_rest(index, takers):  # whoever wakes asks for one
            self._wishes.ask_keyframe(index)

    def _thread(self, turn: EncoderTurn, begin: Callable[[], None] = lambda: None) -> Worker:
        body = partial(self._encode_until_ended, turn, begin)
        return Worker("video-encode", body, self.notices.fail, may_be_held=True)

    def _give_up(self, index: int, successor: Callable[[], VideoEncoder]) -> Worker:
        """The encoder does not return from frame `index`: the thread that goes on with another. The lock is held."""
        before = self._turn
        for _ in range(before.inside):
            self._backlog.leave_out(before.fed)
        self._turn = EncoderTurn(before.encoder, self.capture.fps, after=before)
        self._worker = self._thread(self._turn, partial(self._encode_anew, self._turn, index, successor))
        return self._worker

    def _encode_until_ended(self, turn: EncoderTurn, begin: Callable[[], None]) -> None:
        try:
            begin()
            while (taken := self._take()) is not None:
                span, behind = taken
                if self._rests(turn, span.first_index):
                    self._unseen = span.picture or self._unseen
                    self.feed.pass_by(span.first_index + 1)
                    continue
                picture, self._unseen = span.picture or self._unseen, None
                begun_ns, codec = self._clock.now_ns(), turn.encoder.codec
                if (bitrate := self.rate.taken()) is not None:
                    turn.encoder.set_bitrate(bitrate)
                with self._condition:
                    keyframe = self._wishes.take_keyframe(span.first_index)
                    if picture is None and turn.picture is None:  # nothing to be repeated yet
                        self._backlog.leave_out(span.first_index)
                        continue
                if picture is None and behind and not keyframe:
                    packets = self._held(turn, span.first_index)
                elif picture is not None:
                    packets = self._encoded(turn, picture, span.first_index, keyframe=keyframe)
                else:
                    packets = turn.repeat(span.first_index, keyframe=keyframe)
                spent_ms = (self._clock.now_ns() - begun_ns) / 1e6
                self.encode_ms += (spent_ms - self.encode_ms) * (ENCODE_MS_WEIGHT if self.encode_ms else 1)
                if packets is not None:
                    lost = turn.encoder.codec != codec
                    self._give(turn, span.first_index, packets, _FAILED.format(turn.encoder.codec) if lost else "")
        except GivenUp:
            pass
        finally:
            turn.close()

    def _encode_anew(self, turn: EncoderTurn, index: int, successor: Callable[[], VideoEncoder]) -> None:
        """With another encoder, from the frame on that the one before did not return from."""
        lost = turn.open(successor, index)
        turn.encoder.set_bitrate(self.rate.bitrate)
        with self._condition:
            if turn.tried and self._backlog.pictures:
                turn.picture = None
        if turn.picture is not None:
            self._give(turn, index, turn.encode(turn.picture, index, keyframe=True), lost)
            return
        self.notices.warn(WarningCode.ENCODER_LOST, lost)
        with self._condition:
            self._backlog.leave_out(index)

    def _give(self, turn: EncoderTurn, index: int, packets: list[EncodedPacket], lost: str) -> None:
        """What an encoder made of a frame. `lost`: a sentence, if it is the first one of another encoder."""
        turn.inside += 1 - len(packets)
        told = told_now(turn.encoder)
        back = told is not None and told[0] is WarningCode.GPU_RECOVERED  # all that the other one held was given
        if turn.fed >= 0 and not back and (lost or told is not None):
            self._count_lost(turn)
        if lost and not back:
            self.notices.warn(WarningCode.ENCODER_LOST, lost)
        turn.gave(index, packets)
        if told is not None:
            self.notices.warn(*told)
        self.feed.publish(packets)

    def _encoded(self, turn: EncoderTurn, picture: StagedPicture, index: int, *, keyframe: bool) -> list[EncodedPacket]:
        converted = picture.converted()
        begun_ns = self._clock.now_ns()
        packets = turn.encode(converted, index, keyframe=keyframe)
        self.encode_times.add(self._clock.now_ns() - begun_ns)
        return packets

    def _convert_until_ended(self) -> None:
        while (span := self._next_ahead()) is not None:
            if span.picture is not None and not self._rests(self._turn, span.first_index):
                span.picture.converted()
            del span  # large, and not to be held while nothing comes

    def _next_ahead(self) -> FrameSpan[StagedPicture] | None:
        with self._waits:
            while not self._ended:
                if (span := self._backlog.ahead()) is not None:
                    return span
                self._waits.wait()
            return None

    def _rests(self, turn: EncoderTurn, index: int) -> bool:
        """Whether nobody needs this frame."""
        takers = self.feed.takers
        with self._condition:
            return self._wishes.needless(index, takers, fed=turn.fed, given=turn.given, shown=turn.shown)

    def _count_lost(self, turn: EncoderTurn) -> None:
        """What the encoder held that failed, or was silent about, nobody gets any more."""
        with self._condition:
            for _ in range(turn.inside):
                self._backlog.leave_out(turn.fed)
        turn.inside = 0

    def _held(self, turn: EncoderTurn, index: int) -> list[EncodedPacket] | None:
        """A repeat that must not cost what pictures need. None: left out, rather than wait for it at an end."""
        if packets := turn.hold(index):
            return packets
        if index + 1 >= self._hurry_end:  # the last one stays: the timeline is as long as it was
            return turn.repeat(index)
        with self._condition:
            self._backlog.leave_out(index)
        return None

    def _take(self) -> tuple[FrameSpan[StagedPicture], bool] | None:
        """The next frame, and whether so many wait that the encoder is behind."""
        with self._condition:
            while not self._ended:
                if (span := self._backlog.take()) is not None:
                    self._waits.notify()  # there is room to convert one ahead
                    return span, len(self._backlog) > self.capture.fps * BEHIND_SECONDS
                self._condition.wait()
            return None
