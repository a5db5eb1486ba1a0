"""The sound tracks of one session: an audio encode for each, and the session's sounds by their names."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ionia.core.audio.engine import AudioInput
from ionia.core.audio.levels import LevelMeter
from ionia.core.audio.mix import ControlChange, SoundControl
from ionia.core.audio.sound_watch import SoundFault, SoundLook, SoundWatch
from ionia.core.audio.wishes import SoundWish
from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.events import SoundLevel
from ionia.core.media import AudioTrack, TrackId, TrackKind
from ionia.core.sharing import SoundKey
from ionia.core.sound_state import SoundState, gain_db
from ionia.runtime.capture.sound import Sound
from ionia.runtime.encode.audio_encode import AudioEncode
from ionia.runtime.encode.audio_encodes import AudioEncodes, Heard
from ionia.runtime.encode.feed import Feed
from ionia.runtime.encode.filter_loading import load_filters
from ionia.runtime.notices import Listener
from ionia.runtime.registry import Lease

MoveFeed = Callable[[TrackId, Feed], None]
"""A track's packets come from another feed from now on. Called on the clock's thread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioSnapshot:
    """The sound side's counters at one tick, in samples of the timeline, by input where inputs differ.

    `silence` is the first track's. Of several sounds of one kind the one with the most counts. `lost` is sound that was
    captured and could not be used: it came too late or found no room.
    """

    silence: int = 0
    input_silence: Mapping[AudioInput, int] = field(default_factory=dict)
    lost: int = 0
    drift_ppm: Mapping[AudioInput, float] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class _Track:
    """`name` is the file's; `lease` changes when the session changes a sound alone."""

    id: TrackId
    name: str
    lease: Lease[Heard, AudioEncode]

    @property
    def encode(self) -> AudioEncode:
        return self.lease.value


class SoundTracks:
    """One session owns it; reading: any thread. Without tracks it is a session without sound."""

    def __init__(
        self,
        sounds: Mapping[str, SoundKey],
        tracks: Sequence[tuple[str, Lease[Heard, AudioEncode]]],
        encodes: AudioEncodes,
    ) -> None:
        """`tracks`: the name of each and its encode. It takes the leases over."""
        self._sounds = dict(sounds)
        self._encodes = encodes
        self._tracks = tuple(
            _Track(id=TrackId(kind=TrackKind.AUDIO, index=index), name=name, lease=lease)
            for index, (name, lease) in enumerate(tracks)
        )
        self._watches = {name: SoundWatch(key.which) for name, key in sounds.items()}
        self._held_to_talk: frozenset[str] = frozenset()
        self._listener: Listener | None = None
        self._hears: list[tuple[Sound, Listener]] = []
        self._move: MoveFeed = lambda _, __: None

    @property
    def header(self) -> tuple[AudioTrack, ...]:
        """What sinks must know of each."""
        return tuple(replace(track.encode.track, id=track.id, name=track.name) for track in self._tracks)

    @property
    def feeds(self) -> dict[TrackId, Feed]:
        """Where the packets of each come from now."""
        return {track.id: track.encode.feed for track in self._tracks}

    @property
    def encodes(self) -> tuple[AudioEncode, ...]:
        """Those of all tracks, now, each once: tracks of the same sounds and bit rate share one."""
        return tuple(dict.fromkeys(track.encode for track in self._tracks))

    @property
    def sounds(self) -> tuple[Sound, ...]:
        """All devices, each once."""
        return tuple({sound.key: sound for encode in self.encodes for sound in encode.sounds}.values())

    @property
    def keys(self) -> tuple[SoundKey, ...]:
        """Its sounds, as they were when it was opened."""
        return tuple(self._sounds.values())

    @property
    def backend(self) -> str:
        """Names of the sound sources, joined by a comma when they differ; "none" without sound."""
        return ",".join(sorted({sound.backend for sound in self.sounds})) or "none"

    def snapshot(self) -> AudioSnapshot:
        """Counters as of the last tick; zeros without a track."""
        silence: dict[AudioInput, int] = {}
        drift: dict[AudioInput, float] = {}
        lost = 0
        for sound in self.sounds:
            counters, which = sound.counters(), sound.key.which
            silence[which] = max(counters.silence, silence.get(which, 0))
            drift[which] = max(counters.drift_ppm, drift.get(which, 0.0), key=abs)
            lost += counters.late + sound.crowded_out
        return AudioSnapshot(
            silence=self._tracks[0].encode.silence if self._tracks else 0,
            input_silence=silence,
            lost=lost,
            drift_ppm=drift,
        )

    def levels(self) -> tuple[SoundLevel, ...]:
        """How loud each sound is now."""
        meters, muted = self._meters(), self._muted()
        levels = []
        for name, key in self._sounds.items():
            meter, level = meters[name], meters[name].level
            levels.append(
                SoundLevel(
                    name=name,
                    peak_db=level.peak_db,
                    rms_db=level.rms_db,
                    clipped=meter.over or (meter.full and key.which is AudioInput.MIC),
                    muted=key in muted,
                )
            )
        return tuple(levels)

    def look(self) -> tuple[tuple[str, SoundFault], ...]:
        """Once a second, on one thread: what is to be told of which sound."""
        faults = [(name, self._watches[name].look(now)) for name, now in self.looked().items()]
        return tuple((name, fault) for name, fault in faults if fault is not None)

    def looked(self) -> Mapping[str, SoundLook]:
        """What has been counted of each sound, by name."""
        meters, muted, held = self._meters(), self._muted(), self._held_to_talk
        return {
            name: SoundLook(counts=meters[name].counts, muted=key in muted, held_to_talk=name in held)
            for name, key in self._sounds.items()
        }

    def _muted(self) -> frozenset[SoundKey]:
        """Of which nothing is recorded by now, which is later than a mute was asked for."""
        return frozenset[SoundKey]().union(*(encode.muted for encode in self.encodes))

    def _meters(self) -> Mapping[str, LevelMeter]:
        """Of each sound that of its first track: they are the same in all, and no other is asked."""
        meters: dict[SoundKey, LevelMeter] = {}
        for track in self._tracks:
            lacking = [key for key in track.lease.key.encode.sounds if key not in meters]
            if lacking:
                of_track = track.encode.meters
                meters.update((key, of_track[key]) for key in lacking)
        return {name: meters[key] for name, key in self._sounds.items()}

    def kinds(self) -> Mapping[str, AudioInput]:
        """What each sound is, by name."""
        return {name: key.which for name, key in self._sounds.items()}

    def listen(self, listener: Listener, of_device: Callable[[SoundKey], Listener]) -> None:
        """Hear what every encode and, with a listener of its own, every device tells, from now on until `release`."""
        self._listener = listener
        for encode in self.encodes:
            encode.notices.listen(listener)
        self._hears = [(sound, of_device(sound.key)) for sound in self.sounds]
        for sound, hears in self._hears:
            sound.notices.listen(hears)
            # Its first user has heard all that it had to tell; the next ones hear what still holds.
            sound.notices.settle(forget=True)

    def shares_all_with(self, other: "SoundTracks") -> bool:
        """Whether both have the very same encodes, in the same order."""
        return [track.encode for track in self._tracks] == [track.encode for track in other._tracks]

    def begin(self, move: MoveFeed) -> None:
        """Encode from the next tick on, all tracks from the same. `move` is told of feeds that change."""
        self._move = move
        encodes = self.encodes
        for encode in encodes:
            encode.notices.settle()

        def begin() -> None:
            for encode in encodes:
                encode.begin()

        if encodes:
            encodes[0].clock.run(begin)

    def controls(self) -> Mapping[str, SoundControl]:
        """How each sound is set, by name."""
        set_to: dict[SoundKey, SoundControl] = {}
        for track in self._tracks:
            set_to.update(track.lease.key.by_sound())
        return {name: set_to[key] for name, key in self._sounds.items()}

    def wishes(self, asked: Sequence[SoundWish]) -> tuple[SoundWish, ...]:
        """The same sounds, set as they are by now."""
        controls = self.controls()

        def now(wish: SoundWish) -> SoundWish:
            control = controls.get(wish.name)
            if control is None:
                return wish
            return replace(wish, gain=control.gain, muted=control.muted, mono=control.mono, filters=control.filters)

        return tuple(now(wish) for wish in asked)

    def states(self) -> tuple[SoundState, ...]:
        """The same as clients are told it."""
        return tuple(
            SoundState(
                name=name,
                kind=self._sounds[name].which,
                gain_db=round(gain_db(control.gain), 2),
                muted=control.muted,
                mono=control.mono,
                filters=control.filters,
            )
            for name, control in self.controls().items()
        )

    def set(self, name: str, change: ControlChange, beside: "Sequence[SoundTracks]" = ()) -> None:
        """Change one sound for this session alone, in all its tracks at the same tick: that of now, however far behind
        sound is mixed, so that what was said before a key was pressed stays as it was.

        `beside`: the session's others, likewise, of which some may lack this sound or have it alone. One thread at a
        time. Raises IoniaError, with every track as it was.
        """
        family = (self, *beside)
        having = [one for one in family if name in one._sounds]
        if not having:
            known = dict.fromkeys(one for each in family for one in each._sounds)
            raise IoniaError(
                ErrorKind.AUDIO_UNAVAILABLE,
                f"This session has no sound named {name!r}.",
                f"It has {', '.join(map(repr, known)) or 'no sound at all'}.",
            )
        key = having[0]._sounds[name]
        at = having[0]._tracks[0].encode.clock.index_now
        load_filters(change.filters or ())
        before = having[0].controls()[name]
        control = change.of(before)
        changing = [(one, track) for one in having for track in one._hearing(key)]
        owned: list[tuple[SoundTracks, _Track]] = []
        try:
            for one, track in changing:
                one._own(track, key, control)
                owned.append((one, track))
        except BaseException:
            for one, track in owned:  # whose encodes nobody else uses any more, which can't fail
                one._own(track, key, before)
            raise
        encodes = [track.encode for _, track in changing]

        def carry_out() -> None:
            for encode in encodes:
                encode.set(key, change, at=at)

        encodes[0].clock.run(carry_out)
        if change.muted is not None:  # whoever has a mute wait holds a key to talk
            held = {name} if change.muted and change.release_ms > 0 else set()
            for one in having:
                one._held_to_talk = one._held_to_talk - {name} | held

    def _hearing(self, key: SoundKey) -> list[_Track]:
        return [track for track in self._tracks if key in track.lease.key.encode.sounds]

    def release(self) -> None:
        """Give everything back. Once."""
        if self._listener is not None:
            for encode in self.encodes:
                encode.notices.unlisten(self._listener)
            for sound, hears in self._hears:
                sound.notices.unlisten(hears)
        for track in self._tracks:
            track.lease.release()

    def _own(self, track: _Track, key: SoundKey, control: SoundControl) -> None:
        def moved(to: Lease[Heard, AudioEncode]) -> None:
            """On the clock's thread, between two ticks."""
            before, track.lease = track.encode, to
            self._move(track.id, to.value.feed)
            if self._listener is not None:
                to.value.notices.listen(self._listener)
                if before not in self.encodes:
                    before.notices.unlisten(self._listener)

        self._encodes.own(track.lease, {**track.lease.key.by_sound(), key: control}, moved)
