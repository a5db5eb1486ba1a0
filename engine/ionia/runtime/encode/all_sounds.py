"""The sounds of a session that has several encodes: further ones may carry sounds that its first doesn't."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from ionia.core.audio.engine import AudioInput
from ionia.core.audio.mix import ControlChange, SoundControl
from ionia.core.audio.sound_watch import SoundFault
from ionia.core.audio.wishes import SoundWish
from ionia.core.events import SoundLevel
from ionia.core.sound_state import SoundState
from ionia.runtime.encode.sound_tracks import SoundTracks

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class AllSounds:
    """`of`: the session's own first. What several have is told by the first of them. Reading: any thread."""

    of: tuple[SoundTracks, ...]

    def states(self) -> tuple[SoundState, ...]:
        """How each is set."""
        return tuple(self._each_once(lambda sound: ((one.name, one) for one in sound.states())))

    def levels(self) -> tuple[SoundLevel, ...]:
        """How loud each is now."""
        return tuple(self._each_once(lambda sound: ((one.name, one) for one in sound.levels())))

    def kinds(self) -> Mapping[str, AudioInput]:
        """What each is, by name."""
        return {name: kind for sound in reversed(self.of) for name, kind in sound.kinds().items()}

    def look(self) -> Sequence[tuple[str, SoundFault]]:
        """See SoundTracks."""
        return self._each_once(lambda sound: ((name, (name, fault)) for name, fault in sound.look()))

    def wishes(self, asked: Sequence[SoundWish]) -> Sequence[SoundWish]:
        """The same sounds, set as they are by now."""
        for one in reversed(self.of):
            asked = one.wishes(asked)
        return asked

    def controls(self) -> Mapping[str, SoundControl]:
        """How each is set, by name."""
        return {name: control for sound in reversed(self.of) for name, control in sound.controls().items()}

    def follow(self, other: SoundTracks, before: Mapping[str, SoundControl]) -> None:
        """Set others, which were opened as these were `before`, as these are by now. Raises IoniaError."""
        known = other.kinds()
        for name, now in self.controls().items():
            if name in known and before.get(name) != now:
                other.set(name, ControlChange(gain=now.gain, muted=now.muted, mono=now.mono, filters=now.filters))

    def set(self, name: str, change: ControlChange) -> None:
        """See SoundTracks. One thread at a time. Raises IoniaError."""
        first, *others = self.of
        first.set(name, change, others)

    def _each_once(self, of: Callable[[SoundTracks], Iterable[tuple[str, T]]]) -> list[T]:
        found: list[T] = []
        had: set[str] = set()
        for one in self.of:
            found += [value for name, value in of(one) if name not in had]
            had |= one.kinds().keys()
        return found
