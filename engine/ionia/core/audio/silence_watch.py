"""Says when a microphone has given nothing but digital silence for too long, and when it is heard again.

Pure; it is handed the time.
"""

from ionia.core.warning import WarningCode

LONG_NS = 60_000_000_000
"""A microphone that hears a room has noise. A minute of nothing is a switch, a dead cable or another program."""

SILENT = 3e-5
"""Peak of -90.5 dBFS: below one step of 16 bits."""


class SilenceWatch:
    """One microphone from its opening on. One thread owns it."""

    def __init__(self) -> None:
        self._since_ns: int | None = None
        self._told = False

    def look(self, peak: float, now_ns: int) -> WarningCode | None:
        """What is to be told now: silence once in each stretch of it, and its end. `peak` is 0 where nothing came."""
        if peak > SILENT or self._since_ns is None:
            self._since_ns = now_ns
            heard, self._told = self._told, False
            return WarningCode.MIC_HEARD if heard else None
        if self._told or now_ns - self._since_ns < LONG_NS:
            return None
        self._told = True
        return WarningCode.MIC_SILENT
