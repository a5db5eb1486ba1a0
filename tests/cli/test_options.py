"""Options made of the params of `initialize`: what is given becomes the settings that the wire would have made."""

import argparse
import io
import sys

import pytest

from ionia.cli.asking import asked_key
from ionia.cli.options import add_options, given, made
from ionia.core.errors import IoniaError
from ionia.core.settings import AudioMode, EncoderChoice, MediaSettings
from ionia.core.video.framing import Region
from ionia.core.video.quality import ConstantQuality, named
from ionia.rpc.initialize_base import Initialize
from ionia.rpc.initialize_params import InitializeRecorder, InitializeStreamer
from ionia.rpc.params import Selftest


def parser_of(params: type[Initialize | Selftest]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="x")
    add_options(parser, params)
    return parser


def settings(*arguments: str) -> MediaSettings:
    options = parser_of(InitializeRecorder).parse_args(arguments)
    return InitializeRecorder(output_path="a.mp4", **given(options, InitializeRecorder)).settings().media


def refusal(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit):
        parser_of(InitializeRecorder).parse_args(arguments)
    return capsys.readouterr().err.rsplit("error: ", 1)[1].strip()


def test_nothing_given_is_the_defaults() -> None:
    assert settings() == MediaSettings()


def test_everything_given_is_what_it_says() -> None:
    asked = settings(
        *("--screen", "s", "--no-cursor", "--fps", "25", "--bitrate", "2.5M", "--encoder", "x264", "--audio", "mic"),
        *("--desktop-audio", "d", "--microphone", "m", "--audio-offset-ms", "-12.5"),
        *("--mic-gain", "2", "--desktop-gain", "0.5"),
        *("--region=-10,20,640x360", "--size", "1280x720", "--fit", "crop"),
    )
    assert asked == MediaSettings(
        screen="s",
        cursor=False,
        fps=25,
        video_bitrate=2_500_000,
        encoder=EncoderChoice.X264,
        audio_mode=AudioMode.MIC,
        desktop_audio="d",
        microphone="m",
        audio_offset_ms=-12.5,
        mic_gain=2.0,
        desktop_gain=0.5,
        region=Region(x=-10, y=20, width=640, height=360),
        width=1280,
        height=720,
        fit="crop",
    )


@pytest.mark.parametrize(
    ("text", "bits"), [("800k", 800_000), ("5M", 5_000_000), ("5m", 5_000_000), ("123456", 123_456)]
)
def test_bit_rates(text: str, bits: int) -> None:
    assert settings("--bitrate", text).video_bitrate == bits


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--fps", "0"), "argument --fps: a frame rate is from 1 to 240, and not 0"),
        (("--fps", "30/0"), "argument --fps: '30/0' is no frame rate: it divides by 0"),
        *(
            (
                ("--split-bytes", text),
                f"argument --split-bytes: {text!r} is not a whole number from 1e+06 to 1.15292e+18",
            )
            for text in ("0", "2000000.5", "2000000.0", "2_000_000", "²")
        ),
        (("--size", "720p"), "argument --size: '720p' is not WxH, in pixels"),
        (("--size", "1280x8"), 'argument --size: "height" must be an integer from 16 to 8192, not 8'),
        (("--region", "1,2,3"), "argument --region: '1,2,3' is not X,Y,WxH, in pixels"),
        (("--region", "1,2,8x99"), 'argument --region: "region.width" must be an integer from 16 to 8192, not 8'),
        (("--bitrate", "50k"), "argument --bitrate: '50k' is not a bit rate from 100k to 200M"),
        (("--bitrate", "fast"), "argument --bitrate: 'fast' is not a bit rate from 100k to 200M"),
        (("--bitrate", "infM"), "argument --bitrate: 'infM' is not a bit rate from 100k to 200M"),
        (
            ("--audio-offset-ms", "x"),
            "argument --audio-offset-ms: 'x' is not a number of milliseconds from -1000 to 1000",
        ),
        (
            ("--audio-offset-ms", "nan"),
            "argument --audio-offset-ms: 'nan' is not a number of milliseconds from -1000 to 1000",
        ),
        (("--mic-gain", "-1"), "argument --mic-gain: '-1' is not a number from 0 to 100"),
        (
            ("--screen", ""),
            'argument --screen: "screen" must be text of 1 to 4096 characters without control characters, not ""',
        ),
    ],
)
def test_what_is_no_value_is_refused_in_words(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], words: str
) -> None:
    assert refusal(capsys, *arguments) == words


def test_a_word_that_is_none_of_the_choices_names_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert "'auto', 'nvenc', 'qsv', 'amf', 'mf', 'x264'" in refusal(capsys, "--encoder", "fast")


def test_help_names_defaults_as_people_write_them() -> None:
    text = " ".join(parser_of(InitializeRecorder).format_help().split())
    assert "video bits per second, 5M or 800k for short (default: 5M)" in text
    assert "frames per second, also 29.97 or 30000/1001 (default: 30)" in text
    assert "--no-cursor leave the mouse pointer out" in text


def test_a_stream_has_options_of_its_own_and_its_key_is_none_of_them() -> None:
    options = parser_of(InitializeStreamer).parse_args(["--ca-file", "c.pem", "--retry-rejected", "--fps", "60"])
    asked = given(options, InitializeStreamer)
    assert asked == {"ca_file": "c.pem", "retry_rejected": True, "fps": 60}
    live = InitializeStreamer(rtmp_url="rtmps://h/a/k", **asked).settings()
    assert (live.ca_file, live.retry_rejected, live.media.fps) == ("c.pem", True, 60)
    assert "key" not in parser_of(InitializeStreamer).format_help().replace("stream key", "")
    assert parser_of(Selftest).parse_args(["--ca-file", "c.pem"]).ca_file == "c.pem"


def test_a_key_that_was_to_be_asked_for_and_is_not_given_is_told(monkeypatch: pytest.MonkeyPatch) -> None:

    monkeypatch.setattr(sys, "stdin", io.StringIO(" the-key \n\n"))
    assert asked_key() == "the-key"
    with pytest.raises(IoniaError, match="No stream key was given"):
        asked_key()


def test_a_quality_is_a_name_or_a_number() -> None:
    assert settings("--quality", "high").quality == named("high")
    assert settings("--quality", "bitrate").quality is None
    asked = settings("--quality", "21.5", "--max-bitrate", "8M").quality
    assert asked == ConstantQuality(crf=21.5, max_bitrate=8_000_000)
    assert not settings("--no-rest").rest


@pytest.mark.parametrize("text", ["best", "0", "52", "nan", "2_1", ""])
def test_another_is_refused(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert refusal(capsys, "--quality", text) == (
        f"argument --quality: {text!r} is none of bitrate, small, high, source, nor a number from 1 to 51"
    )


def test_what_does_not_fit_together_ends_the_program_with_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    options = parser_of(InitializeRecorder).parse_args(["--max-bitrate", "8M"])
    with pytest.raises(SystemExit) as ended:
        made(InitializeRecorder, {"output_path": "a.mp4", **given(options, InitializeRecorder)})
    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith('ionia-engine: "maxBitrate" caps a "quality"')
