"""The self-test's beeps on Windows: a WASAPI stream of silence, with a beep in it at each commanded instant.

PortAudio says of each block when its first sample leaves the device (`output_buffer_dac_time`). It calls us on a
thread of its own; nothing there waits.
"""

import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.media import SAMPLE_RATE, Samples
from ionia.core.ports import Clock
from ionia.sources.windows import endpoints

assert sys.platform == "win32"  # noqa: S101 - mypy checks the rest for Windows only

_WASAPI = 13  # paWASAPI, portaudio.h
_FLOAT32 = 1  # paFloat32
_CONTINUE = 0  # paContinue
_LOOK_S = 0.05
_BLOCKS = 5
_LONGEST_NS = 60_000_000_000


class WasapiBeeper:
    """See `Beeper`. `_condition` protects what PortAudio's thread shares with the owner."""

    def __init__(self, device_id: str | None, clock: Clock) -> None:
        self._device_id = device_id
        self._clock = clock
        self._condition = threading.Condition()
        self._blocks = 0
        self._waiting: list[int] = []
        self._begun: list[tuple[int, Samples]] = []
        self._heard: dict[int, int] = {}
        self._beep: Samples = np.zeros((0, 2), np.float32)
        self._offset_ns = 0
        self._rate = SAMPLE_RATE
        self._channels = 2
        self._portaudio: Any = None
        self._stream: Any = None

    def open(self, cancelled: Callable[[], bool], timeout_ns: int) -> None:
        """See Beeper."""
        import pyaudiowpatch  # noqa: PLC0415 - loads PortAudio

        try:
            self._portaudio = pyaudiowpatch.PyAudio()
            device = self._pick()
            self._rate, self._channels = round(device["defaultSampleRate"]), int(device["maxOutputChannels"])
            self._stream = self._portaudio.open(
                format=_FLOAT32,
                rate=self._rate,
                channels=self._channels,
                output=True,
                output_device_index=device["index"],
                frames_per_buffer=0,
                stream_callback=self._fill,
            )
        except OSError as error:
            raise IoniaError(ErrorKind.AUDIO_UNAVAILABLE, "The sound device can't play.") from error
        # The stream's clock is QueryPerformanceCounter in seconds, and so is the engine's: they differ by a constant.
        self._offset_ns = self._clock.now_ns() - round(self._stream.get_time() * 1e9)
        self._wait(lambda: self._blocks >= _BLOCKS, cancelled, timeout_ns)
        if self._blocks < _BLOCKS and not cancelled():
            raise IoniaError(ErrorKind.AUDIO_UNAVAILABLE, "The sound device does not begin to play.")

    def play(
        self, beep: Samples, asked: Callable[[], Sequence[int] | None], cancelled: Callable[[], bool]
    ) -> list[int | None]:
        """See Beeper."""
        self._wait(lambda: asked() is not None, cancelled, _LONGEST_NS)
        instants_ns = asked() or ()
        with self._condition:
            self._beep = _resampled(beep, self._rate)
            self._waiting = list(instants_ns)
        length_ns = len(beep) * 1_000_000_000 // SAMPLE_RATE
        over_ns = max(instants_ns, default=0) + length_ns + 300_000_000
        self._wait(lambda: self._clock.now_ns() > over_ns, cancelled, over_ns - self._clock.now_ns() + 1_000_000_000)
        with self._condition:
            return [self._heard.get(instant) for instant in instants_ns]

    def close(self) -> None:
        """See Beeper."""
        stream, self._stream = self._stream, None
        portaudio, self._portaudio = self._portaudio, None
        if stream is not None:
            stream.close()
        if portaudio is not None:
            portaudio.terminate()

    def _pick(self) -> Mapping[str, Any]:
        host = self._portaudio.get_host_api_info_by_type(_WASAPI)
        if self._device_id is not None:
            directory = endpoints.Endpoints(endpoints.Flow.RENDER)
            names = [endpoint.name for endpoint in directory.all() if endpoint.id == self._device_id]
            for device in self._portaudio.get_device_info_generator_by_host_api(host_api_type=_WASAPI):
                if device["maxOutputChannels"] > 0 and device["name"] in names:
                    found: Mapping[str, Any] = device
                    return found
            raise IoniaError(ErrorKind.AUDIO_UNAVAILABLE, "The sound device is not there.")
        default: Mapping[str, Any] = self._portaudio.get_device_info_by_index(host["defaultOutputDevice"])
        return default

    def _wait(self, done: Callable[[], bool], cancelled: Callable[[], bool], timeout_ns: int) -> None:
        give_up_ns = self._clock.now_ns() + timeout_ns
        with self._condition:
            while not done() and not cancelled() and self._clock.now_ns() < give_up_ns:
                self._condition.wait(_LOOK_S)

    def _fill(self, _data: bytes | None, frames: int, times: Mapping[str, float], _status: int) -> tuple[bytes, int]:
        """PortAudio's thread."""
        heard_ns = round(times["output_buffer_dac_time"] * 1e9) + self._offset_ns
        block = np.zeros((frames, self._channels), np.float32)
        with self._condition:
            self._blocks += 1
            while self._waiting and self._waiting[0] < heard_ns + frames * 1_000_000_000 // self._rate:
                instant = self._waiting.pop(0)
                first = round((instant - heard_ns) * self._rate / 1e9)
                if first >= 0:
                    self._heard[instant] = heard_ns + first * 1_000_000_000 // self._rate
                    self._begun.append((first, self._beep))
            left = []
            for first, samples in self._begun:
                low, high = max(first, 0), min(first + len(samples), frames)
                if low < high:
                    block[low:high, : samples.shape[1]] += samples[low - first : high - first, : self._channels]
                if first + len(samples) > frames:
                    left.append((first - frames, samples))
            self._begun = left
            self._condition.notify_all()
        return block.tobytes(), _CONTINUE


def _resampled(beep: Samples, rate: int) -> Samples:
    if rate == SAMPLE_RATE:
        return beep
    places = np.arange(0, len(beep), SAMPLE_RATE / rate)
    return np.stack([np.interp(places, np.arange(len(beep)), channel) for channel in beep.T], axis=1).astype(np.float32)
