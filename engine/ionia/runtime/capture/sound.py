"""One device's sound on the timeline, shared by every audio encode that hears it."""

from ionia.core.audio.input import InputCounters
from ionia.core.ports import AudioSource
from ionia.core.sharing import SoundKey
from ionia.core.warning import WarningCode
from ionia.runtime.capture.audio_clock import AudioClock
from ionia.runtime.capture.capture import JOIN_TIMEOUT_S, OPEN_TIMEOUT_S
from ionia.runtime.capture.sound_capture import SoundCapture
from ionia.runtime.notices import Notices
from ionia.runtime.registry import Lease
from ionia.threads.clock import MonotonicClock, StopSignal


class Sound:
    """Made by `open_sound`. The device may be absent, which is silence until it is there. Thread: `sound-desktop`, …"""

    def __init__(
        self,
        key: SoundKey,
        capture: SoundCapture,
        clock: Lease[str, AudioClock],
        *,
        stop: StopSignal,
        notices: Notices,
    ) -> None:
        self.key = key
        self.notices = notices
        self._capture = capture
        self._clock = clock
        self._stop = stop

    @property
    def backend(self) -> str:
        """The source's name for stats."""
        return self._capture.backend

    @property
    def failed(self) -> bool:
        """Whether its device must exist and doesn't, or the clock that places it has ended."""
        return self._capture.refused or self._clock.value.failed

    @property
    def clock(self) -> AudioClock:
        """Who gives out its ticks."""
        return self._clock.value

    def wait_opened(self) -> None:
        """Wait for the first attempt to open the device. Raises IoniaError when one asked for by id doesn't exist."""
        try:
            self._capture.wait_opened(OPEN_TIMEOUT_S)
        except TimeoutError:
            self.notices.warn(
                WarningCode.AUDIO_SLOW, "A sound device takes long to open. Silence is recorded until it is there."
            )

    def counters(self) -> InputCounters:
        """What became of it so far. Any thread."""
        return self.clock.counters.of(self.key)

    @property
    def crowded_out(self) -> int:
        """Samples that found no room: in the inbox, or on the timeline. Any thread."""
        counters = self.clock.counters
        return counters.of(self.key).overflow + counters.overwritten.get(self.key, 0)

    def close(self) -> None:
        """End the thread, free the device, and forget it. Idempotent."""
        self._stop.set()
        self._capture.close(JOIN_TIMEOUT_S)
        self.clock.remove_sound(self.key)
        self._clock.release()


def open_sound(
    key: SoundKey, source: AudioSource, clock: Lease[str, AudioClock], *, monotonic: MonotonicClock
) -> Sound:
    """Start opening the device, on its own thread: see `Sound.wait_opened`. Raises when no thread is to be had."""
    stop, notices = StopSignal(monotonic), Notices()
    capture = SoundCapture(
        source,
        key,
        required=key.device is not None,
        inbox=clock.value.inbox,
        clock=monotonic,
        stop=stop,
        warn=notices.warn,
    )
    capture.start()
    clock.value.add_sound(key, key.late_ns)
    return Sound(key, capture, clock, stop=stop, notices=notices)
