"""One live destination as one machine: buffer, connection policy and bitrate controller put together.

It is told of packets, of what the senders say and of the time; it answers what to do. The shell that carries
it out needs a thread, senders and this object, and decides nothing itself.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ionia.core.failure import LiveFailure
from ionia.core.live.bitrate import BitrateController
from ionia.core.live.connection import ConnectionPolicy
from ionia.core.live.connection_events import (
    AskKeyframe,
    AttemptConnected,
    AttemptEnded,
    ClearBuffer,
    CloseAttempt,
    DeliveryObserved,
    GiveUp,
    KeyframeEncoded,
    KillAttempt,
    LagExceeded,
    LinkAction,
    LinkState,
    Notify,
    StartAttempt,
    Started,
    Stopped,
    TimePassed,
)
from ionia.core.live.live_settings import LiveSettings
from ionia.core.live.loss_control import LossControl
from ionia.core.live.rate_meter import RateMeter
from ionia.core.live.stream_buffer import BufferAction, RequestKeyframe, SetBackpressure, StreamBuffer
from ionia.core.media import EncodedPacket
from ionia.core.timeline.start_gate import StartGate

CONTROL_INTERVAL_NS = 100_000_000
"""How often the bitrate controller looks."""

CONTROL_PATIENCE_NS = 50_000_000
"""How much later a look may be that goes with a packet, so that nobody is woken for it alone."""

WANTED_APART_NS = 1_000_000_000
"""Least time between keyframes that a server asks for: it asks until it has one, and whoever encodes for a recording,
too, would get nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendPackets:
    """Hand these to the sender of this attempt."""

    attempt_id: int
    packets: tuple[EncodedPacket, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetVideoBitrate:
    """The encoder should make so many bit/s from now on."""

    bits_per_second: int


LiveAction = (
    StartAttempt
    | KillAttempt
    | CloseAttempt
    | SendPackets
    | AskKeyframe
    | SetVideoBitrate
    | SetBackpressure
    | Notify
    | GiveUp
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveFigures:
    """Figures for stats, since the start. `bytes_sent` is on the wire, over all connections; bitrates in bit/s."""

    connected: bool
    backpressure: bool
    reconnects: int
    latency_ns: int
    max_latency_ns: int
    video_packets: int
    audio_packets: int
    video_dropped: int
    video_unsent: int
    bytes_sent: int
    send_bitrate: int
    target_bitrate: int


class LiveLink:
    """One destination, from start to stop. One owner; `now_ns` is the engine's clock and must not go back.

    Every method returns actions to carry out in their order. Attempts that are over may still speak; they are ignored.
    """

    def __init__(self, settings: LiveSettings, random: Callable[[], float]) -> None:
        self._adaptive = settings.adaptive_bitrate
        self._buffer = StreamBuffer(fps=settings.fps, limit_ns=settings.buffer_ns)
        self._policy = ConnectionPolicy(settings.reconnect, random)
        self._bitrate = BitrateController(target=settings.video_bitrate, audio=settings.audio_bitrate)
        self._losses = LossControl(target=settings.video_bitrate)
        self._begin_dts = math.inf  # where the stream begins: what the first attempt was too late for, nobody misses
        self._offered = 0  # pictures since then, with or without a connection
        self._attempt_id = 0
        self._control_ns = 0
        self._gate = StartGate(fps=settings.fps)
        self._sent_bytes = 0  # of this connection
        self._delivered_bytes = 0  # likewise
        self._zero_window = False  # likewise
        self._closing_id = 0  # the attempt that says goodbye
        self._earlier_bytes = 0  # of those before
        self._rate = RateMeter()
        self._wanted_ns: int | None = None  # when a server's wish for a keyframe was last passed on

    @property
    def state(self) -> LinkState:
        """Where the connection is."""
        return self._policy.state

    @property
    def deadline_ns(self) -> int | None:
        """When `passed` must be called at the latest; None when nothing is due."""
        deadline = self._policy.deadline_ns
        if not self._connected:
            return deadline
        control_ns = self._control_ns + CONTROL_PATIENCE_NS
        return control_ns if deadline is None or control_ns < deadline else deadline

    @property
    def held_back(self) -> bool:
        """Whether packets wait here until the sender has written others."""
        return self._connected and self._buffer.waiting

    def start(self, now_ns: int) -> list[LiveAction]:
        """Go live. Raises ValueError when that was done before."""
        return self._carry_out(self._policy.on(Started(), now_ns), now_ns)

    def stop(self, now_ns: int) -> list[LiveAction]:
        """Stop for good; allowed in any state."""
        if self._connected:
            self._closing_id = self._attempt_id
        actions = self._carry_out(self._policy.on(Stopped(), now_ns), now_ns)
        return actions + self._forget(now_ns)

    def announce(self, keyframe: EncodedPacket, now_ns: int) -> list[LiveAction]:
        """A keyframe has been encoded. A connection without a picture begins with it, before it is in order."""
        actions = self._carry_out(self._policy.on(KeyframeEncoded(), now_ns), now_ns)
        self._gate.announce(keyframe)
        return actions + self.offer((), now_ns)

    def offer(self, packets: Sequence[EncodedPacket], now_ns: int) -> list[LiveAction]:
        """Packets of the output's join, in DTS order. Thrown away while there is no connection."""
        taken = self._gate.take(packets) if self._connected else []
        if math.isinf(self._begin_dts) and self._gate.begun:
            self._begin_dts = min([packet.dts for packet in taken if packet.track.is_video], default=math.inf)
        self._offered += sum([packet.track.is_video and packet.dts >= self._begin_dts for packet in packets])
        if not self._connected:
            self._gate.skip(packets)
            return []
        actions: list[LiveAction] = []
        for packet in taken:
            decided = self._buffer.push(packet, now_ns)
            if decided:
                actions += self._carry_out_buffer(decided, now_ns)
                if self._policy.state is not LinkState.CONNECTED:  # it lags, and is left
                    break
        return actions + self._send()

    def nothing_before(self, at_ns: int) -> None:
        """The next packets come then; 0: at any time. Call `passed` after it."""
        self._policy.nothing_before(0 if self._gate.begun else at_ns)

    def connected(self, attempt_id: int, now_ns: int) -> list[LiveAction]:
        """A sender says that the server accepted it."""
        return self._carry_out(self._policy.on(AttemptConnected(attempt_id=attempt_id), now_ns), now_ns)

    def keyframe_wanted(self, attempt_id: int, now_ns: int) -> list[LiveAction]:
        """The server asks for a keyframe."""
        early = self._wanted_ns is not None and now_ns - self._wanted_ns < WANTED_APART_NS
        if early or not self._connected or attempt_id != self._attempt_id:
            return []
        self._wanted_ns = now_ns
        return [AskKeyframe(behind=True)]

    def loss_reported(self, attempt_id: int, fraction: float) -> list[LiveAction]:
        """The server tells which fraction of the pictures' packets it missed."""
        if not (self._adaptive and self._connected and attempt_id == self._attempt_id):
            return []
        changed = self._losses.observe(fraction)
        return [] if changed is None else [SetVideoBitrate(bits_per_second=changed)]

    def ended(self, attempt_id: int, failure: LiveFailure, now_ns: int) -> list[LiveAction]:
        """A sender is gone."""
        self._begin_dts = min(self._begin_dts, 0)
        return self._carry_out(self._policy.on(AttemptEnded(attempt_id=attempt_id, failure=failure), now_ns), now_ns)

    def progressed(
        self,
        attempt_id: int,
        *,
        muxed: int,
        delivered: int,
        sent_bytes: int,
        delivered_bytes: int,
        now_ns: int,
        zero_window: bool = False,
    ) -> list[LiveAction]:
        """A sender's totals: packets and bytes that entered its socket, packets and bytes that arrived.

        `zero_window`: the server takes no more at present.
        """
        if attempt_id == self._closing_id:
            self._sent_bytes = max(self._sent_bytes, sent_bytes)
        if not self._connected or attempt_id != self._attempt_id:
            return []
        self._sent_bytes, self._delivered_bytes, self._zero_window = sent_bytes, delivered_bytes, zero_window
        self._rate.note(self._earlier_bytes + sent_bytes, now_ns)
        actions = self._carry_out_buffer(
            self._buffer.acknowledge(muxed=muxed, delivered=delivered, now_ns=now_ns), now_ns
        )
        return actions + self._observe(now_ns) + self._send()

    def passed(self, now_ns: int) -> list[LiveAction]:
        """Time went by; call at `deadline_ns`, more often does no harm."""
        actions: list[LiveAction] = []
        if now_ns >= self._control_ns and self._connected:
            self._control_ns = now_ns + CONTROL_INTERVAL_NS
            # A sender that is stuck reports nothing, so what waits is looked at here, too.
            actions += self._observe(now_ns)
            actions += self._adapt(now_ns)
        due_ns = self._policy.deadline_ns
        if due_ns is not None and now_ns >= due_ns:
            actions += self._carry_out(self._policy.on(TimePassed(), now_ns), now_ns)
        return actions

    def figures(self, now_ns: int) -> LiveFigures:
        """For stats."""
        counters = self._buffer.counters
        return LiveFigures(
            connected=self._connected,
            backpressure=self._buffer.backpressure,
            reconnects=self._policy.reconnects,
            latency_ns=self._buffer.latency_ns(now_ns),
            max_latency_ns=self._buffer.max_latency_ns(now_ns),
            video_packets=counters.video_taken,
            audio_packets=counters.audio_taken,
            video_dropped=counters.video_dropped,
            # The picture that a connection begins with is offered a moment after it was taken.
            video_unsent=max(
                0, self._offered - counters.video_taken - counters.video_dropped - self._buffer.waiting_pictures
            ),
            bytes_sent=self._earlier_bytes + self._sent_bytes,
            send_bitrate=round(self._rate.kbps(now_ns) * 1000) if self._connected else 0,
            target_bitrate=self._bitrate.bitrate,
        )

    @property
    def _connected(self) -> bool:
        return self._policy.state is LinkState.CONNECTED

    def _adapt(self, now_ns: int) -> list[LiveAction]:
        if not (self._adaptive and self._connected):
            return []
        changed = self._bitrate.observe(
            latency_ns=self._buffer.latency_ns(now_ns), delivered_bytes=self._delivered_bytes, now_ns=now_ns
        )
        return [] if changed is None else [SetVideoBitrate(bits_per_second=changed)]

    def _observe(self, now_ns: int) -> list[LiveAction]:
        observed = DeliveryObserved(
            attempt_id=self._attempt_id,
            delivered_bytes=self._delivered_bytes,
            pending=self._buffer.packets > 0,
            zero_window=self._zero_window,
        )
        return self._carry_out(self._policy.on(observed, now_ns), now_ns)

    def _send(self) -> list[LiveAction]:
        if not (self._buffer.waiting and self._connected):
            return []
        packets = self._buffer.take()
        return [SendPackets(attempt_id=self._attempt_id, packets=tuple(packets))] if packets else []

    def _carry_out(self, decided: list[LinkAction], now_ns: int) -> list[LiveAction]:
        actions: list[LiveAction] = []
        for action in decided:
            match action:
                case ClearBuffer():
                    actions += self._begin_anew(now_ns)
                case StartAttempt(attempt_id=attempt_id):
                    self._attempt_id = attempt_id
                    actions.append(action)
                case _:
                    actions.append(action)
        return actions

    def _carry_out_buffer(self, decided: list[BufferAction], now_ns: int) -> list[LiveAction]:
        actions: list[LiveAction] = []
        for action in decided:
            if isinstance(action, RequestKeyframe):
                actions.append(AskKeyframe(behind=True))
            elif isinstance(action, SetBackpressure):
                actions.append(action)
            else:
                actions += self._carry_out(self._policy.on(LagExceeded(), now_ns), now_ns)
        return actions

    def _begin_anew(self, now_ns: int) -> list[LiveAction]:
        """At the end of a connection and at the beginning of the next."""
        self._earlier_bytes += self._sent_bytes
        self._sent_bytes = self._delivered_bytes = 0
        return self._forget(now_ns)

    def _forget(self, now_ns: int) -> list[LiveAction]:
        """Whatever was waiting and measured."""
        self._zero_window = False
        self._gate.restart()
        self._bitrate.reset()
        self._control_ns = now_ns + CONTROL_INTERVAL_NS
        return self._carry_out_buffer(self._buffer.clear(now_ns), now_ns)
