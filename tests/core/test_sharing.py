"""Who shares what: each level by its own identity."""

from dataclasses import replace

from ionia.core.audio.engine import AudioInput
from ionia.core.settings import AudioMode, MediaSettings
from ionia.core.sharing import SoundKey, audio_encode_key, capture_key, video_encode_key

SETTINGS = MediaSettings()


def shared(other: MediaSettings) -> tuple[bool, bool, bool]:
    """Whether capture, video encode and audio encode are the same ones."""
    return (
        capture_key(other) == capture_key(SETTINGS),
        video_encode_key(other) == video_encode_key(SETTINGS),
        audio_encode_key(other) == audio_encode_key(SETTINGS),
    )


def test_equal_settings_share_everything() -> None:
    assert shared(MediaSettings()) == (True, True, True)


def test_another_rate_of_the_same_screen_shares_the_capture() -> None:
    assert shared(replace(SETTINGS, video_bitrate=20_000_000)) == (True, False, True)
    assert shared(replace(SETTINGS, keyframe_interval_seconds=4)) == (True, False, True)


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
    assert audio_encode_key(replace(SETTINGS, audio_mode=AudioMode.NONE)) is None
    key = audio_encode_key(replace(SETTINGS, audio_mode=AudioMode.MIC, microphone="usb"))
    assert key is not None
    assert key.sounds == (SoundKey(which=AudioInput.MIC, device="usb", offset_ms=None),)
