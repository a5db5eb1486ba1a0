"""Follows what the pulse server says of itself: its defaults, and the mute and volume of one device.

By the server's events; nothing is asked again and again. The connection's thread owns it and turns the connection;
answers arrive in those turns.
"""

from collections.abc import Callable
from typing import Any

from ionia.core.audio.mixer_watch import Fader
from ionia.sources.linux.pulse_connection import PulseConnection
from ionia.sources.linux.pulse_devices import (
    PulseDefaults,
    PulseSink,
    PulseSource,
    read_defaults,
    read_sink,
    read_source,
)


class Question:
    """One thing that is asked anew at each event about it; events while an answer is out make one more question."""

    def __init__(self, connection: PulseConnection, ask: Callable[[], Any]) -> None:
        self._lib, self._null = connection.lib, connection.ffi.NULL
        self._ask = ask
        self._operation: Any = None
        self._again = False

    def ask(self) -> None:
        """Ask, or remember to."""
        self._again = self._running()
        if not self._again:
            self.drop()
            self._operation = self._ask()

    def answered(self) -> None:
        """Call it from the answer's callback: asks once more if something happened since."""
        if self._again:
            # The answer at hand was under way when the event came, or came after it: only a new one is sure.
            self._again = False
            self.drop()
            self._operation = self._ask()

    def drop(self) -> None:
        """Forget the operation; its answer may still come."""
        if self._operation is not None and self._operation != self._null:
            self._lib.pa_operation_unref(self._operation)
        self._operation = None

    def _running(self) -> bool:
        if self._operation is None or self._operation == self._null:
            return False
        return bool(self._lib.pa_operation_get_state(self._operation) == self._lib.PA_OPERATION_RUNNING)


class PulseWatch:
    """From `begin` to `close`, which comes before the connection's."""

    def __init__(self, connection: PulseConnection) -> None:
        ffi, lib = connection.ffi, connection.lib
        self._connection = connection
        self._defaults = PulseDefaults()
        self.source: PulseSource | None = None
        """The followed source, as last heard."""
        self.sink: PulseSink | None = None
        """The sink that it listens to, as last heard."""
        self._on_event = ffi.callback("pa_context_subscribe_cb_t", self._take_event)
        self._on_defaults = ffi.callback("pa_server_info_cb_t", self._take_defaults)
        self._on_source = ffi.callback("pa_source_info_cb_t", self._take_source)
        self._on_sink = ffi.callback("pa_sink_info_cb_t", self._take_sink)
        self._questions = {
            lib.PA_SUBSCRIPTION_EVENT_SERVER: Question(connection, self._ask_defaults),
            lib.PA_SUBSCRIPTION_EVENT_SOURCE: Question(connection, self._ask_source),
            lib.PA_SUBSCRIPTION_EVENT_SINK: Question(connection, self._ask_sink),
        }

    def begin(self) -> PulseDefaults:
        """The defaults of now; from here on everything here follows as the owner turns. Raises PulseServerLostError."""
        connection, lib, null = self._connection, self._connection.lib, self._connection.ffi.NULL
        lib.pa_context_set_subscribe_callback(connection.context, self._on_event, null)
        mask = lib.PA_SUBSCRIPTION_MASK_SERVER | lib.PA_SUBSCRIPTION_MASK_SOURCE | lib.PA_SUBSCRIPTION_MASK_SINK
        # Subscribed first and asked second: a change between the two is seen as an event.
        connection.ask(lib.pa_context_subscribe(connection.context, mask, null, null))
        connection.ask(self._ask_defaults())
        return self._defaults

    @property
    def defaults(self) -> PulseDefaults:
        """The defaults as last heard."""
        return self._defaults

    def follow(self, source: PulseSource, sink: PulseSink | None) -> None:
        """Follow this source, and the sink that it listens to. They were read after `begin`.

        Each is asked once more: what happened to it since it was read was nobody's concern yet.
        """
        self.source, self.sink = source, sink
        lib = self._connection.lib
        self._questions[lib.PA_SUBSCRIPTION_EVENT_SOURCE].ask()
        if sink is not None:
            self._questions[lib.PA_SUBSCRIPTION_EVENT_SINK].ask()

    @property
    def fader(self) -> Fader:
        """What the mixer does to the followed source's sound, our own stream left aside."""
        source = self.source.fader if self.source is not None else Fader()
        return source.through(self.sink.fader) if self.sink is not None else source

    def close(self) -> None:
        """Idempotent. No callback of this object may run afterwards: close the connection next."""
        for question in self._questions.values():
            question.drop()

    def _take_event(self, _context: Any, event: int, index: int, _data: Any) -> None:
        lib = self._connection.lib
        facility = event & lib.PA_SUBSCRIPTION_EVENT_FACILITY_MASK
        wanted = {
            lib.PA_SUBSCRIPTION_EVENT_SERVER: index,
            lib.PA_SUBSCRIPTION_EVENT_SOURCE: self.source.index if self.source is not None else None,
            lib.PA_SUBSCRIPTION_EVENT_SINK: self.sink.index if self.sink is not None else None,
        }
        if facility in wanted and index == wanted[facility]:
            self._questions[facility].ask()

    def _ask_defaults(self) -> Any:
        connection = self._connection
        return connection.lib.pa_context_get_server_info(connection.context, self._on_defaults, connection.ffi.NULL)

    def _ask_source(self) -> Any:
        connection, index = self._connection, self.source.index if self.source is not None else 0
        return connection.lib.pa_context_get_source_info_by_index(
            connection.context, index, self._on_source, connection.ffi.NULL
        )

    def _ask_sink(self) -> Any:
        connection, index = self._connection, self.sink.index if self.sink is not None else 0
        return connection.lib.pa_context_get_sink_info_by_index(
            connection.context, index, self._on_sink, connection.ffi.NULL
        )

    def _take_defaults(self, _context: Any, info: Any, _data: Any) -> None:
        if info != self._connection.ffi.NULL:
            self._defaults = read_defaults(self._connection.library, info)
        self._questions[self._connection.lib.PA_SUBSCRIPTION_EVENT_SERVER].answered()

    def _take_source(self, _context: Any, info: Any, _end: int, _data: Any) -> None:
        if info != self._connection.ffi.NULL:
            self.source = read_source(self._connection.library, info)
            return
        self._questions[self._connection.lib.PA_SUBSCRIPTION_EVENT_SOURCE].answered()

    def _take_sink(self, _context: Any, info: Any, _end: int, _data: Any) -> None:
        if info != self._connection.ffi.NULL:
            self.sink = read_sink(self._connection.library, info)
            return
        self._questions[self._connection.lib.PA_SUBSCRIPTION_EVENT_SINK].answered()
