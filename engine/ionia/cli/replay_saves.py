"""Saves of a replay by a key, each in a file of its own."""

from collections.abc import Callable
from pathlib import Path

from ionia.cli.live import SESSION
from ionia.core.errors import IoniaError
from ionia.core.events import SavedReplay
from ionia.core.service import EngineService


class ReplaySaves:
    """Saves of the replay, each beside the path of a recording. Main thread."""

    def __init__(self, output: str) -> None:
        self._output = Path(output)
        self._number = 0

    def save(self, engine: EngineService, tell: Callable[[str], None]) -> str:
        """Begin to save; what became of it is told."""

        def done(result: SavedReplay | IoniaError) -> None:
            if isinstance(result, IoniaError):  # what went well, an event tells
                tell(result.message)

        try:
            engine.save_replay(SESSION, self._free_path(), done=done)
        except IoniaError as error:
            return error.message
        return ""

    def _free_path(self) -> str:
        """take-replay-1.mp4, …: never where something is, and never one twice."""
        while True:
            self._number += 1
            path = self._output.with_name(f"{self._output.stem}-replay-{self._number}{self._output.suffix}")
            if not path.exists():
                return str(path)
