"""What settings say of themselves."""

from typing import Any

import pytest

from ionia.core.audio.engine import AudioInput
from ionia.core.audio.wishes import SoundWish, TrackWish
from ionia.core.settings import AudioMode, EncoderChoice, MediaSettings, RecorderSettings
from ionia.core.video.quality import ConstantQuality


@pytest.mark.parametrize(
    ("bounds", "seconds"),
    [
        ({}, 7200),
        ({"max_duration_seconds": 90.0}, 90),
        ({"max_duration_seconds": 90.0, "split_seconds": 30.0}, 30),
        ({"split_bytes": 6_500_000}, 10),
        ({"max_bytes": 1 << 60}, 7200),
    ],
)
def test_the_index_gets_room_in_front_for_as_long_as_a_file_may_become(bounds: dict[str, Any], seconds: float) -> None:
    media = MediaSettings(video_bitrate=5_000_000, audio_bitrate=200_000)
    assert RecorderSettings(output_path="a.mp4", media=media, fast_start=True, **bounds).front_seconds == seconds
    assert RecorderSettings(output_path="a.mp4", media=media, **bounds).front_seconds == 0


def test_whoever_wants_no_picture_wants_the_same() -> None:
    one = MediaSettings(screen="a", fps=60, video_bitrate=1, cursor=False, audio_bitrate=96_000).without_picture()
    other = MediaSettings(encoder=EncoderChoice.NVENC, audio_bitrate=96_000).without_picture()
    assert one == other
    assert (one.total_bitrate, one.video().picture, one.video().keyframe_interval) == (96_000, False, 100)


def test_sounds_and_tracks_are_those_of_the_mode_unless_they_are_named() -> None:
    media = MediaSettings(microphone="usb", mic_gain=0.5, audio_bitrate=96_000)
    desktop, mic = media.all_sounds
    assert (desktop.name, desktop.kind, desktop.gain) == ("desktop", AudioInput.DESKTOP, 1.0)
    assert (mic.name, mic.kind, mic.device, mic.gain) == ("mic", AudioInput.MIC, "usb", 0.5)
    assert media.all_tracks == (TrackWish(name="", sounds=("desktop", "mic"), bitrate=96_000),)
    silent = MediaSettings(audio_mode=AudioMode.NONE)
    assert (silent.all_sounds, silent.all_tracks, silent.total_bitrate) == ((), (), silent.video_bitrate)
    named = MediaSettings(audio_mode=AudioMode.NONE, sounds=(SoundWish(name="me", kind=AudioInput.MIC),))
    assert [track.sounds for track in named.all_tracks] == [("me",)]


def test_a_quality_may_take_its_cap_and_usually_takes_less() -> None:
    media = MediaSettings(quality=ConstantQuality(crf=20, max_bitrate=8_000_000), audio_bitrate=200_000)
    assert media.total_bitrate == 8_200_000
    assert media.usual_bitrate == 600_000
    assert MediaSettings().usual_bitrate is None
    assert media.without_picture().total_bitrate == 200_000


def test_bytes_say_little_of_how_long_a_recording_of_constant_quality_becomes() -> None:
    media = MediaSettings(quality=ConstantQuality(crf=20))
    settings = RecorderSettings(output_path="a.mp4", media=media, fast_start=True, split_bytes=8_000_000)
    assert settings.front_seconds == 1000
