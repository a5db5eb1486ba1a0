"""Which warnings about a sound device still hold, for a session that begins to use it later. Pure.

A warning tells of a moment; some of them tell of a state that lasts until another one ends it.
"""

from collections.abc import Mapping
from enum import Enum

from ionia.core.warning import WarningCode, WarningFacts

Warned = tuple[WarningCode, str, WarningFacts]
"""A warning as it was told: code, message, facts."""


class _State(Enum):
    """What a device has one of at a time."""

    PRESENCE = "presence"
    MIXER = "mixer"
    STREAM = "stream"
    INPUTS = "inputs"
    SIDES = "sides"
    SILENCE = "silence"


_BEGINS: Mapping[WarningCode, _State] = {
    WarningCode.DESKTOP_AUDIO_UNAVAILABLE: _State.PRESENCE,
    WarningCode.MIC_AUDIO_UNAVAILABLE: _State.PRESENCE,
    WarningCode.APP_AUDIO_UNAVAILABLE: _State.PRESENCE,
    WarningCode.APP_NOT_RUNNING: _State.PRESENCE,
    WarningCode.APP_SILENT: _State.PRESENCE,
    WarningCode.AUDIO_SLOW: _State.PRESENCE,
    WarningCode.AUDIO_FAILED: _State.PRESENCE,
    WarningCode.AUDIO_DEVICE_LOST: _State.PRESENCE,
    WarningCode.DEVICE_LOST: _State.PRESENCE,
    WarningCode.SOUND_SERVER_LOST: _State.PRESENCE,
    WarningCode.AUDIO_DEVICE_MUTED: _State.MIXER,
    WarningCode.AUDIO_DEVICE_QUIET: _State.MIXER,
    WarningCode.AUDIO_DEVICE_SUSPENDED: _State.MIXER,
    WarningCode.AUDIO_DEVICE_STALLED: _State.MIXER,
    WarningCode.AUDIO_STREAM_MUTED: _State.STREAM,
    WarningCode.MIC_INPUTS_MIXED: _State.INPUTS,
    WarningCode.MIC_ONE_SIDED: _State.SIDES,
    WarningCode.MIC_SILENT: _State.SILENCE,
    WarningCode.DESKTOP_SILENT: _State.SILENCE,
}

_ENDS: Mapping[WarningCode, tuple[_State, ...]] = {
    WarningCode.AUDIO_DEVICE_AUDIBLE: (_State.MIXER,),
    WarningCode.AUDIO_STREAM_RESTORED: (_State.STREAM,),
    WarningCode.APP_HEARD: (_State.PRESENCE,),
    WarningCode.MIC_TWO_SIDED: (_State.SIDES,),
    WarningCode.MIC_HEARD: (_State.SILENCE,),
    WarningCode.DESKTOP_HEARD: (_State.SILENCE,),
    WarningCode.AUDIO_DEVICE_CHANGED: tuple(_State),
}


class StandingWarnings:
    """One device's. Whoever holds it protects it."""

    def __init__(self) -> None:
        self._standing: dict[_State, Warned] = {}

    def take(self, warned: Warned) -> None:
        """Something was told."""
        code = warned[0]
        for state in _ENDS.get(code, ()):
            self._standing.pop(state, None)
        begun = _BEGINS.get(code)
        if begun is not None:
            self._standing[begun] = warned

    def now(self) -> tuple[Warned, ...]:
        """What still holds, in the order in which it began."""
        return tuple(self._standing.values())
