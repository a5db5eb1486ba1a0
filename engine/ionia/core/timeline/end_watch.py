"""When a recording ends by itself because it is as long or as large as it may be. Pure."""

from dataclasses import dataclass
from fractions import Fraction

_LEAD_SECONDS = 1.5
"""What of the media may still be on its way into the file when its size is looked at: a fragment, and the queue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndRule:
    """What was asked for: all files of the recording together. None: as long as there is room."""

    seconds: float | None = None
    bytes: int | None = None


class EndWatch:
    """One recording. One owner. Says once that it is over."""

    def __init__(self, rule: EndRule, *, bytes_per_second: float, varies: bool = False) -> None:
        """`bytes_per_second`: the most that is written. `varies`: it is mostly far less, and half of what there is room
        for is lead enough; otherwise a small file would be over before it began."""
        self._rule = rule
        self._lead = _LEAD_SECONDS * bytes_per_second
        if varies and rule.bytes is not None:
            self._lead = min(self._lead, rule.bytes / 2)
        self._said = False

    def update(self, *, seconds: Fraction, size: int) -> str:
        """`seconds`: length of what is recorded, to the frame; `size` as far as it is written, with its index.

        Why nothing more is to be recorded, in words for people; empty while it goes on.
        """
        if self._said:
            return ""
        words = ""
        if self._rule.seconds is not None and seconds >= Fraction(self._rule.seconds):
            words = f"It is {self._rule.seconds:g} s long (maxDurationSeconds)."
        elif self._rule.bytes is not None and size + self._lead >= self._rule.bytes:
            words = f"It has as many bytes as it may have, {self._rule.bytes} (maxBytes)."
        self._said = bool(words)
        return words
