"""What belongs to which life of a session: see decision 0225."""

from typing import Protocol

from ionia.core.errors import IoniaError
from ionia.core.events import Event
from ionia.core.warning import NO_FACTS, WarningCode, WarningFacts


class Living(Protocol):
    """The session, as far as its lives speak to it. Any thread; nothing waits."""

    def lives(self, life: "Life") -> bool: ...

    def warn(self, code: WarningCode, message: str, facts: WarningFacts = NO_FACTS) -> None: ...

    def hear(self, life: "Life", code: WarningCode, message: str, facts: WarningFacts) -> None: ...

    def emit(self, event: Event) -> None: ...

    def fail(self, life: "Life", error: IoniaError) -> None: ...


class Life:
    """One `initialize` and what follows, until the next or `dispose`. What it made speaks through this, on any thread.

    A thread that nobody waits for any more may speak late. That neither ends a later life nor is taken for its words.
    """

    def __init__(self, session: Living) -> None:
        self._session = session

    def warn(self, code: WarningCode, message: str, facts: WarningFacts = NO_FACTS, /) -> None:
        """Something was lost or replaced. Told however late: a take that came before is a take too."""
        self._session.warn(code, message, facts)

    def warn_now(self, code: WarningCode, message: str, facts: WarningFacts = NO_FACTS, /) -> None:
        """As `warn`, of a device or an encode: once the session uses others, it isn't the session's any more."""
        if self._session.lives(self):
            self._session.hear(self, code, message, facts)

    def emit(self, event: Event) -> None:
        """Tell what became of the output."""
        if self._session.lives(self):
            self._session.emit(event)

    def fail(self, error: IoniaError) -> None:
        """An encode or the output can't go on: keep what there is. Returns at once."""
        self._session.fail(self, error)
