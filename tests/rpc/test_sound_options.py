"""`sounds` and `tracks` of initialize: what becomes of them, and how what doesn't fit is refused."""

from typing import Any

import pytest

from ionia.core.audio.engine import AudioInput
from ionia.core.audio.programs import AppWish
from ionia.core.audio.wishes import SoundWish, TrackWish
from ionia.core.settings import MediaSettings
from ionia.rpc.schema import METHODS
from ionia.rpc.validation import InvalidParamsError, bind

MIC = {"name": "me", "kind": "mic"}
TARGETS = {
    "recorder": {"outputPath": "a.mp4"},
    "streamer": {"rtmpUrl": "rtmp://h/a/k"},
    "replay": {},
}


def media(kind: str = "recorder", **options: Any) -> MediaSettings:
    params: Any = bind(METHODS[f"{kind}.initialize"], {**TARGETS[kind], **options})
    return params.settings().media  # type: ignore[no-any-return]


@pytest.mark.parametrize("kind", TARGETS)
def test_they_become_what_the_engine_records(kind: str) -> None:
    got = media(
        kind,
        microphone="usb",
        micGain=2.0,
        audioBitrate=160_000,
        sounds=[
            {**MIC, "muted": True, "mono": True},
            {"name": "game", "kind": "desktop", "device": "hdmi", "gainDb": -20},
        ],
        tracks=[{"name": "all", "sounds": ["game", "me"]}, {"name": "me", "sounds": ["me"], "bitrate": 96_000}],
    )
    assert got.sounds == (
        SoundWish(name="me", kind=AudioInput.MIC, device="usb", gain=2.0, muted=True, mono=True),
        SoundWish(name="game", kind=AudioInput.DESKTOP, device="hdmi", gain=0.1),
    )
    assert got.tracks == (
        TrackWish(name="all", sounds=("game", "me"), bitrate=160_000),
        TrackWish(name="me", sounds=("me",), bitrate=96_000),
    )


GAME = {"name": "game", "kind": "app"}


@pytest.mark.parametrize(
    ("app", "wish"),
    [
        ({"process": "game.exe"}, AppWish(process="game.exe")),
        ({"process": 4242}, AppWish(pid=4242)),
        ({"id": "game:4242"}, AppWish(process="game", pid=4242)),
        ({"process": "game", "exclude": True}, AppWish(process="game", exclude=True)),
        ({"id": "game:7", "exclude": True}, AppWish(process="game", pid=7, exclude=True)),
    ],
)
@pytest.mark.parametrize("kind", TARGETS)
def test_a_program_is_named_by_its_process_or_its_id(kind: str, app: dict[str, Any], wish: AppWish) -> None:
    got = media(kind, desktopAudio="hdmi", micGain=2.0, sounds=[{**GAME, "app": app}])
    assert got.sounds == (SoundWish(name="game", kind=AudioInput.APP, app=wish),)


@pytest.mark.parametrize(
    ("sound", "said"),
    [
        (GAME, r'In "sounds\[0\]", "app" must be given where "kind" is "app", and only there'),
        ({**GAME, "app": {}}, r'In "sounds\[0\].app", there must be either "id" or "process"'),
        ({**GAME, "app": {"id": "a:1", "process": "a"}}, 'either "id" or "process"'),
        ({**GAME, "app": {"process": 1}}, "process"),
        ({**GAME, "app": {"process": ""}}, "process"),
        ({**GAME, "app": {"process": "a", "device": "b"}}, "device"),
        ({**GAME, "app": {"process": "a"}, "device": "hdmi"}, '"device" must be left out'),
        ({**MIC, "app": {"process": "a"}}, "only there"),
    ],
)
def test_a_program_that_is_not_named_or_not_wanted_is_refused(sound: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidParamsError, match=said):
        media(sounds=[sound])


def test_a_program_has_one_sound_and_all_but_it_is_another() -> None:
    both = [
        {**GAME, "app": {"process": "a"}},
        {"name": "rest", "kind": "app", "app": {"process": "a", "exclude": True}},
    ]
    assert len(media(sounds=both).sounds or ()) == 2
    with pytest.raises(InvalidParamsError, match="is the same program as"):
        media(sounds=[both[0], {**both[0], "name": "again"}])


def test_without_them_nothing_changes() -> None:
    assert (media().sounds, media().tracks) == (None, None)
    assert media(sounds=None, tracks=None) == media()


def test_tracks_may_be_made_of_what_the_mode_says() -> None:
    got = media(audioMode="microphone", tracks=[{"name": "voice", "sounds": ["mic"]}])
    assert [sound.name for sound in got.all_sounds] == ["mic"]


@pytest.mark.parametrize("kind", ["recorder", "replay"])
def test_sound_alone_has_no_picture_whatever_was_said_of_it(kind: str) -> None:
    target = {"outputPath": "Take.M4A"} if kind == "recorder" else {}
    got = media(kind, **target, video="none", fps=60, videoBitrate=9_000_000, encoder="nvenc", fit="letterbox")
    assert got == MediaSettings().without_picture()
    assert media(kind, video="screen") == MediaSettings()


LEFT_OUT = 'must be left out where "video" is "none"'


@pytest.mark.parametrize(
    ("kind", "options", "words"),
    [
        ("recorder", {"outputPath": "a.wav"}, '"outputPath" must end in .m4a or .mp4 where "video" is "none"'),
        ("recorder", {"screen": "test"}, f'"screen" {LEFT_OUT}'),
        ("recorder", {"region": {"x": 0, "y": 0, "width": 64, "height": 64}}, f'"region" {LEFT_OUT}'),
        ("replay", {"width": 640}, f'"width" {LEFT_OUT}'),
        ("recorder", {"height": 360}, f'"height" {LEFT_OUT}'),
        ("replay", {"fit": "crop"}, f'"fit" {LEFT_OUT}'),
        ("replay", {"audioMode": "none"}, '"video" must be "screen" where audioMode is "none": nothing would be'),
        ("streamer", {}, '"video" must be one of "screen", not "none"'),
    ],
)
def test_sound_alone_is_refused_where_it_makes_no_sense(kind: str, options: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidParamsError) as error:
        media(kind, **{**options, "video": "none"})
    assert str(error.value).startswith(words)


TEXT = "text of 1 to 100 characters without control characters"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"sounds": [{"name": "", "kind": "mic"}]}, f'"sounds[0].name" must be {TEXT}, not ""'),
        (
            {"sounds": [{"name": "a", "kind": "tv"}]},
            '"sounds[0].kind" must be one of "desktop", "mic", "app", not "tv"',
        ),
        ({"sounds": [{**MIC, "gainDb": 41}]}, '"sounds[0].gainDb" must be a number from -120 to 40, not 41'),
        ({"sounds": []}, '"sounds" must have 1 to 8 items, not 0: leave it out for what audioMode says'),
        ({"sounds": [MIC, {**MIC, "kind": "desktop"}]}, '"sounds[1].name" must not be that of "sounds[0]", "me"'),
        (
            {"microphone": "usb", "sounds": [MIC, {"name": "b", "kind": "mic", "device": "usb"}]},
            '"sounds[1]" is the same device as "sounds[0]"',
        ),
        ({"audioMode": "none", "sounds": [MIC]}, '"sounds" must be left out where "audioMode" is "none"'),
        ({"tracks": [{"name": "", "sounds": ["mic"]}]}, f'"tracks[0].name" must be {TEXT}, not ""'),
        ({"tracks": []}, '"tracks" must have 1 to 6 items, not 0'),
        ({"tracks": [{"name": "a", "sounds": []}]}, '"tracks[0].sounds" must have at least one of "desktop", "mic"'),
        (
            {"sounds": [MIC], "tracks": [{"name": "a", "sounds": ["mic"]}]},
            '"tracks[0].sounds[0]" must be one of "me", not "mic"',
        ),
        ({"tracks": [{"name": "a", "sounds": ["mic"]}]}, '"tracks" has no track with "desktop"'),
        ({"audioMode": "none", "tracks": [{"name": "a", "sounds": ["mic"]}]}, '"tracks" needs sounds'),
        (
            {"tracks": [{"name": "a", "sounds": ["mic"], "bitrate": 1}]},
            '"tracks[0].bitrate" must be an integer from 8000 to 512000, not 1',
        ),
    ],
)
def test_what_does_not_fit_is_refused_by_its_place(options: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidParamsError) as error:
        media(**options)
    assert str(error.value).startswith(words)
