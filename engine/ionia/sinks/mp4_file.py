"""A recording: packets into an MP4 that plays at any moment and is an ordinary one when closed.

A thin shell around `FileTimeline` (what goes where in time), `Mp4Writer` (which bytes that is) and `OutputFile` (where
and how they are written). It has no thread.
"""

from collections.abc import Sequence

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.file_place import Place, Placement
from ionia.core.media import EncodedPacket, MediaHeader
from ionia.core.mp4.fragment import FRAGMENT_SECONDS, Fragment
from ionia.core.mp4.tags import FileTags
from ionia.core.mp4.writer import Finale, Mp4Writer
from ionia.core.publication import PATIENCE_NS, Publication
from ionia.core.size_limit import SizeLimit
from ionia.core.timebase import NS_PER_S
from ionia.core.timeline.file_timeline import FileTimeline
from ionia.core.warning import NO_FACTS, FileTouched, Warn, WarningCode, WarningFacts
from ionia.sinks.hidden_file import leftovers
from ionia.sinks.output_file import OutputFile
from ionia.sinks.output_path import misplaced_error, shown_path
from ionia.threads.clock import MonotonicClock, StopSignal

_RETRY_NS = NS_PER_S // 10


def _nobody(_code: WarningCode, _message: str, _facts: WarningFacts = NO_FACTS, /) -> None:
    """Whoever renders a clip need not hear."""


class Mp4File:
    """`core.ports.PacketSink` for a file. One thread owns it; each `write` blocks for as long as the disk does.

    The file appears at its path, replacing what was there, with the first fragment: half a second of media.
    From then on, whatever happens, it plays up to the last whole fragment. After an error everything that was written
    stays; `close` then finishes it as far as the disk allows and raises nothing more, but for a file that is not at
    its path: that nobody may take for a recording that is there.
    """

    def __init__(
        self,
        path: str,
        warn: Warn = _nobody,
        front_seconds: float = 0,
        *,
        fragment_seconds: float = FRAGMENT_SECONDS,
    ) -> None:
        """Raises IoniaError(OUTPUT_FAILED) if nothing can be recorded at this path. Creates nothing.

        `warn` is called on the thread that owns the sink. `front_seconds`: the index of so much media gets room in
        front, so that a player that loads the file begins at once. `fragment_seconds`: so much is written at once.
        """
        self._warn = warn
        self._fragment_seconds = fragment_seconds
        self._front_seconds = front_seconds
        self._output = OutputFile(path)
        self._placed = Placement(place=Place.HERE)
        self._writer: Mp4Writer | None = None
        self._timeline: FileTimeline | None = None
        self._failed = False
        self._index_bytes = 0
        self._quiet = False  # whether nothing was written since the last look
        self._clock = MonotonicClock()
        self._publication = Publication()

    @property
    def path(self) -> str:
        """Absolute path of the recording, links followed."""
        return str(self._output.target)

    @property
    def bytes_written(self) -> int:
        """Length of the file."""
        return self._output.size

    @property
    def index_bytes(self) -> int:
        """See the port."""
        return self._index_bytes

    @property
    def limit(self) -> SizeLimit | None:
        """See the port."""
        return self._output.limit

    @property
    def published(self) -> bool:
        """Whether there is a file at the path that this sink wrote."""
        return self._output.published

    def open(self, header: MediaHeader) -> None:
        """Claim the path. Raises IoniaError(OUTPUT_FAILED) when it can't be written or another session has it."""
        writer = Mp4Writer(header, front_seconds=self._front_seconds, fragment_seconds=self._fragment_seconds)
        self._output.open()
        self._writer, self._timeline = writer, FileTimeline(fps=header.video.fps)
        for left in leftovers(self._output.target.parent):
            self._warn(
                WarningCode.FILE_LEFTOVER,
                f"A recording that was cut off is left in {shown_path(str(left))}: repair makes a file of it.",
                FileTouched(path=str(left)),
            )

    def write(self, packets: Sequence[EncodedPacket]) -> None:
        """See the port. A failed sink raises once and ignores what comes later."""
        writer, timeline = self._writer, self._timeline
        if writer is None or timeline is None:
            raise IoniaError(ErrorKind.INTERNAL, "the recording is not open")
        if self._failed:
            return
        self._quiet = False
        for packet in packets:
            if not packet.track.is_video:
                sound = timeline.place_sound(packet)
                if sound is not None:
                    writer.add(sound)
            else:
                for placed in timeline.place(packet):
                    writer.add(placed.packet)
            if writer.due:
                self._append_fragment(writer)

    def describe(self, tags: FileTags) -> None:
        """See the port."""
        if self._writer is not None:
            self._writer.describe(tags)

    def look(self) -> None:
        """See the port. What waits for its fragment while nothing comes, as in a pause, is written."""
        writer = self._writer
        if writer is not None and self._quiet and writer.pending and not self._failed:
            try:
                self._append_fragment(writer)
            except IoniaError:
                self._output.cut(writer.size)  # what is tried again goes where its positions say, and once
                self._failed = False  # the next write tries again, and says so
        self._quiet = True
        found = self._output.placement()
        if found != self._placed and found.place is not Place.HERE:
            path = shown_path(self.path)
            self._warn(
                found.code,
                f"The recording is no longer at {path}: it {found.happened}.",
                FileTouched(path=self.path, moved_to=found.now_at),
            )
        self._placed = found

    def close(self) -> None:
        """Write what is left and make it an ordinary MP4. Without any packet no file appears and none is replaced."""
        writer, self._writer = self._writer, None
        if writer is None:
            self._output.close()
            return
        try:
            if writer.pending and not self._failed:
                self._append_fragment(writer)
        finally:
            # Also after a last fragment that found no room: what came before it still becomes an ordinary file.
            self._complete(writer)

    def _append_fragment(self, writer: Mp4Writer) -> None:
        self._index_bytes = writer.index_bytes
        try:
            fragment = self._with_room(writer)
            self._output.append(*fragment.pieces)
            self._output.patch(fragment.seal_offset, fragment.seal)
            if not self._output.published:
                self._publish()
        except IoniaError:
            self._failed = True
            raise
        writer.commit()

    def _with_room(self, writer: Mp4Writer) -> Fragment:
        """The next one, and never into the room that the index needs: whatever ends the take, its file becomes an
        ordinary one. A disk that has room for a take and none for an index in front gets the take."""
        fragment = writer.fragment()
        try:
            self._output.reserve(fragment.size + self._index_bytes)
        except IoniaError:
            if writer.started or not self._front_seconds:
                raise
            writer.leave_no_room()
            fragment = writer.fragment()
            self._output.reserve(fragment.size + self._index_bytes)
            self._front_seconds = 0.0
            self._warn_behind("lies on a disk without room for an index in front: it will be at its end")
        return fragment

    def _warn_behind(self, why: str) -> None:
        path = shown_path(self.path)
        self._warn(WarningCode.INDEX_BEHIND, f"{path} {why}. Remux moves it.", FileTouched(path=self.path))

    def _publish(self) -> None:
        if not self._output.publish() and self._publication.refused(self._clock.now_ns()):
            path, hidden = shown_path(self.path), shown_path(str(self._output.hidden))
            self._warn(
                WarningCode.FILE_HELD,
                f"Another program holds {path}: the recording goes on as {hidden}, and gets its name when it can.",
                FileTouched(path=self.path, moved_to=str(self._output.hidden)),
            )

    def _publish_at_last(self) -> bool:
        """Waits for whoever holds the name, but not for ever."""
        stop, until_ns = StopSignal(self._clock), self._clock.now_ns() + PATIENCE_NS
        while not self._output.publish():
            if self._clock.now_ns() >= until_ns:
                return False
            stop.wait_until(self._clock.now_ns() + _RETRY_NS)
        return True

    def _complete(self, writer: Mp4Writer) -> None:
        errors: list[IoniaError] = []
        found = self._final_placement()  # before the end is written: a copy that is cut short is fragments, which play
        if writer.started:
            try:
                finale = writer.finish()
                self._output.cut(writer.size)
                self._output.append(finale.tail)
                self._output.patch(finale.patch_offset, finale.patch)
                self._put_in_front(finale, writer.size)
            except IoniaError as error:
                errors.append(error)  # the fragments play without an index
        kept = False
        try:
            kept = writer.started and not self._output.published and not self._publish_at_last()
        except IoniaError as error:
            errors.append(error)
        try:
            self._output.close()
        except IoniaError as error:
            errors.append(error)
        if found.place is not Place.HERE:
            raise misplaced_error(self.path, found) from (errors[0] if errors else None)
        if kept:
            raise self._output.kept_error() from (errors[0] if errors else None)
        if errors and not self._failed:  # otherwise the first error is told already
            raise errors[0]

    def _put_in_front(self, finale: Finale, end: int) -> None:
        """The file is an ordinary one all the while: for an instant with two indexes that say the same."""
        front = finale.front
        if front is not None:
            self._output.patch(front.body_offset, front.body)
            self._output.patch(front.seal_offset, front.seal)
            self._output.cut(end)
        elif self._front_seconds:
            self._warn_behind("outgrew the room for its index in front: the index is at its end")

    def _final_placement(self) -> Placement:
        found = self._output.placement()
        if found.place is Place.DELETED and (restored := self._output.restore()) is not None:
            self._warn(
                WarningCode.FILE_RESTORED,
                f"The recording was deleted while it was recorded; it was put back at {shown_path(str(restored))}.",
                FileTouched(path=self.path, moved_to="" if str(restored) == self.path else str(restored)),
            )
            return self._output.placement()
        return found
