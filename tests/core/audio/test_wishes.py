"""Sounds and tracks that don't fit together are refused in words that name the place."""

import pytest

from ionia.core.audio.engine import AudioInput
from ionia.core.audio.wishes import (
    MOST_SOUNDS,
    MOST_TRACKS,
    SoundWish,
    TrackWish,
    WishError,
    check_sounds,
    check_tracks,
    separate_tracks,
)

DESKTOP, MIC = AudioInput.DESKTOP, AudioInput.MIC
BOTH = ["game", "mic"]


def sound(name: str, kind: AudioInput = MIC, device: str | None = None) -> SoundWish:
    return SoundWish(name=name, kind=kind, device=device)


def track(name: str, *sounds: str) -> TrackWish:
    return TrackWish(name=name, sounds=sounds, bitrate=128_000)


def test_what_fits_is_let_through() -> None:
    check_sounds([sound("game", DESKTOP), sound("mic"), sound("guitar", MIC, "usb")])
    check_tracks(BOTH, [track("mix", "mic", "game"), track("mic", "mic")])


@pytest.mark.parametrize(
    ("sounds", "words"),
    [
        ([], f'"sounds" must have 1 to {MOST_SOUNDS} items, not 0: leave it out for what audioMode says'),
        ([sound(str(number), MIC, str(number)) for number in range(9)], "not 9"),
        ([sound("a"), sound("a", DESKTOP)], '"sounds[1].name" must not be that of "sounds[0]", "a"'),
        ([sound("a"), sound("b", DESKTOP), sound("c")], '"sounds[2]" is the same device as "sounds[0]"'),
    ],
)
def test_sounds_that_are_none_are_refused(sounds: list[SoundWish], words: str) -> None:
    with pytest.raises(WishError) as error:
        check_sounds(sounds)
    assert words in str(error.value)


@pytest.mark.parametrize(
    ("sounds", "tracks", "words"),
    [
        ([], [track("a", "mic")], '"tracks" needs sounds, and audioMode "none" has none'),
        (BOTH, [], f'"tracks" must have 1 to {MOST_TRACKS} items, not 0: leave it out for one track with all sounds'),
        (BOTH, [track(str(number), *BOTH) for number in range(7)], "not 7"),
        (BOTH, [track("a", *BOTH), track("a", "mic")], '"tracks[1].name" must not be that of "tracks[0]", "a"'),
        (BOTH, [track("a", *BOTH), track("b")], '"tracks[1].sounds" must have at least one of "game", "mic"'),
        (BOTH, [track("a", "mic", 'x"y')], '"tracks[0].sounds[1]" must be one of "game", "mic", not "x\\"y"'),
        (BOTH, [track("a", "mic", "mic")], '"tracks[0].sounds[1]" names "mic" again'),
        (BOTH, [track("a", "mic")], '"tracks" has no track with "game": it would not be recorded'),
    ],
)
def test_tracks_that_are_none_are_refused(sounds: list[str], tracks: list[TrackWish], words: str) -> None:
    with pytest.raises(WishError) as error:
        check_tracks(sounds, tracks)
    assert words in str(error.value)


def test_separate_tracks_are_the_mix_and_each_sound() -> None:
    assert separate_tracks(["desktop", "mic"]) == (
        ("mix", ("desktop", "mic")),
        ("desktop", ("desktop",)),
        ("mic", ("mic",)),
    )
    assert separate_tracks(["mix", "mic"])[0] == ("all sounds", ("mix", "mic"))
    assert separate_tracks(["mic"]) == (("mic", ("mic",)),)
    assert separate_tracks([]) == ()
