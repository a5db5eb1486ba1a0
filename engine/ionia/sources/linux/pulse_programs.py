"""Follows what programs play on the pulse server: their streams, with the devices these are on.

By the server's events; nothing is asked again and again. The connection's thread owns it and turns the connection;
answers arrive in those turns.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Generic, TypeVar

from ionia.core.audio.mixer_watch import FLOOR_DB, Fader
from ionia.core.audio.programs import Application, Process, ProgramStream, applications, is_called, process_name
from ionia.platform.process_lines import process_line
from ionia.sources.linux.pulse_connection import PulseConnection
from ionia.sources.linux.pulse_devices import (
    PulsePlayback,
    PulseSink,
    PulseSource,
    read_playback,
    read_sink,
    read_source,
)
from ionia.sources.linux.pulse_library import PulseLibrary
from ionia.sources.linux.pulse_watch import Question

T = TypeVar("T")


class _List(Generic[T]):
    """All things of one sort, asked for anew at each event about one of them."""

    def __init__(
        self,
        connection: PulseConnection,
        callback: str,
        ask: Callable[[Any], Any],
        read: Callable[[PulseLibrary, Any], T],
    ) -> None:
        self.items: tuple[T, ...] = ()
        self.version = 0
        self._library, self._null = connection.library, connection.ffi.NULL
        self._read = read
        self._coming: list[T] = []
        self._callback = connection.ffi.callback(callback, self._take)
        self._question = Question(connection, lambda: ask(self._callback))
        self.ask, self.drop = self._question.ask, self._question.drop

    def _take(self, _context: Any, info: Any, end: int, _data: Any) -> None:
        if not end:
            self._coming.append(self._read(self._library, info))
            return
        if end > 0:
            self.items, self.version = tuple(self._coming), self.version + 1
        self._coming.clear()
        self._question.answered()


class PulsePrograms:
    """From `begin` to `close`, which comes before the connection's."""

    def __init__(self, connection: PulseConnection) -> None:
        lib, null, context = connection.lib, connection.ffi.NULL, connection.context
        self._connection = connection
        self._lines: dict[int, tuple[Process, ...]] = {}
        self._playbacks = _List(
            connection,
            "pa_sink_input_info_cb_t",
            lambda take: lib.pa_context_get_sink_input_info_list(context, take, null),
            read_playback,
        )
        self._sinks = _List(
            connection,
            "pa_sink_info_cb_t",
            lambda take: lib.pa_context_get_sink_info_list(context, take, null),
            read_sink,
        )
        self._sources = _List(
            connection,
            "pa_source_info_cb_t",
            lambda take: lib.pa_context_get_source_info_list(context, take, null),
            read_source,
        )
        self._lists: Mapping[int, _List[Any]] = {
            lib.PA_SUBSCRIPTION_EVENT_SINK_INPUT: self._playbacks,
            lib.PA_SUBSCRIPTION_EVENT_SINK: self._sinks,
            lib.PA_SUBSCRIPTION_EVENT_SOURCE: self._sources,
        }
        self._on_event = connection.ffi.callback("pa_context_subscribe_cb_t", self._take_event)

    def begin(self) -> None:
        """Know everything as it is now; from here on it follows as the owner turns. Raises PulseServerLostError."""
        connection, lib, null = self._connection, self._connection.lib, self._connection.ffi.NULL
        lib.pa_context_set_subscribe_callback(connection.context, self._on_event, null)
        mask = lib.PA_SUBSCRIPTION_MASK_SINK_INPUT | lib.PA_SUBSCRIPTION_MASK_SINK | lib.PA_SUBSCRIPTION_MASK_SOURCE
        # Subscribed first and asked second: a change between the two is seen as an event.
        connection.ask(lib.pa_context_subscribe(connection.context, mask, null, null))
        for each in self._lists.values():
            each.ask()
        connection.wait_for(lambda: all(each.version for each in self._lists.values()))

    @property
    def version(self) -> int:
        """Another number after each change."""
        return sum(each.version for each in self._lists.values())

    def streams(self) -> tuple[ProgramStream, ...]:
        """All streams, as last heard; what the mixer does to each is what its recording gets of that."""
        sinks = {sink.index: sink for sink in self._sinks.items}
        playbacks = self._playbacks.items
        # Asked once for each stream: a process that ends leaves its children to another.
        self._lines = {each.index: self._lines.get(each.index) or line_of(each) for each in playbacks}
        return tuple(
            replace(program_stream(each, self._lines[each.index]), fader=self._heard(each, sinks.get(each.sink_index)))
            for each in playbacks
        )

    def monitor(self, stream: ProgramStream) -> PulseSource | None:
        """The source that hears what it plays."""
        return next((each for each in self._sources.items if each.monitor_index == stream.device), None)

    def close(self) -> None:
        """Idempotent. No callback of this object may run afterwards: close the connection next."""
        for each in self._lists.values():
            each.drop()

    def _heard(self, playback: PulsePlayback, sink: PulseSink | None) -> Fader:
        """The sink's own mute and volume come later; its monitor's don't."""
        fader = playback.fader
        if sink is not None and fader.gain_db > FLOOR_DB:
            fader = replace(fader, gain_db=fader.gain_db - sink.flat_db)
        monitor = next((each for each in self._sources.items if each.monitor_index == playback.sink_index), None)
        return fader if monitor is None else fader.through(monitor.fader)

    def _take_event(self, _context: Any, event: int, _index: int, _data: Any) -> None:
        facility = event & self._connection.lib.PA_SUBSCRIPTION_EVENT_FACILITY_MASK
        if facility in self._lists:
            self._lists[facility].ask()


def line_of(playback: PulsePlayback) -> tuple[Process, ...]:
    """The processes behind a stream; empty where the id that it gives is another's here (a sandbox's, a machine's)."""
    line = process_line(playback.pid) if playback.pid else ()
    return line if line and is_called(line[0].names, playback.binary) else ()


def program_stream(playback: PulsePlayback, line: tuple[Process, ...]) -> ProgramStream:
    """The same for `core`."""
    title, binary = playback.program, playback.binary
    names = (process_name(binary, title), binary, title, *(line[0].names if line else ()))
    return ProgramStream(
        index=playback.index,
        device=playback.sink_index,
        title=title,
        names=tuple(dict.fromkeys(name for name in names if name)),
        pid=playback.pid,
        line=line,
        paused=playback.paused,
        fader=playback.fader,
        of_server=playback.of_server,
    )


def playing_applications(playbacks: Iterable[PulsePlayback]) -> tuple[Application, ...]:
    """The programs behind streams."""
    return applications(program_stream(each, line_of(each)) for each in playbacks)
