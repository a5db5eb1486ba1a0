"""The self-test's beeps on Linux: a playback stream that never ends, with a beep in it at each commanded instant.

When a beep was heard is computed from the server's own statements, as capture does it in the other direction; what
the server doesn't know (a Bluetooth speaker that keeps its delay to itself) it can't tell us either.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.media import SAMPLE_RATE, Samples
from ionia.core.ports import Clock
from ionia.sources.linux.pulse_connection import PulseConnection, PulseServerLostError

BUFFER_SECONDS = 0.3
"""What the server has in hand: this thread may be held up for so long without a gap in the silence."""

_STATEMENT_INTERVAL_NS = 23_000_000
_STATEMENTS = 25
_NEEDED_STATEMENTS = 8
_TURN_US = 5_000
_LONGEST_TURN_US = 1_000
_LATEST_NS = 300_000_000
_SERVERS_CHOICE = 0xFFFFFFFF
_FRAME_BYTES = 8


class PulseBeeper:
    """`open`, `play`, `close`, on one thread, which it keeps busy meanwhile."""

    def __init__(self, device_id: str | None, clock: Clock) -> None:
        """`device_id` is a sink's name; None: the default one."""
        self._device = device_id or ""
        self._clock = clock
        self._connection: PulseConnection | None = None
        self._stream: Any = None
        self._operation: Any = None
        self._asked_ns = 0
        self._next_statement_ns = 0
        self._written = 0
        self._origins: list[int] = []

    def open(self, cancelled: Callable[[], bool], timeout_ns: int) -> None:
        """Play silence until it is known when a sample will be heard. Raises IoniaError(AUDIO_UNAVAILABLE)."""
        connection = PulseConnection()
        self._connection = connection
        connection.connect()
        lib, ffi = connection.lib, connection.ffi
        spec = ffi.new("pa_sample_spec *", (lib.PA_SAMPLE_FLOAT32LE, SAMPLE_RATE, 2))
        self._stream = lib.pa_stream_new(connection.context, b"Self-test", spec, ffi.NULL)
        attributes = ffi.new("pa_buffer_attr *")
        attributes.maxlength = attributes.minreq = attributes.fragsize = _SERVERS_CHOICE
        attributes.tlength = round(BUFFER_SECONDS * SAMPLE_RATE) * _FRAME_BYTES
        attributes.prebuf = 0
        device = self._device.encode() or ffi.NULL
        lib.pa_stream_connect_playback(self._stream, device, attributes, lib.PA_STREAM_NOFLAGS, ffi.NULL, ffi.NULL)
        give_up_ns = self._clock.now_ns() + timeout_ns
        silence = np.zeros((0, 2), np.float32)
        while len(self._origins) < _NEEDED_STATEMENTS and not cancelled():
            if self._clock.now_ns() > give_up_ns:
                raise IoniaError(ErrorKind.AUDIO_UNAVAILABLE, "The sound device does not begin to play.")
            self._step([], silence)

    def play(
        self, beep: Samples, asked: Callable[[], Sequence[int] | None], cancelled: Callable[[], bool]
    ) -> list[int | None]:
        """Silence until `asked` gives instants (rising), then the beep at each; when each was heard, None if late."""
        placed: list[tuple[int, Samples]] = []
        while (instants_ns := asked()) is None:
            if cancelled():
                return []
            self._step(placed, beep)
        waiting = list(instants_ns)
        firsts: dict[int, int] = {}
        while not cancelled():
            while waiting and waiting[0] - self._clock.now_ns() < 2 * round(BUFFER_SECONDS * 1e9):
                instant = waiting.pop(0)
                first = round((instant - self._origin_ns()) * SAMPLE_RATE / 1e9)
                if first >= self._written:
                    placed.append((first, beep))
                    firsts[instant] = first
            self._step(placed, beep)
            last = max(firsts.values(), default=0) + len(beep)
            if not waiting and self._clock.now_ns() > self._heard_ns(last) + _LATEST_NS:
                break
        return [self._heard_ns(firsts[instant]) if instant in firsts else None for instant in instants_ns]

    def close(self) -> None:
        """End it without waiting for the server. Idempotent."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        if self._operation is not None:
            connection.lib.pa_operation_unref(self._operation)
            self._operation = None
        if self._stream is not None:
            connection.lib.pa_stream_disconnect(self._stream)
            connection.lib.pa_stream_unref(self._stream)
            self._stream = None
        connection.close()

    def _step(self, placed: list[tuple[int, Samples]], beep: Samples) -> None:
        """Take what the server says and give it what it has room for."""
        connection = self._connection
        if connection is None:
            raise RuntimeError("the beeper is not open")
        lib = connection.lib
        try:
            connection.turn(_TURN_US)
        except PulseServerLostError as error:
            raise IoniaError(ErrorKind.AUDIO_UNAVAILABLE, f"The sound server went away: {error}.") from error
        state = lib.pa_stream_get_state(self._stream)
        if state not in (lib.PA_STREAM_CREATING, lib.PA_STREAM_READY):
            raise IoniaError(ErrorKind.AUDIO_UNAVAILABLE, "The sound device can't play.")
        if state != lib.PA_STREAM_READY:
            return
        self._exchange(connection)
        room = int(lib.pa_stream_writable_size(self._stream)) // _FRAME_BYTES
        if 0 < room < 10 * SAMPLE_RATE:
            data = self._render(room, placed).tobytes()
            lib.pa_stream_write(self._stream, data, len(data), connection.ffi.NULL, 0, lib.PA_SEEK_RELATIVE)
            self._written += room
            placed[:] = [(first, samples) for first, samples in placed if first + len(beep) > self._written]

    def _render(self, count: int, placed: list[tuple[int, Samples]]) -> Samples:
        block = np.zeros((count, 2), np.float32)
        begin, end = self._written, self._written + count
        for first, samples in placed:
            low, high = max(first, begin), min(first + len(samples), end)
            if low < high:
                block[low - begin : high - begin] += samples[low - first : high - first]
        return block

    def _exchange(self, connection: PulseConnection) -> None:
        """Ask the server how far it has played, and keep its answer as the instant at which sample 0 was heard."""
        lib = connection.lib
        if self._operation is not None:
            if lib.pa_operation_get_state(self._operation) == lib.PA_OPERATION_RUNNING:
                return
            lib.pa_operation_unref(self._operation)
            self._operation = None
            info = lib.pa_stream_get_timing_info(self._stream)
            usable = info != connection.ffi.NULL and info.playing and info.read_index > 0
            if usable and connection.turn_us < _LONGEST_TURN_US:
                # transport_usec is the way to the server here: its snapshot was taken that long after the question.
                snapshot_ns = self._asked_ns + int(info.transport_usec) * 1000
                played_ns = int(info.read_index) // _FRAME_BYTES * 1_000_000_000 // SAMPLE_RATE
                if snapshot_ns <= self._clock.now_ns():
                    self._origins.append(snapshot_ns - played_ns + int(info.sink_usec) * 1000)
        now_ns = self._clock.now_ns()
        if now_ns >= self._next_statement_ns:
            self._asked_ns = now_ns
            self._operation = lib.pa_stream_update_timing_info(self._stream, connection.ffi.NULL, connection.ffi.NULL)
            self._next_statement_ns = now_ns + _STATEMENT_INTERVAL_NS

    def _heard_ns(self, sample: int) -> int:
        return self._origin_ns() + sample * 1_000_000_000 // SAMPLE_RATE

    def _origin_ns(self) -> int:
        # The second earliest: a statement that is dated late, or made between two steps of the server, looks late.
        return sorted(self._origins[-_STATEMENTS:])[1]
