"""When a take goes on in another file: asked by its user, by its length or size, or where its past is to be cut.

The next file is open before the last is closed, and opening it may wait for the disk: never on an encoder's thread,
except for what is of the past.
"""

import threading
from concurrent.futures import FIRST_COMPLETED, Future, wait
from fractions import Fraction

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.events import FinishedFile
from ionia.core.timeline.file_timeline import FilePosition
from ionia.core.timeline.split_watch import SplitDue, SplitWatch
from ionia.core.warning import Warn, WarningCode
from ionia.runtime.encode.session_feeds import SessionFeeds
from ionia.runtime.session.part import CLOSE_TIMEOUT_S, Part
from ionia.runtime.session.part_maker import PartMaker
from ionia.runtime.session.take import Take


class Splits:
    """Any thread. All of it waits for the disk."""

    def __init__(
        self, take: Take, maker: PartMaker, split_watch: SplitWatch, *, warn: Warn, interrupted: Future[None]
    ) -> None:
        self._take = take
        self._maker = maker
        self._split_watch = split_watch  # protected by the take's lock
        self._warn = warn
        self._interrupted = interrupted
        self._preparing = threading.Lock()

    def split(self, feeds: SessionFeeds) -> tuple[FinishedFile, str] | None:
        """Go on in another file soon, as TakeOutput promises; None when the take is over. Raises IoniaError."""
        self._require_picture()
        prepared = self._prepare()
        if prepared is None:
            return None
        part, after = prepared
        if self._split_at(feeds, feeds.index_now):
            self._wait_split(part, after)
        else:  # paused: it goes on in the next one
            with self._take.lock:
                part.seconds = self._take.end_seconds(part) if part.begun else 0.0
        return part.facts(), after.path

    def _require_picture(self) -> None:
        """Of a paused recording, wait until it is known. Raises IoniaError where the pause came before any."""
        take = self._take
        with take.lock:
            paused = take.pauses.paused_at is not None
        if paused:  # the encoder may still be at what came before the pause
            wait((take.first_came, self._interrupted), CLOSE_TIMEOUT_S, FIRST_COMPLETED)
        with take.lock:
            empty = not (take.timeline.started or take.completed)
            if empty and take.pauses.paused_at is not None:
                raise IoniaError(
                    ErrorKind.OUTPUT_FAILED,
                    "The recording was paused before its first picture: there is no file to finish yet.",
                    "Let it go on first.",
                )

    def split_by_itself(self, feeds: SessionFeeds, due: SplitDue, number: int) -> None:
        """`number`: the part that is to end. One that has ended meanwhile by a split of its user's is left alone."""
        take = self._take
        if take.part.number != number:
            return
        try:
            prepared = self._prepare()
        except IoniaError as error:
            with take.lock:
                now = take.timeline.part
                self._split_watch.failed(part=now, seconds=float(take.timeline.part_seconds(now)))
            self._tell_not_split(error)
            return
        if prepared is None or prepared[0].number != number:
            return
        index = feeds.index_now + 1
        if due.at_seconds is not None:
            with take.lock:
                at = FilePosition(part=number, seconds=Fraction(due.at_seconds))
                index = max(index, take.timeline.index_at(at))
        self._split_at(feeds, index)

    def split_past(self, index: int) -> None:
        """The next packet is the keyframe that another file is to begin with, which is opened now."""
        try:
            prepared = self._prepare()
        except IoniaError as error:
            self._tell_not_split(error)
            return
        if prepared is not None:
            prepared[1].make_room(self._take.past.size)
            with self._take.lock:
                self._take.timeline.split_at(index)

    def _tell_not_split(self, error: IoniaError) -> None:
        self._warn(WarningCode.FILE_NOT_SPLIT, f"The recording goes on in the same file: {error.message}")

    def _prepare(self) -> tuple[Part, Part] | None:
        """Open the next file; the one under way and the next. None when it is over. Raises IoniaError."""
        take = self._take
        with self._preparing:
            with take.lock:
                part, after, over = take.part, take.next, take.completed
            if over:
                return None
            if after is None:
                after = self._maker.open_next(part.number + 1)
                if not take.offer(after):
                    after.complete()
                    return None
            return part, after

    def _split_at(self, feeds: SessionFeeds, index: int) -> bool:
        """Whether the next file begins soon, and not only when a pause is over."""
        take = self._take
        with take.lock:
            if take.next is not None:
                take.timeline.split_at(index)
            paused = take.pauses.paused_at is not None
        if not paused:
            feeds.request_keyframe(index)
        return not paused

    def _wait_split(self, part: Part, after: Part) -> None:
        """Until `part` is closed, or the recording is to end."""
        wait((part.closed, self._interrupted), CLOSE_TIMEOUT_S, FIRST_COMPLETED)
        with self._take.lock:
            went_on = self._take.part.number >= after.number
            over = self._take.completed or self._interrupted.done()
        if over and not went_on:
            raise IoniaError(ErrorKind.OUTPUT_FAILED, "The recording ends before it went on in another file.")
        if over and not part.closed.done():
            raise IoniaError(
                ErrorKind.OUTPUT_FAILED,
                "The recording went on in another file and ends; the disk has not taken the end of the one before yet.",
            )
        part.wait_closed(0)
