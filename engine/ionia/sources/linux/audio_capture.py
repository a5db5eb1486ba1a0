"""Desktop sound and the microphone of Linux, from the pulse server (PulseAudio, or PipeWire's).

Which device, and what its loss means, is decided here; connection and stream are below.
"""

import contextlib
from dataclasses import replace
from enum import Enum

from ionia.core.audio.channel_mix import are_separate_inputs, inputs_mixed, mix_by_place, mix_of_inputs
from ionia.core.audio.device_names import present_name
from ionia.core.audio.elsewhere import ElsewhereWatch, PlayingStream
from ionia.core.audio.loudness import peak
from ionia.core.audio.mixer_watch import STALL_READS, DeviceWatch, StreamGuard
from ionia.core.audio.notices import SoundNotice
from ionia.core.errors import ErrorKind, IoniaError, SourceLost
from ionia.core.media import AudioBlock
from ionia.core.ports import Clock
from ionia.core.warning import WarningCode
from ionia.sources.linux.pulse_connection import PulseConnection, PulseServerLostError
from ionia.sources.linux.pulse_devices import PulseDefaults, PulseSink, PulseSource
from ionia.sources.linux.pulse_line import PulseLine
from ionia.sources.linux.pulse_recording import PulseRecording
from ionia.sources.linux.pulse_watch import PulseWatch


class Capture(Enum):
    """What is captured."""

    DESKTOP = "desktop sound"
    MICROPHONE = "microphone"


STREAM_NAMES = {Capture.DESKTOP: "Ionia desktop sound", Capture.MICROPHONE: "Ionia microphone"}
"""What the system's mixer shows, and what it remembers a mute and a volume by."""


LOOK_US = 50_000
"""How often what the server said of device and stream is looked at; it says so every 0.1 s at most."""


class AudioCapture:
    """An AudioSource. `device_id` None is the system's default device, followed when it changes."""

    backend = "pulse"

    def __init__(self, capture: Capture, *, device_id: str | None, clock: Clock) -> None:
        self._capture = capture
        self._device_id = device_id
        self._clock = clock
        self._line = PulseLine(self.close)
        self._recording: PulseRecording | None = None
        self._watch: PulseWatch | None = None
        self._device_watch = DeviceWatch(capture.value, "")
        self._stream_guard = StreamGuard(capture.value)
        self._elsewhere = ElsewhereWatch("")
        self._notices: list[SoundNotice] = []
        self._look_us = 0
        self._in_vain = 0
        self._default = ""
        self._layout: tuple[str, ...] = ()

    def open(self) -> str:
        """Open the device and return its name for people; 10 ms when all is well, 2 s at most.

        Raises IoniaError(AUDIO_UNAVAILABLE): no server, no default device, or no device of that id.
        """
        with self._line.opening(self._capture.value) as connection:
            return self._open_on(connection)

    def read(self, timeout: float) -> AudioBlock | None:
        """Wait up to `timeout` seconds for a block. A sink or microphone that is suspended gives none: silence.

        Raises SourceLost: `sound_server_lost`, `device_lost`, or `default_device_changed` (`retry_at_once`).
        """
        connection, recording, watch = self._line.connection, self._recording, self._watch
        if self._line.is_interrupted():
            return None
        if connection is None or recording is None or watch is None:
            raise SourceLost(WarningCode.DEVICE_LOST, f"The {self._capture.value} is not open.")
        deadline_us = connection.now_us() + round(timeout * 1e6)
        while not self._line.is_interrupted():
            # What has arrived comes first: it was captured before whatever ended the stream.
            block = recording.take()
            if self._capture is Capture.DESKTOP:
                self._listen(connection, watch, block)
            if block is not None:
                self._in_vain = 0
                return block
            self._check_alive(watch, recording)
            now_us = connection.now_us()
            if now_us > deadline_us:
                self._in_vain += 1
                return None
            self._line.turn(connection, recording.wait_us(now_us, deadline_us))
            recording.exchange()
            if now_us >= self._look_us:
                self._look_us = now_us + LOOK_US
                self._look_at_mixer(watch, recording)
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
        recording, self._recording = self._recording, None
        watch, self._watch = self._watch, None
        if recording is not None:
            recording.close()
        if watch is not None:
            watch.close()
        self._line.close()

    def _open_on(self, connection: PulseConnection) -> str:
        watch = PulseWatch(connection)
        self._watch = watch
        defaults = watch.begin()
        source, sink = self._choose(connection, defaults)
        watch.follow(source, sink)
        description = sink.description if sink is not None and self._capture is Capture.DESKTOP else source.description
        self._default = self._followed(defaults)
        self._device_watch = DeviceWatch(self._capture.value, description)
        self._stream_guard = StreamGuard(self._capture.value)
        self._elsewhere = ElsewhereWatch(description)
        self._notices.clear()
        self._in_vain = 0
        self._layout = source.layout
        mix = mix_by_place(source.layout)
        if self._is_spoken_into(source):
            mix = mix_of_inputs(source.layout)
            if are_separate_inputs(source.layout):
                self._notices.append(inputs_mixed(description, len(source.layout)))
        recording = PulseRecording(
            connection, source.name, self._clock, layout=source.layout, mix=mix, name=STREAM_NAMES[self._capture]
        )
        self._recording = recording
        if not connection.wait_for(lambda: recording.ready or recording.failed) or not recording.ready:
            if self._line.is_interrupted():
                return description
            raise IoniaError(
                ErrorKind.AUDIO_UNAVAILABLE,
                f'The {self._capture.value} "{description}" could not be opened.',
                "Check that the device is not disabled.",
            )
        recording.exchange()
        # What the server says of the stream is in its first answer; nothing is read before that.
        connection.wait_for(lambda: recording.fader is not None or recording.failed)
        self._look_at_mixer(watch, recording)
        return description

    def _choose(self, connection: PulseConnection, defaults: PulseDefaults) -> tuple[PulseSource, PulseSink | None]:
        """The source to record, and the sink that it listens to."""
        sources, sinks = connection.sources(), connection.sinks()
        by_name = {source.name: source for source in sources}
        if self._capture is Capture.DESKTOP:
            playing = {sink.name: sink for sink in sinks if sink.monitor in by_name}
            # An id may also be the monitor's name.
            playing |= {sink.monitor: sink for sink in playing.values()}
            name = present_name(self._device_id or defaults.sink, playing)
            if name is None:
                raise self._unavailable([sink.name for sink in sinks])
            return by_name[playing[name].monitor], playing[name]
        present = microphones(sources, defaults)
        # An id may also be a monitor's: whoever names one wants it.
        allowed = present if self._device_id is None else sources
        name = present_name(self._device_id or defaults.source, [source.name for source in allowed])
        if name is None:
            raise self._unavailable([source.name for source in present])
        source = by_name[name]
        return source, next((sink for sink in sinks if sink.name == source.monitor_of), None)

    def _is_spoken_into(self, source: PulseSource) -> bool:
        """A monitor that is named as a microphone keeps its room, unless its channels have no place in one."""
        return self._capture is Capture.MICROPHONE and not (source.monitor_of and "front-left" in source.layout)

    def _look_at_mixer(self, watch: PulseWatch, recording: PulseRecording) -> None:
        """Tell of a device that is muted or turned down, and put our own stream right."""
        now_ns = self._clock.now_ns()
        stalled = self._in_vain >= STALL_READS
        notice = self._device_watch.look(replace(watch.fader, asleep=recording.asleep, stalled=stalled), now_ns)
        if notice is not None:
            self._notices.append(notice)
        restored = recording.keep_right(self._stream_guard, watch.source, now_ns)
        if restored is not None:
            self._notices.append(restored)

    def _listen(self, connection: PulseConnection, watch: PulseWatch, block: AudioBlock | None) -> None:
        """Tell of a device that is silent while something plays on another."""
        now_ns = self._clock.now_ns()
        heard = self._elsewhere.hear(0.0 if block is None else peak(block.samples), now_ns)
        if heard is not None:
            self._notices.append(heard)
        if not self._elsewhere.asks(now_ns):
            return
        with contextlib.suppress(PulseServerLostError):  # which the next turn finds out
            devices = {sink.index: sink.description for sink in connection.sinks()}
            own = watch.sink.index if watch.sink is not None else None
            notice = self._elsewhere.answered(
                [
                    PlayingStream(program=each.program, device=devices[each.sink_index])
                    for each in connection.playbacks()
                    if each.heard and each.sink_index in devices and each.sink_index != own
                ]
            )
            if notice is not None:
                self._notices.append(notice)

    def _followed(self, defaults: PulseDefaults) -> str:
        return defaults.sink if self._capture is Capture.DESKTOP else defaults.source

    def _check_alive(self, watch: PulseWatch, recording: PulseRecording) -> None:
        follows = self._device_id is None
        if follows and self._followed(watch.defaults) != self._default:
            self.close()
            raise SourceLost(
                WarningCode.DEFAULT_DEVICE_CHANGED, f"The default {self._capture.value} changed.", retry_at_once=True
            )
        if watch.source is not None and watch.source.layout != self._layout:
            self.close()
            raise SourceLost(
                WarningCode.AUDIO_DEVICE_CHANGED,
                f"The channels of the {self._capture.value} changed.",
                retry_at_once=True,
            )
        if recording.failed:
            self.close()
            # Whoever follows the default finds the next one: the server has chosen it before it ended the stream.
            raise SourceLost(
                WarningCode.DEFAULT_DEVICE_CHANGED if follows else WarningCode.DEVICE_LOST,
                f"The device of the {self._capture.value} went away.",
                retry_at_once=follows,
            )

    def _unavailable(self, present: list[str]) -> IoniaError:
        there = ", ".join(present) or "none"
        if self._device_id is None:
            message = f"There is no default device for the {self._capture.value} (present: {there})."
        else:
            message = f'There is no device "{self._device_id}" for the {self._capture.value} (present: {there}).'
        return IoniaError(ErrorKind.AUDIO_UNAVAILABLE, message, "engine.devices lists what there is.")


def microphones(sources: list[PulseSource], defaults: PulseDefaults) -> list[PulseSource]:
    """Sources that are microphones: no monitors, except one that the user made the default source on purpose.

    Without a microphone the server makes the default sink's monitor the default source; recording that as well would
    put desktop sound into the mix twice.
    """
    return [
        source
        for source in sources
        if not source.monitor_of or (source.name == defaults.source and source.monitor_of != defaults.sink)
    ]
