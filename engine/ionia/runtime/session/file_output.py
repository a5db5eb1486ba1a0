"""A session's output to MP4 files: where each packet lies, in which file, and when the next one begins.

Packets are placed as they come, on the encoders' threads, under a lock that is held for nothing else: so pausing never
waits for the disk. Each file has a thread of its own (`Part`); the next one is open before the last is closed.
"""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from fractions import Fraction
from functools import partial
from math import ceil

from ionia.core.codec.level_limit import beyond_level
from ionia.core.disk_space import STALL_LOOKS, DiskWatch, StallWatch
from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.events import FinishedFile, MarkSet
from ionia.core.media import EncodedPacket, MediaHeader
from ionia.core.mp4.tags import FileTags
from ionia.core.ports import FileSink
from ionia.core.redaction import redact_text
from ionia.core.stats import RecorderStats, SessionStats
from ionia.core.take_notes import end_line, mark_line, moment_line, split_line, start_line, warning_line
from ionia.core.timebase import NS_PER_S, frame_middle_ns
from ionia.core.timeline.end_watch import EndWatch
from ionia.core.timeline.file_timeline import EpochUtc, FilePosition, FileTimeline
from ionia.core.timeline.past_parts import PastParts
from ionia.core.timeline.pauses import Pauses
from ionia.core.timeline.replay_ring import Held
from ionia.core.timeline.split_watch import SplitDue, SplitWatch
from ionia.core.utc_text import utc_text
from ionia.core.warning import DiskStalled, WarningCode
from ionia.runtime.encode.session_feeds import SessionFeeds
from ionia.runtime.session.disk_eye import DiskEye
from ionia.runtime.session.file_wishes import FileTellers, FileWishes
from ionia.runtime.session.finished_parts import FinishedParts
from ionia.runtime.session.moment import SLEEP_NS, Moment
from ionia.runtime.session.noted_waits import NotedWaits
from ionia.runtime.session.part import CLOSE_TIMEOUT_S, Notes, Part, not_made, note_late
from ionia.runtime.session.stats import fields_of
from ionia.sinks.output_path import shown_path
from ionia.threads.clock import slept_ns
from ionia.threads.once import Once

log = logging.getLogger(__name__)

_OPEN_TRIES = 3
"""Names for the next file that are tried: somebody may have just taken one."""


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
        self._first_sink = wishes.make_sink(0)
        self._watch = SplitWatch(wishes.split, bytes_per_second=wishes.bytes_per_second)
        self._end_watch = EndWatch(wishes.end, bytes_per_second=wishes.bytes_per_second)
        self._disk = DiskWatch()  # the thread of the file under way
        self._stall = StallWatch()  # the monitor's thread
        self._header: MediaHeader | None = None
        self._fps = 1
        self._past = PastParts()  # whoever delivers
        self._most_frames: int | None = None
        self._feeds: SessionFeeds | None = None
        self._epoch_utc: EpochUtc | None = None
        self._slept_ns = slept_ns
        self._slept_before_ns = 0
        self._slept_early_ns = 0  # since the first picture, if that came before `open`
        self._lock = threading.Lock()
        self._timeline: FileTimeline | None = None  # protected by _lock
        self._part: Part | None = None  # protected by _lock
        self._next: Part | None = None  # protected by _lock
        self._before = FinishedParts(tell)  # all files that another follows
        self._completed = False  # protected by _lock
        self._last_line = b""  # of the sidecar, whichever file is the last one by then; protected by _lock
        self._broken = False
        self._over = ""  # why nothing more is to come, as soon as that is told; protected by _lock
        self._pauses = Pauses()  # protected by _lock
        self._start_utc_ns: int | None = None  # protected by _lock
        self._marks = 0  # protected by _lock
        self._noting = NotedWaits()
        self._paths: dict[int, str] = {}  # of all files; protected by _lock
        self._preparing = threading.Lock()
        self._all_came = threading.Event()
        self._interrupted: Future[None] = Future()  # set under _lock
        self._stuck = False  # whether the next file could not be made when it was tried last

    def open(self, header: MediaHeader, feeds: SessionFeeds) -> None:
        """Create the first file. Raises IoniaError(OUTPUT_FAILED)."""
        self._header = header
        self._fps = header.video.fps
        most = self._wishes.end.seconds
        self._most_frames = None if most is None else max(1, ceil(most * self._fps))
        self._part = part = self._make_part(0, self._first_sink)
        part.open()
        if (words := beyond_level(header.video, "many players and graphics cards")) is not None:
            self._tell.warn(WarningCode.PICTURE_TOO_LARGE, words)
        self._slept_before_ns = self._slept_ns()
        self._epoch_utc = feeds.epoch_utc()
        self._timeline = FileTimeline(fps=header.video.fps, epoch_utc=self._epoch_utc)
        feeds.hold_bitrate(self)
        self._feeds = feeds

    def precede(self, held: Held[Moment]) -> None:
        """See TakeOutput."""
        with self._lock:
            self._slept_early_ns = held.note.slept_since(self._slept_ns())
            part = self._current()
            part.make_room(held.size)
            limit = part.sink.limit
            splits = self._watch.in_past(
                held.packets, fps=self._fps, limit_bytes=None if limit is None else limit.most_bytes
            )
            self._past = PastParts(splits=splits, end=held.end, size=held.size)

    def deliver(self, packets: Sequence[EncodedPacket]) -> None:
        """On an encoder's thread, or before any comes from there: queue. What is of the past may wait for the disk."""
        for index, some in self._past.cut(packets):
            if index is not None:
                self._split_past(index)
            self._deliver(some)

    def _split_past(self, index: int) -> None:
        """The next packet is the keyframe that another file is to begin with, which is opened now."""
        try:
            prepared = self._prepare_split()
        except IoniaError as error:
            self._tell.warn(WarningCode.FILE_NOT_SPLIT, f"The recording goes on in the same file: {error.message}")
            return
        if prepared is not None and self._timeline is not None:
            prepared[1].make_room(self._past.size)
            with self._lock:
                self._timeline.split_at(index)

    def _deliver(self, packets: Sequence[EncodedPacket]) -> None:
        timeline = self._timeline
        if timeline is None or self._broken:
            return
        try:
            with self._lock:
                started = timeline.started
                due = self._queue(packets, timeline)
                number = self._current().number
                early = timeline.split_from if timeline.started and not started else None
                over = self._over or self._end_watch.update(seconds=self._seconds(timeline), size=self._size())
                self._over = ""
                end = timeline.end_at(0) if over else 0  # nothing more comes in, whenever it is stopped
        except Exception as error:  # noqa: BLE001 - a mistake of ours ends no other that shares the encode
            self._break(error)
            return
        if early is not None and self._feeds is not None:  # a split that was asked for before the first picture
            self._feeds.request_keyframe(early)
        if over:
            self._tell.end(over, end)
        elif due is not None:
            self._tell.later(partial(self._split_by_itself, due, number))

    def _break(self, error: Exception) -> None:
        self._broken = True
        failure = error if isinstance(error, IoniaError) else None
        if failure is None:
            failure = IoniaError(ErrorKind.INTERNAL, f"Recording failed unexpectedly: {type(error).__name__}")
            failure.__cause__ = error
        log.error("a recording's packets could not be placed", exc_info=error)
        self._tell.fail(failure)

    def _queue(self, packets: Sequence[EncodedPacket], timeline: FileTimeline) -> SplitDue | None:
        """Whether another file is due."""
        part, ready = self._current(), list[EncodedPacket]()
        size = self._size()  # before these, of which there may be seconds
        for packet in packets:
            size += len(packet.data)
            for placed in timeline.place(packet):
                if placed.part > part.number:
                    self._hand_over(part, ready, timeline)
                    part, ready = self._go_on_in_next(part, timeline), []
                ready.append(placed.packet)
            # What the files last, and not what is in them: a machine that stood still leaves frames out.
            if packet.track.is_video and self._most_frames is not None and timeline.frames >= self._most_frames:
                timeline.end_at(packet.pts + packet.duration)
            elif packet.track.is_video and packet.pts < self._past.end and not self._over:
                self._over = self._end_watch.update(seconds=self._seconds(timeline), size=size)
                if self._over:
                    timeline.end_at(packet.pts + packet.duration)
        if not ready:
            return None
        self._hand_over(part, ready, timeline)
        if self._past.splits:  # it is cut where that was planned
            return None
        limit = part.sink.limit
        return self._watch.update(
            part=part.number,
            seconds=float(timeline.part_seconds(part.number)),
            size=part.size,
            limit_bytes=None if limit is None else limit.most_bytes,
        )

    def _seconds(self, timeline: FileTimeline) -> Fraction:
        return Fraction(timeline.frames, self._fps)

    def _hand_over(self, part: Part, packets: Sequence[EncodedPacket], timeline: FileTimeline) -> None:
        if packets:
            self._begin(part, timeline)
            part.deliver(packets)

    def _current(self) -> Part:
        assert self._part is not None  # noqa: S101 - `open` made it before anybody delivers
        return self._part

    def _begin(self, part: Part, timeline: FileTimeline) -> None:
        """Its first picture is there: its instant was the middle of its frame (decision 0002)."""
        if part.begun or self._header is None or self._epoch_utc is None:
            return
        began = timeline.utc_ns(FilePosition(part=part.number, seconds=Fraction(0)))
        if began is None:
            return
        start = began + NS_PER_S // (2 * self._header.video.fps) + self._slept()
        start -= 0 if part.number else self._slept_early_ns
        if self._start_utc_ns is None:
            self._start_utc_ns = start
        tags = FileTags(start_utc_ns=start, utc_error_ns=self._epoch_utc.error_ns, metadata=self._wishes.metadata)
        video = self._header.video
        line = start_line(
            path=part.path, part=part.number, tags=tags, width=video.width, height=video.height, fps=video.fps
        )
        part.begin(tags, line)

    def _go_on_in_next(self, part: Part, timeline: FileTimeline) -> Part:
        after, self._next = self._next, None
        assert after is not None  # noqa: S101 - the timeline is split only once it is open
        self._part = after
        seconds = float(timeline.part_seconds(part.number))
        part.note(split_line(seconds=seconds, after=after.path))
        part.complete(seconds)
        self._before.add(part, after.path)
        return after

    def split(self) -> tuple[FinishedFile, str]:
        """See TakeOutput."""
        feeds, prepared = self._feeds, self._prepare_split()
        if feeds is None or prepared is None:
            raise IoniaError(ErrorKind.NOT_INITIALIZED, "The recorder is not running.", "Start it first.")
        part, after = prepared
        if self._split_at(feeds, feeds.index_now):
            self._wait_split(part, after)
        elif self._timeline is not None:  # paused: it goes on in the next one
            with self._lock:
                part.seconds = float(self._timeline.part_seconds(part.number)) if part.begun else 0.0
        return part.facts(), after.path

    def _wait_split(self, part: Part, after: Part) -> None:
        """Until `part` is closed, or the recording is to end."""
        wait((part.closed, self._interrupted), CLOSE_TIMEOUT_S, FIRST_COMPLETED)
        with self._lock:
            went_on = self._part is not None and self._part.number >= after.number
            over = self._completed or self._interrupted.done()
        if over and not went_on:
            raise IoniaError(ErrorKind.OUTPUT_FAILED, "The recording ends before it went on in another file.")
        if over and not part.closed.done():
            raise IoniaError(
                ErrorKind.OUTPUT_FAILED,
                "The recording went on in another file and ends; the disk has not taken the end of the one before yet.",
            )
        part.wait_closed(0)

    def _split_at(self, feeds: SessionFeeds, index: int) -> bool:
        """Whether the next file begins soon, and not only when a pause is over."""
        with self._lock:
            if self._timeline is not None and self._next is not None:
                self._timeline.split_at(index)
            paused = self._pauses.paused_at is not None
        if not paused:
            feeds.request_keyframe(index)
        return not paused

    def _split_by_itself(self, due: SplitDue, number: int) -> None:
        """`number`: the part that is to end. One that has ended meanwhile by a split of its user's is left alone."""
        feeds, timeline, part = self._feeds, self._timeline, self._part
        if feeds is None or timeline is None or part is None or part.number != number:
            return
        try:
            prepared = self._prepare_split()
        except IoniaError as error:
            with self._lock:
                now = timeline.part
                self._watch.failed(part=now, seconds=float(timeline.part_seconds(now)))
            self._tell.warn(WarningCode.FILE_NOT_SPLIT, f"The recording goes on in the same file: {error.message}")
            return
        if prepared is None or prepared[0].number != number:
            return
        index = feeds.index_now + 1
        if due.at_seconds is not None:
            with self._lock:
                at = FilePosition(part=prepared[0].number, seconds=Fraction(due.at_seconds))
                index = max(index, timeline.index_at(at))
        self._split_at(feeds, index)

    def _prepare_split(self) -> tuple[Part, Part] | None:
        """Open the next file; the one under way and the next. None when it is over. Waits for the disk; IoniaError."""
        with self._preparing:
            with self._lock:
                part, after, over = self._part, self._next, self._completed
            if part is None or over:
                return None
            if after is None:
                after = self._open_next(part.number + 1)
                with self._lock:
                    over = self._completed
                    self._next = None if over else after
                if over:
                    after.complete()
                    return None
            return part, after

    def _open_next(self, number: int) -> Part:
        for tries_left in reversed(range(_OPEN_TRIES)):
            try:
                after = self._make_part(number, self._wishes.make_sink(number))
                after.open()
            except Exception as error:  # a system that refuses a name or a thread ends no take
                self._stuck = True
                if not tries_left or self._interrupted.done():
                    raise not_made(error) from error
            else:
                self._stuck = False
                return after
        raise AssertionError

    def _make_part(self, number: int, sink: FileSink) -> Part:
        assert self._header is not None  # noqa: S101 - `open` has it
        eye = DiskEye(
            sink,
            bytes_per_second=self._wishes.bytes_per_second,
            free_bytes=self._free_bytes,
            warn=self._tell.warn,
            disk=self._disk,
            keeps_below=lambda limit: self._watch.keeps_below(limit) and not self._stuck,
        )
        make = self._wishes.make_sidecar
        notes = Notes(None if make is None else make(sink.path), sink, self._tell.warn)
        self._paths[number] = sink.path
        return Part(number, sink, self._header, eye, fail=partial(self._part_failed, number), notes=notes)

    def _part_failed(self, number: int, error: IoniaError) -> None:
        """On the sink's thread. A file that was handed over ends no recording: it is told when that is closed."""
        part = self._part
        if part is None or part.number <= number:
            self._tell.fail(error)

    def mark(
        self, label: str, data: Mapping[str, object] | None, *, seconds_ago: float, noted: Callable[[], None]
    ) -> MarkSet:
        """See TakeOutput."""
        feeds, once = self._feeds, Once(noted)
        with self._lock:
            if feeds is None or self._part is None or self._timeline is None or self._completed:
                raise IoniaError(ErrorKind.NOT_INITIALIZED, "The recorder is not running.", "Start it first.")
            index = max(0, feeds.index_now - round(seconds_ago * self._fps))
            at = self._place(index, self._timeline)
            number, self._marks = self._marks, self._marks + 1
            mark = MarkSet(
                index=number,
                file_seconds=round(float(at.seconds), 6),
                utc=utc_text(self._utc_ns(index)),
                path=self._paths.get(at.part, self._part.path),
            )
            line = mark_line(mark, label, data)
            part = self._open_part(at.part)
            if part is not None:
                part.mark(float(at.seconds), label or f"Mark {number + 1}")
                part.note(line, once)
        if self._wishes.make_sidecar is None:
            once()
        else:
            self._noting.add(once)
            if part is None:  # of a file that is finished
                self._tell.later(partial(note_late, mark.path, line, once))
        return mark

    def _place(self, index: int, timeline: FileTimeline) -> FilePosition:
        """Where a moment lies. One in a pause lies where that began: the file that is to follow may never begin."""
        at, paused = timeline.position(index), self._pauses.paused_at
        if paused is not None and index >= paused:
            last = timeline.position(paused - 1)
            if last.part < at.part:
                return FilePosition(part=last.part, seconds=last.seconds + Fraction(1, self._fps))
        return at

    def _open_part(self, number: int) -> Part | None:
        return next((one for one in (self._part, self._next) if one is not None and one.number == number), None)

    def warned(self, code: WarningCode, message: str) -> None:
        """See TakeOutput."""
        with self._lock:
            if self._feeds is not None and self._timeline is not None and self._part is not None:
                at = self._place(self._feeds.index_now, self._timeline)
                (self._open_part(at.part) or self._part).note(
                    warning_line(
                        code=str(code),
                        message=redact_text(message),
                        file_seconds=float(at.seconds),
                        utc_ns=self._utc_ns(self._feeds.index_now),
                    )
                )

    def ending(self, reason: str, stats: SessionStats) -> None:
        """See TakeOutput."""
        with self._lock:
            self._last_line = end_line(redact_text(reason), stats)

    def _note_moment(self, kind: str, index: int) -> None:
        if self._part is not None and self._timeline is not None:
            at = self._place(index, self._timeline)
            line = moment_line(kind, file_seconds=float(at.seconds), utc_ns=self._utc_ns(index))
            (self._open_part(at.part) or self._part).note(line)

    def _utc_ns(self, index: int) -> int:
        """When frame `index` is captured."""
        epoch = 0 if self._epoch_utc is None else self._epoch_utc.utc_ns
        return epoch + frame_middle_ns(0, self._fps, index) + self._slept()

    def _slept(self) -> int:
        """What a frame of now is later by than the engine's clock says: it stands still while the machine sleeps."""
        slept = self._slept_ns() - self._slept_before_ns
        return slept if slept > SLEEP_NS else 0

    def _size(self) -> int:
        return self._before.size + (0 if self._part is None else self._part.size)

    def complete(self) -> None:
        """On an encoder's thread: nothing more comes."""
        self._complete()
        self._all_came.set()

    def _complete(self) -> None:
        with self._lock:
            part, timeline, after = self._part, self._timeline, self._next
            self._completed = True
            if part is None:
                return
            seconds = 0.0
            if timeline is not None:
                only = timeline.only_picture()
                if only is not None:
                    self._hand_over(part, [only.packet], timeline)
                if timeline.started:
                    seconds = float(timeline.part_seconds(part.number))
            if self._last_line:
                part.note(self._last_line)
            part.complete(seconds)
            if after is not None:
                after.complete()  # it has nothing, and leaves nothing

    @property
    def most_seconds(self) -> float | None:
        """See TakeOutput."""
        return self._wishes.end.seconds

    @property
    def frames(self) -> int:
        """See TakeOutput."""
        with self._lock:
            return 0 if self._timeline is None else self._timeline.frames

    def pause_at(self, index: int) -> int:
        """See TakeOutput."""
        if self._timeline is None:
            return index
        with self._lock:
            index = self._timeline.pause_at(index)
            self._pauses.pause(index)
            self._note_moment("pause", index)
            return index

    def resume_at(self, index: int) -> None:
        """See TakeOutput."""
        if self._timeline is None:
            return
        with self._lock:
            self._timeline.resume_at(index)
            self._pauses.resume(index)
            self._note_moment("resume", index)

    def interrupt(self) -> None:
        """A split that waits gives up. Other waits are for the disk only, and their limits are short."""
        with self._lock:
            if not self._interrupted.done():
                self._interrupted.set_result(None)

    def wait_completed(self, timeout: float) -> bool:
        """Wait for `complete`: of the recording, not of a file that another follows."""
        return self._part is None or self._all_came.wait(timeout)

    def finish(self) -> None:
        """Wait until the files are complete and closed. Raises IoniaError(OUTPUT_FAILED), for the last one."""
        with self._lock:
            last, closing = self._part, self._before.closing
        if last is None:
            return
        wait([part.closed for part in (*closing, last)], CLOSE_TIMEOUT_S)
        for part in closing:
            if not part.closed.done():  # what else was wrong with it is told by then
                self._tell.warn(
                    WarningCode.FILE_INCOMPLETE, f"The disk has not taken the end of {shown_path(part.path)} yet."
                )
        last.wait_closed(0)

    def abandon(self) -> None:
        """Close a sink that was never begun; one that was, its own thread closes."""
        feeds, self._feeds = self._feeds, None
        if feeds is not None:
            feeds.leave_bitrate(self)
            with self._lock:
                self._pauses.resume(feeds.index_now)
        self._noting.end()
        if self._part is None:
            self._first_sink.close()

    def stats(self, session: SessionStats) -> RecorderStats:
        """The session's figures and the files'."""
        feeds = self._feeds
        with self._lock:
            parts = [] if self._part is None else [self._part]
            counted = self._before.counted(parts)
            written = self._before.bytes_written + sum(part.sink.bytes_written for part in parts)
            path = self._first_sink.path if self._part is None else self._part.path
            pauses, start = self._pauses.count, self._start_utc_ns
            paused_frames = self._pauses.frames(0 if feeds is None else feeds.index_now)
        return RecorderStats(
            **fields_of(session),
            video_packets_encoded=counted.video_delivered,
            audio_packets_encoded=counted.audio_delivered,
            video_packets_muxed=counted.video_written,
            audio_packets_muxed=counted.audio_written,
            total_bytes=written,
            output_path=path,
            paused_seconds=round(paused_frames / session.fps, 3) if session.fps else 0.0,
            pauses=pauses,
            start_utc=None if start is None else utc_text(start),
            utc_error_ms=0.0 if self._epoch_utc is None else round(self._epoch_utc.error_ns / 1e6, 3),
        )

    def housekeep(self) -> None:
        """Have the sink's thread look after the file and the disk, either of which may stand still."""
        self._noting.look()
        part = self._part
        if part is None:
            return
        if self._stall.answered(answered=part.look()):
            self._tell.warn(
                WarningCode.DISK_STALLED,
                f"The disk has not answered for {STALL_LOOKS} s. What is recorded waits in memory.",
                DiskStalled(seconds=STALL_LOOKS),
            )
