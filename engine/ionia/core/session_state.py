"""The states of a session and the only ways between them."""

from enum import Enum

from ionia.core.errors import ErrorKind, IoniaError


class SessionState(Enum):
    """As told in `session.state` and `getStats`."""

    CREATED = "created"
    INITIALIZED = "initialized"
    STARTING = "starting"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPING = "stopping"
    STOPPED = "stopped"
    FAILED = "failed"
    DISPOSED = "disposed"


_S = SessionState

TRANSITIONS: dict[SessionState, frozenset[SessionState]] = {
    _S.CREATED: frozenset({_S.INITIALIZED, _S.DISPOSED}),
    _S.INITIALIZED: frozenset({_S.INITIALIZED, _S.STARTING, _S.FAILED, _S.STOPPED, _S.DISPOSED}),
    _S.STARTING: frozenset({_S.RUNNING, _S.FAILED, _S.STOPPING}),
    _S.RUNNING: frozenset({_S.PAUSED, _S.STOPPING}),
    _S.PAUSED: frozenset({_S.RUNNING, _S.STOPPING}),
    _S.STOPPING: frozenset({_S.STOPPED, _S.FAILED}),
    _S.STOPPED: frozenset({_S.INITIALIZED, _S.DISPOSED}),
    _S.FAILED: frozenset({_S.INITIALIZED, _S.STOPPED, _S.DISPOSED}),
    _S.DISPOSED: frozenset(),
}
"""A session that fails while running goes through STOPPING: what was recorded is completed before anything else."""

_RUNNING = frozenset({_S.STARTING, _S.RUNNING, _S.PAUSED, _S.STOPPING})


class IllegalTransition(Exception):  # noqa: N818 - names what was attempted
    """An event came in a state that has no use for it. Nothing was changed."""


def already_running(kind: str) -> IoniaError:
    """The error of an `initialize` while it runs, whatever else is wrong with what was asked."""
    return IoniaError(ErrorKind.ALREADY_RUNNING, f"The {kind} is running.", "Stop it before initializing again.")


class SessionStateMachine:
    """Holds the state; whoever owns the session owns this."""

    def __init__(self) -> None:
        self._state = SessionState.CREATED

    @property
    def state(self) -> SessionState:
        """The state now."""
        return self._state

    @property
    def is_running(self) -> bool:
        """As `isRunning` answers."""
        return self._state in _RUNNING

    @property
    def has_begun(self) -> bool:
        """Whether it has started and nobody has ended it: it runs or is paused."""
        return self._state in (SessionState.RUNNING, SessionState.PAUSED)

    def move(self, to: SessionState) -> SessionState:
        """Go to `to` and return it. Raises IllegalTransition, changing nothing."""
        if to not in TRANSITIONS[self._state]:
            raise IllegalTransition(f"{self._state.value} -> {to.value}")
        self._state = to
        return to
