"""A record stream on a PulseConnection: samples with the instant at which each was captured.

It reads as soon as asked and never waits; waiting is the connection's. The stream never moves to another device by
itself: a device that goes away ends it, and whoever reads decides what to open next.
"""

from typing import Any

import numpy as np

from ionia.core.media import SAMPLE_RATE, AudioBlock
from ionia.core.ports import Clock
from ionia.sources.linux.pulse_connection import PulseConnection
from ionia.sources.linux.pulse_timeline import PulseTimeline, duration_ns

CHANNELS = 2
SAMPLE_BYTES = 4 * CHANNELS

BLOCK_SAMPLES = 960
"""20 ms: half the wake-ups of 10, and well within what the mix waits for. The server adjusts the device's own latency
to it; a null sink would otherwise deliver every 2 s."""

BUFFER_SECONDS = 10
"""What the server keeps while we are stopped. It allows 4 MiB a stream, which is 10.9 s."""

FIRST_STATEMENTS = 8
FIRST_INTERVAL_US = 22_000
INTERVAL_US = 102_000
"""How often the server is asked for its position: a median builds up quickly, then costs next to nothing.

No multiple of 20 ms: asked in step with the blocks, the server would show the same moment of its work every time.
"""

LONGEST_TURN_US = 2_000
"""A statement is dated when the turn that brought it is over; one from a longer turn is not worth taking."""

STREAM_NAME = b"Capture"
SERVERS_CHOICE = 0xFFFFFFFF


class PulseRecording:
    """Open from construction to `close`. The connection's thread owns it."""

    def __init__(self, connection: PulseConnection, source: str, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock
        self._timeline = PulseTimeline()
        self._position = 0
        self._statements = 0
        self._next_statement_us = 0
        self._operations: list[Any] = []
        self._held_back_us: list[int] = []
        ffi, lib = connection.ffi, connection.lib
        self._lib = lib
        self._null = ffi.NULL
        self._ffi = ffi
        self._data: Any = ffi.new("void **")
        self._length: Any = ffi.new("size_t *")
        format_ = ffi.new("pa_sample_spec *", (lib.PA_SAMPLE_FLOAT32LE, SAMPLE_RATE, CHANNELS))
        self._stream: Any = lib.pa_stream_new(connection.context, STREAM_NAME, format_, ffi.NULL)
        attributes = ffi.new("pa_buffer_attr *")
        attributes.maxlength = BUFFER_SECONDS * SAMPLE_RATE * SAMPLE_BYTES
        attributes.fragsize = BLOCK_SAMPLES * SAMPLE_BYTES
        attributes.tlength = attributes.prebuf = attributes.minreq = SERVERS_CHOICE
        self._on_output = ffi.callback("pa_source_output_info_cb_t", self._take_output)
        flags = lib.PA_STREAM_ADJUST_LATENCY | lib.PA_STREAM_DONT_MOVE
        # A refusal shows in `failed`, as one that comes later does.
        lib.pa_stream_connect_record(self._stream, source.encode(), attributes, flags)

    @property
    def ready(self) -> bool:
        """Whether the server has set it up."""
        return bool(self._lib.pa_stream_get_state(self._stream) == self._lib.PA_STREAM_READY)

    @property
    def failed(self) -> bool:
        """Whether the server refused it or has ended it, as it does when the device goes away."""
        state = self._lib.pa_stream_get_state(self._stream)
        return state not in (self._lib.PA_STREAM_CREATING, self._lib.PA_STREAM_READY)

    def wait_us(self, now_us: int, deadline_us: int) -> int:
        """How long a turn may last: until the deadline, or until `exchange` has something to ask.

        While an answer is out there is nothing to ask: a server that has stopped must not make its clients spin.
        """
        return (deadline_us if self._operations else min(deadline_us, self._next_statement_us)) - now_us

    def exchange(self) -> None:
        """Ask the server for its position when that is due, and take its answer. Call it after every turn."""
        lib = self._lib
        if lib.pa_stream_is_suspended(self._stream) == 1:
            self._timeline.forget()
        if self._operations:
            if any(lib.pa_operation_get_state(each) == lib.PA_OPERATION_RUNNING for each in self._operations):
                return
            self._drop_operations()
            self._take_statement()
        now_us = self._connection.now_us()
        awaited = not self._timeline.known and lib.pa_stream_readable_size(self._stream) > 0
        if now_us >= self._next_statement_us or awaited:
            self._ask(now_us)

    def take(self) -> AudioBlock | None:
        """The next samples that have arrived; None while there are none or their instant isn't known yet."""
        lib = self._lib
        while self._timeline.known and lib.pa_stream_readable_size(self._stream) > 0:
            # A stream that has ended answers the line above with SIZE_MAX, and peeking with an error.
            if lib.pa_stream_peek(self._stream, self._data, self._length) < 0:
                return None
            length = int(self._length[0])
            if length == 0:
                return None
            first, count = self._position, length // SAMPLE_BYTES
            self._position += count
            pointer = self._data[0]
            if pointer == self._null:
                # A hole: the server lost these samples. Their time passes without a block.
                lib.pa_stream_drop(self._stream)
                continue
            samples = np.frombuffer(self._ffi.buffer(pointer, length), dtype=np.float32).reshape(-1, CHANNELS).copy()
            lib.pa_stream_drop(self._stream)
            return AudioBlock(start_ns=self._timeline.instant_ns(first), samples=samples)
        return None

    def close(self) -> None:
        """End it without waiting for the server. Idempotent."""
        if self._stream is None:
            return
        self._drop_operations()
        self._lib.pa_stream_disconnect(self._stream)
        self._lib.pa_stream_unref(self._stream)
        self._stream = None

    def _ask(self, now_us: int) -> None:
        """Ask for position and latency, and before and after that for what the server holds back."""
        lib = self._lib
        context, stream = self._connection.context, self._stream
        index = lib.pa_stream_get_index(stream)
        self._held_back_us.clear()
        operations = [
            lib.pa_context_get_source_output_info(context, index, self._on_output, self._null),
            lib.pa_stream_update_timing_info(stream, self._null, self._null),
            lib.pa_context_get_source_output_info(context, index, self._on_output, self._null),
        ]
        self._operations = [each for each in operations if each != self._null]
        self._next_statement_us = now_us + (FIRST_INTERVAL_US if self._statements < FIRST_STATEMENTS else INTERVAL_US)

    def _take_output(self, _context: Any, info: Any, _end: int, _data: Any) -> None:
        if info != self._null:
            self._held_back_us.append(int(info.buffer_usec))

    def _take_statement(self) -> None:
        now_ns, now_us = self._clock.now_ns(), self._connection.now_us()
        info = self._lib.pa_stream_get_timing_info(self._stream)
        if info == self._null or info.write_index_corrupt or info.write_index == 0:
            # Before its first sample a stream's origin still moves with what is played on the device.
            self._next_statement_us = min(self._next_statement_us, now_us + FIRST_INTERVAL_US)
            return
        if self._connection.turn_us > LONGEST_TURN_US or len(set(self._held_back_us)) != 1:
            self._next_statement_us = now_us
            return
        if not info.playing:
            self._timeline.forget()
            return
        # As pa_stream_get_time computes it: what the server has put out, and what is still between it and the device.
        # A monitor hears samples before they are heard in the room: `sink_usec` is how much before. And it hands them
        # over late, once they can't change any more, which pa_stream_get_time leaves out: `buffer_usec` is what it
        # still holds, and what waits to be sent to us.
        # PipeWire states no `buffer_usec`: there it is what the server has put out.
        put_out_ns = duration_ns(int(info.write_index) // SAMPLE_BYTES)
        taken_ns = duration_ns(int(info.read_index) // SAMPLE_BYTES)
        position_ns = max(put_out_ns, taken_ns + 1000 * self._held_back_us[0])
        position_ns += 1000 * (int(info.source_usec) - int(info.sink_usec))
        self._timeline.state(now_ns - 1000 * int(info.transport_usec), position_ns)
        self._statements += 1

    def _drop_operations(self) -> None:
        for operation in self._operations:
            self._lib.pa_operation_unref(operation)
        self._operations.clear()
