"""preflight: what is told before going live."""

from dataclasses import replace

import pytest

from ionia.core.codec.codec import HEVC
from ionia.core.live.preflight import preflight
from ionia.core.live.rtmp_url import parse_rtmp_url
from ionia.core.media import VideoTrack
from ionia.core.warning import WarningCode
from tests.fakes.media import HEADER

URL = parse_rtmp_url("rtmp://h/a/key")


def track(width: int, height: int, fps: int) -> VideoTrack:
    return replace(HEADER.video, width=width, height=height, fps=fps)


@pytest.mark.parametrize(
    ("width", "height", "fps", "seconds", "codes"),
    [
        (1920, 1080, 60, 2.0, []),
        (3840, 2160, 60, 4.0, []),
        (4096, 2304, 56, 1.0, []),
        (1920, 1080, 30, 4.5, [WarningCode.KEYFRAMES_RARE]),
        (4096, 2304, 57, 2.0, [WarningCode.PICTURE_TOO_LARGE]),
        (5120, 2880, 30, 10.0, [WarningCode.KEYFRAMES_RARE, WarningCode.PICTURE_TOO_LARGE]),
        (3840, 2160, 120, 2.0, [WarningCode.PICTURE_TOO_LARGE]),
    ],
)
def test_limits(width: int, height: int, fps: int, seconds: float, codes: list[WarningCode]) -> None:
    warnings = preflight(URL, track(width, height, fps), seconds)
    assert [code for code, _ in warnings] == codes
    assert all(message.endswith(".") for _, message in warnings)


def test_a_codec_that_the_service_does_not_take() -> None:
    picture = replace(track(1280, 720, 30), codec=HEVC)
    (warning,) = preflight(parse_rtmp_url("rtmp://ingest.twitch.tv/app/key"), picture, 2.0)
    assert warning[0] is WarningCode.CODEC_NOT_PROMISED
    assert preflight(URL, picture, 2.0) == []


def test_a_known_service_has_limits_of_its_own() -> None:
    warnings = preflight(parse_rtmp_url("rtmp://live.twitch.tv/app/key"), track(1920, 1080, 30), 2.0)
    assert warnings == []
    loud = replace(track(1920, 1080, 30), bitrate=9_000_000)
    warnings = preflight(parse_rtmp_url("rtmp://live.twitch.tv/app/key"), loud, 2.0)
    assert [code for code, _ in warnings] == [WarningCode.SERVICE_LIMIT]


def test_an_address_with_something_invisible() -> None:
    (warning,) = preflight(parse_rtmp_url("rtmp://h/a/key\u200b"), track(640, 360, 30), 2.0)
    assert warning[0] is WarningCode.ADDRESS_TRIMMED
    assert "key\u200b" not in warning[1]
