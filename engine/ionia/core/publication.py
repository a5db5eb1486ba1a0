"""When to tell that a file can't get to its path yet and keeps another name. Is told the time; renames nothing."""

from ionia.core.timebase import NS_PER_S

PATIENCE_NS = 2 * NS_PER_S
"""How long another program may hold a name before anybody is told: virus scanners let go within a second."""


class Publication:
    """Of one file. Every refusal is tried again with the next fragment; the user hears once."""

    def __init__(self) -> None:
        self._first_ns: int | None = None
        self._told = False

    def refused(self, now_ns: int) -> bool:
        """The file could not be put at its path at this instant. Whether to tell the user now."""
        if self._first_ns is None:
            self._first_ns = now_ns
        tell = not self._told and now_ns - self._first_ns >= PATIENCE_NS
        self._told = self._told or tell
        return tell
