"""`region`, `width`, `height` and `fit` of initialize: what becomes of them, and how what doesn't fit is refused."""

from fractions import Fraction

import pytest

from ionia.core.settings import MediaSettings
from ionia.core.video.framing import Region
from ionia.rpc.initialize_params import InitializeRecorder, InitializeReplay, InitializeStreamer
from ionia.rpc.schema import METHODS
from ionia.rpc.validation import InvalidParamsError, bind

REGION = {"x": 10, "y": -20, "width": 640, "height": 360}
REQUIRED = {
    "recorder": {"outputPath": "/a.mp4"},
    "streamer": {"rtmpUrl": "rtmp://host/app/key"},
    "replay": {},
}


def media(kind: str, **options: object) -> MediaSettings:
    bound = bind(METHODS[f"{kind}.initialize"], {**REQUIRED[kind], **options})
    assert isinstance(bound, (InitializeRecorder, InitializeStreamer, InitializeReplay))
    return bound.settings().media


@pytest.mark.parametrize("kind", list(REQUIRED))
def test_every_kind_takes_them(kind: str) -> None:
    got = media(kind, region=REGION, width=1280, height=720.0, fit="crop")
    region = Region(x=10, y=-20, width=640, height=360)
    assert (got.region, got.width, got.height, got.fit) == (region, 1280, 720, "crop")
    assert media(kind, region=None, width=None) == media(kind)
    assert (media(kind).region, media(kind).width, media(kind).fit) == (None, None, "letterbox")


@pytest.mark.parametrize("kind", list(REQUIRED))
def test_frame_rates(kind: str) -> None:
    assert [media(kind, fps=fps).fps for fps in (60, 30.0, 29.97, "24000/1001")] == [
        60,
        30,
        Fraction(30000, 1001),
        Fraction(24000, 1001),
    ]
    assert media(kind).fps == 30


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"fps": 0}, '"fps" must be a number from 1 to 240 or text such as "30000/1001", not 0'),
        ({"fps": "30/0"}, "\"fps\": '30/0' is no frame rate: it divides by 0"),
        ({"fps": "thirty"}, '"fps" must be a number from 1 to 240 or text such as "30000/1001", not "thirty"'),
        ({"width": 15}, '"width" must be an integer from 16 to 8192, not 15'),
        ({"height": 8193}, '"height" must be an integer from 16 to 8192, not 8193'),
        ({"width": 1280.5}, '"width" must be an integer from 16 to 8192, not 1280.5'),
        ({"fit": "fill"}, '"fit" must be one of "letterbox", "crop", "stretch", not "fill"'),
        ({"region": "1,2"}, '"region" must be an object with x, y, width, height, not "1,2"'),
        ({"region": {**REGION, "width": 0}}, '"region.width" must be an integer from 16 to 8192, not 0'),
        ({"region": {**REGION, "x": "a"}}, '"region.x" must be an integer from -32768 to 32767, not "a"'),
        ({"region": {"x": 1, "y": 1, "width": 64}}, '"region" needs the member "height": an integer from 16 to 8192'),
        ({"region": {**REGION, "left": 1}}, '"region" has no member "left"; it has x, y, width, height'),
    ],
)
def test_what_does_not_fit_is_named(options: dict[str, object], words: str) -> None:
    with pytest.raises(InvalidParamsError) as raised:
        media("recorder", **options)
    assert str(raised.value) == words
