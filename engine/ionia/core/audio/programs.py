"""Which programs play sound, and which of their streams belong to one of them. Pure; it is handed what the system says.

A program is a process with all that it started: a browser plays from a child of its own, a launcher's game is another
process. It is known by a name that outlasts it, so that it is found again when it is started anew.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from ionia.core.audio.mixer_watch import Fader

LOADERS = ("wine", "wine64", "wine-preloader", "wine64-preloader")
"""Run other programs under their own name: there the name that the program gives itself says more."""

AUDIBLE = Fader()

FIRST_PROCESS = 1
"""What has started everything: nothing is chosen by being its child."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A process of this machine. `started`: when, in a unit of the system's; with `pid` it is never used twice."""

    pid: int
    names: tuple[str, ...]
    started: int


LONGEST_LINE = 64
"""Generations: more than any desktop has between a program and the first process."""


class ProcessTable:
    """All processes of one moment, and who started whom."""

    def __init__(self, processes: Iterable[tuple[Process, int]]) -> None:
        """Each with its parent's id."""
        self._found = {process.pid: (process, parent) for process, parent in processes}

    @property
    def processes(self) -> tuple[Process, ...]:
        """All of them."""
        return tuple(process for process, _ in self._found.values())

    def lives(self, process: Process) -> bool:
        """Whether it is there, and not another one of its id."""
        found = self._found.get(process.pid)
        return found is not None and found[0].started == process.started

    def line(self, pid: int) -> tuple[Process, ...]:
        """A process and those that it descends from, nearest first; empty when it isn't there.

        Windows tells the number of a parent that has ended, which may be another's by now: nobody is younger than
        what it has started.
        """
        line: list[Process] = []
        while len(line) < LONGEST_LINE and (found := self._found.get(pid)) is not None:
            process, pid = found
            if line and (process.started > line[-1].started or process in line):
                break
            line.append(process)
        return tuple(line)

    def called(self, name: str, pid: int | None = None) -> tuple["ProgramStream", ...]:
        """Programs of this name as if each played one stream: with what it started, so that nothing that another of
        them has started counts again. One with this `pid` is among them in any case."""
        found = []
        for process in self.processes:
            line = self.line(process.pid)
            if not is_called(process.names, name):
                continue
            if process.pid == pid or not any(is_called(above.names, name) for above in line[1:]):
                found.append(_stream_of(line))
        return tuple(found)

    def stream(self, pid: int, *, paused: bool) -> "ProgramStream | None":
        """What a process plays, as one stream; None when it isn't there."""
        line = self.line(pid)
        return replace(_stream_of(line), paused=paused) if line else None


def _stream_of(line: tuple[Process, ...]) -> "ProgramStream":
    first = line[0]
    title = first.names[0].removesuffix(".exe")
    return ProgramStream(index=first.pid, device=0, title=title, names=first.names, pid=first.pid, line=line)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramStream:
    """What a program plays, or would: one stream of it to the sound server.

    `title` is the program's name for people, `names` what else it is called, the one for the wire first. `line` is its
    process and those that it descends from, nearest first; empty where they are not known, as in a sandbox or on
    another machine. `pid` is what the program itself says. `of_server`: the server's own, which hands on what others
    play.
    """

    index: int
    device: int
    title: str
    names: tuple[str, ...]
    pid: int = 0
    line: tuple[Process, ...] = ()
    paused: bool = False
    fader: Fader = AUDIBLE
    of_server: bool = False

    @property
    def root(self) -> Process | None:
        """The oldest process of its line that has its name with all those between."""
        root = None
        for process in self.line:
            if root is not None and not _share_a_name(process.names, root.names):
                break
            root = process
        return root


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """A program that plays, or could: it has a stream to the sound server."""

    id: Annotated[str, "Means this one while it runs, and the one that is started anew when it has ended."]
    name: Annotated[str, "Its name for people."]
    process: Annotated[str, "Name of its process."]
    pid: Annotated[int, "Its process id; 0 where that is not known."]
    playing: Annotated[bool, "Whether it plays now: one of its streams is not paused."]


@dataclass(frozen=True, slots=True, kw_only=True)
class AppWish:
    """A program as asked for: by the name of its process, by its id, or both. `exclude`: all others instead."""

    process: str = ""
    pid: int | None = None
    exclude: bool = False

    @property
    def label(self) -> str:
        """For people."""
        return self.process or f"process {self.pid}"


def wish_of_id(text: str, *, exclude: bool = False) -> AppWish:
    """The wish for an `Application.id`."""
    process, colon, pid = text.rpartition(":")
    if colon and process and pid.isdecimal():
        return AppWish(process=process, pid=int(pid), exclude=exclude)
    return AppWish(process=text, exclude=exclude)


def plain(name: str) -> str:
    """A process' name as it is compared: on every system alike."""
    return name.casefold().removesuffix(".exe")


def is_called(names: Iterable[str], name: str) -> bool:
    """Whether that is one of its names."""
    return any(plain(one) == plain(name) for one in names)


def process_name(binary: str, title: str) -> str:
    """What a stream's process is called on the wire, out of what the stream says of itself."""
    return title if title and (not binary or binary in LOADERS) else binary or "unknown"


def applications(streams: Iterable[ProgramStream]) -> tuple[Application, ...]:
    """The programs that these streams belong to."""
    found: dict[tuple[str, int], list[ProgramStream]] = {}
    for stream in streams:
        if stream.of_server:
            continue
        root = stream.root
        found.setdefault((stream.names[0], stream.pid if root is None else root.pid), []).append(stream)
    return tuple(
        Application(
            id=f"{process}:{pid}" if pid else process,
            name=own[0].title,
            process=process,
            pid=pid,
            playing=any(not stream.paused for stream in own),
        )
        for (process, pid), own in found.items()
    )


def fader_of(streams: Iterable[ProgramStream]) -> Fader | None:
    """What the mixer does to these together: as to the one that is heard best. None while all of them pause."""
    playing = [stream.fader for stream in streams if not stream.paused]
    audible = [fader for fader in playing if not fader.muted] or playing
    return max(audible, key=lambda fader: fader.gain_db, default=None)


def _share_a_name(one: Sequence[str], other: Sequence[str]) -> bool:
    return any(is_called(other, name) for name in one)
