"""The thread that owns a sound source: reads blocks into the audio engine's inbox, opens again what was lost."""

import logging
from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import dataclass, replace

from ionia.core.audio.engine import AudioInput
from ionia.core.audio.loudness import peak
from ionia.core.audio.notices import SoundNotice
from ionia.core.audio.silence_watch import SilenceWatch
from ionia.core.audio.voice_sides import VoiceSides
from ionia.core.errors import ErrorKind, IoniaError, SourceLost
from ionia.core.media import AudioBlock
from ionia.core.ports import AudioSource, Clock
from ionia.core.recovery import ReopenPolicy
from ionia.core.sharing import SoundKey
from ionia.core.timebase import NS_PER_S
from ionia.core.warning import Warn, WarningCode
from ionia.runtime.capture.capture import OPEN_TIMEOUT_S
from ionia.threads.clock import StopSignal
from ionia.threads.mailbox import Inbox
from ionia.threads.worker import Worker

log = logging.getLogger(__name__)

READ_TIMEOUT_S = 1.0
"""`interrupt` wakes a read earlier; this only bounds how long a broken one can last."""

MISSING = {
    AudioInput.DESKTOP: WarningCode.DESKTOP_AUDIO_UNAVAILABLE,
    AudioInput.MIC: WarningCode.MIC_AUDIO_UNAVAILABLE,
    AudioInput.APP: WarningCode.APP_AUDIO_UNAVAILABLE,
}
LABELS = {AudioInput.DESKTOP: "Desktop sound", AudioInput.MIC: "The microphone", AudioInput.APP: "Program sound"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SoundMessage:
    """A block of one input, or None in its place: that input's device was lost."""

    source: SoundKey
    block: AudioBlock | None


class SoundCapture:
    """Owns the source: opened, read and closed on this object's thread. Only `interrupt` is called from others."""

    def __init__(
        self,
        source: AudioSource,
        key: SoundKey,
        *,
        required: bool,
        inbox: Inbox[SoundMessage],
        clock: Clock,
        stop: StopSignal,
        warn: Warn,
    ) -> None:
        self._source = source
        self._key = key
        self._which = key.which
        self._required = required
        self._inbox = inbox
        self._clock = clock
        self._stop = stop
        self._warn = warn
        self._offset_ns = 0
        self._sides = VoiceSides()
        self._silence = SilenceWatch()
        self._device = ""
        self._opened: Future[None] = Future()
        self._worker = Worker(f"sound-{key.which.value}", self._run, self._failed, urgent="Pro Audio", may_be_held=True)

    @property
    def backend(self) -> str:
        """The source's name for stats."""
        return self._source.backend

    @property
    def refused(self) -> bool:
        """Whether a device that must exist doesn't."""
        return self._opened.done() and self._opened.exception() is not None

    def start(self) -> None:
        """Start the thread, which opens the device and reads it from then on."""
        self._worker.start()

    def wait_opened(self, timeout: float) -> None:
        """Wait for the first attempt. Raises IoniaError when a device asked for by id doesn't exist."""
        self._opened.result(timeout)

    def close(self, timeout: float) -> bool:
        """After the stop signal was set: wake the read and wait for the thread."""
        self._source.interrupt()
        return self._worker.join(timeout)

    def _failed(self, error: BaseException) -> None:
        if not self._opened.done():
            self._opened.set_exception(error)
        else:
            self._put(None)
            self._warn(
                WarningCode.AUDIO_FAILED, f"{LABELS[self._which]} ended: {error}. Silence is recorded in its place."
            )

    def _run(self) -> None:
        try:
            policy = ReopenPolicy()
            if not self._open_first(policy):
                self._reopen(self._clock.now_ns() + ReopenPolicy.LONGEST_NS, policy)
            while not self._stop.is_set():
                try:
                    block = self._source.read(READ_TIMEOUT_S)
                except SourceLost as lost:
                    self._lost(lost, policy)
                    continue
                except Exception as error:  # a driver's own mistake is no reason to end a take's sound
                    log.warning("reading sound failed", exc_info=error)
                    self._lost(SourceLost(WarningCode.AUDIO_FAILED, f"Reading it failed: {error}."), policy)
                    continue
                if block is not None:
                    policy.gives(self._clock.now_ns())
                self._tell(self._source.take_notices())
                if self._which is AudioInput.MIC:
                    block = self._listen(block)
                if block is not None:
                    if self._offset_ns:
                        block = replace(block, start_ns=block.start_ns + self._offset_ns)
                    self._put(block)
        finally:
            self._source.close()

    def _put(self, block: AudioBlock | None) -> None:
        """Nothing after the end: whoever opens this device next has its place on the timeline."""
        if not self._stop.is_set():
            self._inbox.put(SoundMessage(source=self._key, block=block))

    def _open_first(self, policy: ReopenPolicy) -> bool:
        begun_ns = self._clock.now_ns()
        try:
            name = self._source.open()
            if self._clock.now_ns() - begun_ns >= OPEN_TIMEOUT_S * NS_PER_S:  # whoever waited was told of silence
                self._warn(WarningCode.AUDIO_DEVICE_CHANGED, f"{LABELS[self._which]} now comes from {name}.")
            self._opened_device(name)
        except IoniaError as error:
            if self._required and error.kind is ErrorKind.AUDIO_UNAVAILABLE:
                raise
            self._missing(error.message, policy)
            return False
        except Exception as error:  # a driver's own mistake
            log.warning("opening a sound device failed", exc_info=error)
            self._missing(str(error) or type(error).__name__, policy)
            return False
        self._opened.set_result(None)
        return True

    def _missing(self, why: str, policy: ReopenPolicy) -> None:
        policy.lost(self._clock.now_ns())
        self._warn(
            MISSING[self._which],
            f"{LABELS[self._which]} is not available: {why.rstrip('.')}. Silence is recorded until it is there.",
        )
        self._opened.set_result(None)

    def _opened_device(self, name: str) -> None:
        self._device = name
        self._offset_ns = round(self._key.offset_of(name) * 1e6)
        self._sides = VoiceSides()
        self._silence = SilenceWatch()
        self._tell(self._source.take_notices())

    def _listen(self, block: AudioBlock | None) -> AudioBlock | None:
        """A voice is heard on both sides, and a microphone that gives nothing is told of."""
        loudest = 0.0
        if block is not None:
            loudest = peak(block.samples)
            samples, notice = self._sides.take(block.samples)
            if samples is not block.samples:
                block = replace(block, samples=samples)
            if notice is not None:
                self._tell([notice])
        match self._silence.look(loudest, self._clock.now_ns()):
            case WarningCode.MIC_SILENT:
                self._warn(
                    WarningCode.MIC_SILENT,
                    f'The microphone "{self._device}" has given no sound at all for a minute. '
                    "Check its switch, its cable and the system's sound settings.",
                )
            case WarningCode.MIC_HEARD:
                self._warn(WarningCode.MIC_HEARD, f'The microphone "{self._device}" is heard again.')
        return block

    def _tell(self, notices: Iterable[SoundNotice]) -> None:
        for notice in notices:
            self._warn(notice.code, notice.text, notice.facts)

    def _lost(self, lost: SourceLost, policy: ReopenPolicy) -> None:
        self._put(None)
        if not lost.retry_at_once:
            self._warn(lost.code, f"{LABELS[self._which]} was lost: {lost.message} Silence is recorded meanwhile.")
        due_ns = policy.lost(self._clock.now_ns(), retry_at_once=lost.retry_at_once)
        self._reopen(due_ns, policy)

    def _reopen(self, due_ns: int, policy: ReopenPolicy) -> None:
        """Open again, for as long as it takes; returns when that succeeded or the stop signal was set."""
        while not self._stop.wait_until(due_ns):
            try:
                name = self._source.open()
            except Exception as error:  # noqa: BLE001 - whatever it is, it isn't back: the user decides when a take is over
                odd = policy.attempts == 1 and not isinstance(error, (IoniaError, SourceLost))
                log.log(logging.WARNING if odd else logging.DEBUG, "%s not back yet: %s", self._which.value, error)
                due_ns = policy.lost(self._clock.now_ns())
                continue
            # First: what is known of the new device follows, and replaces what held for the old one.
            self._warn(WarningCode.AUDIO_DEVICE_CHANGED, f"{LABELS[self._which]} now comes from {name}.")
            self._opened_device(name)
            return
