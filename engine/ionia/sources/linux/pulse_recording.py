"""A record stream on a PulseConnection: samples with the instant at which each was captured.

It reads as soon as asked and never waits; waiting is the connection's. The stream never moves to another device by
itself: a device that goes away ends it, and whoever reads decides what to open next.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ionia.core.audio.channel_mix import Mix, mix_by_place
from ionia.core.audio.mixer_watch import Fader, StreamGuard
from ionia.core.audio.notices import SoundNotice
from ionia.core.media import SAMPLE_RATE, AudioBlock, Samples
from ionia.core.ports import Clock
from ionia.sources.linux.pulse_connection import PulseConnection
from ionia.sources.linux.pulse_devices import STEREO, PulseSource, PulseStreamState, read_stream
from ionia.sources.linux.pulse_library import VOLUME_NORM
from ionia.sources.linux.pulse_timeline import PulseTimeline, duration_ns

BLOCK_SAMPLES = 960
"""20 ms: half the wake-ups of 10 ms, and well within what the mix waits for. The server adjusts the device's own
latency to it; a null sink would otherwise deliver every 2 s."""

MOST_BLOCK_SAMPLES = 4800
"""What has arrived is taken as one block, up to 100 ms: servers send 20 ms in two or three pieces."""

BUFFER_SECONDS = 10
"""What the server keeps while we are stopped. It allows 4 MiB a stream, which is 10.9 s of stereo."""

FIRST_STATEMENTS = 8
FIRST_INTERVAL_US = 22_000
INTERVAL_US = 102_000
"""How often the server is asked for its position: often at first, until enough answers can be compared, then seldom.

No multiple of 20 ms: asked in step with the blocks, the server would show the same moment of its work every time.
"""

LONGEST_TURN_US = 2_000
"""A statement is dated when the turn that brought it is over; one from a longer turn is not worth taking."""

STREAM_NAME = "Capture"
SERVERS_CHOICE = 0xFFFFFFFF


class PulseRecording:
    """Open from construction to `close`. The connection's thread owns it.

    The device's own channels are taken, so that the server doesn't mix them: it would leave out channels without a
    place in the room and turn down the centre.
    """

    def __init__(
        self,
        connection: PulseConnection,
        source: str,
        clock: Clock,
        *,
        layout: Sequence[str] = STEREO,
        mix: Mix | None = None,
        name: str = STREAM_NAME,
        playback: int | None = None,
    ) -> None:
        """`source` is the source's name, `layout` its channels, `mix` how they become stereo (None: by their places).

        `name` is what the system's mixer shows, and remembers the stream's volume by. `playback`: only what this
        playback stream gives to the source, which is the monitor of its sink.
        """
        self._connection = connection
        self._clock = clock
        self._channels = len(layout)
        self._frame_bytes = 4 * len(layout)
        self._mix = mix or mix_by_place(layout)
        self._timeline = PulseTimeline()
        self._position = 0
        self._statements = 0
        self._next_statement_us = 0
        self._operations: list[Any] = []
        self._answers: list[PulseStreamState] = []
        self._state: PulseStreamState | None = None
        ffi, lib = connection.ffi, connection.lib
        self._lib = lib
        self._null = ffi.NULL
        self._ffi = ffi
        self._data: Any = ffi.new("void **")
        self._length: Any = ffi.new("size_t *")
        self._stream: Any = self._new_stream(layout, name)
        attributes = ffi.new("pa_buffer_attr *")
        attributes.maxlength = BUFFER_SECONDS * SAMPLE_RATE * self._frame_bytes
        attributes.fragsize = BLOCK_SAMPLES * self._frame_bytes
        attributes.tlength = attributes.prebuf = attributes.minreq = SERVERS_CHOICE
        self._on_output = ffi.callback("pa_source_output_info_cb_t", self._take_output)
        # Unmuted from its first sample on, whatever the server remembers of a stream of this name.
        flags = lib.PA_STREAM_ADJUST_LATENCY | lib.PA_STREAM_DONT_MOVE | lib.PA_STREAM_START_UNMUTED
        if playback is not None:
            lib.pa_stream_set_monitor_stream(self._stream, playback)
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
        if self.asleep:
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
        if not self._timeline.known:
            return None
        pieces: list[Samples] = []
        first = self._position
        while self._position - first < MOST_BLOCK_SAMPLES:
            piece, count = self._peek()
            if not count:
                break
            if piece is None and pieces:
                break  # a hole behind them, for the next call
            self._position += count
            self._lib.pa_stream_drop(self._stream)
            if piece is None:
                first = self._position  # the server lost these samples: their time passes without a block
            else:
                pieces.append(piece)
        if not pieces:
            return None
        raw = pieces[0] if len(pieces) == 1 else np.concatenate(pieces)
        return AudioBlock(start_ns=self._timeline.instant_ns(first), samples=self._mix(raw))

    def _peek(self) -> tuple[Samples | None, int]:
        """A copy of the samples that come next, and how many; None and a number: a hole; None and 0: there are none."""
        lib = self._lib
        # A stream that has ended has a size of SIZE_MAX, and peeking at it is an error.
        if not lib.pa_stream_readable_size(self._stream):
            return None, 0
        if lib.pa_stream_peek(self._stream, self._data, self._length) < 0:
            return None, 0
        length, pointer = int(self._length[0]), self._data[0]
        if pointer == self._null:
            return None, length // self._frame_bytes
        samples = np.frombuffer(self._ffi.buffer(pointer, length), dtype=np.float32)
        return samples.reshape(-1, self._channels).copy(), length // self._frame_bytes

    @property
    def fader(self) -> Fader | None:
        """What the system's mixer does to this stream alone; None until it is known, then heard of every 0.1 s."""
        return self._state.fader if self._state is not None else None

    @property
    def asleep(self) -> bool:
        """Whether the device is suspended, and gives nothing."""
        return bool(self._lib.pa_stream_is_suspended(self._stream) == 1)

    def _set_right(self, gain_db: float) -> None:
        """Unmute it and set its volume, without waiting; `gain_db` 0 is 100 %. Only while `ready`."""
        lib, context, index = self._lib, self._connection.context, self._lib.pa_stream_get_index(self._stream)
        volume = self._ffi.new("pa_cvolume *")
        volume.channels = self._state.channels if self._state is not None else self._channels
        for channel in range(volume.channels):
            volume.values[channel] = round(VOLUME_NORM * 10 ** (gain_db / 60.0))
        for operation in (
            lib.pa_context_set_source_output_volume(context, index, volume, self._null, self._null),
            lib.pa_context_set_source_output_mute(context, index, 0, self._null, self._null),
        ):
            if operation != self._null:
                lib.pa_operation_unref(operation)

    def keep_right(self, guard: StreamGuard, source: PulseSource | None, now_ns: int) -> SoundNotice | None:
        """Have the mixer leave this stream of `source` as it is, as `guard` says; what is to be told of that."""
        if self._state is None:
            return None
        stream = self._state.fader
        # With flat volumes a stream's volume contains its source's, and one above it would move the source's.
        right_db = source.fader.gain_db if source is not None and source.flat_volume else 0.0
        verdict = guard.look(replace(stream, gain_db=stream.gain_db - right_db), now_ns)
        if verdict.correct:
            self._set_right(right_db)
        return verdict.notice

    def close(self) -> None:
        """End it without waiting for the server. Idempotent."""
        if self._stream is None:
            return
        self._drop_operations()
        self._lib.pa_stream_disconnect(self._stream)
        self._lib.pa_stream_unref(self._stream)
        self._stream = None

    def _new_stream(self, layout: Sequence[str], name: str) -> Any:
        ffi, lib = self._ffi, self._lib
        format_ = ffi.new("pa_sample_spec *", (lib.PA_SAMPLE_FLOAT32LE, SAMPLE_RATE, len(layout)))
        channel_map = ffi.new("pa_channel_map *")
        lib.pa_channel_map_parse(channel_map, ",".join(layout).encode())
        properties = lib.pa_proplist_new()
        # What servers remember a stream's mute and volume by: one entry each for desktop sound and microphone.
        lib.pa_proplist_sets(properties, b"application.name", name.encode())
        try:
            return lib.pa_stream_new_with_proplist(
                self._connection.context, name.encode(), format_, channel_map, properties
            )
        finally:
            lib.pa_proplist_free(properties)

    def _ask(self, now_us: int) -> None:
        """Ask for position and latency, and before and after that for what the server holds back."""
        lib = self._lib
        context, stream = self._connection.context, self._stream
        index = lib.pa_stream_get_index(stream)
        self._answers.clear()
        operations = [
            lib.pa_context_get_source_output_info(context, index, self._on_output, self._null),
            lib.pa_stream_update_timing_info(stream, self._null, self._null),
            lib.pa_context_get_source_output_info(context, index, self._on_output, self._null),
        ]
        self._operations = [each for each in operations if each != self._null]
        self._next_statement_us = now_us + (FIRST_INTERVAL_US if self._statements < FIRST_STATEMENTS else INTERVAL_US)

    def _take_output(self, _context: Any, info: Any, _end: int, _data: Any) -> None:
        if info != self._null:
            self._state = read_stream(info)
            self._answers.append(self._state)

    def _take_statement(self) -> None:
        now_ns, now_us = self._clock.now_ns(), self._connection.now_us()
        info = self._lib.pa_stream_get_timing_info(self._stream)
        if info == self._null or info.write_index_corrupt or info.write_index == 0:
            # Before its first sample a stream's origin still moves with what is played on the device.
            self._next_statement_us = min(self._next_statement_us, now_us + FIRST_INTERVAL_US)
            return
        if self._connection.turn_us > LONGEST_TURN_US or len({answer.held_back_us for answer in self._answers}) != 1:
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
        put_out_ns = duration_ns(int(info.write_index) // self._frame_bytes)
        taken_ns = duration_ns(int(info.read_index) // self._frame_bytes)
        position_ns = max(put_out_ns, taken_ns + 1000 * self._answers[0].held_back_us)
        position_ns += 1000 * (int(info.source_usec) - int(info.sink_usec))
        self._timeline.state(now_ns - 1000 * int(info.transport_usec), position_ns)
        self._statements += 1

    def _drop_operations(self) -> None:
        for operation in self._operations:
            self._lib.pa_operation_unref(operation)
        self._operations.clear()
