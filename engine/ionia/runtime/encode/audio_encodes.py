"""Who shares which audio encode: those who hear the same sounds equally loud, for as long as they do."""

import itertools
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial

from ionia.core.audio.mix import Mix, SoundControl
from ionia.core.ports import AudioSource
from ionia.core.settings import SoundCodecName
from ionia.core.sharing import AudioEncodeKey, SoundKey
from ionia.media.opening import OpenedAudio
from ionia.runtime.capture.audio_clock import AudioClock
from ionia.runtime.capture.sound import Sound, open_sound
from ionia.runtime.encode.audio_encode import AudioEncode
from ionia.runtime.registry import Lease, Registry
from ionia.threads.clock import MonotonicClock


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What an audio encode is found by. `controls` stand in the order of `encode.sounds`.

    `owner`: whose it is since somebody changed it; 0 while it is as it was made. A ramp may be under way in one that
    was changed, which is nobody else's: it isn't found any more.
    """

    encode: AudioEncodeKey
    controls: tuple[SoundControl, ...]
    owner: int = 0

    def by_sound(self) -> dict[SoundKey, SoundControl]:
        """How loud each sound is set."""
        return dict(zip(self.encode.sounds, self.controls, strict=True))


class AudioEncodes:
    """Any thread. The clock, the sounds and the audio encodes that are in use; each goes with its last user."""

    def __init__(
        self,
        *,
        open_audio: Mapping[SoundCodecName, Callable[[int], OpenedAudio]],
        source: Callable[[SoundKey], AudioSource],
        clock: MonotonicClock,
        epoch_ns: int,
    ) -> None:
        self._open_audio = open_audio
        self._source = source
        self._clock = clock
        self._epoch_ns = epoch_ns
        self._clocks: Registry[str, AudioClock] = Registry()
        self._sounds: Registry[SoundKey, Sound] = Registry()
        self._encodes: Registry[Heard, AudioEncode] = Registry()
        self._owners = itertools.count(1)

    def acquire(self, key: AudioEncodeKey, controls: Mapping[SoundKey, SoundControl]) -> Lease[Heard, AudioEncode]:
        """An encode of these sounds, this loud. Its devices may still be opening: see `Sound.wait_opened`."""
        heard = Heard(encode=key, controls=tuple(controls[sound] for sound in key.sounds))

        def make() -> AudioEncode:
            encode = self._make(heard)
            encode.start()
            return encode

        return self._encodes.acquire(heard, make)

    def own(
        self,
        lease: Lease[Heard, AudioEncode],
        controls: Mapping[SoundKey, SoundControl],
        move: Callable[[Lease[Heard, AudioEncode]], None],
    ) -> Lease[Heard, AudioEncode]:
        """An encode that can be set to `controls` without anybody else hearing it: this one, or one that follows it.

        `move` is called on the clock's thread, between two ticks, where one follows; then `lease` is released. Raises
        IoniaError, with `lease` as it was, when none can follow.
        """
        heard = Heard(
            encode=lease.key.encode,
            controls=tuple(controls[one] for one in lease.key.encode.sounds),
            owner=lease.key.owner or next(self._owners),
        )
        if lease.rekey_if_alone(heard):
            return lease
        # Made as the one it follows: what `controls` change comes with a ramp.
        follower = self._encodes.acquire(heard, lambda: self._make(lease.key), alone=True)
        try:
            follower.value.succeed(lease.value, lambda: move(follower))
        except BaseException:
            follower.release()
            raise
        lease.release()
        return follower

    def _make(self, heard: Heard) -> AudioEncode:
        with ExitStack() as undo:
            clock = self._clocks.acquire("clock", self._start_clock)
            undo.callback(clock.release)
            sounds = []
            for key in heard.encode.sounds:
                sound = self._sounds.acquire(key, partial(self._open_sound, key))
                undo.callback(sound.release)
                sounds.append(sound)
            opened = self._open_audio[heard.encode.codec](heard.encode.bitrate)
            encode = AudioEncode(opened, sounds, clock, Mix(heard.by_sound()))
            undo.pop_all()
        return encode

    def _start_clock(self) -> AudioClock:
        clock = AudioClock(self._clock, self._epoch_ns)
        clock.start()
        return clock

    def _open_sound(self, key: SoundKey) -> Sound:
        clock = self._clocks.acquire("clock", self._start_clock)
        try:
            return open_sound(key, self._source(key), clock, monotonic=self._clock)
        except BaseException:
            clock.release()
            raise
