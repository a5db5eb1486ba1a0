"""One file of a recording: its sink on a thread of its own, and what the file says of itself."""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from pathlib import Path

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.events import FinishedFile
from ionia.core.media import EncodedPacket, MediaHeader
from ionia.core.mp4.tags import Chapter, FileTags
from ionia.core.ports import FileSink
from ionia.core.timebase import NS_PER_S
from ionia.core.utc_text import utc_text
from ionia.core.warning import Warn, WarningCode
from ionia.runtime.session.disk_eye import DiskEye
from ionia.runtime.session.sink_worker import SinkWorker, TrackCounters
from ionia.sinks.output_path import is_held, shown_path
from ionia.sinks.sidecar import Sidecar, add_late
from ionia.threads.clock import MonotonicClock, StopSignal

log = logging.getLogger(__name__)

OPEN_TIMEOUT_S = 10.0
"""How long creating the file may take: a sleeping network drive needs seconds."""

_TOLD_REFUSALS = 4
"""A file's thread writes twice a second, and scanners let go within one."""

_LAST_REFUSALS, _RETRY_NS = 10, NS_PER_S // 10
"""At the end."""

CLOSE_TIMEOUT_S = 30.0
"""How long `stop` waits for the disk. Writing goes on after that, but the caller is told."""


class Notes:
    """A file's sidecar, or none. The sink's thread owns it; what can't be written is told once and ends nothing.

    The sidecar of an earlier recording at the path is replaced with that recording, and not before: lines wait until
    then. While somebody holds its name they are added behind its own, which go when the name is free.
    """

    def __init__(self, sidecar: Sidecar | None, sink: FileSink, warn: Warn) -> None:
        self._sidecar = sidecar
        self._sink = sink
        self._waiting: list[tuple[bytes, Callable[[], None]]] = []
        self._over = False
        self._refusals = 0
        self._warn = warn

    def add(self, line: bytes, done: Callable[[], None] = lambda: None) -> None:
        """Write a line; what is warned of at the very end comes behind `close`. `done`: it is there, or can't be."""
        if self._sidecar is None:
            done()
        else:
            self._waiting.append((line, done))
            self.flush()

    def flush(self) -> None:
        """Write what waits, if the recording has begun to be written."""
        sidecar = self._sidecar
        if sidecar is None:
            return
        if sidecar.behind_others and self._sink.published:
            sidecar.stand_alone()
        if not self._waiting:
            return
        if not self._sink.published:
            if not self._sink.bytes_written:
                return
            sidecar.go_on()
        lines, self._waiting = self._waiting, []
        try:
            for line, _ in lines:
                sidecar.add(line)
            if self._over:
                sidecar.close()
        except OSError as error:
            if self._held(sidecar, error):
                self._waiting = lines + self._waiting
                if self._over:  # nothing is written any more that it could be tried behind
                    clock = MonotonicClock()
                    StopSignal(clock).wait_until(clock.now_ns() + _RETRY_NS)
                    self.flush()
                return
            sidecar.close()
            self._sidecar = None
            self._warn(
                WarningCode.SIDECAR_FAILED, f"The marks beside the recording can't be written: {_reason(error)}."
            )
        for _, done in lines:
            try:
                done()
            except Exception:
                log.exception("whoever waited for a line could not be told")

    def _held(self, sidecar: Sidecar, error: OSError) -> bool:
        """Whether another program holds what was there, and to try again behind the next write: nothing was written."""
        self._refusals += 1
        if sidecar.is_open or not is_held(error) or (self._over and self._refusals > _LAST_REFUSALS):
            return False
        if self._refusals == _TOLD_REFUSALS and not self._over:
            self._warn(
                WarningCode.SIDECAR_FAILED,
                f"The marks beside the recording can't be written yet: {_reason(error)}. They are added when another "
                "program lets go of their file, or it may be written to again.",
            )
        return True

    def close(self) -> None:
        """The recording goes on in another file, or is over."""
        self._over, self._refusals = True, 0
        if self._sidecar is not None:
            self._sidecar.close()


def _reason(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()


def note_late(recording: str, line: bytes, noted: Callable[[], None], warn: Warn) -> None:
    """A line of the sidecar of a file that is finished; `noted` is called when it is there, or can't be had."""
    try:
        add_late(recording, line)
    except OSError as error:
        name = shown_path(Path(recording).name)
        warn(WarningCode.SIDECAR_FAILED, f"A mark can't be written beside {name}: {_reason(error)}.")
    finally:
        noted()


class Part:
    """`open` once, then packets, then `complete`. Any thread, but `begin` to `complete` one at a time."""

    def __init__(
        self,
        number: int,
        sink: FileSink,
        header: MediaHeader,
        eye: DiskEye,
        *,
        fail: Callable[[IoniaError], None],
        notes: Notes,
    ) -> None:
        self.number = number
        self.sink = sink
        self.tags = FileTags()
        self.begun = False
        self.seconds = 0.0
        self.chapters: list[Chapter] = []
        self._eye = eye
        self._notes = notes
        self._early: list[Callable[[], None]] = []  # before the file's first picture
        self._late: list[Callable[[], None]] = []  # once it is closed
        self._worker = SinkWorker("file-sink", sink, header, fail, wrote=notes.flush)

    def open(self) -> None:
        """Create the file. Raises IoniaError(OUTPUT_FAILED)."""
        try:
            self._worker.open(OPEN_TIMEOUT_S)
        except TimeoutError as error:
            self._worker.complete()  # whenever the disk answers, the file goes and its path is free again
            raise IoniaError(
                ErrorKind.OUTPUT_FAILED,
                f"The file could not be created: the disk has not answered for {OPEN_TIMEOUT_S:.0f} s.",
                "Try again when it does, or record to another disk.",
            ) from error
        self.look()  # a limit that is near is told at once

    @property
    def path(self) -> str:
        """Where it is, or will be."""
        return self.sink.path

    @property
    def counters(self) -> TrackCounters:
        """Packets so far."""
        return self._worker.counters

    @property
    def size(self) -> int:
        """Bytes of the finished file, by what was delivered: what comes out of the past comes faster than a disk."""
        return self.sink.bytes_written + self.sink.index_bytes + self._worker.waiting_bytes

    def _describe(self) -> None:
        self._worker.order(partial(self.sink.describe, self.tags.with_chapters(self.chapters)))

    def begin(self, tags: FileTags, line: bytes) -> None:
        """Its first packets come; `line` is the sidecar's first."""
        self.begun = True
        self.tags = tags
        self._describe()
        self._worker.order(partial(self._notes.add, line))
        for each in self._early:
            self._worker.order(each)
        self._early.clear()

    def note(self, line: bytes, noted: Callable[[], None] = lambda: None) -> None:
        """A line of the sidecar. `noted` is called on the sink's thread when it is there; never for a file that fails
        before its first byte. Once the file is closed, whoever takes `late` writes it."""
        write = partial(self._notes.add, line, noted)
        if not self.begun:
            self._early.append(write)
        elif not self._worker.order(write):
            self._late.append(write)

    def note_behind(self, line: bytes, noted: Callable[[], None]) -> bool:
        """Note in the sidecar of a file that is complete, where its disk may still be behind; False once it is closed.

        The lines before must be there first: with its own first line a sidecar begins anew.
        """
        return self._worker.order(partial(self._notes.add, line, noted))

    def late(self) -> list[Callable[[], None]]:
        """Take what was noted behind the close. It waits for the disk."""
        late, self._late = self._late, []
        return late

    def mark(self, seconds: float, title: str) -> None:
        """A chapter begins there."""
        self.chapters.append(Chapter(seconds=seconds, title=title))
        self.chapters.sort(key=lambda chapter: chapter.seconds)
        if self.begun:
            self._describe()

    def make_room(self, count: int) -> None:
        """See SinkWorker."""
        self._worker.make_room(count)

    def deliver(self, packets: Sequence[EncodedPacket]) -> None:
        """Queue packets with the part's times."""
        self._worker.deliver(packets)

    def complete(self, seconds: float = 0.0) -> None:
        """Nothing more comes; its pictures last so long."""
        self.seconds = seconds
        self._worker.order(self._notes.close)
        self._worker.complete()

    @property
    def closed(self) -> Future[None]:
        """Done when the file is complete and closed, with what kept it from being whole."""
        return self._worker.closed

    def when_closed(self, tell: Callable[[IoniaError | None], None]) -> None:
        """Call `tell` once, when the file is closed, with what kept it from being whole; on the sink's thread."""
        self._worker.when_closed(tell)

    def wait_closed(self, timeout: float = CLOSE_TIMEOUT_S) -> None:
        """Wait until the file is complete and closed. Raises IoniaError(OUTPUT_FAILED)."""
        try:
            self._worker.wait_closed(timeout)
        except TimeoutError as error:
            raise IoniaError(ErrorKind.OUTPUT_FAILED, "The disk has not taken the end of the file yet.") from error

    def look(self) -> bool:
        """Have the sink's thread look after file and disk; False if it has not done so since it was asked last."""
        return self._worker.ask(self._eye.look)

    def facts(self) -> FinishedFile:
        """What is to be told of a file that is finished."""
        began = self.tags.start_utc_ns
        return FinishedFile(
            path=self.path,
            duration_seconds=round(self.seconds, 3),
            bytes=self.sink.bytes_written,
            start_utc="" if began is None else utc_text(began),
        )


def not_made(error: Exception) -> IoniaError:
    """What kept the next file from being made, in words."""
    if isinstance(error, IoniaError):
        return error
    reason = (error.strerror or type(error).__name__) if isinstance(error, OSError) else str(error)
    return IoniaError(ErrorKind.OUTPUT_FAILED, f"The next file can't be made: {reason.lower()}.")
