"""One set of sources and one encode, with any number of subscribers to its packets. Decides nothing about files."""

import logging
import threading
from collections.abc import Callable, Hashable, Sequence
from enum import Enum
from functools import partial

import numpy as np

from ionia.core.audio.engine import AudioInput
from ionia.core.audio.offsets import needed_latency_ns
from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.events import Level
from ionia.core.live.bitrate_votes import BitrateVotes
from ionia.core.media import EncodedPacket, MediaHeader
from ionia.core.settings import PipelineSettings
from ionia.core.warning import NO_FACTS, Warn, WarningCode, WarningFacts
from ionia.media.encoder_specs import follows_bitrate
from ionia.platform.windows_process import recording_process
from ionia.runtime.backends import Backends, OpenedEncoders
from ionia.runtime.capture.screen_capture import ScreenCapture
from ionia.runtime.capture.sound_capture import SoundCapture, SoundMessage
from ionia.runtime.encode.audio_chain import INBOX_BLOCKS, AudioChain, AudioSnapshot
from ionia.runtime.encode.packet_bus import PacketBus
from ionia.runtime.encode.video_chain import VideoChain
from ionia.threads.clock import MonotonicClock, StopSignal
from ionia.threads.mailbox import Inbox

log = logging.getLogger(__name__)

OPEN_TIMEOUT_S = 10.0
"""How long a device may take to open before initialize gives up on it."""

JOIN_TIMEOUT_S = 2.0
"""How long closing waits for one thread. A thread that a device holds is left behind and said so in the log."""


class BitrateAnswer(Enum):
    """What became of a stream's wish for another bit rate."""

    FOLLOWED = "followed"
    HELD = "held by a recording"
    FIXED = "not followed by this encoder"


class PipelineListener:
    """One session's ears. `warn` and `fail` are called from any of the pipeline's threads and must only queue."""

    def __init__(self, warn: Warn, fail: Callable[[IoniaError], None]) -> None:
        self.warn = warn
        self.fail = fail


class Pipeline:
    """`open` then `start` then `close`, each once and from any thread, in this order; `close` is allowed at any time.

    Threads: one per source, `video-tick`, `video-encode`, `audio-tick`.
    """

    def __init__(self, settings: PipelineSettings, backends: Backends, clock: MonotonicClock) -> None:
        self.settings = settings
        self.width = 0
        self.height = 0
        self._backends = backends
        self._clock = clock
        self._stop = StopSignal(clock)
        self._lock = threading.Lock()
        self._listeners: list[PipelineListener] = []  # protected by _lock
        self._early_warnings: list[tuple[WarningCode, str, WarningFacts]] = []  # protected by _lock
        self._failure: IoniaError | None = None  # protected by _lock
        self._started = False  # protected by _lock
        self._votes = BitrateVotes(settings.video_bitrate)  # protected by _lock
        self._asked_of_system = False
        self._screen: ScreenCapture | None = None
        self._sounds: dict[AudioInput, SoundCapture] = {}
        self._inbox: Inbox[SoundMessage] = Inbox(INBOX_BLOCKS)
        self._encoders: OpenedEncoders | None = None
        self._video: VideoChain | None = None
        self._audio: AudioChain | None = None
        self._bus: PacketBus | None = None

    @property
    def header(self) -> MediaHeader:
        """What sinks need before the first packet. After `open`."""
        return self._opened_encoders.header

    @property
    def codec(self) -> str:
        """libav's name of the video encoder. After `open`."""
        return self._opened_encoders.video.codec

    @property
    def capture_backend(self) -> str:
        """Name of the screen source."""
        return self._screen.backend if self._screen is not None else "none"

    @property
    def audio_backend(self) -> str:
        """Names of the sound sources, joined by a comma when they differ."""
        return ",".join(sorted({sound.backend for sound in self._sounds.values()})) or "none"

    @property
    def bus(self) -> PacketBus:
        """Where to subscribe. After `open`."""
        assert self._bus is not None  # noqa: S101 - made by open()
        return self._bus

    @property
    def video(self) -> VideoChain:
        """Counters of the video side. After `open`."""
        assert self._video is not None  # noqa: S101 - made by open()
        return self._video

    @property
    def bitrate(self) -> int:
        """The video bit rate in force. After `open`."""
        with self._lock:
            return self._votes.bitrate if follows_bitrate(self.codec) else self.settings.video_bitrate

    def request_keyframe(self) -> None:
        """The next picture to be encoded becomes a keyframe. Any thread."""
        self.video.request_keyframe()

    def vote_bitrate(self, voter: Hashable, bitrate: int) -> BitrateAnswer:
        """What a stream's link carries, and what becomes of it. Any thread."""
        with self._lock:
            self._votes.vote(voter, bitrate)
            self._apply_bitrate()
            if self._votes.held:
                return BitrateAnswer.HELD
            return BitrateAnswer.FOLLOWED if follows_bitrate(self.codec) else BitrateAnswer.FIXED

    def hold_bitrate(self, holder: Hashable) -> None:
        """A recording began: its quality is kept until it leaves. Any thread."""
        with self._lock:
            self._votes.hold(holder)
            self._apply_bitrate()

    def leave_bitrate(self, who: Hashable) -> None:
        """A recording or a stream ended. Idempotent. Any thread."""
        with self._lock:
            self._votes.leave(who)
            self._apply_bitrate()

    @property
    def has_sound(self) -> bool:
        """Whether there is an audio track."""
        return self._audio is not None

    def audio_snapshot(self) -> AudioSnapshot:
        """Counters of the sound side; zeros without an audio track. Any thread."""
        return self._audio.snapshot if self._audio is not None else AudioSnapshot()

    def levels(self) -> tuple[Level | None, Level | None]:
        """Newest levels of desktop and microphone; None for one that is not in use. Any thread."""
        levels = self._audio.levels if self._audio is not None else {}
        return levels.get(AudioInput.DESKTOP), levels.get(AudioInput.MIC)

    @property
    def failed(self) -> bool:
        """Whether the pipeline has ended by an error."""
        return self._failure is not None

    @property
    def _opened_encoders(self) -> OpenedEncoders:
        assert self._encoders is not None  # noqa: S101 - made by open()
        return self._encoders

    def listen(self, listener: PipelineListener) -> None:
        """Hear of warnings and of the end. Warnings of `open` are repeated to whoever comes later."""
        with self._lock:
            self._listeners.append(listener)
            early = tuple(self._early_warnings)
        for code, message, facts in early:
            listener.warn(code, message, facts)

    def unlisten(self, listener: PipelineListener) -> None:
        """Hear no more. Idempotent."""
        with self._lock:
            if listener in self._listeners:
                self._listeners.remove(listener)

    def open(self) -> None:
        """Open every source and encoder. Raises IoniaError, with everything freed."""
        with self._lock:
            self._asked_of_system = True
        recording_process.begin()
        try:
            self._open()
        except BaseException:
            self.close()
            raise

    def start(self) -> None:
        """Begin the timeline now. Idempotent."""
        with self._lock:
            if self._started:
                return
            self._started = True
        epoch_ns = self._clock.now_ns()
        assert self._screen is not None  # noqa: S101 - made by open()
        self._screen.begin(epoch_ns)
        self.video.begin(epoch_ns)
        if self._audio is not None:
            self._audio.begin(epoch_ns)

    def close(self) -> None:
        """End every thread and free every device. Subscribers are completed with what there is. Idempotent."""
        self._stop.set()
        if self._screen is not None:
            self._screen.close(JOIN_TIMEOUT_S)
        for sound in self._sounds.values():
            sound.close(JOIN_TIMEOUT_S)
        if self._audio is not None:
            self._audio.close(JOIN_TIMEOUT_S)
        if self._video is not None:
            self._video.close(JOIN_TIMEOUT_S)
        if self._bus is not None:
            self._bus.close()
        with self._lock:
            asked, self._asked_of_system = self._asked_of_system, False
        if asked:
            recording_process.end()

    def _open(self) -> None:
        settings = self.settings
        self._start_sounds()
        screen = self._backends.screen(settings)
        self._screen = ScreenCapture(screen, fps=settings.fps, clock=self._clock, stop=self._stop, warn=self._warn)
        try:
            width, height = self._screen.open(OPEN_TIMEOUT_S)
        except TimeoutError as error:
            raise IoniaError(ErrorKind.CAPTURE_UNAVAILABLE, "The screen did not open in time.") from error
        self._encoders = self._backends.open_encoders(settings, width, height)
        picture = self.header.video
        self.width, self.height = picture.width, picture.height
        if self._encoders.fallbacks:
            self._warn(WarningCode.ENCODER_FALLBACK, f"{self.codec} is used: " + "; ".join(self._encoders.fallbacks))
        self._build_chains()
        for sound in self._sounds.values():
            try:
                sound.wait_opened(OPEN_TIMEOUT_S)
            except TimeoutError:
                self._warn(
                    WarningCode.AUDIO_SLOW, "A sound device takes long to open. Silence is recorded until it is there."
                )

    def _apply_bitrate(self) -> None:
        if self._video is not None:
            self._video.set_bitrate(self._votes.bitrate)

    def _start_sounds(self) -> None:
        settings = self.settings
        wanted = []
        if settings.audio_mode.desktop:
            wanted.append((AudioInput.DESKTOP, self._backends.desktop_audio, settings.desktop_audio))
        if settings.audio_mode.mic:
            wanted.append((AudioInput.MIC, self._backends.microphone, settings.microphone))
        for which, make, device in wanted:
            sound = SoundCapture(
                make(device),
                which,
                required=device is not None,
                inbox=self._inbox,
                clock=self._clock,
                stop=self._stop,
                warn=self._warn,
                offset_ms=partial(self._offset_ms, which),
            )
            sound.start()
            self._sounds[which] = sound

    def _build_chains(self) -> None:
        settings, encoders = self.settings, self._opened_encoders
        assert self._screen is not None  # noqa: S101 - opened just before
        self._video = VideoChain(
            encoders.video,
            fps=settings.fps,
            blank=np.zeros((self.height, self.width, 4), np.uint8),
            slot=self._screen.slot,
            publish=self._publish,
            clock=self._clock,
            stop=self._stop,
            warn=self._warn,
            fail=self._fail,
        )
        self._bus = PacketBus(
            fps=settings.fps,
            tracks=encoders.header.ids,
            request_keyframe=self._video.request_keyframe,
        )
        if encoders.audio is not None:
            gains = {AudioInput.DESKTOP: settings.desktop_gain, AudioInput.MIC: settings.mic_gain}
            self._audio = AudioChain(
                encoders.audio,
                gains={which: gains[which] for which in self._sounds},
                inbox=self._inbox,
                publish=self._publish,
                clock=self._clock,
                stop=self._stop,
                fail=self._fail,
                extra_latency_ns=needed_latency_ns(settings.audio_offset_ms, self._backends.corrections.all()),
            )

    def _offset_ms(self, which: AudioInput, device: str) -> float:
        asked = self.settings.audio_offset_ms
        return self._backends.corrections.offset_ms(which, device) if asked is None else asked

    def _publish(self, packets: Sequence[EncodedPacket]) -> None:
        self.bus.publish(packets)

    def _warn(self, code: WarningCode, message: str, facts: WarningFacts = NO_FACTS) -> None:
        log.warning("%s: %s", code, message)
        with self._lock:
            if not self._started:
                self._early_warnings.append((code, message, facts))
            listeners = tuple(self._listeners)
        for listener in listeners:
            listener.warn(code, message, facts)

    def _fail(self, error: BaseException) -> None:
        """An encoder or a tick ended by an error: the first one is told to every listener."""
        failure = error if isinstance(error, IoniaError) else None
        if failure is None:
            failure = IoniaError(ErrorKind.INTERNAL, f"Encoding failed unexpectedly: {type(error).__name__}")
            failure.__cause__ = error
            log.error("pipeline failed", exc_info=error)
        with self._lock:
            if self._failure is not None:
                return
            self._failure = failure
            listeners = tuple(self._listeners)
        for listener in listeners:
            listener.fail(failure)
