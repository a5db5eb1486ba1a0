"""When lost sound is told: what is lost again and again would else be a warning for each block."""

from ionia.core.media import SAMPLE_RATE

INTERVAL_SAMPLES = 10 * SAMPLE_RATE
"""Once in ten seconds at most; what is lost meanwhile is told with the next."""


class LossTeller:
    """One owner. Knows no clock: it is handed the position on the timeline."""

    def __init__(self, told: int = 0) -> None:
        """`told`: the total that is no news."""
        self._told = told
        self._due = 0

    def update(self, lost: int, position: int) -> int:
        """How many samples to tell of now; 0 for none. `lost` is the total so far, `position` counts samples."""
        more = lost - self._told
        if more <= 0 or position < self._due:
            return 0
        self._told = lost
        self._due = position + INTERVAL_SAMPLES
        return more
