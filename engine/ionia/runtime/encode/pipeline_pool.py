"""Sessions with equal settings share one pipeline. This keeps count of who uses which."""

import threading
from dataclasses import dataclass, field

from ionia.core.errors import IoniaError
from ionia.core.settings import PipelineSettings
from ionia.runtime.backends import Backends
from ionia.runtime.encode.pipeline import Pipeline
from ionia.threads.clock import MonotonicClock


@dataclass(slots=True)
class _Entry:
    """A pipeline and its users. `opening` is held while it opens, so that a second user waits for the first."""

    pipeline: Pipeline
    users: int = 0
    opened: bool = False
    error: IoniaError | None = None
    opening: threading.Lock = field(default_factory=threading.Lock)


class PipelinePool:
    """Any thread. Opening and closing happen outside the pool's lock: one slow device delays nobody else."""

    def __init__(self, backends: Backends, clock: MonotonicClock) -> None:
        self._backends = backends
        self._clock = clock
        self._lock = threading.Lock()
        self._entries: dict[PipelineSettings, _Entry] = {}  # protected by _lock

    def acquire(self, settings: PipelineSettings) -> Pipeline:
        """An open pipeline for `settings`, shared with whoever else has it. Raises IoniaError. Pair with `release`."""
        with self._lock:
            entry = self._entries.get(settings)
            if entry is None or entry.error is not None or entry.pipeline.failed:
                entry = self._entries[settings] = _Entry(Pipeline(settings, self._backends, self._clock))
            entry.users += 1
        try:
            with entry.opening:
                self._open_once(entry)
        except BaseException:
            self._drop(entry)
            raise
        return entry.pipeline

    def release(self, pipeline: Pipeline) -> None:
        """Give it back; the last one closes it, which ends its threads."""
        with self._lock:
            entry = self._entries.get(pipeline.settings)
        if entry is None or entry.pipeline is not pipeline:
            pipeline.close()  # it failed, and another took its place
        elif self._drop(entry):
            pipeline.close()

    def _open_once(self, entry: _Entry) -> None:
        """With `entry.opening` held. Those who waited for an attempt that failed get its error."""
        if entry.error is not None:
            raise entry.error
        if not entry.opened:
            try:
                entry.pipeline.open()
            except IoniaError as error:
                entry.error = error
                raise
            entry.opened = True

    def _drop(self, entry: _Entry) -> bool:
        """One user less; True if it was the last."""
        with self._lock:
            entry.users -= 1
            if entry.users > 0:
                return False
            if self._entries.get(entry.pipeline.settings) is entry:
                del self._entries[entry.pipeline.settings]
            return True
