"""A take under way: its time, its pauses and its files, under one lock, and which packet lies where in which file.

Packets are placed on the encoders' threads, and the lock is held for nothing that waits: so pausing never waits for the
disk.
"""

import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil

from ionia.core.codec.codec import NO_PICTURE
from ionia.core.media import EncodedPacket, VideoTrack
from ionia.core.mp4.tags import FileTags
from ionia.core.take_notes import moment_line, split_line, start_line
from ionia.core.timeline.end_watch import EndWatch
from ionia.core.timeline.file_timeline import FilePosition, FileTimeline
from ionia.core.timeline.past_parts import PastParts
from ionia.core.timeline.pauses import Pauses
from ionia.core.timeline.replay_ring import Held
from ionia.core.timeline.split_watch import SplitDue, SplitWatch
from ionia.runtime.session.file_wishes import FileTellers, FileWishes
from ionia.runtime.session.finished_parts import FinishedParts
from ionia.runtime.session.moment import Moment
from ionia.runtime.session.notes_ahead import NotesAhead, PutNote
from ionia.runtime.session.part import Part
from ionia.runtime.session.sink_worker import TrackCounters
from ionia.runtime.session.take_clock import TakeClock


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What packets that were placed call for."""

    part: int
    """The file under way."""
    split: SplitDue | None
    """Another file is to be opened."""
    keyframe: int | None
    """From which frame on one is needed: a split was asked for before the first picture."""
    end: str
    """Why nothing more comes in, from frame `end_index` on; empty while it goes on."""
    end_index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeFigures:
    """Of all its files."""

    path: str
    counted: TrackCounters = field(default_factory=TrackCounters)
    bytes_written: int = 0
    pauses: int = 0
    paused_frames: int = 0
    start_utc_ns: int | None = None


class Take:
    """Any thread; `deliver` one call at a time. What says so wants `lock` to be held."""

    def __init__(
        self,
        first: Part,
        video: VideoTrack,
        clock: TakeClock,
        *,
        wishes: FileWishes,
        tell: FileTellers,
        split_watch: SplitWatch,
    ) -> None:
        self.lock = threading.Lock()
        self.fps = video.fps
        self.clock = clock
        self.timeline = FileTimeline(fps=video.fps, epoch_utc=clock.epoch_utc)  # protected by lock
        self.part = first  # under way; protected by lock
        self._after: dict[int, Part] = {}  # the one that is to follow, once it is open, by number; protected by lock
        self.finished = FinishedParts(tell)  # all files that another follows
        self.paths = {0: first.path}  # of all files; protected by lock
        self.pauses = Pauses()  # protected by lock
        self.completed = False  # protected by lock
        self.first_came: Future[None] = Future()  # the first picture has, left out or not, or none will
        self.past = PastParts()  # whoever delivers
        self._ahead = NotesAhead()  # of a file without a picture yet: the first one, `next`; protected by lock
        self._video = video
        self._metadata = wishes.metadata
        self._split_watch = split_watch  # protected by lock
        self._end_watch = EndWatch(  # protected by lock
            wishes.end,
            bytes_per_second=wishes.bytes_per_second,
            varies=wishes.usual_bytes_per_second is not None,
        )
        most = wishes.end.seconds
        self._most_frames = None if most is None else max(1, ceil(most * video.fps))
        self._start_utc_ns: int | None = None  # protected by lock

    def precede(self, held: Held[Moment]) -> None:
        """See TakeOutput."""
        with self.lock:
            self.clock.begins_at(held.note)
            self.part.make_room(held.size)
            limit = self.part.sink.limit
            splits = self._split_watch.in_past(
                held.packets, fps=self.fps, limit_bytes=None if limit is None else limit.most_bytes
            )
            self.past = PastParts(splits=splits, end=held.end, size=held.size)

    def deliver(self, packets: Sequence[EncodedPacket]) -> Due:
        """Queue them for their files."""
        timeline = self.timeline
        with self.lock:
            started = timeline.started
            split, end = self._queue(packets)
            if not self.first_came.done() and any(packet.track.is_video for packet in packets):
                self.first_came.set_result(None)
            end = end or self._end_watch.update(seconds=self._seconds, size=self._size)
            return Due(
                part=self.part.number,
                split=split,
                keyframe=timeline.split_from if timeline.started and not started else None,
                end=end,
                end_index=timeline.end_at(0) if end else 0,  # nothing more comes in, whenever it is stopped
            )

    def _queue(self, packets: Sequence[EncodedPacket]) -> tuple[SplitDue | None, str]:
        """Whether another file is due; why nothing more comes in, if these are of the past and it ends there."""
        part, ready, timeline, end = self.part, list[EncodedPacket](), self.timeline, ""
        size = self._size  # before these, of which there may be seconds
        for packet in packets:
            size += len(packet.data)
            if not packet.track.is_video:  # six of seven packets, where there are six sounds
                sound = timeline.place_sound(packet)
                if sound is not None:
                    ready.append(sound)
                continue
            for placed in timeline.place(packet):
                if placed.part > part.number:
                    self._hand_over(ready)
                    self._go_on_in(self._after.pop(placed.part))  # a file is split only once the next one is open
                    part, ready = self.part, []
                ready.append(placed.packet)
            # What the files last, and not what is in them: a machine that stood still leaves frames out.
            if self._most_frames is not None and timeline.frames >= self._most_frames:
                timeline.end_at(packet.pts + packet.duration)
            elif packet.pts < self.past.end and not end:
                end = self._end_watch.update(seconds=self._seconds, size=size)
                if end:
                    timeline.end_at(packet.pts + packet.duration)
        if not ready:
            return None, end
        self._hand_over(ready)
        if self.past.splits:  # it is cut where that was planned
            return None, end
        limit = part.sink.limit
        due = self._split_watch.update(
            part=part.number,
            seconds=self.part_seconds(part),
            size=part.size,
            limit_bytes=None if limit is None else limit.most_bytes,
        )
        return due, end

    @property
    def _seconds(self) -> Fraction:
        return Fraction(self.timeline.frames, self.fps)

    @property
    def _size(self) -> int:
        return self.finished.size + self.part.size

    def part_seconds(self, part: Part) -> float:
        """How long it is by now. With `lock`."""
        return float(self.timeline.part_seconds(part.number))

    def end_seconds(self, part: Part) -> float:
        """How long it will be, as far as that is named: an encoder may be behind. With `lock`."""
        return float(self.timeline.part_end) if part is self.part else self.part_seconds(part)

    def _hand_over(self, packets: Sequence[EncodedPacket]) -> None:
        if packets:
            self._begin()
            self.part.deliver(packets)

    def _begin(self) -> None:
        """The first picture of the file under way is there."""
        part = self.part
        if part.begun:
            return
        began = self.timeline.utc_ns(FilePosition(part=part.number, seconds=Fraction(0)))
        if began is None:
            return
        start = self.clock.start_ns(began, first=part.number == 0)
        if self._start_utc_ns is None:
            self._start_utc_ns = start
        tags = FileTags(start_utc_ns=start, utc_error_ns=self.clock.epoch_utc.error_ns, metadata=self._metadata)
        part.begin(tags, start_line(path=part.path, part=part.number, tags=tags, video=self._video))
        for index, put in self._ahead.end() if part.number == 0 else ():
            self.note(index, self.place(index), put)

    @property
    def next(self) -> Part | None:
        """The file that is to follow, if it is open already. With `lock`."""
        return self._after.get(self.part.number + 1)

    def _go_on_in(self, after: Part) -> None:
        part, self.part = self.part, after
        seconds = self.part_seconds(part)
        for index, put in self._ahead.end():  # the keyframe may have come later than was named
            at = self.timeline.position(index)
            put(after if at.part == after.number else part, float(at.seconds))
        part.note(split_line(seconds=seconds, after=after.path))
        part.complete(seconds)
        self.finished.add(part, after.path)

    def offer(self, after: Part) -> bool:
        """A file that is open is the next one; False if the take is over."""
        with self.lock:
            if self.completed:
                return False
            self._after[after.number] = after
            self.paths[after.number] = after.path
            return True

    def place(self, index: int) -> FilePosition:
        """Where a moment lies. One in a pause lies where that began: the file that is to follow may never begin.

        With `lock`.
        """
        at, paused = self.timeline.position(index), self.pauses.paused_at
        if paused is not None and index >= paused:
            last = self.timeline.position(paused - 1)
            if last.part < at.part:
                return FilePosition(part=last.part, seconds=last.seconds + Fraction(1, self.fps))
        return at

    def note(self, index: int, at: FilePosition, put: PutNote) -> bool:
        """Have what is of frame `index` put where that lies; False if that file is finished. With `lock`.

        A file that is to follow may get its first picture late, or never: a pause came before its keyframe. So what
        has waited for that for a second stays in the one before, at its end, and is on the disk. What is noted before
        the very first picture waits for that likewise: how far behind it that will lie is not known before.
        """
        if not self.timeline.started:
            self._ahead.add(index, put)
        elif at.part == self.part.number:
            put(self.part, float(at.seconds))
        elif at.part in self._after:
            self._ahead.add(index, put)
        else:
            return False
        return True

    def look(self) -> None:
        """About once a second: nothing that is noted waits for long."""
        with self.lock:
            if not self.timeline.started and not self.completed:
                return  # its place is not known, and no file has its line sooner
            for put in self._ahead.overdue():
                put(self.part, float(self.timeline.part_end))

    def pause_at(self, index: int) -> int:
        """See TakeOutput."""
        with self.lock:
            index = self.timeline.pause_at(index)
            self.pauses.pause(index)
            self._note_moment("pause", index)
            return index

    def resume_at(self, index: int) -> None:
        """See TakeOutput."""
        with self.lock:
            self.timeline.resume_at(index)
            self.pauses.resume(index)
            self._note_moment("resume", index)

    def _note_moment(self, kind: str, index: int) -> None:
        utc_ns = self.clock.utc_ns(index)

        def put(part: Part, seconds: float) -> None:
            part.note(moment_line(kind, file_seconds=seconds, utc_ns=utc_ns))

        at = self.place(index)
        if not self.note(index, at, put):
            put(self.part, float(at.seconds))

    def complete(self) -> None:
        """Nothing more comes."""
        with self.lock:
            self.completed = True
            seconds = 0.0
            # Of sound alone that frame shows nothing: a file of it would be empty, and in the place of a good one.
            only = self.timeline.only_picture() if self._video.codec is not NO_PICTURE else None
            if only is not None:
                self._hand_over([only.packet])
            if self.timeline.started:
                seconds = self.part_seconds(self.part)
            for _, put in self._ahead.end():
                put(self.part, seconds)
            self.part.complete(seconds)
            for after in self._after.values():
                after.complete()  # it has nothing, and leaves nothing
            if not self.first_came.done():
                self.first_came.set_result(None)

    def figures(self, index_now: int) -> TakeFigures:
        """By now; `index_now`: the frame under way, for how long a pause is by now."""
        with self.lock:
            return TakeFigures(
                path=self.part.path,
                counted=self.finished.counted([self.part]),
                bytes_written=self.finished.bytes_written + self.part.sink.bytes_written,
                pauses=self.pauses.count,
                paused_frames=max(0, self.pauses.frames(index_now) + self.timeline.unnamed_frames),
                start_utc_ns=self._start_utc_ns,
            )
