"""What our client says to a server, beside what the `ffmpeg` program and librtmp say to the same one.

Services can't be reached from here; they are tried with those two. Where ours differs, it is for a reason:

- `flashVer`: librtmp leaves it out, FFmpeg gives its own version. Ours is Adobe's encoder, which OBS says it is.
- The size of chunks: FFmpeg repeats the server's, librtmp keeps 128 bytes. Ours is always 4096, which FFmpeg's
  becomes with most servers, told at the same point.
- Slashes in a key's arguments: FFmpeg and librtmp take what follows them for the name. Ours is the key as it was given.
"""

import shutil
import socket
from collections.abc import Callable
from typing import Any

import pytest

from ionia.core.live import flv_tags
from ionia.core.live.rtmp_url import parse_rtmp_url
from ionia.core.rtmp.client import RANDOM, RtmpClient
from tests.fakes.encoded_clip import encoded_clip
from tests.fakes.rtmp_publishers import LIBRTMP, publish_with_ffmpeg, publish_with_librtmp
from tests.fakes.rtmp_server import rtmp_server

FORMS = (
    "live/key",
    "app/inst/key",
    "live/key?a=b&c=d",
    "single",
    "single?user=u",
    "app?x=1/key",
    "app/inst?vhost=x/key",
)


def dialogue(publish: Callable[[str], None], path: str) -> list[tuple[int, int, Any]]:
    """What a publisher says: kind, stream and values, without the numbers that are different each time."""
    with rtmp_server() as server:
        publish(f"rtmp://{server.host}:{server.port}/{path}")
        (publication,) = server.publications
        server.wait_for(lambda: publication.over)
        port = str(server.port)
    said: list[tuple[int, int, Any]] = publication.dialogue
    values = said[0][2][2]
    values["tcUrl"] = values["tcUrl"].replace(port, "PORT")
    return said


def ours(url: str) -> None:
    client = RtmpClient(parse_rtmp_url(url), bytes(RANDOM))
    address = parse_rtmp_url(url)
    with socket.create_connection((address.host, address.port)) as connection:
        connection.sendall(client.begin())
        events: tuple[object, ...] = ()
        while not events:
            heard = client.receive(connection.recv(4096))
            events = heard.events
            connection.sendall(heard.send)
        connection.sendall(client.publish(flv_tags.begin(encoded_clip(10).header)) + client.goodbye())


def librtmp(url: str) -> None:
    publish_with_librtmp(url, flv_tags.begin(encoded_clip(10).header))


def without_known_differences(said: list[tuple[int, int, Any]]) -> list[tuple[int, int, Any]]:
    rest = [one for one in said if one[0] != 1]  # the size of chunks
    rest[0][2][2].pop("flashVer", None)
    return [(kind, stream, values[:2] if kind == 18 else values) for kind, stream, values in rest]


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize(
    "other",
    [
        pytest.param(publish_with_ffmpeg, marks=pytest.mark.skipif(not shutil.which("ffmpeg"), reason="no ffmpeg")),
        pytest.param(librtmp, marks=pytest.mark.skipif(not LIBRTMP, reason="no librtmp")),
    ],
    ids=["ffmpeg", "librtmp"],
)
def test_ours_says_what_others_say(path: str, other: Callable[[str], None]) -> None:
    assert without_known_differences(dialogue(ours, path)) == without_known_differences(dialogue(other, path))


def test_the_size_of_chunks_comes_where_ffmpeg_says_it() -> None:
    assert [kind for kind, _, _ in dialogue(ours, "live/key")] == [20, 1, 20, 20, 20, 20, 18, 20, 20]
