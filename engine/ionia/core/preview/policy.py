"""When a preview's next picture is due, and whether anything is worth doing at all. Handed the time; does nothing."""

from enum import Enum

from ionia.core.timebase import NS_PER_S

LINGER_NS = 2 * NS_PER_S
"""How long a screen stays open for a reader who wants no picture: who looks again at once shall not wait for it."""

ALIVE_NS = 5 * NS_PER_S
"""So often a reader that waits for a picture hears from us while the screen stands still."""


class Due(Enum):
    """What is to be done now."""

    NOTHING = "nothing"
    PICTURE = "picture"
    """Take the newest picture, if there is one that was not looked at."""
    SIGN_OF_LIFE = "sign of life"


class PreviewPolicy:
    """One owner. A picture is made for a reader that is ready, and no sooner than 1/fps after the one before."""

    def __init__(self, *, fps: int | None, now_ns: int) -> None:
        """`fps`: None for pictures that are given as they come."""
        self._interval_ns = 0 if fps is None else NS_PER_S // fps
        self._paused = False
        self._reader = False
        self._ready = False
        self._idle_since_ns: int | None = now_ns
        self._due_ns = now_ns
        self._said_ns = now_ns

    @property
    def wants_picture(self) -> bool:
        """Whether somebody waits for one."""
        return self._reader and self._ready and not self._paused

    def looks(self, now_ns: int) -> bool:
        """Whether the screen is to be open."""
        return not self._paused and (self._idle_since_ns is None or now_ns < self._idle_since_ns + LINGER_NS)

    def reader_came(self, now_ns: int) -> None:
        """One said the token."""
        self._reader, self._ready = True, False
        self._due_ns = self._said_ns = now_ns
        self._weigh(now_ns)

    def reader_gone(self, now_ns: int) -> None:
        """There is none any more. Idempotent."""
        self._reader = self._ready = False
        self._weigh(now_ns)

    def reader_ready(self, now_ns: int) -> None:
        """It wants a picture."""
        self._ready = True
        self._weigh(now_ns)

    def change(self, now_ns: int, *, fps: int | None = None, paused: bool | None = None) -> None:
        """As preview.update asks."""
        if fps is not None:
            self._interval_ns = NS_PER_S // fps
            self._due_ns = min(self._due_ns, now_ns + self._interval_ns)
        if paused is not None:
            self._paused = paused
        self._weigh(now_ns)

    def due(self, now_ns: int) -> Due:
        """What is to be done now."""
        if self.wants_picture and now_ns >= self._said_ns + ALIVE_NS:
            return Due.SIGN_OF_LIFE
        return Due.PICTURE if self.wants_picture and now_ns >= self._due_ns else Due.NOTHING

    def deadline_ns(self, now_ns: int) -> int | None:
        """When to ask again, if nothing happens before; a picture that comes while one is due is something."""
        instants = [self._due_ns] if self.wants_picture and now_ns < self._due_ns else []
        if self.wants_picture:
            instants.append(self._said_ns + ALIVE_NS)
        if self._idle_since_ns is not None and self.looks(now_ns):
            instants.append(self._idle_since_ns + LINGER_NS)
        return min(instants, default=None)

    def looked(self, now_ns: int, *, sent: bool) -> None:
        """A picture was made; `sent`: and it was another one than before, so the reader has it."""
        late_ns = now_ns - self._due_ns
        self._due_ns = (now_ns if late_ns >= self._interval_ns else self._due_ns) + self._interval_ns
        if sent:
            self._ready = False
            self._said_ns = now_ns
            self._weigh(now_ns)

    def signed(self, now_ns: int) -> None:
        """A sign of life was sent."""
        self._said_ns = now_ns

    def _weigh(self, now_ns: int) -> None:
        """Note since when nobody waits for a picture."""
        if self.wants_picture:
            if self._idle_since_ns is not None:
                self._idle_since_ns, self._said_ns = None, now_ns
        elif self._idle_since_ns is None:
            self._idle_since_ns = now_ns
