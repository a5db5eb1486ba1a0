"""A stream's attempts at its server, at most one sender at a time."""

from collections.abc import Callable, Sequence

from ionia.core.live.rtmp_url import RtmpUrl
from ionia.core.live.sender_events import SenderListener
from ionia.core.media import EncodedPacket, MediaHeader
from ionia.runtime.backends import Sender


class StreamAttempts:
    """One owner, the stream's thread; `close` also before it runs and after it has ended."""

    def __init__(self, make_sender: Callable[[], Sender], *, ca_file: str = "") -> None:
        """`ca_file`: certificates to trust for rtmps, empty for the default ones."""
        self._make_sender = make_sender
        self._ca_file = ca_file
        self._sender: Sender | None = None

    def start(self, url: RtmpUrl, header: MediaHeader, listener: SenderListener) -> None:
        """Begin an attempt; `listener` hears how it ends."""
        self._sender = self._make_sender()
        self._sender.connect(url, header, listener, ca_file=self._ca_file)

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
