"""level_limit: what is told of a picture, and what is not."""

from dataclasses import replace

import pytest

from ionia.core.codec.level_limit import beyond_level
from tests.fakes.media import HEADER


@pytest.mark.parametrize(
    ("width", "height", "fps", "within"),
    [
        (1920, 1080, 120, True),
        (3840, 2160, 60, True),
        (4096, 2304, 56, True),
        (4096, 2304, 57, False),
        (5120, 2880, 30, False),
        (3840, 2160, 120, False),
        (8192, 4320, 60, False),
    ],
)
def test_limits_of_level_5_2(width: int, height: int, fps: int, within: bool) -> None:
    words = beyond_level(replace(HEADER.video, width=width, height=height, fps=fps), "nobody")
    told = f"{width}x{height} at {fps} fps is more than H.264 level 5.2 allows; nobody won't show it."
    assert words == (None if within else told)
