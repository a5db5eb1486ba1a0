"""Limits of known services, by host: told as lines for people."""

import pytest

from ionia.core.codec.codec import H264
from ionia.core.live.service_limits import SERVICES, beyond, service_of
from ionia.core.media import VideoTrack


def video(width: int, height: int, fps: int, kbps: int) -> VideoTrack:
    return VideoTrack(codec=H264, extradata=b"", width=width, height=height, fps=fps, bitrate=kbps * 1000)


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("live-ber.twitch.tv", "Twitch"),
        ("LIVE.Twitch.TV.", "Twitch"),
        ("a.rtmps.youtube.com", "YouTube"),
        ("rtmp-api.facebook.com", "Facebook"),
        ("fa723fc1b171.global-contribute.live-video.net", "Kick, or another service on Amazon IVS"),
        ("sfo.contribute.live-video.net", "Twitch, or a service on Amazon IVS"),
        ("live-video.net", None),
        ("nottwitch.tv", None),
        ("twitch.tv.example.org", None),
        ("127.0.0.1", None),
        ("", None),
    ],
)
def test_a_service_is_known_by_its_servers_names(host: str, name: str | None) -> None:
    found = service_of(host)
    assert (found.name if found else None) == name


@pytest.mark.parametrize(
    ("host", "stream", "words"),
    [
        ("live.twitch.tv", video(1920, 1080, 60, 6000), []),
        ("live.twitch.tv", video(1920, 1080, 60, 8000), ["Twitch takes 6 Mbit/s of such a picture, and this is 8."]),
        ("a.rtmp.youtube.com", video(3840, 2160, 60, 51_000), []),
        ("x.facebook.com", video(1280, 720, 30, 4000), []),
        ("x.facebook.com", video(720, 1280, 30, 4500), ["Facebook takes 4 Mbit/s of such a picture, and this is 4.5."]),
        ("x.facebook.com", video(1280, 720, 60, 4500), []),
        (
            "x.facebook.com",
            video(2560, 1440, 120, 9000),
            [
                "Facebook takes 1920x1080 at most, and this is 2560x1440.",
                "Facebook takes 60 pictures a second at most, and this is 120.",
            ],
        ),
        ("x.global-contribute.live-video.net", video(1080, 1920, 60, 8500), []),
    ],
)
def test_what_is_beyond_a_limit_is_told(host: str, stream: VideoTrack, words: list[str]) -> None:
    service = service_of(host)
    assert service is not None
    assert beyond(service, stream) == words


def test_a_service_is_in_the_table_once() -> None:
    assert len({one.domain for one in SERVICES}) == len(SERVICES)
