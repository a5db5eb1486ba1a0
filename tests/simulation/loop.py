"""Virtual time for machines that say when they want to be served next: one thread, no waiting, same order every time.

A machine is anything with `next_ns` and `serve`. The loop serves whichever is due first (in the order they were added
when two are), at its own time or, when the process was stopped at that time, all together when it goes on. What a
machine notes with `log` becomes the transcript: same seed, same transcript.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

S = 1_000_000_000
MS = 1_000_000


class Machine(Protocol):
    """A part of the recorder, or a device, in virtual time."""

    def next_ns(self) -> int | None:
        """When it wants to be served; None when it has nothing to do any more."""
        ...

    def serve(self, now_ns: int, loop: "Loop") -> None:
        """Do what is due; afterwards `next_ns` must have moved on."""
        ...


@dataclass
class Loop:
    """`stalls` are (from, to) in which the process doesn't run (SIGSTOP): devices capture, nobody is served."""

    now_ns: int = 0
    stalls: Sequence[tuple[int, int]] = ()
    machines: list[Machine] = field(default_factory=list)
    transcript: list[str] = field(default_factory=list)

    def log(self, text: str) -> None:
        """Note an event at the present time."""
        self.transcript.append(f"{self.now_ns / MS:.3f} {text}")

    def run(self, until_ns: int) -> None:
        """Serve everything that is due up to and including `until_ns`."""
        while True:
            due: Machine | None = None
            due_ns = until_ns
            for machine in self.machines:
                at_ns = machine.next_ns()
                if at_ns is not None and (at_ns < due_ns or (due is None and at_ns <= due_ns)):
                    due, due_ns = machine, at_ns
            if due is None:
                self.now_ns = max(self.now_ns, until_ns)
                return
            self.now_ns = max(self.now_ns, self._running_ns(due_ns))
            due.serve(self.now_ns, self)

    def _running_ns(self, at_ns: int) -> int:
        for begin, end in self.stalls:
            if begin <= at_ns < end:
                return end
        return at_ns
