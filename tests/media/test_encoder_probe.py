"""Which encoder is taken, and that the user is told about those that were not."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace

import av
import pytest

from ionia.core.codec.codec import H264
from ionia.core.codec.encoder_proof import LEAST_PSNR
from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.media import VIDEO, EncodedPacket, PictureFormat, PixelFormat, YuvPicture
from ionia.core.service import EncoderInfo
from ionia.core.settings import EncoderChoice, VideoEncodeSettings
from ionia.media import encoder_probe, encoder_trial, trials
from ionia.media.encoder_probe import list_encoders, open_video_encoder
from ionia.media.encoder_specs import AV1_SPECS, HEVC_SPECS, SPECS, X264, EncoderSpec, b_frames_of, candidates
from ionia.media.guarded_encoder import GuardedVideoEncoder
from ionia.media.still_encoder import StillVideoEncoder
from ionia.media.video_encoder import LibavVideoEncoder


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(encoder_probe, "_known", {})
    monkeypatch.setattr(encoder_probe, "_sizes_proven", set())
    monkeypatch.setattr(trials, "graphics_devices", lambda: ())  # whatever machine this is
    return


def only_x264_works(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine without a GPU, whatever machine this is."""
    for spec in SPECS:
        if spec is not X264:
            info = EncoderInfo(name=spec.name, hardware=True, available=False, reason="no such hardware")
            encoder_probe._known[spec.name] = info


def test_the_list_names_every_encoder_and_what_is_missing() -> None:
    infos = list_encoders()
    assert [info.name for info in infos][-1] == "libx264"
    assert infos[-1].available
    for info in infos:
        assert info.available == (not info.reason)
        assert info.hardware == (info.name != "libx264")
        assert "\n" not in info.reason
    assert list_encoders() == infos


def test_each_encoder_is_tried_once_per_process(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []

    def prove(spec: EncoderSpec, *_: object, **__: object) -> tuple[str, str]:
        tried.append(spec.name)
        return "", "no"

    monkeypatch.setattr(encoder_trial, "tried", prove)
    list_encoders()
    list_encoders()
    assert len(tried) == len(set(tried)) == len(list_encoders())


def test_one_that_does_not_answer_is_passed_over_and_remembered_only_if_hardware(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    let = threading.Event()
    tried: list[str] = []

    class Held(LibavVideoEncoder):
        def __init__(self, spec: EncoderSpec, *_: object) -> None:
            tried.append(spec.name)
            let.wait()
            raise ValueError

    monkeypatch.setattr(encoder_trial, "LIMIT_S", 0.02)
    monkeypatch.setattr(encoder_trial, "LibavVideoEncoder", Held)
    assert {info.reason for info in list_encoders()} == {"did not answer within 10 s"}
    list_encoders()
    assert (tried.count("libx264"), tried.count("h264_nvenc")) == (2, 1)
    let.set()


def test_auto_falls_back_to_x264_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    only_x264_works(monkeypatch)
    encoder, info, fallbacks = open_video_encoder(VideoEncodeSettings(), 65, 49)
    assert (encoder.codec, info.codec, info.width, info.height) == ("libx264", H264, 64, 48)
    assert [fallback.encoder for fallback in fallbacks][:3] == ["h264_nvenc", "h264_qsv", "h264_amf"]
    assert {fallback.reason for fallback in fallbacks} == {"no such hardware"}
    encoder.close()


def test_x264_by_choice_is_no_fallback() -> None:
    encoder, _, fallbacks = open_video_encoder(VideoEncodeSettings(encoder=EncoderChoice.X264), 64, 48)
    assert (encoder.codec, fallbacks) == ("libx264", ())
    encoder.close()


def test_a_choice_that_this_codec_has_not_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder_probe, "sys", SimpleNamespace(platform="win32"))
    settings = VideoEncodeSettings(encoder=EncoderChoice.MF, codec="av1")
    encoder, _, fallbacks = open_video_encoder(settings, 64, 64)
    assert encoder.codec == "libsvtav1"
    assert [(one.encoder, one.reason) for one in fallbacks] == [("mf", "encodes no AV1 on this system")]
    encoder.close()


def test_a_hardware_encoder_must_prove_itself_at_the_real_size(monkeypatch: pytest.MonkeyPatch) -> None:
    only_x264_works(monkeypatch)
    encoder_probe._known["h264_qsv"] = EncoderInfo(name="h264_qsv", hardware=True, available=True, reason="")
    encoder_probe._known["libx264"] = EncoderInfo(name="libx264", hardware=False, available=True, reason="")
    monkeypatch.setattr(encoder_trial, "tried", lambda *_, **__: ("", "too many sessions"))
    encoder, _, fallbacks = open_video_encoder(VideoEncodeSettings(encoder=EncoderChoice.QSV), 64, 48)
    assert encoder.codec == "libx264"
    assert [(fallback.encoder, fallback.reason) for fallback in fallbacks] == [("h264_qsv", "too many sessions")]
    encoder.close()


def test_when_nothing_opens_one_line_says_so() -> None:
    with pytest.raises(IoniaError) as caught:
        open_video_encoder(VideoEncodeSettings(encoder=EncoderChoice.X264), 40_000, 40_000)
    assert caught.value.kind is ErrorKind.ENCODER_UNAVAILABLE
    assert "40000x40000" in caught.value.message
    assert "\n" not in caught.value.message


class Scripted:
    """An encoder that opens and then misbehaves."""

    takes = PictureFormat(width=64, height=48, pixels=PixelFormat.YUV420P)

    def __init__(self, pts: list[int], keyframes: list[int], data: bytes = b"") -> None:
        self._pts, self._keyframes, self._data = pts, keyframes, data

    def __call__(self, *_: object) -> "Scripted":
        return self

    def encode(self, picture: YuvPicture, index: int, *, keyframe: bool = False) -> list[EncodedPacket]:
        return []

    info = None

    def flush(self) -> list[EncodedPacket]:
        return [
            EncodedPacket(track=VIDEO, pts=pts, dts=pts, duration=1, keyframe=pts in self._keyframes, data=self._data)
            for pts in self._pts
        ]

    def close(self) -> None:
        pass


@pytest.mark.parametrize(
    ("pts", "keyframes", "reason"),
    [
        ([0, 1, 2], [0], "3 packets for 4"),
        ([0, 2, 1, 3], [0, 3], "4 packets for 4"),
        ([0, 1, 2, 3], [0], "keyframes"),
        ([0, 1, 2, 3], [0, 3], ""),
    ],
)
def test_opening_is_not_enough(
    monkeypatch: pytest.MonkeyPatch, pts: list[int], keyframes: list[int], reason: str
) -> None:
    monkeypatch.setattr(encoder_trial, "LibavVideoEncoder", Scripted(pts, keyframes))
    proof, wrong = encoder_trial.tried(X264, VideoEncodeSettings(), 64, 48, least_psnr=None)
    assert (proof, wrong == "") == ("", reason == "")
    assert reason in wrong


def test_an_encoder_whose_packets_no_file_can_have_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    without_size = b"\x30abc"
    monkeypatch.setattr(encoder_trial, "LibavVideoEncoder", Scripted([0, 1, 2, 3], [0, 3], without_size))
    settings = VideoEncodeSettings(codec="av1")
    assert encoder_trial.tried(AV1_SPECS[0], settings, 64, 48, least_psnr=None) == ("", "no OBU with a size")


def test_libavs_words_say_why_an_encoder_does_not_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """The card of a data centre, as libav tells of it: its error alone would be "generic error"."""
    nvenc = SPECS[0]

    def refused(*_: object) -> None:
        raise av.error.ExternalError(-542398533, "Generic error in an external library")

    monkeypatch.setattr(encoder_trial, "LibavVideoEncoder", refused)
    monkeypatch.setattr(encoder_trial, "words_of", lambda _: ("OpenEncodeSessionEx failed: unsupported device (2)",))

    def reason() -> str:
        return encoder_trial.tried(nvenc, VideoEncodeSettings(), 64, 48, least_psnr=LEAST_PSNR)[1]

    assert reason() == "this NVIDIA GPU has no H.264 encoder"
    monkeypatch.setattr(encoder_trial, "words_of", lambda _: ("Something new.",))
    assert reason() == "does not open: needs an NVIDIA GPU and its driver (Something new)"
    monkeypatch.setattr(encoder_trial, "words_of", lambda _: ())
    assert "generic error in an external library" in reason()


def test_preferences() -> None:
    names = [spec.name for spec in candidates(EncoderChoice.AUTO, "win32")]
    assert names == ["h264_nvenc", "h264_qsv", "h264_amf", "libx264"]  # h264_mf for nobody who didn't ask for it
    assert [spec.name for spec in candidates(EncoderChoice.MF, "win32")] == ["h264_mf", "libx264"]
    assert [spec.name for spec in candidates(EncoderChoice.MF, "linux")] == ["libx264"]
    assert [spec.name for spec in candidates(EncoderChoice.AMF, "linux")] == ["h264_amf", "libx264"]
    assert [spec.name for spec in candidates(EncoderChoice.AUTO, "win32", "hevc")] == [
        "hevc_nvenc",
        "hevc_qsv",
        "hevc_amf",
        "libx265",
    ]
    assert [spec.name for spec in candidates(EncoderChoice.NVENC, "linux", "av1")] == ["av1_nvenc", "libsvtav1"]
    assert [spec.name for spec in candidates(EncoderChoice.X264, "linux", "av1")] == ["libsvtav1"]
    assert "profile" not in candidates(EncoderChoice.NVENC, "linux", "hevc")[0].options(VideoEncodeSettings())
    assert [spec.name for spec in candidates(EncoderChoice.X264, "linux")] == ["libx264"]


def test_a_software_encoder_that_could_not_keep_up_here_is_refused_before_the_take(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = VideoEncodeSettings(encoder=EncoderChoice.X264, codec="hevc", fps=30)
    monkeypatch.setattr(encoder_probe, "usable_cores", lambda: 2)
    with pytest.raises(IoniaError, match="needs about 6 cores for this size and rate, and 2 are here") as caught:
        open_video_encoder(settings, 1920, 1080)
    assert caught.value.kind is ErrorKind.ENCODER_UNAVAILABLE
    assert "another codec" in caught.value.hint
    encoder, _, _ = open_video_encoder(settings, 640, 360)
    encoder.close()


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_every_option_exists_in_this_libav(spec: EncoderSpec) -> None:
    """libav ignores an option that it doesn't know: only this test would notice a typing error."""
    try:
        context = av.CodecContext.create(spec.name, "w")
    except av.codec.codec.UnknownCodecError:
        pytest.skip(f"this build has no {spec.name}")
    options = {option.name: option for option in context.supported_options.private}
    for name, value in spec.options(VideoEncodeSettings()).items():
        assert name in options, name
        choices = {choice.name for choice in options[name].choices}
        assert not choices or value in choices or value.lstrip("-").isdigit(), (name, value)
    assert spec.pixel_format.value in {video_format.name for video_format in context.codec.video_formats or ()}


def test_x264_rests_unless_it_is_told_not_to() -> None:
    x264 = VideoEncodeSettings(encoder=EncoderChoice.X264)
    for settings, rests in ((x264, True), (replace(x264, rest=False), False)):
        encoder, track, _ = open_video_encoder(settings, 64, 48)
        assert (isinstance(encoder, StillVideoEncoder), track.rests) == (rests, rests)
        encoder.close()


def test_b_frames_are_made_by_software_and_missed_in_words_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = VideoEncodeSettings(encoder=EncoderChoice.X264, b_frames=2)
    encoder, info, fallbacks = open_video_encoder(settings, 64, 48)
    assert (type(encoder), info.reordered, fallbacks) == (LibavVideoEncoder, True, ())  # none that rests
    encoder.close()
    few = replace(settings, b_frames=3, fps=3)  # it is four frames behind with three
    encoder, info, fallbacks = open_video_encoder(few, 64, 48)
    assert b_frames_of(X264, few) == 2
    assert [b_frames_of(HEVC_SPECS[-1], replace(few, fps=fps)) for fps in (6, 7, 11, 30)] == [0, 1, 3, 3]
    assert [one.reason for one in fallbacks] == [
        "makes no more than 2 B-frames at 3 fps: a stop would have to wait for them"
    ]
    encoder.close()
    as_card = X264.options(replace(settings, b_frames=0))
    card = replace(X264, hardware=True, b_frames_behind=None, options=lambda _: as_card)
    monkeypatch.setattr(encoder_probe, "candidates", lambda *_: (card,))
    guarded, info, fallbacks = open_video_encoder(settings, 64, 48)
    assert (type(guarded), info.reordered) == (GuardedVideoEncoder, False)
    assert [one.reason for one in fallbacks] == ["makes no B-frames here"]
    guarded.close()
