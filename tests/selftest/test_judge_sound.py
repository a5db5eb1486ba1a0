"""What was heard is judged by named limits and told in words that a person understands."""

from dataclasses import replace

import pytest

from ionia.core.audio.notices import SoundNotice
from ionia.core.selftest_report import Outcome
from ionia.core.warning import WarningCode
from ionia.selftest.judge_sound import Heard, decibels, judge_desktop, judge_microphone


def heard(peak: float, *, seconds: float = 3.0, clipped: int = 0) -> Heard:
    return Heard(name="Built-in", seconds=seconds, peak=peak, rms=peak / 2, clipped=clipped)


MUTED = SoundNotice(
    code=WarningCode.AUDIO_DEVICE_MUTED, message="It is muted.", hint="Check the system's sound settings."
)
MIXED = SoundNotice(code=WarningCode.MIC_INPUTS_MIXED, message="It has 4 inputs.")


def test_what_the_mixer_does_is_told_before_what_was_heard() -> None:
    for judged in (
        judge_microphone(replace(heard(0.25), notices=(MUTED, MIXED))),
        judge_desktop(replace(heard(0.0), notices=(MUTED, MIXED)), beeps_db=None),
    ):
        assert judged.outcome is Outcome.FAIR
        assert judged.found == "It is muted. (It has 4 inputs.)"
        assert judged.advice == MUTED.hint


def test_a_remark_about_channels_leaves_the_verdict() -> None:
    judged = judge_microphone(replace(heard(0.25), notices=(MIXED,)))
    assert judged.outcome is Outcome.GOOD
    assert judged.found == "Built-in, peak -12 dBFS (It has 4 inputs.)"


@pytest.mark.parametrize(
    ("what", "outcome", "words"),
    [
        (heard(0.25), Outcome.GOOD, "peak -12 dBFS"),
        (heard(1.0, clipped=7), Outcome.FAIR, "7 peaks cut off"),
        (heard(0.0, seconds=0.0), Outcome.FAIR, "no sound at all"),
        (heard(0.0), Outcome.FAIR, "complete silence"),
        (heard(0.001), Outcome.GOOD, "very quiet"),
    ],
)
def test_a_microphone_that_is_silent_or_too_loud_is_named(what: Heard, outcome: Outcome, words: str) -> None:
    finding = judge_microphone(what)
    assert finding.outcome is outcome
    assert words in finding.found


@pytest.mark.parametrize(
    ("what", "beeps", "outcome", "words"),
    [
        (heard(0.0), -12.0, Outcome.GOOD, "beeps came back at -12 dBFS"),
        (heard(0.0, seconds=0.0), None, Outcome.GOOD, "nothing while nothing plays"),
        (heard(0.0), None, Outcome.GOOD, "silent now"),
        (heard(0.5), None, Outcome.GOOD, "peak -6 dBFS"),
        (heard(1.0, clipped=2), None, Outcome.FAIR, "2 peaks cut off"),
    ],
)
def test_desktop_sound_may_be_silent_but_not_cut_off(
    what: Heard, beeps: float | None, outcome: Outcome, words: str
) -> None:
    finding = judge_desktop(what, beeps_db=beeps)
    assert finding.outcome is outcome
    assert words in finding.found


def test_levels_in_decibels_have_a_floor() -> None:
    assert (decibels(0.0), decibels(1.0), decibels(1e-9)) == (-120.0, 0.0, -120.0)
