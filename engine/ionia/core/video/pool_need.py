"""Whether a pool that only grows has memory for more pictures than anybody held lately. Pure."""

WINDOW = 100
"""Pictures that are looked at together: 3 s of 30 a second. Making a pool anew costs its memory's first touch, 4 ms for
a picture of 3840 x 2160."""


class PoolNeed:
    """Told with each picture that the pool gives."""

    def __init__(self) -> None:
        self._memory = 0  # pictures the pool has grown to
        self._most = 0  # held at once in this window
        self._seen = 0

    def gives(self, held: int) -> bool:
        """`held`: pictures in use, the new one among them. True when the pool is to be made anew: in the whole window
        that ends here it had memory for more than were needed."""
        self._memory, self._most = max(self._memory, held), max(self._most, held)
        self._seen += 1
        if self._seen < WINDOW:
            return False
        too_large = self._memory > self._most
        self._memory, self._most, self._seen = self._most, 0, 0
        return too_large
