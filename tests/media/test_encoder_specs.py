"""What each encoder is asked for, by its row: a constant rate, or a constant quality of at most so many bits."""

from dataclasses import replace

import pytest

from ionia.core.settings import VideoEncodeSettings
from ionia.core.video.quality import ConstantQuality
from ionia.media.encoder_specs import (
    FILE_BUFFER_SECONDS,
    SPECS,
    X264,
    EncoderSpec,
    av1_level,
    hevc_level,
    rate_buffer_bits,
)

RATE = VideoEncodeSettings(video_bitrate=5_000_000)
QUALITY = replace(RATE, quality=ConstantQuality(crf=21.4, max_bitrate=20_000_000))

ROWS = {
    "h264_nvenc": {"rc": "vbr", "cq": "21", "b": "0"},
    "h264_qsv": {"global_quality": "21", "b": "18000000"},
    "h264_amf": {"rc": "qvbr", "qvbr_quality_level": "21", "b": "20000000"},
    "h264_mf": {"rate_control": "pc_vbr", "b": "18000000"},
    "libx264": {"crf": "21.4"},
}


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_each_has_a_way_to_a_constant_quality(spec: EncoderSpec) -> None:
    rate, quality = spec.options(RATE), spec.options(QUALITY)
    changed = {key: value for key, value in quality.items() if rate.get(key) != value}
    assert ROWS[spec.name].items() <= changed.items()
    assert set(changed) - set(ROWS[spec.name]) <= {"x264-params"}


def test_media_foundation_keeps_to_a_quality_where_nobody_asked_for_a_cap() -> None:
    (spec,) = [spec for spec in SPECS if spec.name == "h264_mf"]
    uncapped = spec.options(replace(RATE, quality=ConstantQuality(crf=21.4)))
    assert (uncapped["rate_control"], uncapped["quality"]) == ("quality", "58")


def test_x264_fills_up_a_constant_rate_only_and_counts_no_interval_of_its_own_otherwise() -> None:
    assert "filler=1" in X264.options(RATE)["x264-params"].split(":")
    params = X264.options(QUALITY)["x264-params"].split(":")
    assert "keyint=infinite" in params
    assert "filler=1" not in params


def test_the_rate_buffer_holds_a_second_of_the_cap() -> None:
    assert rate_buffer_bits(RATE) == 5_000_000 * FILE_BUFFER_SECONDS
    assert rate_buffer_bits(QUALITY) == 20_000_000 * FILE_BUFFER_SECONDS


@pytest.mark.parametrize(
    ("crf", "hevc", "av1"), [(0, 4, 1), (9, 13, 21), (18, 22, 42), (24, 28, 48), (30, 34, 54), (51, 51, 63)]
)
def test_a_quality_is_the_same_in_each_codec(crf: float, hevc: float, av1: int) -> None:
    assert (hevc_level(crf), av1_level(crf)) == (hevc, av1)
