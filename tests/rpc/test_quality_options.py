"""`quality`, `maxBitrate` and `restWhenStill` of initialize: what they become, and how what doesn't fit is refused."""

from typing import Any

import pytest

from ionia.core.settings import MediaSettings
from ionia.core.video.quality import ConstantQuality, QualityName, named
from ionia.rpc.schema import METHODS
from ionia.rpc.validation import InvalidParamsError, bind

TARGETS = {"recorder": {"outputPath": "a.mp4"}, "streamer": {"rtmpUrl": "rtmp://h/a/k"}, "replay": {}}


def media(kind: str = "recorder", **options: Any) -> MediaSettings:
    params: Any = bind(METHODS[f"{kind}.initialize"], {**TARGETS[kind], **options})
    return params.settings().media  # type: ignore[no-any-return]


def refusal(kind: str = "recorder", **options: Any) -> str:
    with pytest.raises(InvalidParamsError) as refused:
        media(kind, **options)
    return str(refused.value)


@pytest.mark.parametrize("kind", TARGETS)
def test_bitrate_is_what_was_before(kind: str) -> None:
    assert media(kind, quality="bitrate") == media(kind) == media(kind, quality=None, maxBitrate=None)
    assert media(kind).quality is None


@pytest.mark.parametrize("kind", ["recorder", "replay"])
@pytest.mark.parametrize("name", ["small", "high", "source"])
def test_names(kind: str, name: QualityName) -> None:
    assert media(kind, quality=name).quality == named(name)
    assert media(kind, quality=name, maxBitrate=8_000_000).quality == named(name, 8_000_000)


def test_a_number_of_ones_own() -> None:
    assert media(quality={"crf": 21}).quality == ConstantQuality(crf=21.0)
    assert media(quality={"crf": 19.5}, maxBitrate=1_000_000).quality == ConstantQuality(
        crf=19.5, max_bitrate=1_000_000
    )


def test_it_need_not_rest() -> None:
    assert media().rest
    assert not media(restWhenStill=False).rest


def test_sound_alone_has_no_quality() -> None:
    assert media(video="none", quality="high") == media(video="none")


def test_b_frames_are_for_files() -> None:
    assert media().b_frames == media("streamer", bFrames=0).b_frames == media(video="none", bFrames=2).b_frames == 0
    assert media(bFrames=2).b_frames == media("replay", bFrames=2).b_frames == 2
    assert media(codec="hevc", bFrames=1).b_frames == 1
    assert refusal("streamer", bFrames=1).startswith('"bFrames" is for recordings and replays')
    assert refusal(bFrames=4) == '"bFrames" must be an integer from 0 to 3, not 4'
    assert refusal(codec="av1", bFrames=1) == '"bFrames" must be 0 where "codec" is "av1", which has none'


@pytest.mark.parametrize("quality", ["high", {"crf": 20}])
def test_a_stream_has_none(quality: object) -> None:
    assert refusal("streamer", quality=quality) == (
        '"quality" is for recordings and replays: a stream has a constant rate, its "videoBitrate"'
    )


def test_files_and_streams_may_have_another_codec() -> None:
    assert media().codec == "h264"
    assert media(codec="av1").codec == "av1"
    assert media(video="none", codec="hevc") == media(video="none")
    assert media("streamer", codec="hevc").codec == "hevc"


def test_what_does_not_fit_is_refused_by_name() -> None:
    words = '"quality" must be one of "bitrate", "small", "high", "source" or an object with crf'
    assert refusal(quality="best") == f'{words}, not "best"'
    assert refusal(quality=20) == f"{words}, not 20"
    assert refusal(quality={"crf": 0}) == '"quality.crf" must be a number from 1 to 51, not 0'
    assert refusal(quality={}) == '"quality" needs the member "crf": a number from 1 to 51'
    assert refusal(quality={"cq": 20}) == '"quality" has no member "cq"; it has crf'
    assert refusal(maxBitrate=8_000_000).startswith('"maxBitrate" caps a "quality"')
    assert refusal(quality="high", maxBitrate=5).startswith('"maxBitrate" must be an integer from 100000 to')
