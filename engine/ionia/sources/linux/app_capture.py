"""What one program plays, or everything but that, on Linux: its streams, each from the monitor of its device.

Which streams is decided in `core.audio.program_follow`, their sum is made in `core.audio.stream_sum`. What is done to
the volume of a device changes nothing here: a stream is heard before that.
"""

import itertools
from collections import deque
from dataclasses import dataclass, replace

from ionia.core.audio.mixer_watch import STALL_READS, DeviceWatch, Fader, StreamGuard
from ionia.core.audio.notices import SoundNotice
from ionia.core.audio.program_follow import ProgramFollow
from ionia.core.audio.programs import AppWish, ProgramStream, fader_of
from ionia.core.audio.stream_sum import StreamSum
from ionia.core.errors import SourceLost
from ionia.core.media import AudioBlock
from ionia.core.ports import Clock
from ionia.core.warning import Program, WarningCode
from ionia.platform.process_lines import all_processes, lives
from ionia.sources.linux.pulse_connection import PulseConnection
from ionia.sources.linux.pulse_devices import PulseSource
from ionia.sources.linux.pulse_line import PulseLine
from ionia.sources.linux.pulse_programs import PulsePrograms
from ionia.sources.linux.pulse_recording import PulseRecording

STREAM_NAME = "Ionia program sound"
"""What the system's mixer shows, and what it remembers a mute and a volume by."""

LOOK_NS = 500_000_000
"""How often it is asked whether the program lives, and what was refused is tried again."""

REFUSALS = 3
"""As many in a row are told: once may be a stream that was moved or closed at that moment."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Part:
    """One stream that is recorded."""

    number: int
    stream: ProgramStream
    monitor: PulseSource
    recording: PulseRecording
    guard: StreamGuard


class AppCapture:
    """An AudioSource. The program need not run; it is silent until it plays."""

    backend = "pulse"

    def __init__(self, wish: AppWish, *, clock: Clock) -> None:
        self._wish = wish
        self._clock = clock
        self._line = PulseLine(self.close)
        self._programs: PulsePrograms | None = None
        self._follow = ProgramFollow(wish, (), 0)
        self._parts: dict[int, _Part] = {}
        self._numbers = itertools.count()
        self._sum = StreamSum()
        self._ready: deque[AudioBlock] = deque()
        self._fader_watch = DeviceWatch("sound of", "")
        self._streams: tuple[ProgramStream, ...] = ()
        self._version = -1
        self._look_ns = 0
        self._in_vain = 0
        self._refused: dict[int, int] = {}
        self._notices: list[SoundNotice] = []

    def open(self) -> str:
        """Connect, and begin with what the program plays; its name for people. 20 ms when all is well, 2 s at most.

        Raises IoniaError(AUDIO_UNAVAILABLE) without a server; a program that isn't there is told of, and waited for.
        """
        with self._line.opening(f"sound of {self._wish.label}") as connection:
            programs = PulsePrograms(connection)
            self._programs = programs
            programs.begin()
            now_ns = self._clock.now_ns()
            self._follow = ProgramFollow(self._wish, all_processes(), now_ns)
            self._notices.clear()
            self._in_vain = 0
            self._look(connection, programs, now_ns)
            self._fader_watch = DeviceWatch("sound of", self._follow.label)
            return self._follow.label

    def read(self, timeout: float) -> AudioBlock | None:
        """Wait up to `timeout` seconds for a block of the sum. Where nothing plays there is none: silence.

        Raises SourceLost: `sound_server_lost`.
        """
        connection, programs = self._line.connection, self._programs
        if self._line.is_interrupted():
            return None
        if connection is None or programs is None:
            raise SourceLost(WarningCode.DEVICE_LOST, f"The sound of {self._wish.label} is not open.")
        deadline_us = connection.now_us() + round(timeout * 1e6)
        # After a stall much is there, a message a turn: nothing is given out before all of it was seen.
        more = True
        while not self._line.is_interrupted():
            now_ns = self._clock.now_ns()
            # What has arrived comes first: it was captured before whatever ended a stream.
            self._take()
            if programs.version != self._version or now_ns >= self._look_ns:
                self._look(connection, programs, now_ns)
            if not more:
                self._ready.extend(self._sum.advance(self._clock.now_ns()))
            if self._ready:
                self._in_vain = 0
                return self._ready.popleft()
            now_us = connection.now_us()
            if now_us > deadline_us:
                self._in_vain = self._in_vain + 1 if self._is_played() else 0
                return None
            more = self._line.turn(connection, 0 if more else self._wait_us(now_us, deadline_us))
            for part in self._parts.values():
                if part.recording.ready:
                    part.recording.exchange()
            self._look_at_mixer()
        return None

    def take_notices(self) -> list[SoundNotice]:
        """See AudioSource."""
        notices, self._notices = self._notices, []
        return notices

    def interrupt(self) -> None:
        """Any thread: the `read` under way and all later ones return None at once."""
        self._line.interrupt()

    def close(self) -> None:
        """Free everything, without waiting for the server. Idempotent."""
        for part in self._parts.values():
            part.recording.close()
        self._parts.clear()
        self._sum = StreamSum()
        self._ready.clear()
        self._refused.clear()
        programs, self._programs = self._programs, None
        if programs is not None:
            programs.close()
        self._line.close()

    def _take(self) -> None:
        """What has arrived of each stream."""
        for part in self._parts.values():
            while (block := part.recording.take()) is not None:
                self._sum.push(part.number, block)

    def _wait_us(self, now_us: int, deadline_us: int) -> int:
        now_ns = self._clock.now_ns()
        waits_ns = [self._look_ns - now_ns]
        if (due_ns := self._sum.next_deadline_ns) is not None:
            waits_ns.append(due_ns - now_ns)
        waits = [part.recording.wait_us(now_us, deadline_us) for part in self._parts.values() if part.recording.ready]
        # Not a microsecond too early: that would be a turn for nothing.
        return min([deadline_us - now_us, *waits, -(-min(waits_ns) // 1000)])

    def _look(self, connection: PulseConnection, programs: PulsePrograms, now_ns: int) -> None:
        """Record the streams that are wanted now, and no other."""
        self._version, self._look_ns = programs.version, now_ns + LOOK_NS
        followed = self._follow.look(programs.streams(), lives, now_ns)
        self._notices += followed.notices
        self._streams = followed.streams
        wanted = {stream.index: stream for stream in followed.streams}
        self._refused = {index: count for index, count in self._refused.items() if index in wanted}
        for index, part in list(self._parts.items()):
            stream = wanted.get(index)
            if part.recording.failed:
                self._refuse(index)
            elif stream is not None and stream.device == part.stream.device:
                if part.recording.ready:
                    self._refused.pop(index, None)
                continue
            part.recording.close()
            self._sum.end(part.number, now_ns)
            del self._parts[index]
        for index, stream in wanted.items():
            monitor = programs.monitor(stream)
            if index not in self._parts and monitor is not None:
                self._parts[index] = self._begin(connection, stream, monitor, now_ns)

    def _begin(self, connection: PulseConnection, stream: ProgramStream, monitor: PulseSource, now_ns: int) -> _Part:
        recording = PulseRecording(
            connection, monitor.name, self._clock, layout=monitor.layout, name=STREAM_NAME, playback=stream.index
        )
        part = _Part(
            number=next(self._numbers),
            stream=stream,
            monitor=monitor,
            recording=recording,
            guard=StreamGuard(f"sound of {self._follow.label}"),
        )
        self._sum.add(part.number, now_ns)
        return part

    def _refuse(self, index: int) -> None:
        count = self._refused.get(index, 0) + 1
        self._refused[index] = count
        if count == REFUSALS:
            label = self._follow.label
            message = f"A stream of {label} can't be recorded: the sound server refuses it. It is left out."
            self._notices.append(
                SoundNotice(code=WarningCode.APP_AUDIO_UNAVAILABLE, message=message, facts=Program(program=label))
            )

    def _is_played(self) -> bool:
        """Whether there is a stream that gives sound: what pauses gives none, and what is not set up yet neither."""
        return any(part.recording.ready for part in self._parts.values()) and fader_of(self._streams) is not None

    def _look_at_mixer(self) -> None:
        """Tell of a program that is muted, turned down or gives nothing, and put our own streams right."""
        now_ns = self._clock.now_ns()
        parts = [part for part in self._parts.values() if part.recording.ready]
        for part in parts:
            restored = part.recording.keep_right(part.guard, part.monitor, now_ns)
            if restored is not None:
                self._notices.append(restored)
        fader = fader_of(self._streams)
        if fader is None and not self._fader_watch.told_stalled:
            return
        # Who pauses by now, or is gone, is no longer held up by a server that hung; and how loud each of the others is
        # is the user's own affair.
        if fader is None or self._wish.exclude:
            fader = Fader()
        asleep = bool(parts) and all(part.recording.asleep for part in parts)
        stalled = self._in_vain >= STALL_READS
        notice = self._fader_watch.look(replace(fader, asleep=asleep, stalled=stalled), now_ns)
        if notice is not None:
            self._notices.append(notice)
