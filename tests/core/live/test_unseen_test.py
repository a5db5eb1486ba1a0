"""A test that nobody sees: by an argument of the stream key, where the service has one."""

import pytest

from ionia.core.live.unseen_test import unseen

ARGUMENT = "bandwidthtest=true"


@pytest.mark.parametrize(
    ("url", "key", "expected"),
    [
        ("rtmp://live.twitch.tv/app/key", "", (f"rtmp://live.twitch.tv/app/key?{ARGUMENT}", "")),
        ("rtmp://live.twitch.tv/app/key?a=b ", "", (f"rtmp://live.twitch.tv/app/key?a=b&{ARGUMENT}", "")),
        ("rtmps://live.twitch.tv/app", "key", ("rtmps://live.twitch.tv/app", f"key?{ARGUMENT}")),
        ("rtmps://live.twitch.tv/app", f"key?{ARGUMENT}", ("rtmps://live.twitch.tv/app", f"key?{ARGUMENT}")),
        (
            "rtmp://sfo.contribute.live-video.net/app",
            "key",
            ("rtmp://sfo.contribute.live-video.net/app", f"key?{ARGUMENT}"),
        ),
        ("rtmp://a.rtmp.youtube.com/live2/key", "", ("rtmp://a.rtmp.youtube.com/live2/key", "")),
        ("rtmp://127.0.0.1/live", "key", ("rtmp://127.0.0.1/live", "key")),
    ],
)
def test_a_key_gets_what_the_service_wants(url: str, key: str, expected: tuple[str, str]) -> None:
    assert unseen(url, key) == expected
