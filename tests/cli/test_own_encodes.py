"""stream --own: which server has what of its own, and what it may not be."""

from argparse import ArgumentTypeError

import pytest

from ionia.cli.own_encodes import own_encode, with_own
from ionia.core.settings import OwnEncode
from ionia.rpc.destination_params import DestinationOption


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("2=2500k", (2, OwnEncode(video_bitrate=2_500_000))),
        ("1=1.5M", (1, OwnEncode(video_bitrate=1_500_000))),
        ("2=1280x720", (2, OwnEncode(width=1280, height=720))),
        ("8=1280x720,900000", (8, OwnEncode(video_bitrate=900_000, width=1280, height=720))),
    ],
)
def test_read(text: str, own: tuple[int, OwnEncode]) -> None:
    assert own_encode(text) == own


@pytest.mark.parametrize("text", ["2", "2=", "0=1M", "2=1M,2M", "2=fast", "=1M", "2=1M,", "2=50k", "2=9x99999"])
def test_refused_in_words(text: str) -> None:
    with pytest.raises(ArgumentTypeError, match=r"a server's own|2=2500k"):
        own_encode(text)


def test_given_to_the_servers() -> None:
    servers = [DestinationOption(rtmp_url="rtmp://a/app"), DestinationOption(rtmp_url="rtmp://b/app", stream_key="k")]
    first, second = with_own(servers, [own_encode("2=800k")])
    assert first == servers[0]
    assert (second.video_bitrate, second.stream_key) == (800_000, "k")
    for own in (["3=1M"], ["1=1M", "1=2M"]):
        with pytest.raises(ValueError, match="servers 1 to 2"):
            with_own(servers, [own_encode(one) for one in own])
