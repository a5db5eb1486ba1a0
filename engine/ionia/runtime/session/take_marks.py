"""What is noted in a take while it goes on: its user's marks, and what it was warned of."""

from collections.abc import Callable, Mapping
from functools import partial

from ionia.core.events import MarkSet
from ionia.core.redaction import redact_text
from ionia.core.take_notes import mark_line, warning_line
from ionia.core.utc_text import utc_text
from ionia.core.warning import WarningCode
from ionia.runtime.session.noted_waits import NotedWaits
from ionia.runtime.session.part import note_late
from ionia.runtime.session.take import Take
from ionia.threads.once import Once


class TakeMarks:
    """Any thread. Nothing waits for the disk."""

    def __init__(self, take: Take, *, sidecar: bool, later: Callable[[Callable[[], None]], None]) -> None:
        """`later` runs a task soon on a thread that may wait for the disk."""
        self._take = take
        self._sidecar = sidecar
        self._later = later
        self._count = 0  # protected by the take's lock
        self._waits = NotedWaits()

    def mark(
        self, index: int, label: str, data: Mapping[str, object] | None, noted: Callable[[], None]
    ) -> MarkSet | None:
        """Note frame `index`, as TakeOutput promises; None when the take is over."""
        take, once = self._take, Once(noted)
        with take.lock:
            if take.completed:
                return None
            at = take.place(index)
            number, self._count = self._count, self._count + 1
            mark = MarkSet(
                index=number,
                file_seconds=round(float(at.seconds), 6),
                utc=utc_text(take.clock.utc_ns(index)),
                path=take.paths.get(at.part, take.part.path),
            )
            line = mark_line(mark, label, data)
            part = take.open_part(at.part)
            if part is not None:
                part.mark(float(at.seconds), label or f"Mark {number + 1}")
                part.note(line, once)
        if not self._sidecar:
            once()
        else:
            self._waits.add(once)
            if part is None:  # of a file that is finished
                self._later(partial(note_late, mark.path, line, once))
        return mark

    def warned(self, index: int, code: WarningCode, message: str) -> None:
        """Note that this was told at frame `index`."""
        take = self._take
        with take.lock:
            at = take.place(index)
            line = warning_line(
                code=str(code),
                message=redact_text(message),
                file_seconds=float(at.seconds),
                utc_ns=take.clock.utc_ns(index),
            )
            (take.open_part(at.part) or take.part).note(line)

    def look(self) -> None:
        """About once a second: whoever waits for a line that a disk doesn't take is told."""
        self._waits.look()

    def end(self) -> None:
        """Whoever still waits is told."""
        self._waits.end()
