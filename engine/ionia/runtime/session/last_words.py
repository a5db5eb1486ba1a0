"""What sessions say at their end: why, and what of them is not there."""

from collections.abc import Iterator

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.frame_rate import FrameRate, frames_seconds
from ionia.core.media import SAMPLE_RATE
from ionia.core.settings import SessionKind
from ionia.core.warning import NO_FACTS, SoundLost, WarningCode, WarningFacts

ASKED_TO_STOP = "It was asked to stop."
"""The last words of a session that nothing else ended."""

WINDOW_CLOSED = "The window that was recorded was closed."
"""Those of one that was to end with its window."""


def not_initialized(kind: SessionKind) -> IoniaError:
    """The error of what needs `initialize` first."""
    return IoniaError(
        ErrorKind.NOT_INITIALIZED, f"The {kind.value} is not initialized.", f"Call {kind.value}.initialize first."
    )


def nothing_came() -> IoniaError:
    """The error of a take that ended without a picture: there is no file, or only one that was there before."""
    return IoniaError(
        ErrorKind.OUTPUT_FAILED,
        "Nothing was recorded: the encoder gave no picture before the end.",
        "The machine may be too busy. Try again, with a smaller picture or a lower frame rate.",
    )


def no_sound_came() -> IoniaError:
    """Likewise of one that records sound alone."""
    return IoniaError(
        ErrorKind.OUTPUT_FAILED,
        "Nothing was recorded: no sound came before the end, or all of it was left out by a pause.",
        "Let it run for a moment, and resume it before it is stopped.",
    )


def missing(frames: int, samples: int, fps: FrameRate) -> Iterator[tuple[WarningCode, str, WarningFacts]]:
    """The warnings of what was captured before the end and is not in the file: the machine had no time for it."""
    if frames:
        text = f"The encoder was behind; the last pictures are not in the file ({frames_seconds(frames, fps):.1f} s)."
        yield WarningCode.ENCODER_BEHIND, text, NO_FACTS
    if samples:
        text = (
            f"The machine was too busy to encode all sound; the last {samples / SAMPLE_RATE:.1f} s are not in the file."
        )
        yield WarningCode.AUDIO_LOST, text, SoundLost(samples=samples)
