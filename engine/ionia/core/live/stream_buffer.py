"""What waits for the network, and what is given up when the network has no room. It sends nothing and knows no clock.

The rules, in the order in which they bite while a link is too slow (limit = 2000 ms by default):

1. the wait has reached 40 % of the limit, or will: keyframes are asked for five times a second, so that whatever must
   be dropped later is short;
2. the wait has reached a third of the limit, and at the rate the link delivers it will exceed 70 %: one short run of
   pictures (<= 270 ms) is dropped, and again while that is so. A link that merely paused and now catches up loses
   nothing;
3. the limit: pictures are dropped, each time up to the next keyframe, until those left span half the limit, and a
   keyframe is asked for at once;
4. three seconds more: the link can't even carry the sound. The caller must reconnect; everything waiting is worthless.
   Not where all of it has just come: an encoder that was given up after ten seconds is no fault of the link's.

Sound is never dropped, nor is the keyframe that the connection begins with. After a drop the next picture handed out is
a keyframe.
"""

import math
from collections import deque
from dataclasses import dataclass

from ionia.core.frame_rate import FrameRate
from ionia.core.media import AUDIO_TICK_SAMPLES, SAMPLE_RATE, EncodedPacket
from ionia.core.timebase import NS_PER_S, frame_start_ns

DEFAULT_LIMIT_NS = 2_000_000_000
LAG_BEYOND_NS = 3_000_000_000
"""Lag beyond the limit at which the connection is given up."""

WINDOW_BYTES = 32_768
"""How much may be with the sender without having entered its socket: enough to keep it busy, little to regret."""

KEYFRAME_INTERVAL_NS = 200_000_000
"""Least time between two requests for a keyframe while the link is too slow."""

SHORT_RUN_NS = 270_000_000
"""Longest run of pictures dropped early: with the frame that follows, the picture stands still for <= 300 ms."""

THINNING_HOLD_NS = 1_000_000_000
"""Backpressure lasts at least this long after an early drop, unless everything gets delivered."""

RATE_WINDOW_NS = 1_000_000_000
RATE_LEAST_NS = 400_000_000
"""The link's rate is measured over the last second, and at least over this long; a pause this long begins it anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestKeyframe:
    """The encoder should make its next picture a keyframe."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetBackpressure:
    """Tell the user that the network has (or no longer has) too little room. Latency in ns."""

    active: bool
    latency_ns: int
    packets: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconnectAtNow:
    """The backlog can't be caught up: give this connection up and begin a new one at the present."""

    lag_ns: int


BufferAction = RequestKeyframe | SetBackpressure | ReconnectAtNow


@dataclass(slots=True, kw_only=True)
class BufferCounters:
    """Packets since the buffer was made. `*_offered` count from the first keyframe of each connection on.

    `discarded` is what a clear or a reconnect threw away, of both tracks: it belongs to the outage, not to the link.
    """

    video_offered: int = 0
    audio_offered: int = 0
    video_taken: int = 0
    audio_taken: int = 0
    video_dropped: int = 0
    bytes_taken: int = 0
    discarded: int = 0


@dataclass(
    slots=True, kw_only=True
)  # not frozen: one is made of each packet for each server, and that takes twice as long
class _Waiting:
    packet: EncodedPacket
    position_ns: int
    pushed_ns: int
    is_video: bool  # while the link is too slow, all that wait are looked through for each packet
    is_keyframe: bool


class StreamBuffer:
    """Packets of one connection from the encoders to the server's acknowledgement. One owner.

    "Undelivered" is what is queued here and what was taken but not acknowledged: the sender's pipe and socket count.
    Positions are media time; `now_ns` is the engine's clock and must not go back.
    """

    def __init__(self, *, fps: FrameRate, limit_ns: int = DEFAULT_LIMIT_NS, window_bytes: int = WINDOW_BYTES) -> None:
        packets_per_second = float(fps) + SAMPLE_RATE / AUDIO_TICK_SAMPLES
        self._fps = fps
        self._limit = limit_ns
        self._window = window_bytes
        # The same bounds in packets, for timestamps that lie. Twice what time allows, so that time always bites first.
        self._max_packets = 2 * math.ceil(limit_ns / NS_PER_S * packets_per_second) + 64
        self._lag_limit = limit_ns + LAG_BEYOND_NS
        self._max_lag_packets = 2 * math.ceil((self._lag_limit + limit_ns) / NS_PER_S * packets_per_second) + 64
        self.counters = BufferCounters()
        self._max_latency = 0
        self._backpressure = False
        self._asked_ns: int | None = None
        self._queue: list[_Waiting] = []
        self._in_flight: deque[_Waiting] = deque()
        self._reset()

    def _reset(self) -> None:
        self._queue.clear()
        self._in_flight.clear()
        self._started = False
        self._handed_out = False
        self._overrun = False
        self._need_keyframe = False
        self._newest = 0
        self._muxed = 0
        self._delivered = 0
        self._unmuxed_bytes = 0
        self._undelivered_bytes = 0
        self._arrivals: deque[tuple[int, int]] = deque()  # (instant, bytes) of the last second's acknowledgements
        self._arrived = 0  # bytes of those
        self._gap_end: int | None = None
        self._thinned_ns: int | None = None

    @property
    def backpressure(self) -> bool:
        """Whether the network has too little room at present."""
        return self._backpressure

    @property
    def packets(self) -> int:
        """Undelivered packets."""
        return len(self._queue) + len(self._in_flight)

    @property
    def waiting(self) -> bool:
        """Whether packets have not been taken yet."""
        return bool(self._queue)

    @property
    def waiting_pictures(self) -> int:
        """Pictures that have not been taken yet."""
        return sum([waiting.is_video for waiting in self._queue])

    @property
    def span_ns(self) -> int:
        """Media time from the oldest undelivered packet to the newest one offered; 0 when all is delivered."""
        oldest = self._oldest
        return max(0, self._newest - oldest.position_ns) if oldest else 0

    def latency_ns(self, now_ns: int) -> int:
        """Age of the oldest undelivered packet; 0 when all is delivered."""
        oldest = self._oldest
        return now_ns - oldest.pushed_ns if oldest else 0

    def max_latency_ns(self, now_ns: int) -> int:
        """The greatest latency so far."""
        return max(self._max_latency, self.latency_ns(now_ns))

    def push(self, packet: EncodedPacket, now_ns: int) -> list[BufferAction]:
        """Take the connection's next packet, in the order in which it is to be sent.

        Raises ValueError when the first one after construction or `clear` is no keyframe: see `StartGate`.
        """
        if self._overrun:
            self.counters.discarded += 1
            return []
        is_video = packet.track.is_video
        is_keyframe = is_video and packet.keyframe
        if not (self._started or is_keyframe):
            raise ValueError("a connection would begin with something else than a keyframe")
        position_ns = frame_start_ns(0, self._fps if is_video else SAMPLE_RATE, packet.dts)
        if position_ns > self._newest or not self._started:
            self._newest = position_ns
        self._started = True
        if is_video:
            self.counters.video_offered += 1
            if self._need_keyframe and not is_keyframe:
                self.counters.video_dropped += 1
                return self._ask(now_ns) + self._relieve(now_ns)
            self._need_keyframe = False
        else:
            self.counters.audio_offered += 1
        self._queue.append(
            _Waiting(
                packet=packet,
                position_ns=position_ns,
                pushed_ns=now_ns,
                is_video=is_video,
                is_keyframe=is_keyframe,
            )
        )
        self._undelivered_bytes += len(packet.data)
        return self._relieve(now_ns)

    def take(self) -> list[EncodedPacket]:
        """Packets to give to the sender now, in their order; call after `push` and `acknowledge`."""
        taken, counters = [], self.counters
        # Sound goes along with the picture before it: alone it would wait, and cost a way into the socket of its own.
        while self._queue and (self._unmuxed_bytes < self._window or not self._queue[0].is_video):
            waiting = self._queue.pop(0)
            self._in_flight.append(waiting)
            self._handed_out = True
            size = len(waiting.packet.data)
            self._unmuxed_bytes += size
            counters.bytes_taken += size
            if waiting.is_video:
                counters.video_taken += 1
            else:
                counters.audio_taken += 1
            taken.append(waiting.packet)
        return taken

    def acknowledge(self, *, muxed: int, delivered: int, now_ns: int) -> list[BufferAction]:
        """Progress of the sender, as totals of packets since the last `clear`.

        `muxed` packets have entered its socket, `delivered` of them have been received by the server's machine.
        Raises ValueError, and changes nothing, for totals that go back or exceed what was taken.
        """
        if not (
            self._delivered <= delivered <= muxed and self._muxed <= muxed <= self._delivered + len(self._in_flight)
        ):
            raise ValueError(f"progress {delivered}/{muxed} after {self._delivered}/{self._muxed}")
        for index in range(self._muxed - self._delivered, muxed - self._delivered):
            self._unmuxed_bytes -= len(self._in_flight[index].packet.data)
        self._muxed = muxed
        size = 0
        while self._delivered < delivered:
            waiting = self._in_flight.popleft()
            size += len(waiting.packet.data)
            self._max_latency = max(self._max_latency, now_ns - waiting.pushed_ns)
            self._delivered += 1
        if size:
            self._undelivered_bytes -= size
            self._note_arrival(size, now_ns)
        return self._recover(now_ns)

    def clear(self, now_ns: int) -> list[BufferAction]:
        """Forget everything undelivered and begin anew with the next keyframe: for another connection."""
        self._max_latency = self.max_latency_ns(now_ns)
        self.counters.discarded += self.packets
        self._reset()
        return self._recover(now_ns)

    @property
    def _oldest(self) -> _Waiting | None:
        if self._in_flight:
            return self._in_flight[0]
        return self._queue[0] if self._queue else None

    def _relieve(self, now_ns: int) -> list[BufferAction]:
        span, wait = self.span_ns, self._wait_ns(now_ns)
        calm = span < self._limit // 3 and wait <= self._limit * 4 // 10 and self.packets <= self._max_packets
        if calm and not self._backpressure:  # so it mostly is: no rule bites, and there is nothing to take back
            return []
        lags = span > self._lag_limit and self.latency_ns(now_ns) > self._limit
        if lags or self.packets > self._max_lag_packets:
            self.counters.discarded += len(self._queue)
            self._queue.clear()
            self._overrun = True
            return [*self._set_backpressure(now_ns, active=True), ReconnectAtNow(lag_ns=span)]
        if span > self._limit or self.packets > self._max_packets:
            actions = self._set_backpressure(now_ns, active=True)
            return actions + (self._ask(now_ns, at_once=True) if self._drop_to_half() else self._ask(now_ns))
        actions = self._thin(wait, now_ns)
        if max(span, wait) > self._limit * 4 // 10:
            actions += self._ask(now_ns)
        return actions + self._recover(now_ns)

    def _drop_to_half(self) -> bool:
        """Drop whole runs of pictures from the front; whether anything was dropped."""
        dropped = False
        while True:
            video = self._droppable()
            if not video:
                return dropped
            span = self._newest - self._queue[video[0]].position_ns
            if span <= self._limit // 2 and len(video) <= self._max_packets // 2:
                return dropped
            end = next((index for index in video[1:] if self._queue[index].is_keyframe), None)
            self._drop_video(video[0], len(self._queue) if end is None else end)
            self._need_keyframe = self._need_keyframe or end is None
            dropped = True

    def _note_arrival(self, size: int, now_ns: int) -> None:
        if self._arrivals and now_ns - self._arrivals[-1][0] > RATE_LEAST_NS:
            self._arrivals.clear()
            self._arrived = 0
        self._arrivals.append((now_ns, size))
        self._arrived += size
        while now_ns - self._arrivals[0][0] > RATE_WINDOW_NS:
            self._arrived -= self._arrivals.popleft()[1]

    def _wait_ns(self, now_ns: int) -> int:
        """How long a packet pushed now will wait at the rate the link has; 0 while that isn't known."""
        if not self._arrivals or now_ns - self._arrivals[-1][0] > RATE_LEAST_NS:
            return 0
        # The first arrival only opens the interval: its bytes were under way before.
        elapsed = now_ns - self._arrivals[0][0]
        arrived = self._arrived - self._arrivals[0][1]
        return self._undelivered_bytes * elapsed // arrived if elapsed >= RATE_LEAST_NS and arrived else 0

    def _thin(self, wait: int, now_ns: int) -> list[BufferAction]:
        """Rule 2. Two runs side by side would be one long gap, so the next one must lie apart unless all else fails."""
        if wait <= self._limit * 7 // 10 or self.span_ns < self._limit // 3:
            return []
        for start, end in self._droppable_runs():
            if self._gap_end is None or self._queue[start].position_ns > self._gap_end or wait > self._limit:
                self._gap_end = self._queue[end].position_ns
                self._thinned_ns = now_ns
                self._drop_video(start, end)
                return self._set_backpressure(now_ns, active=True)
        return []

    def _droppable(self) -> list[int]:
        """The queue indexes of all pictures but the one that the connection begins with."""
        first = 0 if self._handed_out else 1
        return [index for index, waiting in enumerate(self._queue) if waiting.is_video and index >= first]

    def _droppable_runs(self) -> list[tuple[int, int]]:
        """Runs of pictures, as queue indexes [start, end), ending at a keyframe, of half to all of SHORT_RUN_NS."""
        runs = []
        start: int | None = None
        for index in self._droppable():
            waiting = self._queue[index]
            if start is not None and waiting.is_keyframe:
                if SHORT_RUN_NS // 2 <= waiting.position_ns - self._queue[start].position_ns <= SHORT_RUN_NS:
                    runs.append((start, index))
                start = index
            elif start is None:
                start = index
        return runs

    def _drop_video(self, start: int, end: int) -> None:
        kept = []
        for waiting in self._queue[start:end]:
            if waiting.is_video:
                self.counters.video_dropped += 1
                self._undelivered_bytes -= len(waiting.packet.data)
            else:
                kept.append(waiting)
        self._queue[start:end] = kept

    def _ask(self, now_ns: int, *, at_once: bool = False) -> list[BufferAction]:
        if not at_once and self._asked_ns is not None and now_ns - self._asked_ns < KEYFRAME_INTERVAL_NS:
            return []
        self._asked_ns = now_ns
        return [RequestKeyframe()]

    def _recover(self, now_ns: int) -> list[BufferAction]:
        # Early drops keep the span below half the limit, so between two of them it says nothing.
        thinning = self._thinned_ns is not None and now_ns - self._thinned_ns < THINNING_HOLD_NS
        if self.span_ns >= self._limit // 2 or (thinning and self.packets):
            return []
        return self._set_backpressure(now_ns, active=False)

    def _set_backpressure(self, now_ns: int, *, active: bool) -> list[BufferAction]:
        if active is self._backpressure:
            return []
        self._backpressure = active
        return [SetBackpressure(active=active, latency_ns=self.latency_ns(now_ns), packets=self.packets)]
