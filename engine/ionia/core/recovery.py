"""When to try to open a lost source again. Decides only; the capture thread waits and opens."""

from ionia.core.timebase import NS_PER_S


class ReopenPolicy:
    """First try after 50 ms (or at once), doubling to `longest_ns`, without end: the user decides when a take is over.

    `longest_ns` is also what may pass between a source's return and its use.
    """

    FIRST_NS = NS_PER_S // 20
    LONGEST_NS = NS_PER_S

    def __init__(self, *, longest_ns: int = LONGEST_NS) -> None:
        self._longest_ns = longest_ns
        self._delay_ns = self.FIRST_NS
        self._attempts = 0
        self._gives_since_ns: int | None = None

    @property
    def attempts(self) -> int:
        """Tries since the source was last healthy."""
        return self._attempts

    def lost(self, now_ns: int, *, retry_at_once: bool = False) -> int:
        """The source was lost or an attempt failed: the instant of the next attempt."""
        self._attempts += 1
        self._gives_since_ns = None
        if retry_at_once and self._attempts == 1:
            return now_ns
        due = now_ns + self._delay_ns
        self._delay_ns = min(2 * self._delay_ns, self._longest_ns)
        return due

    def gives(self, now_ns: int) -> None:
        """The source gave something. Once it has for as long as the longest wait, the next time begins anew.

        One that opens, gives a little and fails again must not be tried, and told of, twenty times a second for ever.
        """
        if self._gives_since_ns is None:
            self._gives_since_ns = now_ns
        elif now_ns - self._gives_since_ns >= self._longest_ns:
            self._delay_ns = self.FIRST_NS
            self._attempts = 0
