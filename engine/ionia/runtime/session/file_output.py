"""A session's output to MP4 files: what a session asks of it, carried out by the take, its splits and its marks.

Each file has a thread of its own (`Part`), on which alone its disk is waited for.
"""

import contextlib
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, InvalidStateError, wait
from dataclasses import dataclass
from functools import partial

from ionia.core.codec.level_limit import beyond_level
from ionia.core.disk_space import STALL_LOOKS, StallWatch
from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.events import FinishedFile, MarkSet
from ionia.core.media import EncodedPacket, MediaHeader
from ionia.core.redaction import redact_text
from ionia.core.stats import RecorderStats, SessionStats
from ionia.core.take_notes import end_line
from ionia.core.timeline.replay_ring import Held
from ionia.core.timeline.split_watch import SplitWatch
from ionia.core.utc_text import utc_text
from ionia.core.warning import DiskStalled, WarningCode
from ionia.runtime.encode.session_feeds import SessionFeeds
from ionia.runtime.session.file_wishes import FileTellers, FileWishes
from ionia.runtime.session.moment import Moment
from ionia.runtime.session.part import CLOSE_TIMEOUT_S, Part
from ionia.runtime.session.part_maker import PartMaker
from ionia.runtime.session.splits import Splits
from ionia.runtime.session.stats import fields_of
from ionia.runtime.session.take import Due, Take, TakeFigures
from ionia.runtime.session.take_clock import TakeClock
from ionia.runtime.session.take_marks import TakeMarks
from ionia.sinks.output_path import shown_path
from ionia.threads.clock import slept_ns

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opened:
    """What there is once the first file is."""

    take: Take
    splits: Splits
    marks: TakeMarks


class FileOutput:
    """A `TakeOutput` (see output)."""

    drains = True

    def __init__(
        self,
        wishes: FileWishes,
        tell: FileTellers,
        *,
        free_bytes: Callable[[str], int],
        slept_ns: Callable[[], int] = slept_ns,
    ) -> None:
        """Raises IoniaError(OUTPUT_FAILED) for a path that can't be recorded to. Creates nothing."""
        self._wishes = wishes
        self._tell = tell
        self._free_bytes = free_bytes
        self._slept_ns = slept_ns
        self._first_sink = wishes.make_sink(0)
        self._first: Part | None = None  # also one that could not be created
        self._opened: _Opened | None = None
        self._feeds: SessionFeeds | None = None
        self._stall = StallWatch()  # the monitor's thread
        self._broken = False
        self._last_line = b""  # of the sidecar
        self._all_came = threading.Event()
        self._interrupted: Future[None] = Future()

    def open(self, header: MediaHeader, feeds: SessionFeeds) -> None:
        """Create the first file. Raises IoniaError(OUTPUT_FAILED)."""
        wishes, tell, video = self._wishes, self._tell, header.video
        watch = SplitWatch(
            wishes.split,
            bytes_per_second=wishes.bytes_per_second,
            varies=wishes.usual_bytes_per_second is not None,
        )
        maker = PartMaker(
            wishes,
            tell,
            header,
            split_watch=watch,
            free_bytes=self._free_bytes,
            failed=self._part_failed,
            interrupted=self._interrupted,
        )
        self._first = first = maker.make(0, self._first_sink)
        first.open()
        if (words := beyond_level(video, "many players and graphics cards")) is not None:
            tell.warn(WarningCode.PICTURE_TOO_LARGE, words)
        clock = TakeClock(feeds.epoch_utc(), fps=video.fps, slept_ns=self._slept_ns, picture=header.has_picture)
        take = Take(first, video, clock, wishes=wishes, tell=tell, split_watch=watch)
        self._opened = _Opened(
            take=take,
            splits=Splits(take, maker, watch, warn=tell.warn, interrupted=self._interrupted),
            marks=TakeMarks(take, tell, sidecar=wishes.make_sidecar is not None),
        )
        feeds.hold_bitrate(self)
        self._feeds = feeds

    def _part_failed(self, number: int, error: IoniaError) -> None:
        """On the sink's thread. A file that was handed over ends no recording: it is told when that is closed."""
        if self._opened is None or self._opened.take.part.number <= number:
            self._tell.fail(error)

    def precede(self, held: Held[Moment]) -> None:
        """See TakeOutput."""
        if self._opened is not None:
            self._opened.take.precede(held)

    def deliver(self, packets: Sequence[EncodedPacket]) -> None:
        """On an encoder's thread, or before any comes from there: queue. What is of the past may wait for the disk."""
        opened = self._opened
        if opened is None:
            return
        for index, some in opened.take.past.cut(packets):
            if index is not None:
                opened.splits.split_past(index)
            if self._broken:
                return
            try:
                due = opened.take.deliver(some)
            except Exception as error:  # noqa: BLE001 - a mistake of ours ends no other that shares the encode
                self._break(error)
            else:
                self._meet(due)

    def _meet(self, due: Due) -> None:
        if due.keyframe is not None and self._feeds is not None:
            self._feeds.request_keyframe(due.keyframe)
        if due.end:
            self._tell.end(due.end, due.end_index)
        elif due.split is not None:
            self._tell.later(partial(self._split_by_itself, due))

    def _split_by_itself(self, due: Due) -> None:
        if self._opened is not None and self._feeds is not None and due.split is not None:
            self._opened.splits.split_by_itself(self._feeds, due.split, due.part)

    def _break(self, error: Exception) -> None:
        self._broken = True
        failure = error if isinstance(error, IoniaError) else None
        if failure is None:
            failure = IoniaError(ErrorKind.INTERNAL, f"Recording failed unexpectedly: {type(error).__name__}")
            failure.__cause__ = error
        log.error("a recording's packets could not be placed", exc_info=error)
        self._tell.fail(failure)

    def split(self) -> tuple[FinishedFile, str]:
        """See TakeOutput."""
        opened, feeds = self._opened, self._feeds
        done = None if opened is None or feeds is None else opened.splits.split(feeds)
        if done is None:
            raise _not_running()
        return done

    def mark(
        self, label: str, data: Mapping[str, object] | None, *, seconds_ago: float, noted: Callable[[MarkSet], None]
    ) -> MarkSet:
        """See TakeOutput."""
        opened, feeds, mark = self._opened, self._feeds, None
        if opened is not None and feeds is not None:
            index = max(0, feeds.index_now - round(seconds_ago * opened.take.fps))
            mark = opened.marks.mark(index, label, data, noted)
        if mark is None:
            raise _not_running()
        return mark

    def warned(self, code: WarningCode, message: str) -> None:
        """See TakeOutput."""
        opened, feeds = self._opened, self._feeds
        if opened is not None and feeds is not None:
            opened.marks.warned(feeds.index_now, code, message)

    def ending(self, reason: str, stats: SessionStats) -> None:
        """See TakeOutput."""
        self._last_line = end_line(redact_text(reason), stats)

    def complete(self) -> None:
        """On an encoder's thread: nothing more comes."""
        if self._opened is not None:
            self._opened.take.complete()
        self._all_came.set()

    @property
    def most_seconds(self) -> float | None:
        """See TakeOutput."""
        return self._wishes.end.seconds

    @property
    def frames(self) -> int:
        """See TakeOutput."""
        if self._opened is None:
            return 0
        with self._opened.take.lock:
            return self._opened.take.timeline.frames

    def pause_at(self, index: int) -> int:
        """See TakeOutput."""
        return index if self._opened is None else self._opened.take.pause_at(index)

    def resume_at(self, index: int) -> None:
        """See TakeOutput."""
        if self._opened is not None:
            self._opened.take.resume_at(index)

    def interrupt(self) -> None:
        """A split that waits gives up. Other waits are for the disk only, and their limits are short."""
        with contextlib.suppress(InvalidStateError):  # it was before
            self._interrupted.set_result(None)

    def wait_completed(self, timeout: float) -> bool:
        """Wait for `complete`: of the recording, not of a file that another follows."""
        return self._first is None or self._all_came.wait(timeout)

    def finish(self) -> None:
        """Wait until the files are complete and closed. Raises IoniaError(OUTPUT_FAILED), for the last one."""
        last, closing = self._first, tuple[Part, ...]()
        if self._opened is not None:
            with self._opened.take.lock:
                last, closing = self._opened.take.part, self._opened.take.finished.closing
        if last is None:
            return
        wait([part.closed for part in (*closing, last)], CLOSE_TIMEOUT_S)
        for part in closing:
            if not part.closed.done():  # what else was wrong with it is told by then
                self._tell.warn(
                    WarningCode.FILE_INCOMPLETE, f"The disk has not taken the end of {shown_path(part.path)} yet."
                )
        self._note_last(last)
        last.wait_closed(0)

    def _note_last(self, last: Part) -> None:
        """The sidecar's last line: behind what closing the file had to say, and what was found missing."""
        if self._opened is None or not self._last_line:
            return
        with self._opened.take.lock:
            last.note(self._last_line)  # by the file's thread, where that still waits for its disk
            late = last.late()
        for write in late:
            write()

    def abandon(self) -> None:
        """Close a sink that was never begun; one that was, its own thread closes."""
        feeds, self._feeds = self._feeds, None
        opened = self._opened
        if feeds is not None:
            feeds.leave_bitrate(self)
        if opened is not None:
            if feeds is not None:
                with opened.take.lock:
                    opened.take.pauses.resume(feeds.index_now)
            opened.marks.end()
        if self._first is None:
            self._first_sink.close()

    def stats(self, session: SessionStats) -> RecorderStats:
        """The session's figures and the files'."""
        figures, error_ns = self._figures()
        start, counted = figures.start_utc_ns, figures.counted
        return RecorderStats(
            **fields_of(session),
            video_packets_encoded=counted.video_delivered if session.width else 0,
            audio_packets_encoded=counted.audio_delivered,
            video_packets_muxed=counted.video_written if session.width else 0,
            audio_packets_muxed=counted.audio_written,
            total_bytes=figures.bytes_written,
            output_path=figures.path,
            paused_seconds=round(figures.paused_frames / session.fps, 3) if session.fps else 0.0,
            pauses=figures.pauses,
            start_utc=None if start is None else utc_text(start),
            utc_error_ms=round(error_ns / 1e6, 3),
        )

    def _figures(self) -> tuple[TakeFigures, int]:
        """And how wrong the clock on the wall may be."""
        opened, feeds = self._opened, self._feeds
        if opened is None:
            return TakeFigures(path=self._first_sink.path), 0
        figures = opened.take.figures(0 if feeds is None else feeds.index_now)
        return figures, opened.take.clock.epoch_utc.error_ns

    def housekeep(self) -> None:
        """Have the sink's thread look after the file and the disk, either of which may stand still."""
        opened, part = self._opened, self._first
        if opened is not None:
            opened.marks.look()
            part = opened.take.part
        if part is None:
            return
        if self._stall.answered(answered=part.look()):
            self._tell.warn(
                WarningCode.DISK_STALLED,
                f"The disk has not answered for {STALL_LOOKS} s. What is recorded waits in memory.",
                DiskStalled(seconds=STALL_LOOKS),
            )


def _not_running() -> IoniaError:
    return IoniaError(ErrorKind.NOT_INITIALIZED, "The recorder is not running.", "Start it first.")
