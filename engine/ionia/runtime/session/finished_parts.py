"""Files of a recording that another follows: completed, closed by their disks, and told of in their order."""

import threading
from collections.abc import Sequence
from functools import partial

from ionia.core.errors import IoniaError
from ionia.core.warning import WarningCode
from ionia.runtime.session.file_wishes import FileTellers
from ionia.runtime.session.part import Part
from ionia.runtime.session.sink_worker import TrackCounters

_COUNTED = ("video_delivered", "audio_delivered", "video_written", "audio_written")


class FinishedParts:
    """Any thread. Nothing waits for a disk."""

    def __init__(self, tell: FileTellers) -> None:
        self._tell = tell
        self._lock = threading.Lock()
        self._closing: list[Part] = []  # not told of yet; protected by _lock
        self._closed: dict[int, tuple[str, IoniaError | None]] = {}  # what follows, what went wrong; protected by _lock
        self._counted = TrackCounters()  # in all that were told of; protected by _lock
        self._written = 0  # likewise
        self._telling = threading.Lock()

    def add(self, part: Part, after: str) -> None:
        """It is complete, and the recording goes on in the file `after`."""
        with self._lock:
            self._closing.append(part)
        part.when_closed(partial(self._when_closed, part, after))

    @property
    def closing(self) -> tuple[Part, ...]:
        """Those that have not been told of."""
        with self._lock:
            return tuple(self._closing)

    def closing_part(self, number: int) -> Part | None:
        """The one with this number, unless it has been told of."""
        return next((part for part in self.closing if part.number == number), None)

    @property
    def size(self) -> int:
        """Bytes of all of them, by what was delivered."""
        with self._lock:
            return self._written + sum(part.size for part in self._closing)

    @property
    def bytes_written(self) -> int:
        """Bytes of all of them on their disks."""
        with self._lock:
            return self._written + sum(part.sink.bytes_written for part in self._closing)

    def counted(self, others: Sequence[Part]) -> TrackCounters:
        """Packets in all of them, and in `others`."""
        with self._lock:
            return _sum([self._counted, *(part.counters for part in (*self._closing, *others))])

    def _when_closed(self, part: Part, after: str, error: IoniaError | None) -> None:
        """On the sink's thread."""
        with self._lock:
            self._closed[part.number] = (after, error)
        self._tell.later(self._tell_closed)

    def _tell_closed(self) -> None:
        """Of every file that is closed by now, in their order: one whose disk is slower is waited for."""
        with self._telling:
            while True:
                with self._lock:
                    if not self._closing or self._closing[0].number not in self._closed:
                        return
                    part = self._closing.pop(0)
                    after, error = self._closed.pop(part.number)
                    self._written += part.sink.bytes_written
                    self._counted = _sum([self._counted, part.counters])
                if error is not None:
                    self._tell.warn(WarningCode.FILE_INCOMPLETE, error.message)
                self._tell.changed(part.facts(), after)


def _sum(counters: Sequence[TrackCounters]) -> TrackCounters:
    return TrackCounters(**{name: sum(getattr(one, name) for one in counters) for name in _COUNTED})
