"""What settings say of themselves."""

from typing import Any

import pytest

from ionia.core.settings import MediaSettings, RecorderSettings


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
