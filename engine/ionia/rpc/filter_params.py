"""The filters of a sound as clients write them, and on the command line. Limits are OBS's."""

from collections.abc import Callable
from typing import Annotated

from msgspec import Meta, Struct, structs

from ionia.core.audio import filters as facts

_SUPPRESSION, _GATE, _COMPRESSOR, _LIMITER = (
    facts.NoiseSuppression(),
    facts.Gate(),
    facts.Compressor(),
    facts.Limiter(),
)
_ThresholdDb = Annotated[float, Meta(ge=-60, le=0)]
_GateDb = Annotated[float, Meta(ge=-96, le=0)]
_GateMs = Annotated[float, Meta(ge=0, le=10_000)]
_EaseMs = Annotated[float, Meta(ge=1, le=1000)]


class NoiseSuppressionOption(
    Struct,
    frozen=True,
    forbid_unknown_fields=True,
    rename="camel",
    kw_only=True,
    tag_field="type",
    tag="noise-suppression",
):
    """Takes steady noise away, such as a fan's."""

    level: Annotated[
        facts.SuppressionLevel, Meta(description="How much of the noise is taken away: about 6, 12, 18 or 21 dB.")
    ] = _SUPPRESSION.level


class GateOption(
    Struct, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True, tag_field="type", tag="gate"
):
    """Silent while nobody speaks."""

    open_threshold_db: Annotated[_GateDb, Meta(description="It opens above this peak, dBFS.")] = _GATE.open_threshold_db
    close_threshold_db: Annotated[
        _GateDb, Meta(description="It begins to close below this, dBFS; not above openThresholdDb.")
    ] = _GATE.close_threshold_db
    attack_ms: Annotated[_GateMs, Meta(description="Milliseconds from closed to open.")] = _GATE.attack_ms
    hold_ms: Annotated[_GateMs, Meta(description="Milliseconds that it stays open below closeThresholdDb.")] = (
        _GATE.hold_ms
    )
    release_ms: Annotated[_GateMs, Meta(description="Milliseconds from open to closed, after that.")] = _GATE.release_ms


class CompressorOption(
    Struct, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True, tag_field="type", tag="compressor"
):
    """Makes loud and soft more alike."""

    ratio: Annotated[
        float, Meta(ge=1, le=32, description="By how many dB it must get louder above the threshold for 1 dB more.")
    ] = _COMPRESSOR.ratio
    threshold_db: Annotated[_ThresholdDb, Meta(description="What is louder is made softer, dBFS.")] = (
        _COMPRESSOR.threshold_db
    )
    attack_ms: Annotated[float, Meta(ge=1, le=500, description="Time constant for getting softer, ms.")] = (
        _COMPRESSOR.attack_ms
    )
    release_ms: Annotated[_EaseMs, Meta(description="Time constant for going back, ms.")] = _COMPRESSOR.release_ms
    output_gain_db: Annotated[float, Meta(ge=-32, le=32, description="Gain after it, dB.")] = _COMPRESSOR.output_gain_db


class LimiterOption(
    Struct, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True, tag_field="type", tag="limiter"
):
    """Nothing is louder than its threshold."""

    threshold_db: Annotated[_ThresholdDb, Meta(description="No sample exceeds it, dBFS.")] = _LIMITER.threshold_db
    release_ms: Annotated[_EaseMs, Meta(description="Time constant for going back, ms.")] = _LIMITER.release_ms


FilterOption = NoiseSuppressionOption | GateOption | CompressorOption | LimiterOption
Filters = tuple[FilterOption, ...]

_FACTS: dict[type[Struct], Callable[..., facts.SoundFilter]] = {
    NoiseSuppressionOption: facts.NoiseSuppression,
    GateOption: facts.Gate,
    CompressorOption: facts.Compressor,
    LimiterOption: facts.Limiter,
}


def filters_of(options: Filters) -> tuple[facts.SoundFilter, ...]:
    """The same for the engine, in their order."""
    return tuple(_FACTS[type(option)](**structs.asdict(option)) for option in options)
