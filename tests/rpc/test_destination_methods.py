"""Several servers of one stream on the wire: rtmpUrls, and what adds, changes and removes them."""

import pytest

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.live.rendition import renditions_of
from ionia.core.settings import Destination, OwnEncode, SessionKind, StreamerSettings
from ionia.rpc.initialize_params import InitializeStreamer
from ionia.rpc.schema import METHODS
from ionia.rpc.validation import InvalidParamsError, bind
from tests.rpc.duplex import Duplex

KEY = "SeCrEtKeY"
URL = f"rtmp://a.test/app/{KEY}"
OTHER = {"rtmpUrl": "rtmp://b.test/app", "streamKey": KEY, "destination": "twitch"}


def bound(params: object) -> InitializeStreamer:
    made = bind(METHODS["streamer.initialize"], params)
    assert isinstance(made, InitializeStreamer)
    return made


def test_several_addresses_are_destinations_by_number_or_name() -> None:
    params = bound({"rtmpUrls": [URL, OTHER, URL]})
    assert params.settings() == StreamerSettings(
        rtmp_url=URL,
        more=(
            Destination(name="twitch", rtmp_url="rtmp://b.test/app", stream_key=KEY),
            Destination(name="3", rtmp_url=URL),
        ),
    )
    assert KEY in params.secrets()
    assert KEY not in repr(params)
    assert KEY not in repr(params.settings())


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({}, 'needs the param "rtmpUrl"'),
        ({"rtmpUrl": URL, "rtmpUrls": [URL]}, 'needs the param "rtmpUrl" or'),
        ({"rtmpUrls": []}, "a list of 1 to 8"),
        ({"rtmpUrls": [URL] * 9}, "a list of 1 to 8"),
        ({"rtmpUrls": [OTHER, OTHER]}, "only once"),
        ({"rtmpUrls": [URL, {**OTHER, "destination": "1"}]}, "only once"),
        ({"rtmpUrls": [URL], "streamKey": KEY}, '"streamKey" belongs to "rtmpUrl"'),
        ({"rtmpUrls": [{"streamKey": KEY}]}, '"rtmpUrls[0]" needs the member "rtmpUrl"'),
        ({"rtmpUrls": [{**OTHER, "destination": 5}]}, '"rtmpUrls[0].destination" must be text'),
        ({"rtmpUrls": [f"{KEY}" * 1000]}, '"rtmpUrls[0]" must be'),
    ],
)
def test_what_does_not_fit_is_said_without_a_key(params: dict[str, object], words: str) -> None:
    with pytest.raises(InvalidParamsError) as raised:
        bound(params)
    assert words in str(raised.value)
    assert KEY not in str(raised.value)


def test_one_may_have_an_encode_of_its_own() -> None:
    small = {**OTHER, "videoBitrate": 900_000, "width": 1280, "height": 720, "caFile": "small.pem"}
    settings = bound({"rtmpUrls": [URL, "whips://a.test/x", small], "caFile": "all.pem"}).settings()
    assert [settings.ca_file, *(one.ca_file for one in settings.destinations)] == ["all.pem", "", "", "small.pem"]
    alone = bound({"rtmpUrls": [small]}).settings()
    assert (alone.ca_file, alone.destinations[0].ca_file) == ("", "small.pem")
    assert settings.own == OwnEncode()
    assert settings.destinations[2].own == OwnEncode(video_bitrate=900_000, width=1280, height=720)
    assert [(one.video_bitrate, one.width, one.sound_codec) for one in renditions_of(settings)] == [
        (5_000_000, None, "aac"),
        (5_000_000, None, "opus"),
        (900_000, 1280, "aac"),
    ]


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"rtmpUrls": [URL, "whip://b.test/y"], "codec": "hevc"}, "By WHIP a stream is H.264"),
        ({"rtmpUrl": "whip://me:word@b.test/y"}, "no user and password"),
    ],
)
def test_what_whip_does_not_take(params: dict[str, object], words: str) -> None:
    with pytest.raises(IoniaError, match=words) as raised:
        bound(params).settings()
    assert raised.value.kind in (ErrorKind.BAD_URL, ErrorKind.BAD_DESTINATION)
    assert KEY not in str(raised.value)


def test_they_are_added_changed_and_removed() -> None:
    with Duplex() as client:
        client.call("streamer.initialize", {"rtmpUrls": [URL], "id": "s"})
        assert client.call("streamer.addDestination", {**OTHER, "id": "s"}) == {"destination": "twitch"}
        assert client.call("streamer.addDestination", {"rtmpUrl": URL, "id": "s"}) == {"destination": "2"}
        assert client.call("streamer.setDestination", [URL, KEY, "twitch", "s"]) is None
        assert client.call("streamer.removeDestination", ["twitch", "s"]) is None
        assert client.call("streamer.setDelay", {"delaySeconds": 12.5, "id": "s"}) is None
        assert client.call("streamer.setDelay", [901, "s"])["code"] == -32602
        pasted = client.call("streamer.addDestination", {"rtmpUrl": "rtmp://c.test/app", "destination": KEY, "id": "s"})
        assert pasted["data"]["kind"] == "bad_destination"
        assert KEY not in str(pasted)
        refused = client.call("streamer.removeDestination", {"destination": "x", "id": "s"})
        assert (refused["code"], refused["data"]["kind"]) == (1304, "bad_destination")
        stream = client.service.sessions[SessionKind.STREAMER, "s"].stream
    assert stream.delays == [12.5]
    assert [(one.name, one.stream_key) for one in stream.destinations] == [("twitch", KEY), ("2", ""), ("twitch", KEY)]
