"""Decides which streams are one program's, or all but its, and what is to be told of it. Pure; handed the time.

What isn't known to be wanted is left out: where the program can't be found there is silence, and a word about it, and
never the sound of everything else.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ionia.core.audio.notices import SoundNotice
from ionia.core.audio.programs import FIRST_PROCESS, AppWish, Process, ProgramStream, is_called
from ionia.core.warning import Program, WarningCode

MOST_STREAMS = 32
"""Streams that are recorded at a time. Few browsers have ten; a sound server allows some 200."""

GONE_NS = 1_500_000_000
"""A program that is started anew within this was never gone, for people."""

SILENT_NS = 60_000_000_000
"""A program that runs and has not even opened a stream for so long is perhaps not the one that was meant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """Which streams are to be recorded now, and what is to be told."""

    streams: tuple[ProgramStream, ...]
    notices: tuple[SoundNotice, ...] = ()


class ProgramFollow:
    """One program from the opening on. One thread owns it."""

    def __init__(self, wish: AppWish, running: Sequence[Process], now_ns: int) -> None:
        """`running`: the processes that there are at the opening; those that can't be meant don't matter."""
        self._wish = wish
        self._name = wish.process
        self._title = wish.label
        self._chosen = next((each for each in running if each.pid == wish.pid and self._can_be(each)), None)
        if self._chosen is not None:
            self._name = self._name or self._chosen.names[0]
        self._known = {each for each in running if self._can_be(each)}
        self._ended: Process | None = None
        self._beside: set[Process] = set()
        self._opened_ns = self._found_ns = now_ns
        self._first = True
        self._heard = self._told_gone = self._told_silent = self._told_crowded = False

    @property
    def label(self) -> str:
        """What is recorded, for people."""
        return f"everything but {self._title}" if self._wish.exclude else self._title

    def look(self, streams: Sequence[ProgramStream], lives: Callable[[Process], bool], now_ns: int) -> Followed:
        """What is wanted of all the `streams` there are. `lives`: whether a process that was there still is.

        Call it whenever the streams change, and once a second.
        """
        if self._chosen is not None and not lives(self._chosen):
            self._ended, self._chosen = self._chosen, None
        self._known = {process for process in self._known if lives(process)}
        own = {stream.index: stream for stream in streams if self._belongs(stream)}
        for stream in own.values():
            self._learn(stream)
        if own or self._known:
            self._found_ns = now_ns
        # What the server itself hands on was counted where it came from.
        wanted = [each for each in streams if (each.index in own) is not self._wish.exclude and not each.of_server]
        wanted.sort(key=lambda stream: stream.index)
        told = (self._presence(bool(own), now_ns), self._crowd(len(wanted)))
        self._first = False
        return Followed(
            streams=tuple(wanted[:MOST_STREAMS]), notices=tuple(notice for notice in told if notice is not None)
        )

    def _can_be(self, process: Process) -> bool:
        """Whether it has the program's name, or where that isn't known its id."""
        if process.pid == FIRST_PROCESS:
            return False
        return is_called(process.names, self._name) if self._name else process.pid == self._wish.pid

    def _belongs(self, stream: ProgramStream) -> bool:
        """Whether it is the program's stream, or that of something that it started."""
        if not self._name:
            return False  # an id that was nobody's at the opening: whoever gets it later is somebody else
        named = [process for process in stream.line if self._can_be(process)]
        if self._chosen is not None:
            if self._chosen in stream.line:
                return True
            self._beside.update(named)
            return False
        if not named and is_called(stream.names, self._name):
            if not stream.line:
                return True
            named = [stream.line[0]]
        if self._ended is None:
            return bool(named)
        # Started anew: not before the one that ended, and not what played beside it all the time.
        begun = self._ended.started
        return any(process.started >= begun and process not in self._beside for process in named)

    def _learn(self, stream: ProgramStream) -> None:
        """Its name for people, its process, and where one process was asked for that this is now the one."""
        if not stream.line or self._can_be(stream.line[0]):
            self._title = stream.title
        named = [process for process in stream.line if self._can_be(process)] or list(stream.line[:1])
        self._known.update(named)
        if named and self._chosen is None and self._wish.pid is not None:
            self._chosen = named[-1]

    def _presence(self, plays: bool, now_ns: int) -> SoundNotice | None:
        silent = self._told_gone or self._told_silent
        if plays:
            self._heard, self._told_gone, self._told_silent = True, False, False
            return self._notice(WarningCode.APP_HEARD, f"{self._title} is heard now.") if silent else None
        if self._wish.exclude:
            if not self._first or self._known:
                return None
            later = "for now everything is recorded, and it will be left out."
            # Whoever gets the number of a process that isn't there is somebody else.
            never = "everything is recorded, to the end. Name the program to leave it out when it is started."
            message = f"{self._title} is not running: {later if self._name else never}"
            return self._notice(WarningCode.APP_NOT_RUNNING, message)
        if not self._known and not self._told_gone and (self._first or now_ns - self._found_ns >= GONE_NS):
            self._told_gone = True
            message = f"{self._title} is not running: silence is recorded until it plays something."
            return self._notice(WarningCode.APP_NOT_RUNNING, message)
        if not self._heard and not silent and now_ns - self._opened_ns >= SILENT_NS:
            self._told_silent = True
            message = f"{self._title} has played nothing for a minute: if you hear it, record desktop sound instead."
            return self._notice(WarningCode.APP_SILENT, message)
        return None

    def _crowd(self, count: int) -> SoundNotice | None:
        told, self._told_crowded = self._told_crowded, count > MOST_STREAMS
        if told or not self._told_crowded:
            return None
        return self._notice(WarningCode.APP_CROWDED, f"{count} streams play: only {MOST_STREAMS} are recorded.")

    def _notice(self, code: WarningCode, message: str) -> SoundNotice:
        return SoundNotice(code=code, message=message, facts=Program(program=self._title))
