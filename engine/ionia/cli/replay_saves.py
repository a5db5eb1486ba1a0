"""Saves of a replay by a key, each in a file of its own."""

import os
from collections.abc import Callable
from pathlib import Path

from ionia.cli.live import SESSION
from ionia.core.errors import IoniaError
from ionia.core.events import SavedReplay
from ionia.core.service import EngineService
from ionia.sinks.output_path import resolve_output

_SUFFIX = ".mp4"
"""Of the saves, where the recording's path has none: players go by it."""


class ReplaySaves:
    """Saves of the replay, each beside the path of a recording. Main thread."""

    def __init__(self, output: str) -> None:
        """Raises IoniaError if nothing can be saved beside that path."""
        resolve_output(output)
        self._output = Path(output)
        self._number = 0
        self.failed = 0
        """Saves that came to nothing; complete once the session has stopped."""
        resolve_output(self._path(1))

    def save(self, engine: EngineService, tell: Callable[[str], None]) -> str:
        """Begin to save; what became of it is told."""

        def done(result: SavedReplay | IoniaError) -> None:
            if isinstance(result, IoniaError):  # what went well, an event tells
                self.failed += 1
                tell(result.message)

        try:
            engine.save_replay(SESSION, self._free_path(), done=done)
        except IoniaError as error:
            self.failed += 1
            return error.message
        return ""

    def _free_path(self) -> str:
        """take-replay-1.mp4, …: never where something is, and never one twice."""
        while True:
            self._number += 1
            path = self._path(self._number)
            if not os.path.lexists(path):
                return path

    def _path(self, number: int) -> str:
        return str(self._output.with_name(f"{self._output.stem}-replay-{number}{self._output.suffix or _SUFFIX}"))
