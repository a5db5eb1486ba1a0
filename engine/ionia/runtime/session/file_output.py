"""A session's output to an MP4 file: where in it each packet lies, a sink on its own thread, an eye on the disk.

Packets are placed as they come, on the encoders' threads, under a lock that is held for nothing else: so pausing never
waits for the disk.
"""

import threading
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import partial

from ionia.core.disk_space import DiskWatch
from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.media import EncodedPacket, MediaHeader
from ionia.core.mp4.tags import FileTags
from ionia.core.ports import FileSink
from ionia.core.stats import RecorderStats, SessionStats
from ionia.core.timebase import NS_PER_S
from ionia.core.timeline.file_timeline import EpochUtc, FilePosition, FileTimeline, Placed
from ionia.core.utc_text import utc_text
from ionia.core.warning import DiskStalled, FileLimit, Warn, WarningCode
from ionia.runtime.encode.session_feeds import SessionFeeds
from ionia.runtime.session.sink_worker import SinkWorker, TrackCounters
from ionia.runtime.session.stats import fields_of

OPEN_TIMEOUT_S = 10.0
"""How long creating the file may take: a sleeping network drive needs seconds."""

CLOSE_TIMEOUT_S = 30.0
"""How long `stop` waits for the disk. Writing goes on after that, but the caller is told."""

STALL_LOOKS = 5
"""So many looks in a row, one a second, that the disk has not answered make a warning."""


class FileOutput:
    """A `TakeOutput` (see session)."""

    drains = True

    def __init__(
        self,
        sink: FileSink,
        *,
        bytes_per_second: float,
        metadata: tuple[tuple[str, str], ...] = (),
        free_bytes: Callable[[str], int],
        warn: Warn,
        fail: Callable[[IoniaError], None],
    ) -> None:
        self._sink = sink
        self._bytes_per_second = bytes_per_second
        self._free_bytes = free_bytes
        self._warn = warn
        self._fail = fail
        self._metadata = metadata
        self._disk = DiskWatch()
        self._limit = DiskWatch()
        self._unreadable = False  # the sink's thread
        self._unanswered = 0  # the monitor's thread
        self._worker: SinkWorker | None = None
        self._feeds: SessionFeeds | None = None
        self._lock = threading.Lock()
        self._timeline: FileTimeline | None = None  # protected by _lock
        self._paused_at: int | None = None  # protected by _lock
        self._paused_frames = 0  # of pauses that are over; protected by _lock
        self._pauses = 0  # protected by _lock
        self._epoch_utc: EpochUtc | None = None
        self._half_frame_ns = 0
        self._start_utc_ns: int | None = None  # protected by _lock

    def open(self, header: MediaHeader, feeds: SessionFeeds) -> None:
        """Create the file. Raises IoniaError(OUTPUT_FAILED)."""
        self._worker = SinkWorker("file-sink", self._sink, header, self._fail)
        try:
            self._worker.open(OPEN_TIMEOUT_S)
        except TimeoutError as error:
            self._worker.complete()  # whenever the disk answers, the file goes and its path is free again
            raise IoniaError(
                ErrorKind.OUTPUT_FAILED,
                f"The file could not be created: the disk has not answered for {OPEN_TIMEOUT_S:.0f} s.",
                "Try again when it does, or record to another disk.",
            ) from error
        self._worker.ask(self._look)  # a limit that is near is told at once
        self._epoch_utc = feeds.epoch_utc()
        self._half_frame_ns = NS_PER_S // (2 * header.video.fps)
        self._timeline = FileTimeline(fps=header.video.fps, epoch_utc=self._epoch_utc)
        feeds.hold_bitrate(self)
        self._feeds = feeds

    def deliver(self, packets: Sequence[EncodedPacket]) -> None:
        """On an encoder's thread: queue."""
        if self._worker is None or self._timeline is None:
            return
        with self._lock:
            placed = [one for packet in packets for one in self._timeline.place(packet)]
            if placed and self._start_utc_ns is None:
                self._describe(self._worker, self._timeline)
            self._queue(self._worker, placed)

    def complete(self) -> None:
        """On an encoder's thread: nothing more comes."""
        if self._worker is None:
            return
        with self._lock:
            only = self._timeline.only_picture() if self._timeline is not None else None
            self._queue(self._worker, [] if only is None else [only])
            self._worker.complete()

    def _describe(self, worker: SinkWorker, timeline: FileTimeline) -> None:
        """The first picture is there: its instant was the middle of its frame (decision 0002)."""
        began = timeline.utc_ns(FilePosition(part=0, seconds=Fraction(0)))
        if began is None or self._epoch_utc is None:
            return
        self._start_utc_ns = began + self._half_frame_ns
        tags = FileTags(start_utc_ns=self._start_utc_ns, utc_error_ns=self._epoch_utc.error_ns, metadata=self._metadata)
        worker.order(partial(self._sink.describe, tags))

    @staticmethod
    def _queue(worker: SinkWorker, placed: Sequence[Placed]) -> None:
        if placed:
            worker.deliver([one.packet for one in placed])

    def pause_at(self, index: int) -> None:
        """See TakeOutput."""
        if self._timeline is None:
            return
        with self._lock:
            self._timeline.pause_at(index)
            self._paused_at = index
            self._pauses += 1

    def resume_at(self, index: int) -> None:
        """See TakeOutput."""
        if self._timeline is None:
            return
        with self._lock:
            self._timeline.resume_at(index)
            self._paused_frames += index - (index if self._paused_at is None else self._paused_at)
            self._paused_at = None

    def interrupt(self) -> None:
        """A file waits for the disk only, and for that its limits are short."""

    def wait_completed(self, timeout: float) -> bool:
        """Wait for `complete`."""
        return self._worker is None or self._worker.wait_completed(timeout)

    def finish(self) -> None:
        """Wait until the file is complete and closed. Raises IoniaError(OUTPUT_FAILED)."""
        if self._worker is None:
            return
        try:
            self._worker.wait_closed(CLOSE_TIMEOUT_S)
        except TimeoutError as error:
            raise IoniaError(ErrorKind.OUTPUT_FAILED, "The disk has not taken the end of the file yet.") from error

    def abandon(self) -> None:
        """Close a sink that was never begun; one that was, its own thread closes."""
        feeds, self._feeds = self._feeds, None
        if feeds is not None:
            feeds.leave_bitrate(self)
            with self._lock:
                self._paused_frames += self._paused_now(feeds)
                self._paused_at = None
        if self._worker is None:
            self._sink.close()

    def stats(self, session: SessionStats) -> RecorderStats:
        """The session's figures and the file's."""
        counters = self._worker.counters if self._worker is not None else TrackCounters()
        feeds = self._feeds
        with self._lock:
            paused_frames = self._paused_frames + (0 if feeds is None else self._paused_now(feeds))
            pauses = self._pauses
        return RecorderStats(
            **fields_of(session),
            video_packets_encoded=counters.video_delivered,
            audio_packets_encoded=counters.audio_delivered,
            video_packets_muxed=counters.video_written,
            audio_packets_muxed=counters.audio_written,
            total_bytes=self._sink.bytes_written,
            output_path=self._sink.path,
            paused_seconds=round(paused_frames / session.fps, 3) if session.fps else 0.0,
            pauses=pauses,
            start_utc=None if self._start_utc_ns is None else utc_text(self._start_utc_ns),
            utc_error_ms=0.0 if self._epoch_utc is None else round(self._epoch_utc.error_ns / 1e6, 3),
        )

    def _paused_now(self, feeds: SessionFeeds) -> int:
        """Frames of the pause that is under way."""
        return 0 if self._paused_at is None else max(0, feeds.index_now - self._paused_at)

    def housekeep(self) -> None:
        """Have the sink's thread look after the file and the disk, either of which may stand still."""
        if self._worker is None:
            return
        if self._worker.ask(self._look):
            self._unanswered = 0
            return
        self._unanswered += 1
        if self._unanswered == STALL_LOOKS:
            self._warn(
                WarningCode.DISK_STALLED,
                f"The disk has not answered for {STALL_LOOKS} s. What is recorded waits in memory.",
                DiskStalled(seconds=STALL_LOOKS),
            )

    def _look(self) -> None:
        """On the sink's thread. Warns while there is still time to do something."""
        self._sink.look()
        self._look_at_limit()
        try:
            free = self._free_bytes(self._sink.path)
        except OSError as error:
            if not self._unreadable:
                self._warn(
                    WarningCode.DISK_UNREADABLE,
                    f"Nobody can say how full the disk is: {(error.strerror or type(error).__name__).lower()}.",
                )
            self._unreadable = True
            return
        self._unreadable = False
        low = self._disk.update(free, self._bytes_per_second)
        if low is not None:
            self._warn(
                WarningCode.DISK_LOW,
                f"The disk has room for about {_time(low.minutes_left)} more.",
                low,
            )

    def _look_at_limit(self) -> None:
        limit = self._sink.limit
        if limit is None:
            return
        left = limit.most_bytes - self._sink.bytes_written - self._sink.index_bytes
        low = self._limit.update(max(0, left), self._bytes_per_second)
        if low is not None:
            self._warn(
                WarningCode.FILE_LIMIT,
                f"In about {_time(low.minutes_left)} the recording ends: no file there may have more than "
                f"{limit.words}.",
                FileLimit(minutes_left=low.minutes_left, limit_bytes=limit.most_bytes),
            )


def _time(minutes: float) -> str:
    return f"{minutes:g} minutes" if minutes >= 1 else f"{minutes * 60:.0f} seconds"
