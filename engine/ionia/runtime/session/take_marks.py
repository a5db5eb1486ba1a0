"""What is noted in a take while it goes on: its user's marks, and what it was warned of."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from ionia.core.events import MarkSet
from ionia.core.redaction import redact_text
from ionia.core.take_notes import mark_line, warning_line
from ionia.core.utc_text import utc_text
from ionia.core.warning import WarningCode
from ionia.runtime.session.file_wishes import FileTellers
from ionia.runtime.session.noted_waits import NotedWaits
from ionia.runtime.session.part import Part, note_late
from ionia.runtime.session.take import Take
from ionia.threads.once import Once


class TakeMarks:
    """Any thread. Nothing waits for the disk."""

    def __init__(self, take: Take, tell: FileTellers, *, sidecar: bool) -> None:
        self._take = take
        self._tell = tell
        self._sidecar = sidecar
        self._count = 0  # protected by the take's lock
        self._waits = NotedWaits()

    def mark(
        self, index: int, label: str, data: Mapping[str, object] | None, noted: Callable[[MarkSet], None]
    ) -> MarkSet | None:
        """Note frame `index`, as TakeOutput promises; None when the take is over."""
        take, early, placed = self._take, list[Once](), list[MarkSet]()

        def put(part: Part, seconds: float) -> None:
            put_mark = replace(mark, path=part.path, file_seconds=round(seconds, 6), utc=utc())
            placed.append(put_mark)
            part.mark(seconds, label or f"Mark {mark.index + 1}")
            told = early[0] if early else self._waiting(partial(noted, put_mark))
            part.note(mark_line(put_mark, label, data), told)

        def utc() -> str:  # what was before the take is shown nowhere, and its mark is of the first picture
            return utc_text(take.clock.utc_ns(max(index, take.timeline.first)))

        with take.lock:
            if take.completed:
                return None
            at = take.place(index)
            number, self._count = self._count, self._count + 1
            mark = MarkSet(
                index=number,
                file_seconds=round(float(at.seconds), 6),
                utc=utc(),
                path=take.paths.get(at.part, take.part.path),
            )
            if not take.timeline.started:  # its place is known with the first picture, which may take longer
                early.append(Once(lambda: noted(placed[0] if placed else mark)))
                self._waits.add(early[0])
            if not take.note(index, at, put) and self._sidecar:
                told, line = self._waiting(partial(noted, mark)), mark_line(mark, label, data)
                finished = take.finished.closing_part(at.part)
                if finished is None or not finished.note_behind(line, told):
                    self._tell.later(partial(note_late, mark.path, line, told, self._tell.warn))
        if not self._sidecar and not early:
            noted(mark)
        return mark

    def _waiting(self, told: Callable[[], None]) -> Once:
        """Call it when its line is there, or after two looks; never without a sidecar, where nothing is waited for."""
        once = Once(told if self._sidecar else lambda: None)
        if self._sidecar:
            self._waits.add(once)
        return once

    def warned(self, index: int, code: WarningCode, message: str) -> None:
        """Note that this was told at frame `index`."""
        take = self._take
        with take.lock:
            utc_ns = take.clock.utc_ns(index)

            def put(part: Part, seconds: float) -> None:
                line = warning_line(code=str(code), message=redact_text(message), file_seconds=seconds, utc_ns=utc_ns)
                part.note(line)

            at = take.place(index)
            if not take.note(index, at, put):
                put(take.part, float(at.seconds))

    def look(self) -> None:
        """About once a second: whoever waits for a line that a disk doesn't take is told."""
        self._waits.look()
        self._take.look()

    def end(self) -> None:
        """Whoever still waits is told."""
        for _ in range(2):  # what is still ahead of a file finds its place
            self._take.look()
        self._waits.end()
