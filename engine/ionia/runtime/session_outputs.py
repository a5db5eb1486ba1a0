"""The output of each kind of session, made of its settings and of what this machine has."""

import random
from collections.abc import Callable

from ionia.core.events import FileChanged, ReplaySaved
from ionia.core.ports import Clock, FileSink
from ionia.core.service import Listener
from ionia.core.settings import RecorderSettings, ReplaySettings, StreamerSettings
from ionia.core.warning import NO_FACTS, WarningCode, WarningFacts
from ionia.runtime.backends import Backends
from ionia.runtime.session.file_output import FileOutput
from ionia.runtime.session.file_wishes import FileTellers, FileWishes
from ionia.runtime.session.life import Life
from ionia.runtime.session.replay_output import ReplayOutput, ReplayWishes
from ionia.runtime.session.session import Session
from ionia.runtime.session.stream_output import StreamOutput
from ionia.sinks.output_path import part_path
from ionia.sinks.sidecar import Sidecar, check_sidecar


class SessionOutputs:
    """Any thread. Whatever an output has to say goes through its `life`, except finished files, which are told however
    late."""

    def __init__(
        self, backends: Backends, clock: Clock, listener: Listener, *, later: Callable[[Callable[[], None]], None]
    ) -> None:
        """`later` runs a task soon on a thread that may wait for the disk."""
        self._backends = backends
        self._clock = clock
        self._listener = listener
        self._later = later

    def recorder(self, session: Session, life: Life, settings: RecorderSettings) -> FileOutput:
        """Raises IoniaError(OUTPUT_FAILED) for a path that can't be recorded to."""

        def warn_of_next(code: WarningCode, message: str, facts: WarningFacts = NO_FACTS, /) -> None:
            if code is not WarningCode.FILE_LEFTOVER:  # which the first file told
                life.warn(code, message, facts)

        if settings.sidecar:
            check_sidecar(settings.output_path)
        usual = settings.media.usual_bitrate

        def make_sink(number: int) -> FileSink:
            warn = warn_of_next if number else life.warn
            return self._backends.file_sink(part_path(settings.output_path, number), warn, settings.front_seconds)

        return FileOutput(
            FileWishes(
                make_sink=make_sink,
                bytes_per_second=settings.media.total_bitrate / 8,
                usual_bytes_per_second=None if usual is None else usual / 8,
                metadata=settings.metadata,
                split=settings.split,
                end=settings.end,
                make_sidecar=Sidecar if settings.sidecar else None,
            ),
            FileTellers(
                warn=life.warn,
                fail=life.fail,
                changed=lambda finished, path: self._listener(
                    FileChanged(session_id=session.session_id, finished=finished, next=path)
                ),
                end=lambda reason, index: session.end(life, reason, index),
                later=self._later,
            ),
            free_bytes=self._backends.free_bytes,
        )

    def streamer(self, session: Session, life: Life, settings: StreamerSettings) -> StreamOutput:
        """Raises IoniaError(BAD_URL, CONNECT_FAILED)."""
        return StreamOutput(
            settings,
            session_id=session.session_id,
            make_sender=self._backends.sender,
            clock=self._clock,
            random=random.random,
            emit=life.emit,
            warn=life.warn,
            fail=life.fail,
        )

    def replay(self, session: Session, life: Life, settings: ReplaySettings) -> ReplayOutput:
        """Holds packets in memory only."""
        return ReplayOutput(
            ReplayWishes(
                seconds=settings.seconds,
                max_bytes=settings.max_bytes,
                make_sink=self._backends.saved_file,
            ),
            warn=life.warn,
            fail=life.fail,
            saved=lambda saved: self._listener(ReplaySaved(session_id=session.session_id, saved=saved)),
        )
