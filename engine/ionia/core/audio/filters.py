"""What a sound may be put through before its gain, as asked for: noise suppression, gate, compressor, limiter.

Defaults and limits are OBS's, so that settings can be carried over. What they do: `core.audio.filtering`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

SuppressionLevel = Literal["low", "moderate", "high", "very-high"]
"""How much of steady noise is taken away: 6, 12, 18, 21 dB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseSuppression:
    """Takes steady noise away, such as a fan's."""

    type: Annotated[Literal["noise-suppression"], "Which filter it is."] = "noise-suppression"
    level: Annotated[SuppressionLevel, "How much of the noise is taken away: about 6, 12, 18 or 21 dB."] = "very-high"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """Silent while nobody speaks."""

    type: Annotated[Literal["gate"], "Which filter it is."] = "gate"
    open_threshold_db: Annotated[float, "It opens above this peak, dBFS."] = -26.0
    close_threshold_db: Annotated[float, "It begins to close below this, dBFS; not above openThresholdDb."] = -32.0
    attack_ms: Annotated[float, "Milliseconds from closed to open."] = 25.0
    hold_ms: Annotated[float, "Milliseconds that it stays open below closeThresholdDb."] = 200.0
    release_ms: Annotated[float, "Milliseconds from open to closed, after that."] = 150.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Compressor:
    """Makes loud and soft more alike."""

    type: Annotated[Literal["compressor"], "Which filter it is."] = "compressor"
    ratio: Annotated[float, "By how many dB it must get louder above the threshold for 1 dB more."] = 10.0
    threshold_db: Annotated[float, "What is louder is made softer, dBFS."] = -18.0
    attack_ms: Annotated[float, "Time constant for getting softer, ms."] = 6.0
    release_ms: Annotated[float, "Time constant for going back, ms."] = 60.0
    output_gain_db: Annotated[float, "Gain after it, dB."] = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limiter:
    """Nothing is louder than its threshold."""

    type: Annotated[Literal["limiter"], "Which filter it is."] = "limiter"
    threshold_db: Annotated[float, "No sample exceeds it, dBFS."] = -6.0
    release_ms: Annotated[float, "Time constant for going back, ms."] = 60.0


SoundFilter = NoiseSuppression | Gate | Compressor | Limiter


class FilterError(ValueError):
    """Filters that don't fit together. The text is one line for people and names the param."""


def check_filters(where: str, filters: Sequence[SoundFilter]) -> None:
    """Raise FilterError for filters that can't be those of one sound. `where`: the param that has them."""
    types = [one.type for one in filters]
    for index, one in enumerate(filters):
        if types.index(one.type) != index:
            raise FilterError(f'"{where}[{index}].type" must not be that of another one, "{one.type}"')
        if isinstance(one, Gate) and one.close_threshold_db > one.open_threshold_db:
            raise FilterError(
                f'"{where}[{index}].closeThresholdDb" must not be above openThresholdDb, '
                f"{one.open_threshold_db:g}, not {one.close_threshold_db:g}"
            )
