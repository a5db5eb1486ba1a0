"""Collects what a sender says, and waits for it."""

import queue
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ionia.sinks.rtmp_publisher import RtmpPublisher
from ionia.sinks.rtmp_sender import RtmpSender, SenderEvent, start_sender
from ionia.sinks.rtmp_wire import Connected, Ended, Progress

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
def warm_sender() -> Iterator[RtmpSender]:
    """A sender that is ready, and gone afterwards."""
    sender = start_sender()
    try:
        assert sender.wait_warm(PATIENCE)
        yield sender
    finally:
        sender.kill()
        assert sender.wait(PATIENCE)


@contextmanager
def open_publisher() -> Iterator[RtmpPublisher]:
    """The same without a process."""
    publisher = RtmpPublisher()
    try:
        yield publisher
    finally:
        publisher.kill()
        assert publisher.wait(PATIENCE)
