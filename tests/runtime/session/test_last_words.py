from ionia.core.settings import SessionKind
from ionia.core.warning import NO_FACTS, SoundLost, WarningCode
from ionia.runtime.session.last_words import missing, not_initialized


def test_nothing_missing_says_nothing() -> None:
    assert list(missing(0, 0, 30)) == []


def test_what_is_missing_is_told_in_seconds() -> None:
    assert list(missing(45, 24_000, 30)) == [
        (
            WarningCode.ENCODER_BEHIND,
            "The encoder was behind; the last pictures are not in the file (1.5 s).",
            NO_FACTS,
        ),
        (
            WarningCode.AUDIO_LOST,
            "The machine was too busy to encode all sound; the last 0.5 s are not in the file.",
            SoundLost(samples=24_000),
        ),
    ]


def test_each_kind_names_its_own_initialize() -> None:
    assert not_initialized(SessionKind.STREAMER).hint == "Call streamer.initialize first."
