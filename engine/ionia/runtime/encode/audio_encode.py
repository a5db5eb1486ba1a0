"""One track's sound: the mix of its sounds and its encoder, on the clock's thread. Shared while all hear the same."""

import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future

import numpy as np

from ionia.core.audio.engine import AudioTick
from ionia.core.audio.levels import LevelMeter
from ionia.core.audio.losses import LossTeller
from ionia.core.audio.mix import ControlChange, Mix
from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.media import AUDIO_TICK_SAMPLES, SAMPLE_RATE, Samples
from ionia.core.ports import AudioEncoder
from ionia.core.sharing import SoundKey
from ionia.core.warning import SoundLost, WarningCode
from ionia.media.opening import OpenedAudio
from ionia.runtime.capture.audio_clock import AudioClock
from ionia.runtime.capture.sound import Sound
from ionia.runtime.encode.feed import Feed
from ionia.runtime.notices import Notices
from ionia.runtime.registry import Lease

log = logging.getLogger(__name__)

KEPT_PACKETS = 6 * SAMPLE_RATE // AUDIO_TICK_SAMPLES
"""Sound for outputs that begin while the pictures are behind: a second more than `EncodeBacklog` may hold; 150 kB."""

BATCH_TICKS = 8
"""Ticks that are encoded at once while nobody waits for each packet: 171 ms. What a packet costs on its way to the file
beside the encoder, the hand-overs and the threads that wake, is paid once for all of them and for all tracks, since
every encode counts from the same tick. Of a killed recording as much more is lost: a third of a fragment."""

WARM_TICKS = 4
"""Ticks that an encoder hears again before it takes another's place. AAC's packets overlap by one, and its choice of
windows looks two back; from then on it says what the other would have said."""


class AudioEncode:
    """Made with its encoder open and its sounds leased; `start` puts it on the clock, where meters begin to run.

    `begin` when the first output wants packets, then `close`. Encoder and mix are the clock thread's. All encodes have
    the same clock: what has to happen at the same tick in several is one command of it.
    """

    def __init__(
        self,
        opened: OpenedAudio,
        sounds: Sequence[Lease[SoundKey, Sound]],
        clock: Lease[str, AudioClock],
        mix: Mix[SoundKey],
    ) -> None:
        self.track = opened.track
        self.feed = Feed(kept=KEPT_PACKETS)
        self.notices = Notices()
        self._encoder: AudioEncoder = opened.encoder
        self._sounds = tuple(sounds)
        self._clock = clock
        self._mix = mix
        self._changes: list[tuple[int, SoundKey, ControlChange]] = []  # from which tick on, in the order of asking
        self._heard: deque[tuple[int, Samples]] = deque(maxlen=WARM_TICKS)
        self._waiting: list[AudioTick[SoundKey]] = []  # heard, not mixed
        self._batch: list[Samples] = []  # mixed, not encoded
        self._batch_pts = 0
        self._encoding = False
        self._first: int | None = None  # the index of the tick with which encoding begins
        self._mixed = -1  # the index of the newest tick that was mixed, or waits for it
        self._metered = False  # whether anybody has asked how loud it is
        self._broken = False
        self._silence = 0
        self._losses = LossTeller()

    @property
    def failed(self) -> bool:
        """Whether it, or the clock, has ended by an error."""
        return self.notices.failed or self._clock.value.failed

    @property
    def hurried(self) -> bool:
        """Whether somebody waits for each packet."""
        return self.feed.hurried

    @property
    def clock(self) -> AudioClock:
        """Whose ticks it encodes."""
        return self._clock.value

    @property
    def sounds(self) -> tuple[Sound, ...]:
        """What is mixed."""
        return tuple(lease.value for lease in self._sounds)

    @property
    def meters(self) -> Mapping[SoundKey, LevelMeter]:
        """How loud each sound is. Any thread. From the first time that this is asked for on, and not before, each tick
        is mixed as it comes: of further tracks nobody asks."""
        self._metered = True
        return self._mix.meters

    @property
    def muted(self) -> frozenset[SoundKey]:
        """Sounds of which nothing is left by now. Any thread."""
        return self._mix.muted

    @property
    def silence(self) -> int:
        """Samples so far that no sound covered. Any thread."""
        return self._silence

    @property
    def crowded_out(self) -> int:
        """Samples of its sounds that found no room. Any thread."""
        return sum(sound.crowded_out for sound in self.sounds)

    def start(self) -> None:
        """Take the clock's ticks from now on."""
        self.clock.add(self)

    def begin(self) -> None:
        """On the clock's thread: encode from the next tick on. Idempotent."""
        if not self._encoding:
            self._encoding = True
            self._losses = LossTeller(self.crowded_out)

    def set(self, key: SoundKey, change: ControlChange, *, at: int = 0) -> None:
        """On the clock's thread: change one sound, for everyone who uses this.

        Heard from the tick with index `at` on, or from the next one where that has been mixed.
        """
        self._changes.append((at, key, change))

    def succeed(self, other: "AudioEncode", move: Callable[[], None]) -> None:
        """Go on where `other` is, for whom `move` brings to this feed: no packet is missing and none is double.

        Waits until it is done: at most a tick, or longer when the machine stands still. `move` is called on the
        clock's thread. Raises IoniaError(INTERNAL) when it can't follow: then nobody was moved.
        """
        done: Future[None] = Future()

        def take_over() -> None:
            try:
                other._encode_batch()
                self._mix = other._mix.copy()
                self._changes = list(other._changes)
                self._silence = other._silence
                self._mixed = other._mixed
                self._encoding = self._encoding or other._encoding  # somebody may share it already
                self._first = other._first if self._first is None else self._first
                self._heard.extend(other._heard)
                self._losses = other._losses
                if self._encoding:
                    self._encoder.follow(other._encoder, tuple(self._heard))
                self.start()
                move()
            except Exception as error:  # noqa: BLE001 - it ends neither the clock nor who waits, who is told
                self.leave()
                done.set_exception(error)
            else:
                done.set_result(None)

        self.clock.run(take_over)
        try:
            done.result()
        except Exception as error:
            problem = f"The sound stays as it was: it can't be encoded anew ({type(error).__name__})."
            raise IoniaError(ErrorKind.INTERNAL, problem) from error

    def tick(self, tick: AudioTick[SoundKey]) -> None:
        """On the clock's thread: mix, encode, give out. What breaks in it ends those who use it, and not the clock."""
        if self._broken:
            return
        try:
            self._mix_and_encode(tick)
        except Exception as error:  # noqa: BLE001 - libav's errors are many, and each is told as the end of this track
            self._break(error)

    def _mix_and_encode(self, tick: AudioTick[SoundKey]) -> None:
        if self._encoding and self._first is None:
            self._first = tick.index
        if self._changes:
            self._mix_waiting()
            self._carry_out(tick.index - self._mix.filtered)
        due = tick.before if self._mix.filtered else tick
        if due is None or due.index <= self._mixed:
            return  # filters look a tick ahead: from the first on, all is mixed a tick later
        self._mixed = due.index
        encodes = self._first is not None and due.index >= self._first
        if encodes and not self._batch and not self._waiting:
            self._batch_pts = due.pts
        hurried = self.feed.hurried
        if encodes and self._mix.steady and not (self._metered or hurried):
            self._waiting.append(due)
        else:
            self._mix_waiting()
            samples = self._mix.render(due)
            self._silence = self._mix.silence_samples
            self._heard.append((due.pts, samples))
            if encodes:
                self._batch.append(samples)
        if encodes and (hurried or (due.index + 1) % BATCH_TICKS == 0):
            self._encode_batch()

    def _mix_waiting(self) -> None:
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        samples = self._mix.render_all(waiting)
        self._silence = self._mix.silence_samples
        self._batch.append(samples)
        for at, tick in list(enumerate(waiting))[-WARM_TICKS:]:
            self._heard.append((tick.pts, samples[at * AUDIO_TICK_SAMPLES : (at + 1) * AUDIO_TICK_SAMPLES]))

    def _encode_batch(self) -> None:
        self._mix_waiting()
        batch, self._batch = self._batch, []
        if not batch:
            return
        samples = batch[0] if len(batch) == 1 else np.concatenate([tick.T for tick in batch], axis=1).T
        self.feed.publish(self._encoder.encode(samples, self._batch_pts))
        lost = self._losses.update(self.crowded_out, self._batch_pts)
        if lost:
            self.notices.warn(
                WarningCode.AUDIO_LOST,
                f"{lost / SAMPLE_RATE:.2f} s of sound found no room: the machine was busy. Silence fills it.",
                SoundLost(samples=lost),
            )

    def _carry_out(self, index: int) -> None:
        """What is to be heard from this tick on."""
        for _, key, change in [each for each in self._changes if each[0] <= index]:
            self._mix.set(key, change)
        self._changes = [each for each in self._changes if each[0] > index]

    def fail(self, error: BaseException) -> None:
        """Tell everyone that the sound has ended."""
        self.notices.fail(error)

    def leave(self) -> None:
        """On the clock's thread, as the last thing. Idempotent."""
        if not self._broken:
            try:
                self._encode_batch()
            except Exception as error:  # noqa: BLE001 - as in `tick`
                self._break(error)
        self._encoder.close()
        self.feed.close()

    def close(self) -> None:
        """End, and give clock and sounds back. Idempotent."""
        if not self.clock.remove(self):
            log.error("the sound's thread did not let go of an encode in time")
        for lease in self._sounds:
            lease.release()
        self._clock.release()

    def _break(self, error: Exception) -> None:
        self._broken = True
        self.notices.fail(error)
