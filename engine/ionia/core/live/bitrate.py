"""Which video bitrate the link can carry right now. It encodes nothing and drops nothing.

A queue that grows is the only sign of a slow link that comes before a loss, and while there is a queue the delivered
rate *is* the link's rate. So: down at once, by what was measured, when 250 ms wait; up again in steps when next to
nothing waits, because only trying tells whether the link is back: soon to what was measured, rarely beyond it.
"""

from collections import deque

QUEUE_NS = 250_000_000
"""Latency above which the link counts as too slow."""

CALM_NS = 120_000_000
"""Latency below which the link counts as holding."""

FLOOR = 0.3
"""Least part of the target."""

DRAIN = 0.85
"""Part of the measured rate that is used, so that the queue drains."""

USE = 0.92
"""Part of the measured rate that is used once the queue is gone."""

STEPS = (1.12, 1.25, 1.4)
"""Factors of the steps up beyond what was measured; the last one repeats. From half to all of the target: three."""

STEP_INTERVAL_NS = 1_000_000_000
"""Least time between steps up: an encoder needs about this long to follow."""

LOWER_INTERVAL_NS = 700_000_000
"""Least time between reductions, for the same reason, but a growing queue is worse than an unsteady picture."""

JUDGED_STEPS = 2
JUDGE_NS = 2_500_000_000
"""Least time after the first steps beyond what was measured, before the next. What stands before a slow link (a proxy,
a VPN, a modem) takes in half a second of media without a word, so that a step too far shows only after that and the
encoder's second; a link that carries both has room."""

HOLD_NS = 6_000_000_000
"""Wait before going beyond what was measured. Long, because on a link that stays slow each try costs a short queue;
short enough that a link that is back is used again within 15 s: 6 s, two careful steps, up to three quick ones."""

PERSIST_NS = 350_000_000
"""A queue must last this long before it counts: a noisy link works shorter ones off by itself."""

RATE_WINDOW_NS = 1_000_000_000
RATE_LEAST_NS = 300_000_000
PAUSE_NS = 400_000_000
"""The delivered rate is that of the last second, over at least 0.3 s. A link that delivers nothing for 0.4 s stands
still rather than being slow: that is no measurement, and the dead-link monitor's business."""


class BitrateController:
    """One connection's video bitrate; fed about ten times a second. One owner.

    `target` is what the user asked for and `audio` the sound's share of the link, both in bit/s.
    """

    def __init__(self, *, target: int, audio: int) -> None:
        self._target = target
        self._audio = audio
        self._current = target
        self._changed_ns = -STEP_INTERVAL_NS
        self._lowered_ns: int | None = None
        self._measured = target
        self._steps = 0
        self._calm_ns: int | None = None
        self._slow_ns: int | None = None
        self._samples: deque[tuple[int, int]] = deque()
        self._latencies: deque[tuple[int, int]] = deque()

    @property
    def bitrate(self) -> int:
        """The video bitrate in force."""
        return self._current

    def reset(self) -> None:
        """A new connection: forget the old link's measurements, keep the bitrate as the best guess there is."""
        self._samples.clear()
        self._latencies.clear()
        self._calm_ns = self._slow_ns = None

    def observe(self, *, latency_ns: int, delivered_bytes: int, now_ns: int) -> int | None:
        """The new video bitrate, or None to leave it.

        `latency_ns` is the age of the oldest undelivered packet, `delivered_bytes` the connection's total so far.
        """
        self._note(delivered_bytes, now_ns)
        growing = self._growing(latency_ns, now_ns)
        if latency_ns > QUEUE_NS:
            self._calm_ns = None
            if self._slow_ns is None:
                self._slow_ns = now_ns
            return self._lower(latency_ns, now_ns) if growing and now_ns - self._slow_ns >= PERSIST_NS else None
        self._slow_ns = None
        if latency_ns > CALM_NS:
            self._calm_ns = None
            return None
        if self._calm_ns is None:
            self._calm_ns = now_ns
        return self._raise(self._calm_ns, now_ns)

    def _growing(self, latency_ns: int, now_ns: int) -> bool:
        """Whether the latency is not clearly smaller than it was PERSIST_NS ago."""
        self._latencies.append((now_ns, latency_ns))
        while now_ns - self._latencies[0][0] > PERSIST_NS:
            self._latencies.popleft()
        return latency_ns >= self._latencies[0][1] * 9 // 10

    def _note(self, delivered_bytes: int, now_ns: int) -> None:
        if self._samples and delivered_bytes == self._samples[-1][1]:
            return
        if self._samples and now_ns - self._samples[-1][0] > PAUSE_NS:
            self._samples.clear()
        self._samples.append((now_ns, delivered_bytes))
        while now_ns - self._samples[0][0] > RATE_WINDOW_NS:
            self._samples.popleft()

    def _rate(self, now_ns: int) -> float | None:
        """Delivered bit/s, or None while that can't be said."""
        if not self._samples or now_ns - self._samples[-1][0] > PAUSE_NS:
            return None
        elapsed = now_ns - self._samples[0][0]
        if elapsed < RATE_LEAST_NS:
            return None
        return (self._samples[-1][1] - self._samples[0][1]) * 8e9 / elapsed

    def _lower(self, latency_ns: int, now_ns: int) -> int | None:
        rate = self._rate(now_ns)
        if rate is None or (self._lowered_ns is not None and now_ns - self._lowered_ns < LOWER_INTERVAL_NS):
            return None
        # Half of what waits beyond the limit should be gone a second from now.
        drain = DRAIN - min(0.35, (latency_ns - QUEUE_NS) / 2e9)
        wanted = self._bounded(rate * drain - self._audio)
        if wanted >= self._current:
            return None  # the queue is a burst that the link is working off already
        self._measured = self._bounded((rate - self._audio) * USE)
        self._steps = 0
        self._lowered_ns = now_ns
        return self._change(wanted, now_ns)

    def _raise(self, calm_since_ns: int, now_ns: int) -> int | None:
        """First back to what was measured, then, after a while, beyond it."""
        calm = now_ns - max(self._changed_ns, calm_since_ns)
        if self._current >= self._target or calm < STEP_INTERVAL_NS:
            return None
        if self._current < self._measured and not self._steps:
            return self._change(self._measured, now_ns)
        if calm < self._patience():
            return None
        factor = STEPS[min(self._steps, len(STEPS) - 1)]
        self._steps += 1
        return self._change(self._bounded(self._current * factor), now_ns)

    def _patience(self) -> int:
        """How long it must be calm before the next step beyond what was measured."""
        if not self._steps:
            return HOLD_NS - STEP_INTERVAL_NS
        return JUDGE_NS if self._steps <= JUDGED_STEPS else STEP_INTERVAL_NS

    def _bounded(self, bitrate: float) -> int:
        return min(self._target, max(round(self._target * FLOOR), round(bitrate)))

    def _change(self, bitrate: int, now_ns: int) -> int:
        self._current = bitrate
        self._changed_ns = now_ns
        return bitrate
