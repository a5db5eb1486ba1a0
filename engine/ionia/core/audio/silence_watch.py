"""Says when a microphone has given nothing but digital silence for too long. Pure; it is handed the time."""

LONG_NS = 60_000_000_000
"""A microphone that hears a room has noise. A minute of nothing is a switch, a dead cable or another program."""

SILENT = 3e-5
"""Peak of -90.5 dBFS: below one step of 16 bits."""


class SilenceWatch:
    """One microphone from its opening on. One thread owns it."""

    def __init__(self) -> None:
        self._since_ns: int | None = None
        self._told = False

    def look(self, peak: float, now_ns: int) -> bool:
        """Whether the silence is to be told now: once in each stretch of it. `peak` is 0 where nothing came."""
        if peak > SILENT or self._since_ns is None:
            self._since_ns = now_ns
            self._told = self._told and peak <= SILENT
            return False
        if self._told or now_ns - self._since_ns < LONG_NS:
            return False
        self._told = True
        return True
