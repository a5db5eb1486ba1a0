"""Says when desktop sound has been silent for a minute while something plays on a device that isn't recorded. Pure.

Silence alone is no fault: programs keep silent streams open all day. It is asked what plays, once in a while.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ionia.core.audio.notices import SoundNotice
from ionia.core.audio.silence_watch import LONG_NS, SILENT
from ionia.core.warning import PlaysElsewhere, WarningCode

ASK_AGAIN_NS = 5_000_000_000
"""While it is silent, so often: what begins to play elsewhere later is told as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayingStream:
    """A program that plays, neither paused nor muted; names for people."""

    program: str
    device: str


class ElsewhereWatch:
    """One device from its opening on. One thread owns it."""

    def __init__(self, device: str) -> None:
        """`device`: its name for people."""
        self._device = device
        self._since_ns: int | None = None
        self._asked_ns: int | None = None
        self._told = False

    def hear(self, peak: float, now_ns: int) -> SoundNotice | None:
        """What it gave; 0 where nothing came. What is to be told, if that ends a silence that was told."""
        if peak <= SILENT and self._since_ns is not None:
            return None
        self._since_ns, self._asked_ns = now_ns, None
        heard, self._told = self._told, False
        return (
            SoundNotice(code=WarningCode.DESKTOP_HEARD, message=f'"{self._device}" is heard again.') if heard else None
        )

    def asks(self, now_ns: int) -> bool:
        """Whether it is to be asked now what plays on other devices."""
        if self._told or self._since_ns is None or now_ns - self._since_ns < LONG_NS:
            return False
        if self._asked_ns is not None and now_ns - self._asked_ns < ASK_AGAIN_NS:
            return False
        self._asked_ns = now_ns
        return True

    def answered(self, elsewhere: Sequence[PlayingStream]) -> SoundNotice | None:
        """What is to be told, if that plays on other devices: once in each stretch of silence."""
        if not elsewhere:
            return None
        self._told = True
        first = elsewhere[0]
        return SoundNotice(
            code=WarningCode.DESKTOP_SILENT,
            message=f'"{self._device}" has been silent for a minute, and {first.program} plays on "{first.device}".',
            hint="Record that device, or have the program play on this one.",
            facts=PlaysElsewhere(device=first.device, program=first.program),
        )
