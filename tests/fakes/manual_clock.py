"""A clock that stands still until it is told."""


class ManualClock:
    """`now` is the instant in nanoseconds; set it or add to it."""

    def __init__(self, now: int = 0) -> None:
        self.now = now

    def now_ns(self) -> int:
        """The instant that was set last."""
        return self.now
