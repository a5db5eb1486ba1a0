"""Whether a stream's first connection was made, for the `start` that waits for it."""

import threading
from concurrent.futures import Future

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.live.connection import NO_ANSWER


class FirstConnection:
    """Settled once: by a connection, a failure or a stop, whichever comes first. Any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._settled: Future[None] = Future()

    @property
    def settled(self) -> bool:
        """Whether nobody waits for it any more."""
        return self._settled.done()

    def settle(self, error: IoniaError | None) -> bool:
        """The connection is made or won't be; whether that wasn't settled yet."""
        with self._lock:
            if self._settled.done():
                return False
            if error is None:
                self._settled.set_result(None)
            else:
                self._settled.set_exception(error)
            return True

    def wait(self, timeout: float) -> None:
        """Raises IoniaError if there is none within so many seconds."""
        try:
            self._settled.result(timeout)
        except TimeoutError as error:
            raise IoniaError(
                ErrorKind.CONNECT_FAILED, "The server did not answer in time.", live_kind=NO_ANSWER.kind
            ) from error
