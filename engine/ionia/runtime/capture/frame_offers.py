"""Everyone who takes the timeline's frames, at one level. Which picture a frame shows was decided before."""

import threading
from collections.abc import Callable, Sequence
from typing import Generic

from ionia.core.video.pacer import FrameSpan, P

Offer = Callable[[Sequence[FrameSpan[P]]], None]
"""Takes the next frames on the tick's thread; must only queue."""


class FrameOffers(Generic[P]):
    """Any thread, but `hand_over` on one. Takers are called with the lock held: once gone they are called no more."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._offers: list[Offer[P]] = []  # protected by _lock
        self._new: list[Offer[P]] = []  # of those: who has no picture yet; protected by _lock
        self._shown: P | None = None  # protected by _lock

    def add(self, offer: Offer[P]) -> None:
        """Hand over every frame from the next one on, beginning with a picture."""
        with self._lock:
            self._offers.append(offer)
            self._new.append(offer)

    def remove(self, offer: Offer[P]) -> None:
        """Hand over no more. Idempotent."""
        with self._lock:
            self._offers = [one for one in self._offers if one != offer]
            self._new = [one for one in self._new if one != offer]

    def hand_over(self, spans: Sequence[FrameSpan[P]]) -> None:
        """The next frames; the very first one has a picture."""
        if not spans:
            return
        with self._lock:
            begun = _begun(spans, self._shown)
            for span in spans:
                self._shown = span.picture or self._shown
            for offer in self._offers:
                offer(begun if offer in self._new else spans)
            self._new.clear()

    def close(self) -> None:
        """Let go of everyone, and of the picture: who is over may stay in memory for long, and pictures are large."""
        with self._lock:
            self._offers.clear()
            self._new.clear()
            self._shown = None


def _begun(spans: Sequence[FrameSpan[P]], shown: P | None) -> Sequence[FrameSpan[P]]:
    """The frames for somebody who doesn't know what was shown before."""
    first = spans[0]
    if first.picture is not None:
        return spans
    return [FrameSpan(picture=shown, first_index=first.first_index, count=first.count), *spans[1:]]
