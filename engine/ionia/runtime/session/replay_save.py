"""One save of a replay: a stretch of packets into a file of its own, on a thread of its own."""

import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.events import SavedReplay
from ionia.core.frame_rate import frames_seconds
from ionia.core.media import MediaHeader
from ionia.core.mp4.tags import FileTags
from ionia.core.ports import FileSink
from ionia.core.timebase import frame_instant_ns
from ionia.core.timeline.file_timeline import EpochUtc
from ionia.core.timeline.replay_ring import Held
from ionia.core.utc_text import utc_text
from ionia.runtime.session.moment import Moment
from ionia.threads.worker import Worker

log = logging.getLogger(__name__)

Done = Callable[[SavedReplay | IoniaError], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveRequest:
    """What a save needs. `make_sink` refuses a path (IoniaError); `epoch_utc` and `slept_ns` as of now."""

    make_sink: Callable[[], FileSink]
    header: MediaHeader
    held: Held[Moment]
    epoch_utc: Callable[[], EpochUtc]
    slept_ns: int


class ReplaySave:
    """`start` once; `done` is called once, on this save's thread."""

    def __init__(self, request: SaveRequest, done: Done) -> None:
        self.overdue = False
        """Whether it has been waited for as long as it may be; its owner's."""
        self.span = request.held.span
        """Where its bytes lie among all that was ever held."""
        self._request = request
        self._done = done
        self._worker = Worker("replay-save", self._run, lambda error: log.error("a save failed", exc_info=error))

    def start(self) -> None:
        """Begin. Raises RuntimeError when the system has no thread for it."""
        self._worker.start()

    def wait(self, timeout: float) -> bool:
        """Whether it is over within so many seconds."""
        return self._worker.join(timeout)

    def _run(self) -> None:
        result: SavedReplay | IoniaError
        try:
            result = self._saved()
        except IoniaError as error:
            result = error
        except Exception as error:  # whoever asked is to hear of it
            log.exception("a replay could not be saved")
            result = IoniaError(ErrorKind.INTERNAL, f"Saving failed unexpectedly: {type(error).__name__}")
            result.__cause__ = error
        self._done(result)

    def _saved(self) -> SavedReplay:
        request, held = self._request, self._request.held
        fps, epoch = request.header.video.fps, request.epoch_utc()
        start_utc = frame_instant_ns(epoch.utc_ns, fps, held.first, picture=request.header.has_picture)
        start_utc -= held.note.slept_since(request.slept_ns)
        sink = request.make_sink()
        sink.open(request.header)
        try:
            sink.describe(FileTags(start_utc_ns=start_utc, utc_error_ns=epoch.error_ns))
            for bite in held.bites():
                sink.write(bite)
        except BaseException:
            with contextlib.suppress(Exception):  # the first error is the one to tell
                sink.close()
            raise
        sink.close()
        return SavedReplay(
            path=sink.path, duration_seconds=round(frames_seconds(held.frames, fps), 3), start_utc=utc_text(start_utc)
        )
