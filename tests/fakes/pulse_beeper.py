"""A player that beeps at commanded instants and says when each beep was really heard.

It does what the self-test's own beeper does (`selftest/linux/beeper.py`), written a second time on purpose:
with it the tests and the bench measure the product, and a mistake that both shared would not be seen.

`PulseBeeper` runs this file as a program, so that the test's own threads can't delay it. The program plays silence
without end and writes a beep into it at the sample that is due at the commanded instant; afterwards it computes from
the server's statements when that sample left the speaker. All instants are CLOCK_MONOTONIC in nanoseconds
(`time.monotonic_ns`, `time.perf_counter_ns`).

Lines in: `beep AT_NS HZ MILLISECONDS`. Lines out: `ready`, then for each beep, once it is over, a JSON object
`{"asked_ns": ..., "heard_ns": ...}`; `heard_ns` is null when the command came too late to be obeyed.
"""

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import numpy as np

from ionia.sources.linux.pulse_connection import PulseConnection

RATE = 48_000
BUFFER_SECONDS = 0.4
"""What the server has in hand: the program may be held up for so long without a gap in the silence."""

LEAD_SECONDS = BUFFER_SECONDS + 0.2
"""A command must come this long before its instant."""

AMPLITUDE = 0.5
STATEMENT_INTERVAL_NS = 23_000_000
STATEMENTS_KEPT = 25
ANSWER_TIMEOUT = 20.0


class PulseBeeper:
    """The program, from the side of the test. One thread owns it."""

    def __init__(self, environment: Mapping[str, str], sink: str = "") -> None:
        """`environment` names the server (PULSE_SERVER); `sink` defaults to the server's default."""
        self._received = b""
        path = os.pathsep.join(entry for entry in sys.path if entry)
        self._process = subprocess.Popen(
            [sys.executable, __file__, sink],
            env={**environment, "PYTHONPATH": path},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        try:
            if self._line() != "ready":
                raise RuntimeError("the beeper did not start")
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pid(self) -> int:
        """The program's process id."""
        return self._process.pid

    def beep(self, at_ns: int, hz: int = 1000, milliseconds: int = 50) -> None:
        """Have a beep heard at `at_ns`, at least LEAD_SECONDS from now."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"beep {at_ns} {hz} {milliseconds}\n".encode())
        self._process.stdin.flush()

    def heard_ns(self) -> int:
        """Wait for the oldest beep that wasn't asked about yet: when its first sample was really heard."""
        answer = json.loads(self._line())
        if answer["heard_ns"] is None:
            raise RuntimeError(f"the command for {answer['asked_ns']} came too late")
        return int(answer["heard_ns"])

    def close(self) -> None:
        """End the program."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()

    def _line(self) -> str:
        stdout = self._process.stdout
        assert stdout is not None
        while b"\n" not in self._received:
            if not select.select([stdout], [], [], ANSWER_TIMEOUT)[0]:
                raise RuntimeError("the beeper does not answer")
            # Not `readline`: what it reads ahead `select` would not see.
            received = os.read(stdout.fileno(), 65536)
            if not received:
                raise RuntimeError("the beeper has ended")
            self._received += received
        line, self._received = self._received.split(b"\n", 1)
        return line.decode()


class Player:
    """A playback stream that never ends."""

    def __init__(self, connection: PulseConnection, sink: str) -> None:
        self._connection = connection
        self._lib, self._ffi = connection.lib, connection.ffi
        ffi, lib = self._ffi, self._lib
        self._written = 0
        self._waiting: list[tuple[int, int, int]] = []
        self._playing: list[tuple[int, int, int]] = []
        self._placed: list[tuple[int, np.ndarray[Any, Any]]] = []
        self._statements: list[tuple[int, int]] = []
        self._operation: Any = None
        self._next_statement_ns = 0
        spec = ffi.new("pa_sample_spec *", (lib.PA_SAMPLE_FLOAT32LE, RATE, 2))
        self._stream = lib.pa_stream_new(connection.context, b"Beeper", spec, ffi.NULL)
        attributes = ffi.new("pa_buffer_attr *")
        attributes.maxlength = attributes.minreq = attributes.fragsize = 0xFFFFFFFF
        attributes.tlength = int(BUFFER_SECONDS * RATE) * 8
        attributes.prebuf = 0
        lib.pa_stream_connect_playback(
            self._stream, sink.encode() or ffi.NULL, attributes, lib.PA_STREAM_NOFLAGS, ffi.NULL, ffi.NULL
        )

    @property
    def ready(self) -> bool:
        """Whether it is known when a sample will be heard."""
        return len(self._statements) > 10

    def beep(self, asked_ns: int, hz: int, milliseconds: int) -> None:
        """Plan a beep."""
        self._waiting.append((asked_ns, hz, milliseconds))

    def step(self) -> list[dict[str, int | None]]:
        """Write what the server has room for; the beeps that are over."""
        self._exchange()
        answers = self._place_beeps() if self._statements else []
        room = self._lib.pa_stream_writable_size(self._stream) // 8
        if 0 < room < RATE * 10:
            data = self._render(room).tobytes()
            self._lib.pa_stream_write(self._stream, data, len(data), self._ffi.NULL, 0, self._lib.PA_SEEK_RELATIVE)
            self._written += room
        return answers + self._finished()

    def _exchange(self) -> None:
        if self._lib.pa_stream_get_state(self._stream) != self._lib.PA_STREAM_READY:
            return
        if self._operation is not None:
            if self._lib.pa_operation_get_state(self._operation) == self._lib.PA_OPERATION_RUNNING:
                return
            self._lib.pa_operation_unref(self._operation)
            self._operation = None
            now = time.monotonic_ns()
            info = self._lib.pa_stream_get_timing_info(self._stream)
            if info != self._ffi.NULL and info.playing and info.read_index > 0 and self._connection.turn_us < 1_000:
                # transport_usec is the way to the server here: its snapshot was taken that long after the question.
                snapshot = self._asked_ns + info.transport_usec * 1000
                if snapshot <= now:
                    self._statements.append(
                        (now, snapshot - info.read_index // 8 * 1_000_000_000 // RATE + info.sink_usec * 1000)
                    )
                    del self._statements[:-STATEMENTS_KEPT]
        if time.monotonic_ns() >= self._next_statement_ns:
            self._asked_ns = time.monotonic_ns()
            self._operation = self._lib.pa_stream_update_timing_info(self._stream, self._ffi.NULL, self._ffi.NULL)
            self._next_statement_ns = self._asked_ns + STATEMENT_INTERVAL_NS

    def _origin_ns(self) -> int:
        # The second earliest: a statement that is dated late, or made between two steps of the server, looks late.
        return sorted(origin for _, origin in self._statements)[1]

    def _place_beeps(self) -> list[dict[str, int | None]]:
        late: list[dict[str, int | None]] = []
        for asked, hz, milliseconds in list(self._waiting):
            sample = round((asked - self._origin_ns()) * RATE / 1e9)
            if sample < self._written:
                late.append({"asked_ns": asked, "heard_ns": None})
            elif sample > self._written + RATE:
                # Placed when it is close: until then the device's clock may drift.
                continue
            else:
                times = np.arange(milliseconds * RATE // 1000, dtype=np.float64) / RATE
                tone = (AMPLITUDE * np.sin(2 * np.pi * hz * times)).astype(np.float32)
                self._placed.append((sample, tone))
                self._playing.append((asked, sample, sample + len(tone)))
            self._waiting.remove((asked, hz, milliseconds))
        return late

    def _render(self, count: int) -> np.ndarray[Any, np.dtype[np.float32]]:
        block = np.zeros((count, 2), dtype=np.float32)
        begin, end = self._written, self._written + count
        for start, tone in self._placed:
            first, last = max(start, begin), min(start + len(tone), end)
            if first < last:
                block[first - begin : last - begin] += tone[first - start : last - start, None]
        self._placed = [(start, tone) for start, tone in self._placed if start + len(tone) > end]
        return block

    def _finished(self) -> list[dict[str, int | None]]:
        answers: list[dict[str, int | None]] = []
        for asked, first, end in list(self._playing):
            over = self._origin_ns() + end * 1_000_000_000 // RATE + 200_000_000
            if time.monotonic_ns() > over:
                answers.append({"asked_ns": asked, "heard_ns": self._origin_ns() + first * 1_000_000_000 // RATE})
                self._playing.remove((asked, first, end))
        return answers


def main() -> int:
    """Run until the standard input ends."""
    connection = PulseConnection()
    connection.connect()
    player = Player(connection, sys.argv[1] if len(sys.argv) > 1 else "")
    said_ready = False
    pending = b""
    while True:
        connection.turn(5_000)
        for answer in player.step():
            sys.stdout.write(json.dumps(answer) + "\n")
        if player.ready and not said_ready:
            sys.stdout.write("ready\n")
            said_ready = True
        sys.stdout.flush()
        if select.select([0], [], [], 0)[0]:
            received = os.read(0, 65536)
            if not received:
                return 0
            *lines, pending = (pending + received).split(b"\n")
            for line in lines:
                _, at_ns, hz, milliseconds = line.split()
                player.beep(int(at_ns), int(hz), int(milliseconds))


if __name__ == "__main__":
    sys.exit(main())
