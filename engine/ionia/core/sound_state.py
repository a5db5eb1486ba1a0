"""A sound of a running session as its user left it: what `audio.set` changes and `audio.get` answers."""

import math
from dataclasses import dataclass
from typing import Annotated

from ionia.core.audio.engine import AudioInput
from ionia.core.audio.filters import SoundFilter

LEAST_GAIN_DB, MOST_GAIN_DB = -120, 40
"""-120 dB is silence: below the last bit of any format we write. 40 dB is a hundredfold, as `micGain` allows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundState:
    """One sound of a session."""

    name: Annotated[str, "Its name: desktop or mic, unless the session named its sounds."]
    kind: Annotated[AudioInput, "Where it comes from."]
    gain_db: Annotated[float, "Gain, dB; kept while muted."]
    muted: Annotated[bool, "Whether it is left out of the mix."]
    mono: Annotated[bool, "Whether both sides get the mean of both."]
    filters: Annotated[tuple[SoundFilter, ...], "What it is put through before its gain, in this order."] = ()


def gain_db(factor: float) -> float:
    """A linear factor in dB."""
    return LEAST_GAIN_DB if factor <= 0 else max(LEAST_GAIN_DB, 20 * math.log10(factor))


def gain_factor(decibels: float) -> float:
    """Decibels as a linear factor; silence for -120."""
    return 0.0 if decibels <= LEAST_GAIN_DB else 10 ** (decibels / 20)
