"""Who shares what: each level by its own identity."""

from dataclasses import replace

import pytest

from ionia.core.audio.engine import AudioInput
from ionia.core.audio.programs import AppWish
from ionia.core.audio.stream_sum import SUM_LATENCY_NS
from ionia.core.audio.wishes import SoundWish, TrackWish
from ionia.core.settings import AudioMode, MediaSettings
from ionia.core.sharing import AudioEncodeKey, SoundKey, audio_encode_keys, capture_key, sound_keys, video_encode_key
from ionia.core.video.framing import Region
from ionia.core.video.quality import named

SETTINGS = MediaSettings()


def encodes(settings: MediaSettings) -> tuple[AudioEncodeKey, ...]:
    return audio_encode_keys(settings, sound_keys(settings))


def shared(other: MediaSettings) -> tuple[bool, bool, bool]:
    """Whether capture, video encode and audio encode are the same ones."""
    return (
        capture_key(other) == capture_key(SETTINGS),
        video_encode_key(other) == video_encode_key(SETTINGS),
        encodes(other) == encodes(SETTINGS),
    )


def test_equal_settings_share_everything() -> None:
    assert shared(MediaSettings()) == (True, True, True)


def test_another_rate_of_the_same_screen_shares_the_capture() -> None:
    assert shared(replace(SETTINGS, video_bitrate=20_000_000)) == (True, False, True)
    assert shared(replace(SETTINGS, keyframe_interval_seconds=4)) == (True, False, True)
    assert shared(replace(SETTINGS, rest=False)) == (True, False, True)


def test_another_codec_of_the_same_screen_shares_the_capture() -> None:
    hevc = replace(SETTINGS, codec="hevc")
    assert capture_key(hevc) == capture_key(SETTINGS)
    assert video_encode_key(hevc) != video_encode_key(SETTINGS)


def test_another_quality_of_the_same_screen_shares_the_capture() -> None:
    high, source = (replace(SETTINGS, quality=named(name)) for name in ("high", "source"))
    assert shared(high) == (True, False, True)
    assert video_encode_key(high) != video_encode_key(source)
    assert video_encode_key(high) != video_encode_key(replace(high, quality=named("high", 8_000_000)))
    # What a constant rate would have been says nothing of it.
    assert video_encode_key(high) == video_encode_key(replace(high, video_bitrate=1_000_000))


def test_another_part_size_or_fit_of_the_same_screen_shares_the_capture() -> None:
    assert shared(replace(SETTINGS, region=Region(x=0, y=0, width=640, height=360))) == (True, False, True)
    assert shared(replace(SETTINGS, width=1280)) == (True, False, True)
    assert shared(replace(SETTINGS, height=720)) == (True, False, True)
    assert shared(replace(SETTINGS, fit="crop")) == (True, False, True)


def test_another_screen_or_frame_rate_shares_the_sound() -> None:
    assert shared(replace(SETTINGS, screen="other")) == (False, False, True)
    assert shared(replace(SETTINGS, fps=60)) == (False, False, True)
    assert shared(replace(SETTINGS, cursor=False)) == (False, False, True)


def test_another_device_or_audio_rate_shares_the_picture() -> None:
    assert shared(replace(SETTINGS, microphone="usb")) == (True, True, False)
    assert shared(replace(SETTINGS, audio_bitrate=128_000)) == (True, True, False)
    assert shared(replace(SETTINGS, audio_offset_ms=20.0)) == (True, True, False)


def test_gains_are_no_part_of_what_is_encoded() -> None:
    assert shared(replace(SETTINGS, mic_gain=0.5, desktop_gain=2.0)) == (True, True, True)


def test_sounds_are_those_that_the_mode_names() -> None:
    assert encodes(replace(SETTINGS, audio_mode=AudioMode.NONE)) == ()
    (key,) = encodes(replace(SETTINGS, audio_mode=AudioMode.MIC, microphone="usb"))
    assert key.sounds == (SoundKey(which=AudioInput.MIC, device="usb", offset_ms=None),)


def test_a_track_is_shared_by_what_is_mixed_and_not_by_names_or_their_order() -> None:
    sounds = (
        SoundWish(name="me", kind=AudioInput.MIC, device="usb"),
        SoundWish(name="game", kind=AudioInput.DESKTOP),
    )
    tracks = (
        TrackWish(name="all", sounds=("me", "game"), bitrate=192_000),
        TrackWish(name="voice", sounds=("me",), bitrate=96_000),
    )
    asked = replace(SETTINGS, sounds=sounds, tracks=tracks)
    whole, voice = encodes(asked)
    assert [(key.which, key.device) for key in whole.sounds] == [(AudioInput.DESKTOP, None), (AudioInput.MIC, "usb")]
    assert (len(voice.sounds), voice.bitrate) == (1, 96_000)
    assert encodes(replace(SETTINGS, microphone="usb")) == (whole,)
    assert asked.total_bitrate == SETTINGS.video_bitrate + 288_000


def sound(remembered: dict[str, float], asked: float | None = None) -> SoundKey:
    settings = replace(SETTINGS, audio_mode=AudioMode.MIC, audio_offset_ms=asked)
    return sound_keys(settings, remembered)["mic"]


def test_a_session_keeps_the_offsets_that_it_began_with_and_shares_them() -> None:
    before, after = {"mic: A": -25.0}, {"mic: A": -5.0, "mic: B": 8.0}
    assert sound(before) == sound({**before, "desktop: A": 90.0})
    assert sound(before) != sound(after)
    assert [sound(after).offset_of(name) for name in "ABC"] == [-5.0, 8.0, 0.0]
    assert sound(before).offset_of("A") == -25.0


def test_an_offset_that_is_asked_for_is_every_devices_and_shared_whatever_is_remembered() -> None:
    assert sound({"mic: A": 3.0}, asked=20.0) == sound({}, asked=20.0)
    assert sound({"mic: A": 3.0}, asked=20.0).offset_of("A") == 20.0


@pytest.mark.parametrize(
    ("asked", "remembered", "late_ms"),
    [
        (None, {}, 0),
        (None, {"mic: A": 30.0}, 0),
        (None, {"mic: A": 30.0, "mic: B": -25.0}, 25),
        (-40.0, {"mic: B": -25.0}, 40),
        (40.0, {"mic: B": -25.0}, 0),
    ],
)
def test_sound_that_is_moved_earlier_is_waited_for(
    asked: float | None, remembered: dict[str, float], late_ms: float
) -> None:
    assert sound(remembered, asked).late_ns == late_ms * 1e6


def test_a_programs_sound_is_waited_for_until_it_is_summed() -> None:
    app = SoundKey(which=AudioInput.APP, device=None, offset_ms=-40.0, app=AppWish(process="game"))
    assert app.late_ns == SUM_LATENCY_NS + 40_000_000
