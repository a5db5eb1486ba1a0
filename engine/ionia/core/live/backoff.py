"""How long to wait between attempts that fail by the network."""

from collections.abc import Callable
from dataclasses import dataclass

EAGER_NS = 90_000_000_000
"""How long after the loss the short delays are used."""

LATE_MAX_NS = 30_000_000_000
"""Longest delay after that."""

JITTER = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconnectSettings:
    """Options of a streamer that concern reconnecting. `max_outage_ns` None: try without end, but for refusals, which
    end a stream unless `retry_rejected`."""

    initial_ns: int = 250_000_000
    max_ns: int = 5_000_000_000
    max_outage_ns: int | None = None
    first_must_succeed: bool = False
    retry_rejected: bool = False


class Backoff:
    """Delays between the starts of attempts: initial, doubling to max, after EAGER_NS on to LATE_MAX_NS, ±10 %.

    Why so short at first: with 1 s doubling to 30 s a stream comes back 12 s after its link on average, with 0.25 s
    doubling to 5 s after 2.4 s. `random` returns floats in [0, 1).
    """

    def __init__(self, settings: ReconnectSettings, random: Callable[[], float]) -> None:
        self._initial = settings.initial_ns
        self._max = max(settings.max_ns, settings.initial_ns)
        self._random = random
        self._next = self._initial

    def delay_ns(self, outage_ns: int) -> int:
        """The delay after the failure at hand, `outage_ns` after the loss; each call is one failure."""
        ceiling = self._max if outage_ns < EAGER_NS else max(LATE_MAX_NS, self._max)
        delay = min(self._next, ceiling)
        self._next = min(2 * delay, max(LATE_MAX_NS, self._max))
        return round(delay * (1 + JITTER * (2 * self._random() - 1)))

    def reset(self) -> None:
        """Begin with the initial delay again."""
        self._next = self._initial
