"""How long a stage takes for a picture: the newest ones, and what half and nearly all of them stay below."""

from dataclasses import dataclass
from typing import Annotated

NEWEST = 256
"""Pictures that count: eight seconds at 30 fps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageMs:
    """Milliseconds that a stage took for each of the newest 256 new pictures; 0 before the first."""

    p50: Annotated[float, "Half of them took no longer."]
    p99: Annotated[float, "All but one in a hundred took no longer."]


NONE = StageMs(p50=0.0, p99=0.0)


class StageTimes:
    """One thread adds, any reads: adding writes one number, and costs nothing worth naming."""

    def __init__(self) -> None:
        self._spans: list[int] = []
        self._next = 0

    def add(self, spent_ns: int) -> None:
        """A picture took so long."""
        if len(self._spans) < NEWEST:
            self._spans.append(spent_ns)
            return
        self._spans[self._next] = spent_ns
        self._next = (self._next + 1) % NEWEST

    def figures(self) -> StageMs:
        """Of the newest pictures."""
        spans = sorted(self._spans)
        if not spans:
            return NONE
        last = len(spans) - 1
        return StageMs(p50=_ms(spans[last // 2]), p99=_ms(spans[-(-last * 99 // 100)]))


def _ms(span_ns: int) -> float:
    return round(span_ns / 1e6, 2)
