"""Desktop sound and the microphone of Linux, from the pulse server (PulseAudio, or PipeWire's).

Which device, and what its loss means, is decided here; connection and stream are below.
"""

import threading
from enum import Enum

from ionia.core.errors import ErrorKind, IoniaError, SourceLost
from ionia.core.media import AudioBlock
from ionia.core.ports import Clock
from ionia.core.warning import WarningCode
from ionia.sources.linux.pulse_connection import (
    PulseConnection,
    PulseDefaults,
    PulseServerLostError,
    PulseSource,
)
from ionia.sources.linux.pulse_recording import PulseRecording


class Capture(Enum):
    """What is captured."""

    DESKTOP = "desktop sound"
    MICROPHONE = "microphone"


class AudioCapture:
    """An AudioSource. `device_id` None is the system's default device, followed when it changes."""

    backend = "pulse"

    def __init__(self, capture: Capture, *, device_id: str | None, clock: Clock) -> None:
        self._capture = capture
        self._device_id = device_id
        self._clock = clock
        self._connection: PulseConnection | None = None
        self._recording: PulseRecording | None = None
        self._default = ""
        self._interrupted = threading.Event()

    def open(self) -> str:
        """Open the device and return its name for people; 10 ms when all is well, 2 s at most.

        Raises IoniaError(AUDIO_UNAVAILABLE): no server, no default device, or no device of that id.
        """
        self.close()
        connection = PulseConnection()
        self._connection = connection
        if self._interrupted.is_set():
            connection.wake()
        try:
            connection.connect()
            return self._open_on(connection)
        except PulseServerLostError as error:
            self.close()
            raise IoniaError(
                ErrorKind.AUDIO_UNAVAILABLE,
                f"The sound server went away while the {self._capture.value} was opened: {error}.",
                "Check that PulseAudio or PipeWire is running.",
            ) from error
        except BaseException:
            self.close()
            raise

    def read(self, timeout: float) -> AudioBlock | None:
        """Wait up to `timeout` seconds for a block. A sink or microphone that is suspended gives none: silence.

        Raises SourceLost: `sound_server_lost`, `device_lost`, or `default_device_changed` (`retry_at_once`).
        """
        connection, recording = self._connection, self._recording
        if self._interrupted.is_set():
            return None
        if connection is None or recording is None:
            raise SourceLost(WarningCode.DEVICE_LOST, f"The {self._capture.value} is not open.")
        deadline_us = connection.now_us() + round(timeout * 1e6)
        while not self._interrupted.is_set():
            # What has arrived comes first: it was captured before whatever ended the stream.
            block = recording.take()
            if block is not None:
                return block
            self._check_alive(connection, recording)
            now_us = connection.now_us()
            if now_us > deadline_us:
                return None
            try:
                connection.turn(recording.wait_us(now_us, deadline_us))
            except PulseServerLostError as error:
                self.close()
                raise SourceLost(WarningCode.SOUND_SERVER_LOST, f"The sound server went away: {error}.") from error
            recording.exchange()
        return None

    def interrupt(self) -> None:
        """Any thread: the `read` under way and all later ones return None at once."""
        self._interrupted.set()
        connection = self._connection
        if connection is not None:
            connection.wake()

    def close(self) -> None:
        """Free everything, without waiting for the server. Idempotent."""
        recording, self._recording = self._recording, None
        connection, self._connection = self._connection, None
        if recording is not None:
            recording.close()
        if connection is not None:
            connection.close()

    def _open_on(self, connection: PulseConnection) -> str:
        defaults = connection.watch_defaults()
        source, description = self._choose(connection, defaults)
        self._default = self._followed(defaults)
        recording = PulseRecording(connection, source, self._clock)
        self._recording = recording
        if not connection.wait_for(lambda: recording.ready or recording.failed) or not recording.ready:
            if self._interrupted.is_set():
                return description
            raise IoniaError(
                ErrorKind.AUDIO_UNAVAILABLE,
                f'The {self._capture.value} "{description}" could not be opened.',
                "Check that the device is not disabled.",
            )
        recording.exchange()
        return description

    def _choose(self, connection: PulseConnection, defaults: PulseDefaults) -> tuple[str, str]:
        """Name and description of the source to record."""
        if self._capture is Capture.DESKTOP:
            sinks = connection.sinks()
            wanted = self._device_id or defaults.sink
            for sink in sinks:
                if wanted in (sink.name, sink.monitor):
                    return sink.monitor, sink.description
            raise self._unavailable([sink.name for sink in sinks])
        sources = connection.sources()
        present = microphones(sources, defaults)
        wanted = self._device_id or defaults.source
        # By id also a monitor: whoever names one wants it.
        for source in present if self._device_id is None else sources:
            if wanted == source.name:
                return source.name, source.description
        raise self._unavailable([source.name for source in present])

    def _followed(self, defaults: PulseDefaults) -> str:
        return defaults.sink if self._capture is Capture.DESKTOP else defaults.source

    def _check_alive(self, connection: PulseConnection, recording: PulseRecording) -> None:
        follows = self._device_id is None
        if follows and self._followed(connection.defaults) != self._default:
            self.close()
            raise SourceLost(
                WarningCode.DEFAULT_DEVICE_CHANGED, f"The default {self._capture.value} changed.", retry_at_once=True
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
