"""What a shared thing tells everyone who uses it: warnings, and the error it ended by."""

import logging
import threading
from collections.abc import Callable

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.standing_warnings import StandingWarnings, Warned
from ionia.core.warning import NO_FACTS, Warn, WarningCode, WarningFacts

log = logging.getLogger(__name__)


class Listener:
    """One session's ears. `warn` and `fail` are called from any thread and must only queue."""

    def __init__(self, warn: Warn, fail: Callable[[IoniaError], None]) -> None:
        self.warn = warn
        self.fail = fail


class Notices:
    """Any thread. What was warned of before `settle`, or still holds, is repeated to whoever comes later."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: list[Listener] = []  # protected by _lock
        self._early: list[Warned] = []  # protected by _lock
        self._standing = StandingWarnings()  # protected by _lock
        self._settled = False  # protected by _lock
        self._failure: IoniaError | None = None  # protected by _lock

    @property
    def failed(self) -> bool:
        """Whether the thing has ended by an error."""
        return self._failure is not None

    def listen(self, listener: Listener) -> None:
        """Hear of everything from now on, of what was early, and of what still holds."""
        with self._lock:
            self._listeners.append(listener)
            told = [*self._early, *(each for each in self._standing.now() if each not in self._early)]
            failure = self._failure
        for code, message, facts in told:
            listener.warn(code, message, facts)
        if failure is not None:
            listener.fail(failure)

    def unlisten(self, listener: Listener) -> None:
        """Hear no more. Idempotent."""
        with self._lock:
            if listener in self._listeners:
                self._listeners.remove(listener)

    def settle(self, *, forget: bool = False) -> None:
        """The thing is in use: what it warns of from now on belongs to its moment.

        `forget`: so does what was early, as with a device that is opened again and again.
        """
        with self._lock:
            self._settled = True
            if forget:
                self._early.clear()

    def warn(self, code: WarningCode, message: str, facts: WarningFacts = NO_FACTS, /) -> None:
        """Tell everyone that something was lost or replaced."""
        log.warning("%s: %s", code, message)
        with self._lock:
            self._standing.take((code, message, facts))
            if not self._settled:
                self._early.append((code, message, facts))
            listeners = tuple(self._listeners)
        for listener in listeners:
            listener.warn(code, message, facts)

    def fail(self, error: BaseException) -> None:
        """It ended by an error: the first one is told to everyone."""
        failure = error if isinstance(error, IoniaError) else None
        if failure is None:
            failure = IoniaError(ErrorKind.INTERNAL, f"Encoding failed unexpectedly: {type(error).__name__}")
            failure.__cause__ = error
            log.error("it failed", exc_info=error)
        with self._lock:
            if self._failure is not None:
                return
            self._failure = failure
            listeners = tuple(self._listeners)
        for listener in listeners:
            listener.fail(failure)
