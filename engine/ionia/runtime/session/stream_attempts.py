"""A stream's attempts at its server: at most one sender at a time, and a warm spare for the next.

Nothing here ends a stream: an attempt whose sender can't be started is an attempt that failed, and its listener hears
so like of any other.
"""

import logging
from collections.abc import Callable, Sequence

from ionia.core.live.failure_code import FailureCode
from ionia.core.live.rtmp_url import RtmpUrl
from ionia.core.media import EncodedPacket, MediaHeader
from ionia.runtime.backends import Sender, Spares
from ionia.sinks.rtmp_sender import SenderEvent
from ionia.sinks.rtmp_wire import Ended

log = logging.getLogger(__name__)


class StreamAttempts:
    """One owner, the stream's thread; `prepare` and `close` also before it runs and after it has ended."""

    def __init__(self, spares: Spares, *, ca_file: str = "") -> None:
        """`ca_file`: certificates to trust for rtmps, empty for the default ones."""
        self._spares = spares
        self._ca_file = ca_file
        self._sender: Sender | None = None

    def prepare(self) -> None:
        """Have a sender warm for the next attempt; returns at once. Without one the next attempt begins cold."""
        try:
            self._spares.prepare()
        except OSError as error:
            log.warning("no spare sender: %s", type(error).__name__)

    def start(self, url: RtmpUrl, header: MediaHeader, listener: Callable[[SenderEvent], None]) -> None:
        """Begin an attempt. If no sender can be started, `listener` hears `Ended` before this returns."""
        self._sender = None
        try:
            sender = self._spares.take()
        except OSError as error:
            listener(Ended(code=FailureCode.NO_ROOM, detail=f"{type(error).__name__} {error.errno}"))
            return
        self._sender = sender
        sender.connect(url, header, listener, ca_file=self._ca_file)
        self.prepare()

    def send(self, packets: Sequence[EncodedPacket]) -> None:
        """Hand packets to the attempt in progress; returns at once."""
        if self._sender is not None:
            self._sender.send(packets)

    def say_goodbye(self, timeout: float) -> None:
        """Let the server hear that the stream ends, for at most `timeout` seconds."""
        if self._sender is not None:
            self._sender.close(timeout)

    def kill(self) -> None:
        """End the attempt in progress at once."""
        if self._sender is not None:
            self._sender.kill()

    def close(self) -> None:
        """End the attempt and the spare."""
        self.kill()
        self._spares.close()
