"""Collects what a sender says, and waits for it."""

import queue
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ionia.core.live.sender_events import Connected, Ended, Progress, SenderEvent
from ionia.sinks.rtmp_publisher import RtmpPublisher

PATIENCE = 30.0


class SenderEvents:
    """A listener. `seen` has everything that was waited through."""

    def __init__(self) -> None:
        self.queue: queue.Queue[SenderEvent] = queue.Queue()
        self.seen: list[SenderEvent] = []

    def __call__(self, event: SenderEvent) -> None:
        self.queue.put(event)

    def until(self, condition: Callable[[SenderEvent], bool], timeout: float = PATIENCE) -> SenderEvent:
        """The next event that fits. AssertionError if it never comes or the sender ended before."""
        deadline = time.monotonic() + timeout
        while True:
            try:
                event = self.queue.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"not seen; last: {self.seen[-1:]}") from None
            self.seen.append(event)
            if condition(event):
                return event
            assert not isinstance(event, Ended), event

    def connected(self) -> None:
        """Wait for the connection."""
        self.until(lambda event: isinstance(event, Connected))

    def delivered(self, packets: int) -> Progress:
        """Wait until so many packets have arrived."""
        event = self.until(lambda event: isinstance(event, Progress) and event.delivered >= packets)
        assert isinstance(event, Progress)
        return event

    def ended(self, timeout: float = PATIENCE) -> Ended:
        """Wait for the end."""
        event = self.until(lambda event: isinstance(event, Ended), timeout)
        assert isinstance(event, Ended)
        return event


@contextmanager
def open_publisher() -> Iterator[RtmpPublisher]:
    """A sender, and gone afterwards."""
    publisher = RtmpPublisher()
    try:
        yield publisher
    finally:
        publisher.kill()
        assert publisher.wait(PATIENCE)
