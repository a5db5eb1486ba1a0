"""The sounds of a session and the tracks that they go into, as asked for, and what is wrong with them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ionia.core.audio.engine import AudioInput
from ionia.core.audio.filters import FilterError, SoundFilter, check_filters
from ionia.core.audio.programs import AppWish

MOST_TRACKS = 6
"""Sound tracks of one file: as many as OBS has, and more than players list well."""

MOST_SOUNDS = 8
"""Sounds of one session: each is a device with a thread and buffers of its own."""


class WishError(ValueError):
    """Sounds and tracks that don't fit together. The text is one line for people and names the param."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundWish:
    """One sound. `device`: an id, or None for the system's default of that kind. `app`: whose sound, where that is what
    is wanted, and only there. `gain` is linear."""

    name: str
    kind: AudioInput
    device: str | None = None
    gain: float = 1.0
    muted: bool = False
    mono: bool = False
    filters: tuple[SoundFilter, ...] = ()
    app: AppWish | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackWish:
    """One track: the names of what is mixed into it. An empty `name` is a track without one."""

    name: str
    sounds: tuple[str, ...]
    bitrate: int


def separate_tracks(sounds: Sequence[str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """A track with all of these sounds, which plays everywhere, and one for each of them: (name, sounds)."""
    if len(sounds) < 2:
        return tuple((name, (name,)) for name in sounds)
    whole = "mix" if "mix" not in sounds else "all sounds"
    return (whole, tuple(sounds)), *((name, (name,)) for name in sounds)


def check_sounds(sounds: Sequence[SoundWish]) -> None:
    """Raise WishError for sounds that can't be those of one session."""
    _check_count("sounds", len(sounds), MOST_SOUNDS, 'leave it out for what audioMode says, and "none" is no sound')
    _check_names("sounds", [sound.name for sound in sounds])
    places: dict[tuple[AudioInput, str | None, AppWish | None], int] = {}
    for index, sound in enumerate(sounds):
        try:
            check_filters(f"sounds[{index}].filters", sound.filters)
        except FilterError as error:
            raise WishError(str(error)) from None
        first = places.setdefault((sound.kind, sound.device, sound.app), index)
        if first != index:
            raise WishError(
                f'"sounds[{index}]" is the same {"device" if sound.app is None else "program"} as "sounds[{first}]": '
                "one sound can be in several tracks, and needs no second name"
            )


def check_tracks(sounds: Sequence[str], tracks: Sequence[TrackWish]) -> None:
    """Raise WishError for tracks that can't be made of the sounds of these names."""
    if not sounds:
        raise WishError('"tracks" needs sounds, and audioMode "none" has none')
    _check_count("tracks", len(tracks), MOST_TRACKS, "leave it out for one track with all sounds")
    _check_names("tracks", [track.name for track in tracks])
    for index, track in enumerate(tracks):
        where = f"tracks[{index}].sounds"
        if not track.sounds:
            raise WishError(f'"{where}" must have at least one of {_listed(sounds)}')
        for place, name in enumerate(track.sounds):
            if name not in sounds:
                raise WishError(f'"{where}[{place}]" must be one of {_listed(sounds)}, not {_quoted(name)}')
            if name in track.sounds[:place]:
                raise WishError(f'"{where}[{place}]" names {_quoted(name)} again')
    left = [name for name in sounds if not any(name in track.sounds for track in tracks)]
    if left:
        raise WishError(f'"tracks" has no track with {_listed(left)}: it would not be recorded')


def _check_count(what: str, count: int, most: int, instead: str) -> None:
    if not 1 <= count <= most:
        raise WishError(f'"{what}" must have 1 to {most} items, not {count}: {instead}')


def _check_names(what: str, names: Sequence[str]) -> None:
    for index, name in enumerate(names):
        first = names.index(name)
        if first != index:
            raise WishError(f'"{what}[{index}].name" must not be that of "{what}[{first}]", {_quoted(name)}')


def _listed(names: Iterable[str]) -> str:
    return ", ".join(_quoted(name) for name in names)


def _quoted(name: str) -> str:
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
