"""The one PortAudio of the process, with a device list that is never older than it must be.

PortAudio reads the devices when it is initialised and at no other time, and initialising it again changes nothing
while anyone still uses it. So it ends with its last stream; and when a device is asked for that isn't on its list, the
other streams are asked to close for a moment. It knows WASAPI's devices and no other.
"""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

log = logging.getLogger(__name__)

_WASAPI = 13  # paWASAPI, portaudio.h
_FLOAT32 = 1  # paFloat32
_LOOPBACK = " [Loopback]"  # PyAudioWPatch's mark on loopback devices' names

EVICTION_TIMEOUT_S = 1.5
"""How long others get to close their streams: they look at least ten times a second."""

StreamCallback = Callable[[bytes | None, int, Mapping[str, float], int], tuple[None, int]]
"""(data, frames, {"input_buffer_adc_time", "current_time"} in stream seconds, status flags) -> (None, 0 to go on)."""


class DeviceMissingError(Exception):
    """PortAudio doesn't list the device, even after reading the devices anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedDevice:
    """The `nth` device of this name (0 for the first), to record from or, as loopback, to hear what it plays."""

    name: str
    nth: int
    loopback: bool


class HostStream:
    """A running stream in the device's own rate and channel count, float32. Close it on the thread that opened it."""

    def __init__(self, stream: Any, *, rate: int, channels: int, closed: Callable[[], None]) -> None:
        self.rate = rate
        self.channels = channels
        self._stream = stream
        self._closed = closed

    def time(self) -> float:
        """The stream's clock in seconds: QueryPerformanceCounter, the same for all streams."""
        return float(self._stream.get_time())

    def is_active(self) -> bool:
        """False when PortAudio's thread has ended: the device refused to go on."""
        return bool(self._stream.is_active())

    def close(self) -> None:
        """Stop and free. Never called twice."""
        try:
            self._stream.close()
        finally:
            self._closed()


class SoundHost:
    """Opens streams. Any thread; PortAudio is called under `_condition` alone, since it allows one thread at a time."""

    def __init__(self, create: Callable[[], Any]) -> None:
        """`create` makes a PyAudio: initialises PortAudio, or joins the one that is."""
        self._create = create
        self._condition = threading.Condition()
        self._portaudio: Any = None
        self._streams = 0
        self._evicting = False

    @property
    def evicting(self) -> bool:
        """Whether streams must be closed now, and may be opened again at once."""
        return self._evicting

    def open(self, wanted: WantedDevice, callback: StreamCallback) -> HostStream:
        """Open and start. Raises DeviceMissingError, OSError (PortAudio's error number and text)."""
        with self._condition:
            self._condition.wait_for(lambda: not self._evicting, EVICTION_TIMEOUT_S)
            fresh = self._portaudio is None
            if fresh:
                self._portaudio = self._create()
            try:
                return self._open(wanted, callback)
            except (DeviceMissingError, OSError):
                if fresh or not self._read_devices_anew():
                    self._end_if_unused()
                    raise
            try:
                return self._open(wanted, callback)
            except (DeviceMissingError, OSError):
                self._end_if_unused()
                raise

    def _open(self, wanted: WantedDevice, callback: StreamCallback) -> HostStream:
        device = self._find(wanted)
        rate, channels = round(device["defaultSampleRate"]), int(device["maxInputChannels"])
        stream = self._portaudio.open(
            format=_FLOAT32,
            rate=rate,
            channels=channels,
            input=True,
            input_device_index=device["index"],
            frames_per_buffer=0,  # blocks as the device gives them: each with its own instant
            stream_callback=callback,
        )
        self._streams += 1
        return HostStream(stream, rate=rate, channels=channels, closed=self._stream_closed)

    def _find(self, wanted: WantedDevice) -> Mapping[str, Any]:
        name = wanted.name + _LOOPBACK if wanted.loopback else wanted.name
        same = [device for device in self._wasapi_inputs() if device["name"] == name]
        if len(same) <= wanted.nth:
            raise DeviceMissingError(f"PortAudio does not list {wanted.name}")
        return same[wanted.nth]

    def _wasapi_inputs(self) -> Iterator[Mapping[str, Any]]:
        for device in self._portaudio.get_device_info_generator_by_host_api(host_api_type=_WASAPI):
            if device["maxInputChannels"] > 0:
                yield device

    def _read_devices_anew(self) -> bool:
        """Have all streams closed, and PortAudio begin anew. False if someone kept a stream open."""
        self._evicting = True
        try:
            if not self._condition.wait_for(lambda: self._streams == 0, EVICTION_TIMEOUT_S):
                log.warning("a sound stream was not closed in time: new devices can't be seen yet")
                return False
            self._end_if_unused()
            self._portaudio = self._create()
            return True
        finally:
            self._evicting = False
            self._condition.notify_all()

    def _stream_closed(self) -> None:
        with self._condition:
            self._streams -= 1
            if not self._evicting:
                self._end_if_unused()
            self._condition.notify_all()

    def _end_if_unused(self) -> None:
        if self._streams == 0 and self._portaudio is not None:
            self._portaudio.terminate()
            self._portaudio = None
