"""live_codec: who is told that a codec may not be taken."""

import pytest

from ionia.core.codec.codec import AV1, H264, HEVC
from ionia.core.live.live_codec import known_of, not_promised


@pytest.mark.parametrize(
    "host",
    [
        "ingest.twitch.tv",
        "live-api-s.facebook.com",
        "Fa723.global-contribute.Live-Video.net.",
        "ber.contribute.live-video.net",
    ],
)
def test_services_of_h264_alone(host: str) -> None:
    assert known_of(host, H264) is None
    words = known_of(host, HEVC)
    assert words is not None
    assert words.endswith("the stream is HEVC.")


@pytest.mark.parametrize("host", ["a.rtmps.youtube.com", "nottwitch.tv", "127.0.0.1"])
def test_others_are_asked(host: str) -> None:
    assert known_of(host, AV1) is None


def test_what_is_said_of_a_silent_server() -> None:
    assert not_promised("backup", AV1).startswith("Destination backup: the server doesn't say whether it takes AV1.")
