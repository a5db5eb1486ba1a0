"""The sound source on WASAPI through PortAudio: a device's own blocks as 48 kHz stereo, each with its instant.

Callback mode, because a blocking read on a loopback device never returns while nothing plays: no data is no error
here, and means silence. Knows neither gains nor mixing, and nothing of COM: what Windows says about devices comes
through `DeviceDirectory`.
"""

import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import soxr

from ionia.core.audio.channel_mix import Mix, are_separate_inputs, inputs_mixed, mix_by_place, mix_of_inputs
from ionia.core.audio.mixer_watch import DeviceWatch, Fader
from ionia.core.audio.notices import SoundNotice
from ionia.core.errors import ErrorKind, IoniaError, SourceLost
from ionia.core.media import SAMPLE_RATE, AudioBlock, Samples
from ionia.core.ports import Clock
from ionia.core.warning import WarningCode
from ionia.sources.windows.channel_map import layout
from ionia.sources.windows.portaudio import DeviceMissingError, HostStream, SoundHost, WantedDevice

_QUEUE_BLOCKS = 512  # 5 s of WASAPI's 10 ms; older ones are dropped, and the timeline shows a gap
_LOOK_S = 0.1
_CONTINUE = 0  # paContinue, portaudio.h
_CHECK_NS = 500_000_000
_STALL_NS = 2_000_000_000
_GAP_NS = 20_000_000  # beyond what a block's instant is off by; the resampler then begins anew
_NS_PER_S = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A sound device. `nth` counts devices of the same name, from 0."""

    id: str
    name: str
    nth: int


class DeviceDirectory(Protocol):
    """What Windows says about the devices of one direction, at the moment of asking. Any thread."""

    def all(self) -> list[Endpoint]: ...

    def default_id(self) -> str | None: ...

    def is_active(self, endpoint_id: str) -> bool: ...

    def fader(self, endpoint_id: str) -> Fader: ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Block:
    """As PortAudio gave it; `now_ns` on the stream's clock."""

    data: bytes
    frames: int
    now_ns: int
    waiting_s: float


class AudioCapture:
    """An AudioSource. Without `device_id` it is the default device, and says when that has changed.

    `_condition` protects the queue and the flag; PortAudio's thread fills it, the owner's empties it.
    """

    backend = "wasapi"

    def __init__(
        self, device_id: str | None, *, loopback: bool, directory: DeviceDirectory, host: SoundHost, clock: Clock
    ) -> None:
        self._device_id = device_id
        self._loopback = loopback
        self._directory = directory
        self._host = host
        self._clock = clock
        self._condition = threading.Condition()
        self._queue: deque[_Block] = deque(maxlen=_QUEUE_BLOCKS)
        self._interrupted = False
        self._notices: list[SoundNotice] = []
        self._device_watch = DeviceWatch("microphone", "")
        self._stream: HostStream | None = None
        self._endpoint: Endpoint | None = None
        self._conversion: _Conversion | None = None
        self._offset_ns = 0
        self._checked_ns = 0
        self._last_block_ns = 0

    def open(self) -> str:
        """See AudioSource."""
        self.close()
        self._queue.clear()
        endpoint = self._pick()
        wanted = WantedDevice(name=endpoint.name, nth=endpoint.nth, loopback=self._loopback)
        try:
            stream = self._host.open(wanted, self._deliver)
        except (DeviceMissingError, OSError) as error:
            raise _refused(endpoint, error) from error
        self._stream, self._endpoint = stream, endpoint
        channels = layout(stream.channels)
        mix = mix_by_place(channels) if self._loopback else mix_of_inputs(channels)
        self._conversion = _Conversion(stream.rate, stream.channels, mix)
        self._notices.clear()
        if not self._loopback and are_separate_inputs(channels):
            self._notices.append(inputs_mixed(endpoint.name, stream.channels))
        self._device_watch = DeviceWatch("microphone", endpoint.name)
        self._look_at_mixer(endpoint)
        self._offset_ns = _clock_offset(self._clock, stream)
        self._checked_ns = self._last_block_ns = self._clock.now_ns()
        return endpoint.name

    def read(self, timeout: float) -> AudioBlock | None:
        """See AudioSource. Raises SourceLost: `default_device_changed`, `audio_devices_changed`, `audio_closed` (all
        three `retry_at_once`), `audio_device_lost`, `audio_device_stalled`."""
        deadline_ns = self._clock.now_ns() + round(timeout * _NS_PER_S)
        while True:
            self._check_device()
            with self._condition:
                if self._interrupted:
                    return None
                if self._queue:
                    block = self._queue.popleft()
                    break
                left_s = (deadline_ns - self._clock.now_ns()) / _NS_PER_S
                if left_s <= 0:
                    return None
                self._condition.wait(min(left_s, _LOOK_S))
        conversion = self._conversion
        if conversion is None:
            return None
        age_s = max(block.waiting_s, block.frames / conversion.rate)
        return conversion.convert(block.data, block.now_ns + self._offset_ns - round(age_s * _NS_PER_S))

    def take_notices(self) -> list[SoundNotice]:
        """See AudioSource."""
        notices, self._notices = self._notices, []
        return notices

    def interrupt(self) -> None:
        """See AudioSource."""
        with self._condition:
            self._interrupted = True
            self._condition.notify_all()

    def close(self) -> None:
        """See AudioSource."""
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.close()

    def _pick(self) -> Endpoint:
        wanted = self._device_id if self._device_id is not None else self._directory.default_id()
        for endpoint in self._directory.all():
            if endpoint.id == wanted:
                return endpoint
        what = "sound output" if self._loopback else "microphone"
        if self._device_id is None:
            raise IoniaError(ErrorKind.AUDIO_UNAVAILABLE, f"There is no {what}.", "Is it plugged in and enabled?")
        raise IoniaError(ErrorKind.AUDIO_UNAVAILABLE, f"There is no {what} with the id {self._device_id}.")

    def _deliver(self, data: bytes | None, frames: int, times: Mapping[str, float], _status: int) -> tuple[None, int]:
        """PortAudio's thread. The instant is taken by PortAudio before Python is entered, so that no lock delays it.

        PortAudio says `current_time + frames waiting` where it means "captured that long ago" (pa_win_wasapi.c,
        WaspiHostProcessingLoop). A block is never stamped earlier than it was captured, at worst later.
        """
        if data:
            now = times["current_time"]
            waiting = max(times["input_buffer_adc_time"] - now, 0.0)
            with self._condition:
                self._last_block_ns = self._clock.now_ns()
                self._queue.append(_Block(data=data, frames=frames, now_ns=round(now * _NS_PER_S), waiting_s=waiting))
                self._condition.notify()
        return None, _CONTINUE

    def _check_device(self) -> None:
        """Raise why the stream must be opened again, if it must; asks Windows twice a second."""
        stream, endpoint = self._stream, self._endpoint
        if stream is None or endpoint is None:
            raise SourceLost(WarningCode.AUDIO_CLOSED, "The device is not open.", retry_at_once=True)
        if self._host.evicting:
            self.close()
            raise SourceLost(WarningCode.AUDIO_DEVICES_CHANGED, "The list of devices is read anew.", retry_at_once=True)
        now_ns = self._clock.now_ns()
        if now_ns - self._checked_ns < _CHECK_NS:
            return
        self._checked_ns = now_ns
        lost = self._loss(stream, endpoint, now_ns)
        if lost is not None:
            self.close()
            raise lost
        self._look_at_mixer(endpoint)

    def _look_at_mixer(self, endpoint: Endpoint) -> None:
        """Loopback is taken before the volume of what plays it; a microphone's mute and volume come before us."""
        if self._loopback:
            return
        notice = self._device_watch.look(self._directory.fader(endpoint.id), self._clock.now_ns())
        if notice is not None:
            self._notices.append(notice)

    def _loss(self, stream: HostStream, endpoint: Endpoint, now_ns: int) -> SourceLost | None:
        default_id = self._directory.default_id() if self._device_id is None else endpoint.id
        if default_id is not None and default_id != endpoint.id:
            return SourceLost(
                WarningCode.DEFAULT_DEVICE_CHANGED, f"{endpoint.name} is no longer the default.", retry_at_once=True
            )
        if not self._directory.is_active(endpoint.id):
            return SourceLost(WarningCode.AUDIO_DEVICE_LOST, f"{endpoint.name} was unplugged or switched off.")
        if not stream.is_active():
            return SourceLost(WarningCode.AUDIO_DEVICE_LOST, f"{endpoint.name} stopped delivering sound.")
        if not self._loopback and now_ns - self._last_block_ns > _STALL_NS:  # a microphone always delivers
            return SourceLost(WarningCode.AUDIO_DEVICE_STALLED, f"{endpoint.name} delivered nothing for two seconds.")
        return None


class _Conversion:
    """Bytes of a device's format to 48 kHz stereo. One thread owns it."""

    def __init__(self, rate: int, channels: int, mix: Mix) -> None:
        self.rate = rate
        self._channels = channels
        self._mix = mix
        self._resampler: soxr.ResampleStream | None = None
        self._frames_in = self._frames_out = 0
        self._next_ns = 0

    def convert(self, data: bytes, start_ns: int) -> AudioBlock | None:
        """None when the resampler keeps everything for now."""
        samples: npt.NDArray[np.float32] = np.frombuffer(data, np.float32).reshape(-1, self._channels)
        stereo = self._mix(samples)
        if self.rate == SAMPLE_RATE:
            return AudioBlock(start_ns=start_ns, samples=stereo)
        return self._resample(stereo, start_ns)

    def _resample(self, stereo: Samples, start_ns: int) -> AudioBlock | None:
        if self._resampler is None or abs(start_ns - self._next_ns) > _GAP_NS:
            self._resampler = soxr.ResampleStream(self.rate, SAMPLE_RATE, 2, dtype="float32")
            self._frames_in = self._frames_out = 0
        self._next_ns = start_ns + len(stereo) * _NS_PER_S // self.rate
        # The resampler runs behind by its filter: the next sample out lies this much before the first sample in.
        behind_ns = self._frames_in * _NS_PER_S // self.rate - self._frames_out * _NS_PER_S // SAMPLE_RATE
        out: Samples = self._resampler.resample_chunk(np.ascontiguousarray(stereo))
        self._frames_in += len(stereo)
        self._frames_out += len(out)
        return AudioBlock(start_ns=start_ns - behind_ns, samples=out) if len(out) else None


def _clock_offset(clock: Clock, stream: HostStream) -> int:
    """Engine's nanoseconds minus the stream's: both count the performance counter, so it is constant."""
    best_ns, offset_ns = _NS_PER_S, 0
    for _ in range(5):  # the pair with the least time in between
        before_ns = clock.now_ns()
        stream_ns = round(stream.time() * _NS_PER_S)
        after_ns = clock.now_ns()
        if after_ns - before_ns < best_ns:
            best_ns, offset_ns = after_ns - before_ns, (before_ns + after_ns) // 2 - stream_ns
    return offset_ns


_HINTS = {
    -9985: ("another program uses it exclusively", "Close that program, or forbid exclusive mode in its properties."),
    -9994: ("it refuses float samples", "Choose another default format in its properties."),
    -9997: ("it refuses its own sample rate", "Choose another default format in its properties."),
    -9998: ("it refuses its own channel count", "Choose another default format in its properties."),
}
"""PaErrorCode, portaudio.h."""


def _refused(endpoint: Endpoint, error: Exception) -> IoniaError:
    code = error.errno if isinstance(error, OSError) else None
    reason, hint = _HINTS.get(code or 0, (str(error), ""))
    return IoniaError(ErrorKind.AUDIO_UNAVAILABLE, f"{endpoint.name} can't be opened: {reason}.", hint)
