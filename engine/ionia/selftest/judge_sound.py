"""What the self-test heard of a device means: limits, each with its reason, and words.

Figures in, findings out. It listens to nothing and knows no device.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from ionia.core.audio.notices import SoundNotice
from ionia.core.selftest_report import Finding, Outcome, Part

CLIPPED_LEVEL = 0.999
CLIPPED_RUN = 3
"""So many samples at full scale in a row are a cut-off peak; one is what a normalised track has."""

SILENT_DB = -90.0
"""Below the noise of any real microphone (16 bits end at -96 dBFS): it is off, or muted."""

QUIET_DB = -50.0
"""A voice at this peak drowns in the noise of a usual microphone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What a device gave: `peak` and `rms` linear, `clipped` peaks cut off. `seconds` of sound; 0: it gave nothing.

    `notices` is what the system's mixer and the device's channels made of it.
    """

    name: str
    seconds: float
    peak: float
    rms: float
    clipped: int
    notices: tuple[SoundNotice, ...] = ()


def judge_microphone(heard: Heard) -> Finding:
    """A microphone that was listened to."""
    peak_db, rms_db = decibels(heard.peak), decibels(heard.rms)
    found, outcome, advice = f"{heard.name}, peak {peak_db:.0f} dBFS", Outcome.GOOD, ""
    told = _told(heard)
    if told is not None:
        (found, advice), outcome = told, Outcome.FAIR
    elif heard.clipped:
        found = f"{found}, {heard.clipped} peaks cut off (clipping)"
        outcome, advice = Outcome.FAIR, "Turn the microphone's level down in the system's sound settings."
    elif heard.seconds == 0:
        found, outcome = f"{heard.name} gives no sound at all", Outcome.FAIR
        advice = "Check that it is plugged in, and that the system allows programs to use it."
    elif peak_db <= SILENT_DB:
        found, outcome = f"{heard.name}, complete silence", Outcome.FAIR
        advice = "It is muted or switched off. Check its switch and the system's sound settings."
    elif peak_db <= QUIET_DB:
        found = f"{found}: very quiet"
        advice = "If you spoke during the test, turn the microphone's level up; a voice peaks at about -12 dBFS."
    return Finding(
        part=Part.SOUND,
        outcome=outcome,
        title="Microphone",
        found=_with_remarks(found, heard),
        advice=advice,
        figures=_levels(heard, peak_db, rms_db),
    )


def _told(heard: Heard) -> tuple[str, str] | None:
    """Words and advice where the device itself says why it is not heard well."""
    wrong = [notice for notice in heard.notices if notice.hint]
    if not wrong:
        return None
    return " ".join(notice.message for notice in wrong), " ".join(dict.fromkeys(notice.hint for notice in wrong))


def _with_remarks(found: str, heard: Heard) -> str:
    """The words with what was done about the device's channels."""
    return " ".join([found, *(f"({notice.message})" for notice in heard.notices if not notice.hint)])


def judge_desktop(heard: Heard, *, beeps_db: float | None) -> Finding:
    """Desktop sound. `beeps_db`: how loud our own beeps came back; None: none were played."""
    peak_db, rms_db = decibels(heard.peak), decibels(heard.rms)
    outcome, advice = Outcome.GOOD, ""
    if beeps_db is not None:
        found = f"{heard.name}, our beeps came back at {beeps_db:.0f} dBFS"
    elif heard.seconds == 0:
        found = f"{heard.name}, gives nothing while nothing plays, as it should"
    else:
        found = f"{heard.name}, {'silent now' if peak_db <= SILENT_DB else f'peak {peak_db:.0f} dBFS'}"
    told = _told(heard)
    if told is not None:
        (found, advice), outcome = told, Outcome.FAIR
    elif heard.clipped:
        found = f"{found}, {heard.clipped} peaks cut off (clipping)"
        outcome, advice = Outcome.FAIR, "Turn down the program that plays."
    return Finding(
        part=Part.SOUND,
        outcome=outcome,
        title="Desktop sound",
        found=_with_remarks(found, heard),
        advice=advice,
        figures={**_levels(heard, peak_db, rms_db), "beepsDb": None if beeps_db is None else round(beeps_db, 1)},
    )


def decibels(level: float) -> float:
    """dBFS; -120 for digital silence."""
    return max(-120.0, 20 * math.log10(level)) if level > 0 else -120.0


def _levels(heard: Heard, peak_db: float, rms_db: float) -> Mapping[str, str | int | float]:
    return {
        "device": heard.name,
        "peakDb": round(peak_db, 1),
        "rmsDb": round(rms_db, 1),
        "clippedPeaks": heard.clipped,
        "seconds": round(heard.seconds, 2),
    }
