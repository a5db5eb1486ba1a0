"""What `record` answers the shell with."""

import argparse

import pytest

from ionia.cli import record
from ionia.core.settings import AudioMode, MediaSettings, RecorderSettings, SessionKind
from tests.fakes.stats import recorder_stats


@pytest.mark.parametrize(
    ("failed", "code", "words"),
    [
        (set(), 0, "Saved out.mp4"),
        ({SessionKind.REPLAY}, 0, "Saved out.mp4"),
        ({SessionKind.RECORDER}, 1, "Kept what was recorded in out.mp4"),
        ({SessionKind.RECORDER, SessionKind.REPLAY}, 1, "Kept what was recorded in out.mp4"),
    ],
)
def test_the_exit_code_is_that_of_the_recording(
    failed: set[SessionKind], code: int, words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What else failed has been said by then."""
    monkeypatch.setattr(record, "run_session", lambda *_, **__: (failed, recorder_stats()))
    monkeypatch.setattr(record, "shared_params", lambda *_: {})
    assert (
        record.record(argparse.Namespace(output="out.mp4", replay=30.0, seconds=1.0, separate_tracks=False, filters=[]))
        == code
    )
    told = capsys.readouterr()
    assert words in told.out + told.err


def test_separate_tracks_are_those_of_the_mode() -> None:
    both, mic, silent = (
        [(track.name, track.sounds) for track in separated(mode).all_tracks]
        for mode in (AudioMode.BOTH, AudioMode.MIC, AudioMode.NONE)
    )
    assert both == [("mix", ("desktop", "mic")), ("desktop", ("desktop",)), ("mic", ("mic",))]
    assert mic == [("mic", ("mic",))]
    assert silent == []


def separated(mode: AudioMode) -> MediaSettings:
    settings = RecorderSettings(output_path="a.mp4", media=MediaSettings(audio_mode=mode))
    return record.with_separate_tracks(settings.media)


def test_filters_are_given_by_the_names_of_sounds_in_their_order() -> None:
    settings = RecorderSettings(output_path="out.mp4")
    asked = [record.named_filter(text) for text in ("mic=gate", "desktop=limiter", "mic=limiter")]
    sounds = record.with_filters(settings, asked).media.all_sounds
    assert [(sound.name, [one.type for one in sound.filters]) for sound in sounds] == [
        ("desktop", ["limiter"]),
        ("mic", ["gate", "limiter"]),
    ]
    for text in ("gate", "mic=echo", "=gate"):
        with pytest.raises(argparse.ArgumentTypeError, match="is not mic or desktop, = and one of noise-suppression"):
            record.named_filter(text)
    with pytest.raises(ValueError, match="no such sound, but desktop, mic"):
        record.with_filters(settings, [("voice", asked[0][1])])
    with pytest.raises(ValueError, match="mic=gate is there twice"):
        record.with_filters(settings, [asked[0], asked[0]])
