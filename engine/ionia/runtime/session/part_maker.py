"""Makes the files of a take, one after another."""

from collections.abc import Callable
from concurrent.futures import Future
from functools import partial

from ionia.core.disk_space import DiskWatch, GrowthRate
from ionia.core.errors import IoniaError
from ionia.core.media import MediaHeader
from ionia.core.ports import FileSink
from ionia.core.timeline.split_watch import SplitWatch
from ionia.runtime.session.disk_eye import DiskEye
from ionia.runtime.session.file_wishes import FileTellers, FileWishes
from ionia.runtime.session.part import Notes, Part, not_made

_OPEN_TRIES = 3
"""Names for the next file that are tried: somebody may have just taken one."""


class PartMaker:
    """One thread at a time."""

    def __init__(
        self,
        wishes: FileWishes,
        tell: FileTellers,
        header: MediaHeader,
        *,
        split_watch: SplitWatch,
        free_bytes: Callable[[str], int],
        failed: Callable[[int, IoniaError], None],
        interrupted: Future[None],
    ) -> None:
        """`failed` hears of a file, by its number, that can't be written, on its sink's thread."""
        self._wishes = wishes
        self._tell = tell
        self._header = header
        self._split_watch = split_watch
        self._free_bytes = free_bytes
        self._failed = failed
        self._interrupted = interrupted
        self._disk = DiskWatch()  # the thread of the file under way
        self._stuck = False  # whether the next file could not be made when it was tried last

    def make(self, number: int, sink: FileSink) -> Part:
        """A file that is still to be opened."""
        eye = DiskEye(
            sink,
            rate=GrowthRate(most=self._wishes.bytes_per_second, expected=self._wishes.usual_bytes_per_second),
            free_bytes=self._free_bytes,
            warn=self._tell.warn,
            disk=self._disk,
            keeps_below=lambda limit: self._split_watch.keeps_below(limit) and not self._stuck,
        )
        sidecar = self._wishes.make_sidecar
        notes = Notes(None if sidecar is None else sidecar(sink.path), sink, self._tell.warn)
        return Part(number, sink, self._header, eye, fail=partial(self._failed, number), notes=notes)

    def open_next(self, number: int) -> Part:
        """One that is open. Waits for the disk. Raises IoniaError."""
        for tries_left in reversed(range(_OPEN_TRIES)):
            try:
                after = self.make(number, self._wishes.make_sink(number))
                after.open()
            except Exception as error:  # a system that refuses a name or a thread ends no take
                self._stuck = True
                if not tries_left or self._interrupted.done():
                    raise not_made(error) from error
            else:
                self._stuck = False
                return after
        raise AssertionError
