"""By how much the sound of each device is moved, as measured by the self-test and agreed by the user. Text in and out.

A device is known by its name for people and by what it is used for, since the same name may be a speaker and a
microphone. Nothing else is kept.
"""

import json
import math
from collections.abc import Mapping
from types import MappingProxyType

from ionia.core.audio.engine import AudioInput

LIMIT_MS = 1000.0
"""More than any device is off by; what lies beyond is a damaged file or a mistake."""


def read_offsets(text: str) -> Mapping[str, float]:
    """Offsets in milliseconds by key. What is no offset is left out: a damaged file must not stop a recording."""
    try:
        found = json.loads(text)
    except ValueError:
        return MappingProxyType({})
    if not isinstance(found, dict):
        return MappingProxyType({})
    return MappingProxyType(
        {
            key: float(value)
            for key, value in found.items()
            if isinstance(value, int | float)
            and not isinstance(value, bool)
            and math.isfinite(value)
            and abs(value) <= LIMIT_MS
        }
    )


def write_offsets(offsets: Mapping[str, float]) -> str:
    """The text that `read_offsets` reads."""
    return json.dumps(dict(offsets), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def changed(offsets: Mapping[str, float], source: AudioInput, device: str, offset_ms: float | None) -> dict[str, float]:
    """The offsets with one set, or taken away by None or 0."""
    key = key_of(source, device)
    rest = {one: value for one, value in offsets.items() if one != key}
    return {**rest, key: round(offset_ms, 1)} if offset_ms else rest


def key_of(source: AudioInput, device: str) -> str:
    """Where a device's offset is kept."""
    return f"{source.value}: {device}"


def of_input(offsets: Mapping[str, float], source: AudioInput) -> dict[str, float]:
    """Those of the devices that are used for this."""
    return {key: offset for key, offset in offsets.items() if key.startswith(key_of(source, ""))}
