"""The sessions of an engine by kind and id: known, being disposed of, or none any more once it is closed."""

import threading

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.settings import SessionKind
from ionia.runtime.session.session import Session


class Sessions:
    """Any thread may call any method; none waits for a session."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[tuple[SessionKind, str], Session] = {}  # protected by _lock
        self._leaving: dict[tuple[SessionKind, str], Session] = {}  # being disposed of; protected by _lock
        self._closed = False  # protected by _lock

    def find(self, kind: SessionKind, session_id: str) -> Session | None:
        """The one of that id, or None."""
        with self._lock:
            return self._known.get((kind, session_id))

    def find_or_closed(self, kind: SessionKind, session_id: str) -> Session | None:
        """Likewise, for somebody who would make one. Raises IoniaError(INTERNAL) once the table is closed."""
        with self._lock:
            if self._closed:
                raise IoniaError(ErrorKind.INTERNAL, "The engine is shutting down.")
            return self._known.get((kind, session_id))

    def require(self, kind: SessionKind, session_id: str) -> Session:
        """The one of that id. Raises IoniaError(NO_SUCH_SESSION)."""
        session = self.find(kind, session_id)
        if session is None:
            raise IoniaError(
                ErrorKind.NO_SUCH_SESSION,
                f"There is no {kind.value} with the id {session_id!r}.",
                f"Call {kind.value}.initialize first.",
            )
        return session

    def require_even_leaving(self, kind: SessionKind, session_id: str) -> Session:
        """Likewise, and one that is being disposed of counts too."""
        with self._lock:
            session = self._known.get((kind, session_id)) or self._leaving.get((kind, session_id))
        return session or self.require(kind, session_id)

    def all(self) -> list[Session]:
        """Those that are known now."""
        with self._lock:
            return list(self._known.values())

    def keep(self, session: Session) -> bool:
        """Know it from now on. Says whether it may stay: not once the table is closed; the caller ends it then."""
        with self._lock:
            self._known[session.kind, session.session_id] = session
            return not self._closed

    def leave(self, session: Session) -> None:
        """Its id is free; its figures can be asked for until it is `gone`."""
        key = (session.kind, session.session_id)
        with self._lock:
            self._known.pop(key, None)
            self._leaving[key] = session

    def gone(self, session: Session) -> None:
        """It is disposed of."""
        key = (session.kind, session.session_id)
        with self._lock:
            if self._leaving.get(key) is session:
                del self._leaving[key]

    def close(self) -> tuple[list[Session], list[Session]] | None:
        """Let nobody in any more. Returns those known, to be disposed of, and those leaving; None the second time."""
        with self._lock:
            if self._closed:
                return None
            self._closed = True
            known, leaving = list(self._known.values()), list(self._leaving.values())
            self._known.clear()
        return known, leaving
