"""PyAudio as PyAudioWPatch offers it, without a device: a list frozen at creation, streams fed by the test."""

from collections.abc import Callable, Iterator
from typing import Any


class FakeStream:
    """What PyAudio.open returns. `feed` calls the callback as PortAudio's thread would."""

    def __init__(self, callback: Callable[..., Any], now: Callable[[], float]) -> None:
        self.callback = callback
        self.active = True
        self.closed = False
        self._now = now

    def get_time(self) -> float:
        return self._now()

    def is_active(self) -> bool:
        return self.active

    def close(self) -> None:
        assert not self.closed
        self.closed = True

    def feed(self, data: bytes | None, frames: int, *, waiting_s: float = 0.0) -> None:
        now = self._now()
        answer = self.callback(data, frames, {"current_time": now, "input_buffer_adc_time": now + waiting_s}, 0)
        assert answer == (None, 0)


class FakeSystem:
    """The sound devices of a machine. All are WASAPI inputs of `rate` and `channels`."""

    def __init__(self, names: list[str], *, rate: float = 44_100.0, channels: int = 2) -> None:
        self.names = names
        self.rate = rate
        self.channels = channels
        self.now_s = 0.0
        self.created = 0
        self.terminated = 0
        self.opened: list[int] = []
        self.streams: list[FakeStream] = []
        self.on_open: Callable[..., None] = lambda **_: None

    def create(self) -> "FakePyAudio":
        self.created += 1
        return FakePyAudio(self)


class FakePyAudio:
    def __init__(self, system: FakeSystem) -> None:
        self._system = system
        self._names = list(system.names)

    def get_device_info_generator_by_host_api(self, *, host_api_type: int) -> Iterator[dict[str, Any]]:
        assert host_api_type == 13
        for index, name in enumerate(self._names):
            yield {
                "index": index,
                "name": name,
                "maxInputChannels": 0 if name == "Speakers" else self._system.channels,
                "defaultSampleRate": self._system.rate,
            }

    def open(self, **options: Any) -> FakeStream:
        self._system.on_open(**options)
        self._system.opened.append(options["input_device_index"])
        stream = FakeStream(options["stream_callback"], lambda: self._system.now_s)
        self._system.streams.append(stream)
        return stream

    def terminate(self) -> None:
        self._system.terminated += 1
