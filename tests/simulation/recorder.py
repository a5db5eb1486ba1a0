"""A recording in virtual time: the engine's own join, take, splits, marks and sidecars, and MP4 files in memory.

Only its files' threads and whoever waits for a split run beside the loop; nothing that is looked at depends on when.
"""

import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from ionia.core.errors import IoniaError
from ionia.core.events import FinishedFile, MarkSet
from ionia.core.media import EncodedPacket, MediaHeader
from ionia.core.mp4.tags import FileTags
from ionia.core.mp4.writer import Mp4Writer
from ionia.core.size_limit import SizeLimit
from ionia.core.timeline.end_watch import EndRule
from ionia.core.timeline.file_timeline import FileTimeline
from ionia.core.timeline.split_watch import SplitRule
from ionia.runtime.encode.join import Past
from ionia.runtime.encode.session_feeds import SessionFeeds
from ionia.runtime.session.file_output import FileOutput
from ionia.runtime.session.file_wishes import FileTellers, FileWishes
from ionia.runtime.session.moment import Moment
from ionia.runtime.session.origin import Origin
from ionia.runtime.session.take import TakeFigures
from ionia.sinks.sidecar import Sidecar
from tests.fakes.file_output import take_of
from tests.simulation.chain import Feeds
from tests.simulation.loop import MS, Loop, S

WAIT_SECONDS = 30.0


class MemoryFile:
    """A `FileSink`, as Mp4File. What it was given is in `packets`, in the file's times, and in `whole` once closed."""

    published = True
    index_bytes = 0
    limit: SizeLimit | None = None

    def __init__(self, path: str) -> None:
        self.path = path
        self.packets: list[EncodedPacket] = []
        self.tags = FileTags()
        self.bytes_written = 0
        self.whole = b""
        self._data = bytearray()
        self._writer: Mp4Writer | None = None
        self._timeline = FileTimeline(fps=1)

    def open(self, header: MediaHeader) -> None:
        self._writer, self._timeline = Mp4Writer(header), FileTimeline(fps=header.video.fps)

    def describe(self, tags: FileTags) -> None:
        self.tags = tags

    def look(self) -> None:
        """It is where it was."""

    def write(self, packets: Sequence[EncodedPacket]) -> None:
        assert self._writer is not None
        for packet in (placed.packet for each in packets for placed in self._timeline.place(each)):
            self.packets.append(packet)
            self._writer.add(packet)
            if self._writer.due:
                self._append(self._writer)

    def close(self) -> None:
        writer = self._writer
        if writer is None or not self.packets:
            return
        if writer.pending:
            self._append(writer)
        finale = writer.finish()
        self._data += finale.tail
        self._data[finale.patch_offset : finale.patch_offset + len(finale.patch)] = finale.patch
        self.whole = bytes(self._data)

    def _append(self, writer: Mp4Writer) -> None:
        self._data += writer.fragment().data
        self.bytes_written = len(self._data)
        writer.commit()

    def of(self, *, picture: bool) -> list[EncodedPacket]:
        """The packets of one track."""
        return [packet for packet in self.packets if packet.track.is_video == picture]


@dataclass
class Later:
    """What waits for a disk: done some time later, as a supervisor's pool does it."""

    seed: int
    most_ns: int = 400 * MS
    now_ns: int = 0
    tasks: list[tuple[int, Callable[[], None]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311 - a seeded model, not a secret

    def add(self, task: Callable[[], None]) -> None:
        if threading.current_thread() is not threading.main_thread():
            task()  # of a file's own thread, which tells what has become of it
            return
        self.tasks.append((self.now_ns + round(self._random.uniform(0, self.most_ns)), task))
        self.tasks.sort(key=lambda each: each[0])

    def next_ns(self) -> int | None:
        return self.tasks[0][0] if self.tasks else None

    def serve(self, now_ns: int, loop: Loop) -> None:
        _, task = self.tasks.pop(0)
        task()


@dataclass
class Housekeeping:
    """The monitor's look, once a second."""

    output: FileOutput
    at_ns: int

    def next_ns(self) -> int:
        return self.at_ns

    def serve(self, now_ns: int, loop: Loop) -> None:
        self.at_ns += S
        self.output.housekeep()


class Recorder:
    """What a session does with a `FileOutput`, at the loop's time. `rests`: nobody else has the picture's encode."""

    def __init__(
        self, feeds: Feeds, header: MediaHeader, loop: Loop, *, rests: bool, seed: int, split: float | None = None,
        end: float | None = None, folder: Path | None = None, origin: Origin | None = None,
    ) -> None:  # fmt: skip
        """`folder`: its sidecars are there, and nothing else; None: it has none. `origin`: it begins in the past."""
        self.files: list[MemoryFile] = []
        self.finished: list[tuple[FinishedFile, str]] = []
        self.marks: list[tuple[int, MarkSet, int]] = []  # (frame, what was told, the file under way)
        self.pauses: list[tuple[int, int]] = []  # (frame, frame behind) as they were named
        self.ended: tuple[str, int] | None = None
        self.split_answers: list[tuple[FinishedFile, str]] = []
        self.not_split: list[IoniaError] = []
        self._paused: int | None = None
        self._feeds = feeds
        self._loop = loop
        self._folder = folder
        self._rests = rests
        self._splitting: list[threading.Thread] = []
        later = Later(seed)
        self.output = FileOutput(
            FileWishes(
                make_sink=self._make,
                bytes_per_second=1e6,
                split=SplitRule(seconds=split),
                end=EndRule(seconds=end),
                make_sidecar=None if folder is None else Sidecar,
            ),
            FileTellers(
                warn=lambda *_: None,  # how fast the files' threads are is none of the loop's time
                fail=self._fail,
                changed=lambda finished, after: self.finished.append((finished, after)),
                end=self._end,
                later=later.add,
            ),
            free_bytes=lambda _: 10**12,
            slept_ns=lambda: 0,
        )
        self._later = later
        self.output.open(header, cast(SessionFeeds, feeds))
        self.take = take_of(self.output)
        loop.machines += [later, Housekeeping(self.output, loop.now_ns + S)]
        asked = feeds.index_now

        def reach_back() -> Past[Moment] | None:
            past = None if origin is None else origin.reach_back(cast(SessionFeeds, feeds), asked)
            if past is not None:
                self.output.precede(past.held)
            return past

        self._join = feeds.join(self.output, reach_back)

    def _make(self, number: int) -> MemoryFile:
        self.files.append(MemoryFile(str((self._folder or Path()) / f"take-{number}.mp4")))
        return self.files[-1]

    @staticmethod
    def _fail(error: Exception) -> None:
        raise error

    def _end(self, why: str, index: int) -> None:
        self.ended = self.ended or (why, index)

    def _now(self) -> int:
        self._feeds.now_ns = self._later.now_ns = self._loop.now_ns
        return self._feeds.index_now

    def pause(self) -> None:
        index = self.output.pause_at(self._now())
        self._paused = index
        if self._rests:
            assert self._feeds.encode is not None
            self._feeds.encode.resting_from = index

    def resume(self) -> None:
        index = self._now()
        self.output.resume_at(index)
        assert self._feeds.encode is not None
        assert self._paused is not None
        self._feeds.encode.resting_from = None
        self._feeds.request_keyframe(index)
        self.pauses.append((self._paused, max(index, self._paused)))
        self._paused = None

    def mark(self, seconds_ago: float = 0.0) -> None:
        index = max(0, self._now() - round(seconds_ago * self._feeds.fps))
        told = self.output.mark("", None, seconds_ago=seconds_ago, noted=lambda _: None)
        self.marks.append((index, told, self.take.part.number))

    def split(self) -> None:
        """As a client does, which waits for the answer while the recording goes on."""
        paused = self._paused is not None
        while paused and not self.take.first_came.done():  # which a split in a pause waits for
            self._loop.run(self._loop.now_ns + 10 * MS)
        self._now()
        asked, answered = threading.Event(), threading.Event()
        self._feeds.on_request = asked.set

        def split() -> None:
            try:
                answer = self.output.split()
                if not paused:  # in a pause the file is closed when that is over
                    self.split_answers.append(answer)
            except IoniaError as error:
                self.not_split.append(error)
            finally:
                answered.set()
                asked.set()

        self._splitting.append(threading.Thread(target=split))
        self._splitting[-1].start()
        assert asked.wait(WAIT_SECONDS)  # its own: the one before may be answered only now
        if paused:
            assert answered.wait(WAIT_SECONDS)

    def stop(self) -> TakeFigures:
        """With everything up to now; the figures of the whole."""
        self._later.now_ns = self._loop.now_ns
        if self.ended is None:  # what was asked for is answered in the quiet second; a file's thread needs real time
            for thread in self._splitting:
                thread.join(WAIT_SECONDS)
        index = self._join.end_at(self._now)
        while not self.output.wait_completed(0):
            self._loop.run(self._loop.now_ns + 10 * MS)
        self.output.finish()
        for thread in self._splitting:
            thread.join(WAIT_SECONDS)
        figures = self.take.figures(index)
        self.output.abandon()
        while self._later.tasks:
            self._later.serve(self._loop.now_ns, self._loop)
        self.files = [file for file in self.files if file.packets]
        return figures
