"""What a streamer alone is asked for, of an engine without media."""

from dataclasses import dataclass, field

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.settings import Destination


@dataclass(slots=True, kw_only=True)
class StreamCalls:
    """What was asked for, in order."""

    destinations: list[Destination] = field(default_factory=list)
    delays: list[float] = field(default_factory=list)


class FakeStreams:
    """A part of `FakeEngineService`, which has the sessions."""

    __slots__ = ()

    def _enter(self, name: str, session_id: str = "") -> None:
        raise NotImplementedError

    def _stream(self, session_id: str) -> StreamCalls:
        raise NotImplementedError

    def add_destination(self, session_id: str, destination: Destination) -> None:
        self._enter("streamer.addDestination", session_id)
        self._stream(session_id).destinations.append(destination)

    def set_destination(self, session_id: str, destination: Destination) -> None:
        self._enter("streamer.setDestination", session_id)
        self._stream(session_id).destinations.append(destination)

    def remove_destination(self, session_id: str, name: str) -> None:
        self._enter("streamer.removeDestination", session_id)
        if name not in self.destination_names(session_id):
            raise IoniaError(ErrorKind.BAD_DESTINATION, f"The stream has no destination {name!r}.")

    def destination_names(self, session_id: str) -> tuple[str, ...]:
        return ("1", *(one.name for one in self._stream(session_id).destinations))

    def set_delay(self, session_id: str, seconds: float) -> None:
        self._enter("streamer.setDelay", session_id)
        self._stream(session_id).delays.append(seconds)
