"""A session's output to memory: the newest packets of its encodes, and files that are made of them while it goes on."""

import contextlib
import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.events import SavedReplay
from ionia.core.frame_rate import frames_seconds
from ionia.core.media import EncodedPacket, MediaHeader
from ionia.core.ports import FileSink
from ionia.core.stats import ReplayStats, SessionStats
from ionia.core.timebase import NS_PER_S
from ionia.core.timeline.file_timeline import EpochUtc
from ionia.core.timeline.replay_ring import Held, ReplayRing
from ionia.core.timeline.stored_form import StoredForm
from ionia.core.warning import NO_FACTS, ReplayShort, Warn, WarningCode, WarningFacts
from ionia.runtime.encode.session_feeds import SessionFeeds
from ionia.runtime.session.moment import Moment
from ionia.runtime.session.part import CLOSE_TIMEOUT_S
from ionia.runtime.session.replay_save import Done, ReplaySave, SaveRequest
from ionia.runtime.session.stats import fields_of
from ionia.threads.clock import MonotonicClock, slept_ns

log = logging.getLogger(__name__)

MOST_SAVES = 16
"""Saves under way at one time: each has a thread and a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayWishes:
    """What is to be held. `make_sink`: the sink of a file at a path; raises IoniaError."""

    seconds: float
    max_bytes: int
    make_sink: Callable[[str, Warn], FileSink]


class ReplayOutput:
    """A `HeldOutput` (see output). Packets come on the encoders' threads; each save has a thread of its own."""

    drains = False

    def __init__(
        self,
        wishes: ReplayWishes,
        *,
        warn: Warn,
        fail: Callable[[IoniaError], None],
        saved: Callable[[SavedReplay], None],
        slept_ns: Callable[[], int] = slept_ns,
    ) -> None:
        """`saved` is told of each file that is complete, on the thread of its save."""
        self._wishes = wishes
        self._warn = warn
        self._fail = fail
        self._saved = saved
        self._slept_ns = slept_ns
        self._header: MediaHeader | None = None
        self._feeds: SessionFeeds | None = None
        self._form: StoredForm | None = None
        self._epoch_utc: Callable[[], EpochUtc] | None = None
        self._lock = threading.Lock()
        self._ring: ReplayRing[Moment] | None = None  # protected by _lock
        self._gone: Callable[[Iterable[tuple[int, int]]], int] = lambda _: 0  # of a ring; protected by _lock
        self._short = False  # protected by _lock
        self._told_short = self._told_leftover = False
        self._saving: list[ReplaySave] = []  # protected by _lock
        self._saves = 0  # protected by _lock
        self._kept: list[int] = []  # from which frames on somebody is to begin soon; protected by _lock

    def open(self, header: MediaHeader, feeds: SessionFeeds) -> None:
        """Hold what comes from now on. The bit rate is kept, as a recording's is: this may become one."""
        self._header, self._feeds = header, feeds
        self._form = StoredForm(header)
        self._epoch_utc = feeds.capture.epoch_utc
        feeds.hold_bitrate(self)

        def note(index: int) -> Moment:
            return Moment(video=feeds.video_snapshot(index), audio=feeds.audio_snapshot(), slept_ns=self._slept_ns())

        with self._lock:
            self._ring = ReplayRing(
                fps=header.video.fps, seconds=self._wishes.seconds, max_bytes=self._wishes.max_bytes, note=note
            )
            self._gone = self._ring.gone

    def deliver(self, packets: Sequence[EncodedPacket]) -> None:
        """On an encoder's thread: hold them."""
        short, form = None, self._form
        if form is None:
            return
        try:
            packets = [form.of(packet) for packet in packets]
            with self._lock:
                ring = self._ring
                if ring is None:
                    return
                wished = ring.push(packets)
                if ring.shortened and not self._told_short:  # a bit rate that varies may cut it off and on
                    self._told_short, short = True, ring.frames
                self._short = ring.shortened
        except Exception as error:  # noqa: BLE001 - a mistake of ours ends no other that shares the encode
            self._break(error)
            return
        if short is not None:
            self._tell_short(short)
        if wished and self._feeds is not None:  # from one keyframe to the next is too much
            self._feeds.request_keyframe()

    def _break(self, error: Exception) -> None:
        log.error("a replay's packets could not be held", exc_info=error)
        self.forget()
        failure = IoniaError(ErrorKind.INTERNAL, f"The replay failed unexpectedly: {type(error).__name__}")
        failure.__cause__ = error
        self._fail(failure)

    def _tell_short(self, frames: int) -> None:
        wishes = self._wishes
        fps = self._header.video.fps if self._header is not None else 1
        self._warn(
            WarningCode.REPLAY_SHORTENED,
            f"The replay holds {frames * 10 // fps / 10} s and not {wishes.seconds:g} s: it may take no more than "
            f"{wishes.max_bytes / 1e6:.0f} MB of memory (maxBytes).",
            ReplayShort(
                seconds_held=round(frames_seconds(frames, fps), 3),
                seconds_wanted=wishes.seconds,
                max_bytes=wishes.max_bytes,
            ),
        )

    def complete(self) -> None:
        """Nothing more comes; what is held stays."""

    @property
    def seconds_wanted(self) -> float:
        """See HeldOutput."""
        return self._wishes.seconds

    def last(self, seconds: float | None, before: int | None = None) -> Held[Moment] | None:
        """See HeldOutput."""
        with self._lock:
            return None if self._ring is None else self._ring.last(seconds, before=before)

    @contextlib.contextmanager
    def kept(self, seconds: float | None, before: int) -> Iterator[None]:
        """See HeldOutput."""
        with self._lock:
            begin = self._ring.first if seconds is None and self._ring is not None else 0
            if seconds is not None and self._ring is not None:
                begin = self._ring.begin_of(seconds, before=before)
            self._kept.append(begin)
            self._keep()
        try:
            yield
        finally:
            with self._lock:
                self._kept.remove(begin)
                self._keep()

    def _keep(self) -> None:
        if self._ring is not None:
            self._ring.keep_from = min(self._kept, default=None)

    def save(self, path: str, seconds: float | None, done: Done) -> None:
        """See HeldOutput."""
        with self._lock:
            ring, header, epoch_utc = self._ring, self._header, self._epoch_utc
            held = None if ring is None else ring.last(seconds)
            saving = self._bytes_saving()
        if ring is None or header is None or epoch_utc is None:
            raise IoniaError(ErrorKind.NOT_INITIALIZED, "The replay is not running.", "Start it first.")
        if held is None:
            raise self._nothing(ring)
        if saving > self._wishes.max_bytes:
            raise IoniaError(
                ErrorKind.OUTPUT_FAILED,
                f"Saves that wait for their disk hold {saving / 1e6:.0f} MB beside the replay, which is all they may.",
                "Try again when they are done, or save to another disk.",
            )
        request = SaveRequest(
            make_sink=lambda: self._wishes.make_sink(path, self._warn_of_file),
            header=header,
            held=held,
            epoch_utc=epoch_utc,
            slept_ns=self._slept_ns(),
        )

        def over(result: SavedReplay | IoniaError) -> None:
            try:
                if isinstance(result, SavedReplay):
                    with self._lock:
                        self._saves += 1
                    self._saved(result)
            finally:
                try:
                    done(result)
                finally:
                    with self._lock:
                        self._saving.remove(save)

        save = ReplaySave(request, over)
        with self._lock:
            if len(self._saving) >= MOST_SAVES:
                raise IoniaError(
                    ErrorKind.OUTPUT_FAILED, f"{MOST_SAVES} saves wait for their disk.", "Try again when they are done."
                )
            self._saving.append(save)
        try:
            save.start()
        except RuntimeError as error:
            with self._lock:
                self._saving.remove(save)
            raise IoniaError(ErrorKind.OUTPUT_FAILED, "The system has no room for another thread.") from error

    def _bytes_saving(self) -> int:
        """What saves under way keep in memory that the ring has let go of. At most twice `max_bytes`: no save begins
        above once that, and what one of them has still in common with the ring is no more than the ring may take."""
        return self._gone(save.span for save in self._saving)

    @staticmethod
    def _nothing(ring: ReplayRing[Moment]) -> IoniaError:
        if ring.shortened:
            return IoniaError(
                ErrorKind.OUTPUT_FAILED,
                "The replay holds nothing: one keyframe is more than it may take (maxBytes).",
                "Give it more memory, or lower the bit rate.",
            )
        return IoniaError(ErrorKind.OUTPUT_FAILED, "The replay holds nothing yet.", "Try again in a moment.")

    def _warn_of_file(self, code: WarningCode, message: str, facts: WarningFacts = NO_FACTS, /) -> None:
        if code is WarningCode.FILE_LEFTOVER:  # each save would find the same
            if self._told_leftover:
                return
            self._told_leftover = True
        self._warn(code, message, facts)

    def interrupt(self) -> None:
        """Nothing here waits for others."""

    def wait_completed(self, timeout: float) -> bool:  # noqa: ARG002 - as the protocol has it
        """Nothing is waited for."""
        return True

    def finish(self) -> None:
        """Wait for the saves under way, all within one limit; what becomes of them, their callers are told.

        Asked again, it doesn't wait again for those that were too slow.
        """
        with self._lock:
            saving = [save for save in self._saving if not save.overdue]
        clock = MonotonicClock()
        until_ns = clock.now_ns() + round(CLOSE_TIMEOUT_S * NS_PER_S)
        for save in saving:
            save.overdue = not save.wait(max(0.0, (until_ns - clock.now_ns()) / NS_PER_S))

    def abandon(self) -> None:
        """The session is over. What is held stays, for a session that ended by itself."""
        feeds, self._feeds = self._feeds, None
        if feeds is not None:
            feeds.leave_bitrate(self)

    def forget(self) -> None:
        """See HeldOutput."""
        with self._lock:
            if self._ring is not None:
                self._ring.clear()  # saves under way have their packets, and are counted with all of them
            self._ring = self._epoch_utc = None

    def stats(self, session: SessionStats) -> ReplayStats:
        """The session's figures and what is held."""
        with self._lock:
            frames, size = (0, 0) if self._ring is None else (self._ring.frames, self._ring.size)
            shortened, saves, saving = self._short, self._saves, len(self._saving)
            bytes_saving = self._bytes_saving()
        return ReplayStats(
            **fields_of(session),
            seconds_held=round(frames / session.fps, 3) if session.fps else 0.0,
            seconds_wanted=self._wishes.seconds,
            bytes_held=size,
            max_bytes=self._wishes.max_bytes,
            shortened=shortened,
            saves=saves,
            saving=saving,
            bytes_saving=bytes_saving,
        )

    def housekeep(self) -> None:
        """Nothing to look after: a save looks for itself."""
