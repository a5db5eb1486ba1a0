"""Hears whether a stereo microphone has only one side, and then gives that to both.

A microphone in one input of a stereo interface is a voice in one ear. While that is so both sides carry the sum of
both, so nothing is lost if the other side begins to speak. Pure; time is counted in samples.
"""

from enum import Enum

import numpy as np

from ionia.core.audio.notices import SoundNotice
from ionia.core.media import SAMPLE_RATE, Samples
from ionia.core.warning import MicChannel, WarningCode

SPEAKS = 1e-5
"""Energy of a block, -50 dBFS, from which on a side speaks; less is a pause and says nothing about sides."""

ONE_SIDED = 1e-3
"""A side 30 dB below the other is not there. No place before a stereo microphone gives more than 20."""

TWO_SIDED = 1e-2
"""A side within 20 dB of the other is there; between the two nothing is said."""

DEAD = 1e-9
"""A side below -90 dBFS: nothing is connected, or it is digitally silent."""

NEEDED_S = 1.0
DEAD_WEIGHT = 5
"""Seconds of evidence that a change needs, and as how many of them one against a dead side counts."""

STEP = 960
"""20 ms: how finely it is judged."""

MOST_CHANGES = 5
"""A device that goes back and forth (two people, each on a side) keeps both channels on both sides from then on."""


class Sides(Enum):
    """What goes to the two sides."""

    OWN = "own"
    BOTH = "both"


class VoiceSides:
    """One microphone from its opening on. One thread owns it."""

    def __init__(self) -> None:
        self._sides = Sides.OWN
        self._evidence = 0.0
        self._changes = 0
        self._weight = np.float32(0.0)
        self._quiet = 0

    @property
    def sides(self) -> Sides:
        """What goes to the two sides by now."""
        return self._sides

    def take(self, samples: Samples) -> tuple[Samples, SoundNotice | None]:
        """The next block as it shall be heard, and what is to be told."""
        if len(samples) > STEP:
            # A device that delivers much at once must not be judged, and faded over, later than others.
            parts = [self._step(samples[first : first + STEP]) for first in range(0, len(samples), STEP)]
            told = next((notice for _, notice in parts if notice is not None), None)
            return np.concatenate([part for part, _ in parts]), told
        return self._step(samples)

    def _step(self, samples: Samples) -> tuple[Samples, SoundNotice | None]:
        if not len(samples):
            return samples, None
        changed = self._judge(samples)
        target = np.float32(1.0 if self._sides is Sides.BOTH else 0.0)
        before, self._weight = self._weight, target
        if target == before:
            return (samples + samples[:, ::-1] if target else samples), None
        ramp = np.linspace(before, target, len(samples), dtype=np.float32)[:, None]
        return samples + samples[:, ::-1] * ramp, self._notice() if changed else None

    def _judge(self, samples: Samples) -> bool:
        # A product of each column with itself: a mean over rows takes ten times as long.
        left, right = (float(np.dot(samples[:, side], samples[:, side])) / len(samples) for side in (0, 1))
        quiet, loud = min(left, right), max(left, right)
        if loud < SPEAKS or self._changes >= MOST_CHANGES:
            return False
        seconds = len(samples) / SAMPLE_RATE
        one = quiet < loud * ONE_SIDED
        two = quiet > loud * TWO_SIDED
        if self._sides is Sides.OWN:
            weight = DEAD_WEIGHT if quiet < DEAD else 1
            self._evidence = self._evidence + seconds * weight if one else 0.0 if two else self._evidence
        else:
            self._evidence = self._evidence + seconds if two else 0.0 if one else self._evidence
        if self._evidence < NEEDED_S:
            return False
        self._evidence = 0.0
        self._changes += 1
        self._quiet = 0 if left <= right else 1
        self._sides = Sides.BOTH if self._sides is Sides.OWN else Sides.OWN
        return True

    def _notice(self) -> SoundNotice:
        if self._sides is Sides.OWN:
            return SoundNotice(
                code=WarningCode.MIC_TWO_SIDED,
                message="Both channels of the microphone carry sound: recorded in stereo.",
            )
        side = "right" if self._quiet == 0 else "left"
        return SoundNotice(
            code=WarningCode.MIC_ONE_SIDED,
            message=f"Only the {side} channel of the microphone carries sound: it is recorded on both sides.",
            hint="With mono set for it, it is so from the first word on.",
            facts=MicChannel(channel=side),
        )
