"""A source's connection to the pulse server: there from `opening` to `close`, lost at any time, and interruptible."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ionia.core.errors import ErrorKind, IoniaError, SourceLost
from ionia.core.warning import WarningCode
from ionia.sources.linux.pulse_connection import PulseConnection, PulseServerLostError


class PulseLine:
    """The source's thread, but for `interrupt`."""

    def __init__(self, free: Callable[[], None]) -> None:
        """`free` closes the source: what it has on the connection, then this. Called whenever the server is lost."""
        self._free = free
        self._connection: PulseConnection | None = None
        self._interrupted = threading.Event()

    @property
    def connection(self) -> PulseConnection | None:
        """None while it is closed."""
        return self._connection

    def is_interrupted(self) -> bool:
        """Whether nothing is waited for any more. Any thread."""
        return self._interrupted.is_set()

    @contextmanager
    def opening(self, what: str) -> Iterator[PulseConnection]:
        """A new connection for `what`, for people. All is freed unless the block ends well.

        Raises IoniaError(AUDIO_UNAVAILABLE) when there is no server, or when it goes away meanwhile.
        """
        self._free()
        connection = self._connection = PulseConnection()
        if self.is_interrupted():
            connection.wake()
        try:
            connection.connect()
            yield connection
        except PulseServerLostError as error:
            self._free()
            raise IoniaError(
                ErrorKind.AUDIO_UNAVAILABLE,
                f"The sound server went away while the {what} was opened: {error}.",
                "Check that PulseAudio or PipeWire is running.",
            ) from error
        except BaseException:
            self._free()
            raise

    def turn(self, connection: PulseConnection, wait_us: int) -> bool:
        """See PulseConnection. Raises SourceLost(SOUND_SERVER_LOST), with all freed."""
        try:
            return connection.turn(wait_us)
        except PulseServerLostError as error:
            self._free()
            raise SourceLost(WarningCode.SOUND_SERVER_LOST, f"The sound server went away: {error}.") from error

    def interrupt(self) -> None:
        """Any thread: whatever waits on it now or later waits no more."""
        self._interrupted.set()
        connection = self._connection
        if connection is not None:
            connection.wake()

    def close(self) -> None:
        """Without waiting for the server. Idempotent."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
