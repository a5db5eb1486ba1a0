"""From one source of frames to another on the same timeline: every index once, whoever was the quicker. Pure."""

from collections.abc import Hashable, Sequence
from typing import Generic

from ionia.core.video.pacer import FrameSpan, P


class Handover(Generic[P]):
    """One taker's frames. Both sources may deliver for a while: the one before until the next one begins."""

    def __init__(self, source: Hashable) -> None:
        self._source = source
        self._next_source: Hashable | None = None
        self._next_index: int | None = None
        self._missed: P | None = None  # a picture of the new source, whose frame the one before had shown already

    def expect(self, source: Hashable) -> None:
        """From the first frames on that come from `source`, which begin with a picture, only those count."""
        self._next_source = source

    def take(self, source: Hashable, spans: Sequence[FrameSpan[P]]) -> list[FrameSpan[P]]:
        """What is to be done with these frames: none of another source's, none twice, and none left out between."""
        changed = source == self._next_source
        if changed:
            self._source, self._next_source, self._missed = source, None, None
        if source != self._source:
            return []
        taken: list[FrameSpan[P]] = []
        for span in spans:
            first, end = span.first_index, span.first_index + span.count
            if self._next_index is not None:
                if end <= self._next_index:
                    self._missed = span.picture or self._missed
                    continue
                if changed and first > self._next_index:
                    gap = first - self._next_index
                    taken.append(FrameSpan(picture=None, first_index=self._next_index, count=gap))
                first = max(first, self._next_index)
            picture, self._missed = span.picture or self._missed, None
            taken.append(FrameSpan(picture=picture, first_index=first, count=end - first))
            self._next_index, changed = end, False
        return taken
