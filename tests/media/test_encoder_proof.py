"""Drivers that take every picture and make something else of it, with libx264 in their place."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from ionia.core.codec.encoder_proof import LEAST_PSNR, LEAST_PSNR_OF_A_TAKE
from ionia.core.media import EncodedPacket, PixelFormat, YuvPicture
from ionia.core.settings import CodecName, VideoEncodeSettings
from ionia.core.video.quality import ConstantQuality
from ionia.media import encoder_probe, encoder_trial
from ionia.media.encoder_specs import AV1_SPECS, HEVC_SPECS, X264, EncoderSpec
from ionia.media.trials import Trials
from ionia.media.video_encoder import LibavVideoEncoder

HARDWARE = replace(X264, hardware=True)


@pytest.mark.parametrize("spec", [X264, HEVC_SPECS[-1], AV1_SPECS[-1]], ids=lambda spec: spec.name)
@pytest.mark.parametrize("size", [(640, 360), (322, 182)], ids=str)
def test_what_works_is_proven(spec: EncoderSpec, size: tuple[int, int]) -> None:
    codec: CodecName = encoder_probe._name_of(spec)
    settings = VideoEncodeSettings(video_bitrate=2_000_000, codec=codec)
    proof, wrong = encoder_trial.tried(replace(spec, hardware=True), settings, *size, least_psnr=LEAST_PSNR)
    assert (proof.startswith("luma PSNR "), wrong) == (True, "")


def test_a_size_without_room_for_text_is_proven_too() -> None:
    proof, wrong = encoder_trial.tried(HARDWARE, VideoEncodeSettings(), 34, 22, least_psnr=LEAST_PSNR)
    assert (proof.startswith("luma PSNR "), wrong) == (True, "")


def test_a_take_of_few_bits_is_no_reason_to_refuse() -> None:
    settings = VideoEncodeSettings(video_bitrate=300_000, fps=60)
    assert encoder_trial.tried(HARDWARE, settings, 640, 360, least_psnr=LEAST_PSNR_OF_A_TAKE)[1] == ""


@pytest.mark.parametrize("quality", [None, ConstantQuality(crf=23, max_bitrate=100_000)], ids=["rate", "quality"])
def test_a_rate_too_low_for_any_encoder_is_no_driver_s_fault(
    monkeypatch: pytest.MonkeyPatch, quality: ConstantQuality | None
) -> None:
    monkeypatch.setattr(encoder_probe, "_sizes_proven", set())
    settings = VideoEncodeSettings(video_bitrate=100_000, fps=60, live=True, quality=quality)
    assert encoder_trial.tried(HARDWARE, settings, 1280, 720, least_psnr=LEAST_PSNR_OF_A_TAKE)[1] != ""
    with Trials() as trials:
        assert encoder_probe._prove_size(HARDWARE, settings, 1280, 720, trials) == ""


def test_pictures_of_two_planes_are_read_right() -> None:
    spec = replace(HARDWARE, pixel_format=PixelFormat.NV12)
    proof, wrong = encoder_trial.tried(
        spec, VideoEncodeSettings(video_bitrate=2_000_000), 640, 360, least_psnr=LEAST_PSNR
    )
    assert (proof.startswith("luma PSNR "), wrong) == (True, "")


class Twisted(LibavVideoEncoder):
    """Encodes what `twist` makes of each picture."""

    twist: Callable[[YuvPicture], YuvPicture]

    def encode(self, picture: YuvPicture, index: int, *, keyframe: bool = False) -> list[EncodedPacket]:
        return super().encode(type(self).twist(picture), index, keyframe=keyframe)


def swapped(picture: YuvPicture) -> YuvPicture:
    luma, blue, red = picture.planes
    return replace(picture, planes=(luma, red, blue))


def full_range(picture: YuvPicture) -> YuvPicture:
    luma, blue, red = picture.planes
    return replace(picture, planes=(((luma.astype(float) - 16) * 255 / 219).clip(0, 255).astype("uint8"), blue, red))


def frozen() -> Callable[[YuvPicture], YuvPicture]:
    first: list[YuvPicture] = []

    def same(picture: YuvPicture) -> YuvPicture:
        first.append(picture)
        return first[0]

    return same


@pytest.mark.parametrize(
    ("twist", "words"),
    [
        (swapped, "differ from what it was given: luma PSNR"),
        (full_range, "differ from what it was given: luma PSNR"),
        (frozen(), "another order"),
    ],
    ids=["swapped", "full range", "frozen"],
)
def test_a_driver_that_gets_pictures_wrong_is_passed_over(
    monkeypatch: pytest.MonkeyPatch, twist: Callable[[YuvPicture], YuvPicture], words: str
) -> None:
    """At the take's own size: the small one of the first trial was right."""
    driver = type("Driver", (Twisted,), {"twist": staticmethod(twist)})
    working = encoder_probe.EncoderInfo(name="libx264", hardware=True, available=True, reason="")
    monkeypatch.setattr(encoder_probe, "_known", {"libx264": working})
    monkeypatch.setattr(encoder_probe, "_sizes_proven", set())
    monkeypatch.setattr(encoder_probe, "candidates", lambda *_: (HARDWARE, X264))
    made: list[bool] = []

    def opened(spec: EncoderSpec, *args: object) -> LibavVideoEncoder:
        made.append(spec.hardware)
        return (driver if spec.hardware else LibavVideoEncoder)(spec, *args)

    monkeypatch.setattr(encoder_trial, "LibavVideoEncoder", opened)
    encoder, _, fallbacks = encoder_probe.open_video_encoder(VideoEncodeSettings(), 640, 360)
    encoder.close()
    assert made == [True]
    assert words in fallbacks[0].reason
