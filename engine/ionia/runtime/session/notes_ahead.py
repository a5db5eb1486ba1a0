"""What is noted of a file that has no picture yet, which it may never get."""

from collections.abc import Callable
from dataclasses import dataclass

from ionia.runtime.session.part import Part

PutNote = Callable[[Part, float], None]
"""Put it into this file, at so many seconds from its first picture. Returns at once."""


@dataclass(slots=True, kw_only=True)
class _Ahead:
    index: int
    put: PutNote
    seen: bool = False


class NotesAhead:
    """One owner. In the order in which they came."""

    def __init__(self) -> None:
        self._waiting: list[_Ahead] = []

    def add(self, index: int, put: PutNote) -> None:
        """It is of frame `index`."""
        self._waiting.append(_Ahead(index=index, put=put))

    def overdue(self) -> list[PutNote]:
        """About once a second: those that the look before has seen already, which wait no longer."""
        due = [each.put for each in self._waiting if each.seen]
        self._waiting = [each for each in self._waiting if not each.seen]
        for each in self._waiting:
            each.seen = True
        return due

    def end(self) -> list[tuple[int, PutNote]]:
        """All that wait, with their frames: it is known now where those lie."""
        waiting, self._waiting = self._waiting, []
        return [(each.index, each.put) for each in waiting]
