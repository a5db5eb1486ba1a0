"""The part of the engine that asks a streamer about its servers. Each call finds the stream and hands on."""

from ionia.core.settings import Destination, SessionKind
from ionia.runtime.session.last_words import not_initialized
from ionia.runtime.session.stream_output import StreamOutput
from ionia.runtime.sessions import Sessions


class EngineStreams:
    """Any thread may call any method."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def add_destination(self, session_id: str, destination: Destination) -> None:
        """See EngineService."""
        self._require_stream(session_id).add_destination(destination)

    def set_destination(self, session_id: str, destination: Destination) -> None:
        """See EngineService."""
        self._require_stream(session_id).set_destination(destination)

    def remove_destination(self, session_id: str, name: str) -> None:
        """See EngineService."""
        self._require_stream(session_id).remove_destination(name)

    def destination_names(self, session_id: str) -> tuple[str, ...]:
        """See EngineService."""
        return self._require_stream(session_id).destination_names

    def set_delay(self, session_id: str, seconds: float) -> None:
        """See EngineService."""
        self._require_stream(session_id).set_delay(seconds)

    def is_connected(self, session_id: str) -> bool:
        """See EngineService."""
        return (output := self._stream_output(session_id)) is not None and output.connected

    def is_backpressure(self, session_id: str) -> bool:
        """See EngineService."""
        return (output := self._stream_output(session_id)) is not None and output.backpressure

    def _stream_output(self, session_id: str) -> StreamOutput | None:
        session = self._sessions.find(SessionKind.STREAMER, session_id)
        output = session.output if session is not None and session.is_running else None
        return output if isinstance(output, StreamOutput) else None

    def _require_stream(self, session_id: str) -> StreamOutput:
        """Of a streamer that is initialized or running."""
        session = self._sessions.require(SessionKind.STREAMER, session_id)
        output = session.output if session.feeds is not None else None
        if not isinstance(output, StreamOutput):
            raise not_initialized(SessionKind.STREAMER)
        return output
