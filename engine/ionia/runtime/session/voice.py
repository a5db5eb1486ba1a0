"""What a session says to whoever listens: each event with the session's name."""

import logging
from collections.abc import Callable

from ionia.core.errors import IoniaError
from ionia.core.events import Event, SessionFailed, SessionStateChanged, SessionWarned
from ionia.core.session_state import SessionState
from ionia.core.settings import SessionKind
from ionia.core.warning import WarningCode, WarningFacts

log = logging.getLogger(__name__)


class Voice:
    """Any thread."""

    def __init__(self, session_id: str, kind: SessionKind, emit: Callable[[Event], None]) -> None:
        self.session_id = session_id
        self.kind = kind
        self.emit = emit

    def warned(self, code: WarningCode, message: str, facts: WarningFacts) -> None:
        """Something was lost or replaced."""
        self.emit(
            SessionWarned(session_id=self.session_id, session_kind=self.kind, code=code, message=message, data=facts)
        )

    def moved(self, to: SessionState, reason: str) -> None:
        """It is in another state."""
        self.emit(
            SessionStateChanged(session_id=self.session_id, session_kind=self.kind, state=to.value, reason=reason)
        )

    def failed(self, error: IoniaError) -> None:
        """It can't go on, or its output could not be completed."""
        log.error("session failed: %s", error.message)
        self.emit(
            SessionFailed(
                session_id=self.session_id,
                session_kind=self.kind,
                kind=error.kind,
                message=error.message,
                hint=error.hint,
                live_kind=error.live_kind,
            )
        )
