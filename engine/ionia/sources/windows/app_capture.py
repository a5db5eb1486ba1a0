"""What one program plays, or everything but that, on Windows: the loopback of its process with all that it started.

Which processes is decided in `core.audio.program_follow`, several are summed in `core.audio.stream_sum`. Windows gives
each its sound in a format of ours, after the program's own volume in Windows' mixer and before the device's. Knows
nothing of COM.
"""

import itertools
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from ionia.core.audio.notices import SoundNotice
from ionia.core.audio.program_follow import ProgramFollow
from ionia.core.audio.programs import AppWish, ProcessTable
from ionia.core.audio.stream_sum import StreamSum
from ionia.core.errors import ErrorKind, IoniaError, SourceLost
from ionia.core.media import SAMPLE_RATE, AudioBlock
from ionia.core.ports import Clock
from ionia.core.timebase import NS_PER_S
from ionia.core.warning import Program, WarningCode

LOOK_NS = 500_000_000
"""How often it is asked which processes there are, and what was refused is tried again."""

REFUSALS = 3
"""As many in a row are told: once may be a process that ended at that moment."""

_MOST_WAIT_S = 0.1
_MAX_AGE_NS = NS_PER_S
"""A packet that says it is older says nothing: nothing waits for so long in a buffer of 0.2 s."""


class Loopback(Protocol):
    """One process' sound. The capture's thread owns it."""

    def take(self) -> AudioBlock | None:
        """The oldest packet that waits. Raises OSError when there will be no more."""
        ...

    def close(self) -> None:
        """Idempotent."""
        ...


class Loopbacks(Protocol):
    """Windows' side."""

    def open(self, pid: int, *, exclude: bool) -> Loopback:
        """What the process and all that it started plays, or everything but that. Raises OSError."""
        ...

    def wait(self, seconds: float) -> None:
        """Until one of them has something, or `wake`."""
        ...

    def wake(self) -> None:
        """Any thread."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Target:
    """Of one loopback. `started` keeps it from being another process of that id."""

    pid: int
    started: int
    exclude: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Part:
    number: int
    loopback: Loopback


class AppCapture:
    """An AudioSource. The program need not run; there is silence until it does."""

    backend = "wasapi"

    def __init__(
        self,
        wish: AppWish,
        *,
        loopbacks: Loopbacks,
        processes: Callable[[], ProcessTable],
        own_pid: int,
        clock: Clock,
    ) -> None:
        """`own_pid`: a process that plays nothing, our own: all but that is everything."""
        self._wish = wish
        self._loopbacks = loopbacks
        self._processes = processes
        self._own_pid = own_pid
        self._clock = clock
        self._name = wish.process
        self._follow = ProgramFollow(wish, (), 0)
        self._parts: dict[_Target, _Part] = {}
        self._numbers = itertools.count()
        self._sum = StreamSum()
        self._ready: deque[AudioBlock] = deque()
        self._open = False
        self._interrupted = threading.Event()
        self._look_ns = 0
        self._refused: dict[_Target, int] = {}
        self._told_several = False
        self._notices: list[SoundNotice] = []

    def open(self) -> str:
        """Begin with what the program plays; its name for people.

        Raises IoniaError(AUDIO_UNAVAILABLE) where Windows refuses it; a program that isn't there is told of.
        """
        self.close()
        self._notices.clear()
        now_ns, table = self._clock.now_ns(), self._processes()
        if not self._wish.process and self._wish.pid is not None and (line := table.line(self._wish.pid)):
            self._name = line[0].names[0]
        self._follow = ProgramFollow(self._wish, table.processes, now_ns)
        self._look(table, now_ns)
        if self._refused and not self._parts:
            self.close()
            raise IoniaError(
                ErrorKind.AUDIO_UNAVAILABLE,
                f"Windows refuses the sound of {self._follow.label}.",
                "One program's sound needs Windows 10 version 2004 or later. Record desktop sound instead.",
            )
        self._open = True
        return self._follow.label

    def read(self, timeout: float) -> AudioBlock | None:
        """See AudioSource. Raises SourceLost: `device_lost`, when it isn't open."""
        if self._interrupted.is_set():
            return None
        if not self._open:
            raise SourceLost(WarningCode.DEVICE_LOST, f"The sound of {self._wish.label} is not open.")
        deadline_ns = self._clock.now_ns() + round(timeout * NS_PER_S)
        while not self._interrupted.is_set():
            # What has arrived comes first: it was captured before whatever ended a process.
            self._take()
            now_ns = self._clock.now_ns()
            if now_ns >= self._look_ns:
                self._look(self._processes(), now_ns)
            self._ready.extend(self._sum.advance(self._clock.now_ns()))
            if self._ready:
                return self._ready.popleft()
            now_ns = self._clock.now_ns()
            if now_ns >= deadline_ns:
                return None
            due_ns = self._sum.next_deadline_ns
            until_ns = min(deadline_ns, self._look_ns, deadline_ns if due_ns is None else due_ns)
            self._loopbacks.wait(min(max(until_ns - now_ns, 0) / NS_PER_S, _MOST_WAIT_S))
        return None

    def take_notices(self) -> list[SoundNotice]:
        """See AudioSource."""
        notices, self._notices = self._notices, []
        return notices

    def interrupt(self) -> None:
        """See AudioSource."""
        self._interrupted.set()
        self._loopbacks.wake()

    def close(self) -> None:
        """See AudioSource."""
        for part in self._parts.values():
            part.loopback.close()
        self._parts.clear()
        self._refused.clear()
        self._sum = StreamSum()
        self._ready.clear()
        self._open = self._told_several = False

    def _take(self) -> None:
        for target, part in list(self._parts.items()):
            try:
                while (block := part.loopback.take()) is not None:
                    self._sum.push(part.number, block)
            except OSError:  # what plays it was unplugged, or Windows' sound service began anew
                self._end(target)
                self._look_ns = min(self._look_ns, self._clock.now_ns() + LOOK_NS // 10)

    def _look(self, table: ProcessTable, now_ns: int) -> None:
        """Hear the processes that are wanted now, and no other."""
        self._look_ns = now_ns + LOOK_NS
        streams = table.called(self._name, self._wish.pid) if self._name else ()
        followed = self._follow.look(streams, table.lives, now_ns)
        self._notices += followed.notices
        chosen = {stream.index for stream in followed.streams}
        own = [stream for stream in streams if (stream.index in chosen) is not self._wish.exclude]
        if self._wish.exclude:
            own.sort(key=lambda stream: stream.line[0].started)
            self._tell_several(len(own))
            pids = [(own[0].pid, own[0].line[0].started)] if own else [(self._own_pid, 0)]
        else:
            pids = [(stream.pid, stream.line[0].started) for stream in own]
        wanted = {_Target(pid=pid, started=started, exclude=self._wish.exclude) for pid, started in pids}
        self._refused = {target: count for target, count in self._refused.items() if target in wanted}
        for target in self._parts.keys() - wanted:
            self._end(target)
        for target in wanted - self._parts.keys():
            self._begin(target)

    def _begin(self, target: _Target) -> None:
        try:
            loopback = self._loopbacks.open(target.pid, exclude=target.exclude)
        except OSError as error:
            self._refused[target] = count = self._refused.get(target, 0) + 1
            if count == REFUSALS:
                self._tell(f"The sound of {self._follow.label} can't be recorded: Windows refuses it ({error}).")
            return
        self._refused.pop(target, None)
        self._parts[target] = part = _Part(number=next(self._numbers), loopback=loopback)
        self._sum.add(part.number, self._clock.now_ns())

    def _end(self, target: _Target) -> None:
        part = self._parts.pop(target)
        part.loopback.close()
        self._sum.end(part.number, self._clock.now_ns())

    def _tell_several(self, count: int) -> None:
        if count > 1 and not self._told_several:
            self._tell(
                f"{self._wish.label} runs {count} times: Windows leaves out one of them and what it started, "
                "and the others are recorded."
            )
        self._told_several = count > 1

    def _tell(self, message: str) -> None:
        facts = Program(program=self._wish.label)
        self._notices.append(SoundNotice(code=WarningCode.APP_AUDIO_UNAVAILABLE, message=message, facts=facts))


def packet_start_ns(stated_ns: int | None, arrived_ns: int, frames: int) -> int:
    """When a packet's first sample was captured: as Windows states it, where that can be so. Never one that is not
    over yet; the loopback of a process is said to state what no counter shows."""
    latest_ns = arrived_ns - frames * NS_PER_S // SAMPLE_RATE
    if stated_ns is None or stated_ns < arrived_ns - _MAX_AGE_NS:
        return latest_ns
    return min(stated_ns, latest_ns)
