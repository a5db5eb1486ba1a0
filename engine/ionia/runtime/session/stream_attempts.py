"""The attempts at one server: one sender that connects or streams, and those before that still say goodbye."""

from collections.abc import Callable, Sequence

from ionia.core.live.live_url import LiveUrl
from ionia.core.live.sender_events import SenderListener
from ionia.core.media import EncodedPacket, MediaHeader
from ionia.core.timebase import NS_PER_S
from ionia.runtime.backends import Sender

GOODBYE_SECONDS = 0.7
"""How long a server may take to hear that a stream ends."""


class StreamAttempts:
    """One owner, the stream's thread. Nothing waits but `settle`, and `start` for an earlier goodbye to the same
    server."""

    def __init__(self, make_sender: Callable[[], Sender], *, ca_file: str = "") -> None:
        """`ca_file`: certificates to trust for rtmps, empty for the default ones."""
        self._make_sender = make_sender
        self._ca_file = ca_file
        self._sender: Sender | None = None
        self._leaving: list[tuple[int, Sender]] = []

    @property
    def deadline_ns(self) -> int | None:
        """When `tend` is due; None while nobody says goodbye."""
        return min(due for due, _ in self._leaving) if self._leaving else None

    def start(self, url: LiveUrl, header: MediaHeader, listener: SenderListener) -> None:
        """Begin an attempt; `listener` hears how it ends."""
        self.settle(GOODBYE_SECONDS)  # or a server that has the stream still would refuse it
        self._sender = self._make_sender()
        self._sender.connect(url, header, listener, ca_file=self._ca_file)

    def send(self, packets: Sequence[EncodedPacket]) -> None:
        """Hand packets to the attempt in progress."""
        if self._sender is not None:
            self._sender.send(packets)

    def leave(self, now_ns: int) -> None:
        """Let the server hear that the stream ends, for at most GOODBYE_SECONDS."""
        if self._sender is not None:
            self._sender.leave()
            self._leaving.append((now_ns + round(GOODBYE_SECONDS * NS_PER_S), self._sender))
            self._sender = None

    def tend(self, now_ns: int) -> None:
        """End the goodbyes whose time is over."""
        if not self._leaving:
            return
        for due, sender in self._leaving:
            if due <= now_ns:
                sender.kill()
        self._leaving = [one for one in self._leaving if one[0] > now_ns]

    def settle(self, timeout: float) -> None:
        """Wait for the goodbyes, each for so many seconds at most, and end them."""
        for _, sender in self._leaving:
            sender.close(timeout)
        self._leaving.clear()

    def kill(self) -> None:
        """End the attempt in progress at once."""
        if self._sender is not None:
            self._sender.kill()
