"""What a live link decides to tell, as the events of a session."""

from ionia.core.events import BackpressureChanged, ConnectionChanged
from ionia.core.live.connection_events import Notify
from ionia.core.live.stream_buffer import SetBackpressure


def told(
    session_id: str, destination: str, action: Notify | SetBackpressure
) -> ConnectionChanged | BackpressureChanged:
    """The event for this action of a destination."""
    match action:
        case Notify(failure=failure):
            return ConnectionChanged(
                session_id=session_id,
                state=action.state,
                attempt=action.attempt,
                delay_ms=action.delay_ms,
                reason=failure.reason if failure else "",
                kind=failure.kind if failure else None,
                destination=destination,
            )
        case SetBackpressure():
            return BackpressureChanged(
                session_id=session_id,
                active=action.active,
                latency_ms=action.latency_ns / 1e6,
                packets=action.packets,
                destination=destination,
            )
