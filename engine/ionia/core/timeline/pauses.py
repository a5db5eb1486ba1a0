"""How long a recording was paused, in frames of its encode."""


class Pauses:
    """One owner."""

    def __init__(self) -> None:
        self.count = 0
        """How many there were, the one under way included."""
        self.paused_at: int | None = None
        """The first frame that is left out; None while it isn't paused."""
        self._over = 0

    def pause(self, index: int) -> None:
        """Frame `index` is the first that is left out."""
        self.paused_at = index
        self.count += 1

    def resume(self, index: int) -> None:
        """Frame `index` is the first that counts again. Does nothing while it isn't paused."""
        self._over, self.paused_at = self.frames(index), None

    def frames(self, now: int) -> int:
        """Frames left out before frame `now`."""
        return self._over + (0 if self.paused_at is None else max(0, now - self.paused_at))
