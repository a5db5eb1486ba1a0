"""A session's output to an RTMP server: the thread that carries out what the buffer and the connection policy decide.

Nothing here waits for the network: senders are processes, and what they say comes back as messages. The pipeline
only appends to a queue. Decisions are in core: connection, stream_buffer, bitrate.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from ionia.core import connection as link
from ionia.core.bitrate import BitrateController
from ionia.core.connection import ConnectionPolicy, LinkAction, LinkEvent, LinkState, ReconnectSettings
from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.events import BackpressureChanged, ConnectionChanged, Event, EventData
from ionia.core.live_edge import LiveEdge
from ionia.core.media import EncodedPacket, MediaHeader
from ionia.core.ports import Clock
from ionia.core.rate_meter import RateMeter
from ionia.core.rtmp_url import parse_rtmp_url
from ionia.core.settings import StreamerSettings
from ionia.core.stream_buffer import BufferAction, ReconnectAtNow, RequestKeyframe, SetBackpressure, StreamBuffer
from ionia.core.timebase import NS_PER_S
from ionia.runtime.backends import Sender, Spares
from ionia.runtime.pipeline import Pipeline
from ionia.runtime.worker import Worker
from ionia.sinks.rtmp_sender import SenderEvent
from ionia.sinks.rtmp_wire import Connected, Ended, Progress

log = logging.getLogger(__name__)

OBSERVE_NS = NS_PER_S // 10
"""How often latency is looked at when nothing happens: for the bit rate, and for a link that says nothing."""

GOODBYE_SECONDS = 0.7
"""How long `stop` lets the server hear that the stream ends."""

FINISH_SECONDS = 1.0
"""How long `stop` waits in all."""

FIRST_CONNECTION_SECONDS = 8.0
"""How long `start` waits for the server when a connection is required: one attempt and a margin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _FromSender:
    attempt_id: int
    event: SenderEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamSnapshot:
    """The stream's figures at one moment."""

    state: LinkState = LinkState.IDLE
    video_packets: int = 0
    audio_packets: int = 0
    dropped: int = 0
    reconnects: int = 0
    latency_ms: float = 0.0
    max_latency_ms: float = 0.0
    backpressure: bool = False
    bytes_sent: int = 0
    kbps: float = 0.0


class StreamOutput:
    """An `Output` (see session). One thread, `stream`, owns buffer, policy, controller and senders."""

    drains = False

    def __init__(
        self,
        settings: StreamerSettings,
        *,
        session_id: str,
        spares: Spares,
        clock: Clock,
        random: Callable[[], float],
        emit: Callable[[Event], None],
        warn: Callable[[str, str], None],
        fail: Callable[[IoniaError], None],
    ) -> None:
        pipeline = settings.pipeline
        self._url = parse_rtmp_url(settings.rtmp_url)
        self._settings = settings
        self._session_id = session_id
        self._spares = spares
        self._clock = clock
        self._emit = emit
        self._warn = warn
        self._fail = fail
        self._condition = threading.Condition()
        self._packets: list[EncodedPacket] = []  # protected by _condition
        self._keyframe: EncodedPacket | None = None  # newest announced one, protected by _condition
        self._messages: list[_FromSender] = []  # protected by _condition
        self._stopping = False  # protected by _condition
        self._edge = LiveEdge()
        self._buffer = StreamBuffer(fps=pipeline.fps, limit_ns=settings.buffer_ms * 1_000_000)
        self._policy = ConnectionPolicy(
            ReconnectSettings(
                initial_ns=settings.reconnect_initial_ms * 1_000_000,
                max_ns=settings.reconnect_max_ms * 1_000_000,
                max_outage_ns=_nanoseconds(settings.max_reconnect_seconds),
                first_must_succeed=settings.require_connection,
            ),
            random,
        )
        self._controller = BitrateController(target=pipeline.video_bitrate, audio=pipeline.audio_bitrate)
        self._rate = RateMeter()
        self._sender: Sender | None = None
        self._attempt_id = 0
        self._delivered_bytes = 0
        self._bytes_before = 0
        self._sent_bytes = 0
        self._told_held = False
        self._pipeline: Pipeline | None = None
        self._header: MediaHeader | None = None
        self._first: Future[None] = Future()
        self._snapshot = StreamSnapshot()
        self._worker = Worker("stream", self._run, self._unexpected)
        self._started = False
        spares.prepare()

    @property
    def connected(self) -> bool:
        """As `isConnected` answers."""
        return self._snapshot.state is LinkState.CONNECTED

    @property
    def backpressure(self) -> bool:
        """As `isBackpressure` answers."""
        return self._snapshot.backpressure

    def open(self, header: MediaHeader, pipeline: Pipeline) -> None:
        """Begin connecting. Raises IoniaError(CONNECT_FAILED) if a connection is required and none is made."""
        self._header, self._pipeline = header, pipeline
        self._started = True
        pipeline.bus.listen_keyframes(self._announce)
        self._worker.start()
        if not self._settings.require_connection:
            return
        try:
            self._first.result(FIRST_CONNECTION_SECONDS)
        except TimeoutError as error:
            raise IoniaError(ErrorKind.CONNECT_FAILED, "The server did not answer in time.") from error

    def deliver(self, packets: Sequence[EncodedPacket]) -> None:
        """On an encoder's thread: queue."""
        with self._condition:
            self._packets.extend(packets)
            self._condition.notify()

    def _announce(self, keyframe: EncodedPacket) -> None:
        """On an encoder's thread: a keyframe is there, before it is put in order."""
        with self._condition:
            self._keyframe = keyframe
            self._condition.notify()

    def complete(self) -> None:
        """On an encoder's thread: nothing more comes. What waits is not worth waiting for."""

    def interrupt(self) -> None:
        """Make `open` give up waiting for its connection."""
        self._settle_first(IoniaError(ErrorKind.CONNECT_FAILED, "The engine ended before there was a connection."))

    def wait_completed(self, timeout: float) -> bool:  # noqa: ARG002 - as the protocol
        """A live stream has nothing to wait for."""
        return True

    def finish(self) -> None:
        """Say goodbye to the server and end, within a second whatever the network does."""
        with self._condition:
            self._stopping = True
            self._condition.notify()
        self._worker.join(FINISH_SECONDS)

    def abandon(self) -> None:
        """End whatever runs and free the spare."""
        if self._started:
            self.finish()
        else:
            self._spares.close()

    def housekeep(self) -> None:
        """Nothing to look after beside the stream's own thread."""

    def stats(self) -> EventData:
        """The streamer's own figures. Any thread."""
        now = self._snapshot
        target = self._pipeline.bitrate if self._pipeline is not None else self._settings.pipeline.video_bitrate
        return {
            "videoPackets": now.video_packets,
            "audioPackets": now.audio_packets,
            "videoPacketsDropped": now.dropped,
            "audioPacketsDropped": 0,
            "reconnectCount": now.reconnects,
            "currentLatencyMs": round(now.latency_ms, 1),
            "maxLatencyMs": round(now.max_latency_ms, 1),
            "connected": now.state is LinkState.CONNECTED,
            "backpressure": now.backpressure,
            "bytesSent": now.bytes_sent,
            "sendBitrateKbps": round(now.kbps, 1),
            "targetBitrateKbps": round(target / 1000, 1),
            "rtmpUrl": self._url.redacted,
        }

    def _run(self) -> None:
        try:
            self._policy_event(link.Started())
            while not self._wait():
                self._step()
            self._policy_event(link.Stopped())
        finally:
            if self._sender is not None:
                self._sender.kill()
            if self._pipeline is not None:
                self._pipeline.leave_bitrate(self)
                self._pipeline.bus.unlisten_keyframes(self._announce)
            self._buffer.clear(self._clock.now_ns())
            self._spares.close()
            self._publish(self._clock.now_ns())

    def _wait(self) -> bool:
        """Until something comes or something is due; True when it is time to stop."""
        now_ns = self._clock.now_ns()
        deadline_ns = self._policy.deadline_ns
        due_ns = now_ns + OBSERVE_NS if deadline_ns is None else min(now_ns + OBSERVE_NS, deadline_ns)
        with self._condition:
            if not (self._packets or self._keyframe or self._messages or self._stopping):
                self._condition.wait(max(0, due_ns - now_ns) / NS_PER_S)
            return self._stopping

    def _step(self) -> None:
        with self._condition:
            packets, self._packets = self._packets, []
            messages, self._messages = self._messages, []
            keyframe, self._keyframe = self._keyframe, None
        for message in messages:
            self._hear(message)
        now_ns = self._clock.now_ns()
        if keyframe is not None:
            self._edge.announce(keyframe)
        if self._policy.state is not LinkState.CONNECTED:
            self._edge.skip(packets)
        else:
            for packet in self._edge.take(packets):
                self._buffer_actions(self._buffer.push(packet, now_ns))
        if self._policy.state is LinkState.CONNECTED:
            self._observe_delivery()  # here as well: a sender that is stuck reports nothing
        self._policy_event(link.TimePassed())
        self._send()
        self._adapt(now_ns)
        self._publish(now_ns)

    def _send(self) -> None:
        if self._sender is not None and self._policy.state is LinkState.CONNECTED:
            self._sender.send(self._buffer.take())

    def _hear(self, message: _FromSender) -> None:
        attempt_id = message.attempt_id
        match message.event:
            case Connected():
                self._policy_event(link.AttemptConnected(attempt_id=attempt_id))
                if self._policy.state is LinkState.CONNECTED:
                    self._settle_first(None)
            case Progress(muxed=muxed, delivered=delivered, sent_bytes=sent, delivered_bytes=delivered_bytes):
                if attempt_id != self._attempt_id or self._policy.state is not LinkState.CONNECTED:
                    return
                now_ns = self._clock.now_ns()
                self._sent_bytes, self._delivered_bytes = sent, delivered_bytes
                self._rate.note(self._bytes_before + delivered_bytes, now_ns)
                self._buffer_actions(self._buffer.acknowledge(muxed=muxed, delivered=delivered, now_ns=now_ns))
                self._observe_delivery()
            case Ended(code=code, detail=detail):
                reason = code.value if code is not None else "the connection was closed"
                log.info("sender ended: %s (%s)", reason, detail)
                self._policy_event(link.AttemptEnded(attempt_id=attempt_id, reason=reason))

    def _observe_delivery(self) -> None:
        self._policy_event(
            link.DeliveryObserved(
                attempt_id=self._attempt_id,
                delivered_bytes=self._delivered_bytes,
                pending=self._buffer.packets > 0,
            )
        )

    def _policy_event(self, event: LinkEvent) -> None:
        for action in self._policy.on(event, self._clock.now_ns()):
            self._carry_out(action)

    def _carry_out(self, action: LinkAction) -> None:
        match action:
            case link.StartAttempt(attempt_id=attempt_id):
                self._start_attempt(attempt_id)
            case link.KillAttempt():
                if self._sender is not None:
                    self._sender.kill()
            case link.CloseAttempt():
                if self._sender is not None:
                    self._sender.close(GOODBYE_SECONDS)
            case link.ClearBuffer():
                self._buffer_actions(self._buffer.clear(self._clock.now_ns()))
                self._edge.restart()
                self._bytes_before += self._sent_bytes
                self._sent_bytes = self._delivered_bytes = 0
                self._controller.reset()
            case link.AskKeyframe():
                self._request_keyframe()
            case link.Notify(state=state, attempt=attempt, delay_ms=delay_ms, reason=reason):
                self._emit(
                    ConnectionChanged(
                        session_id=self._session_id, state=state, attempt=attempt, delay_ms=delay_ms, reason=reason
                    )
                )
            case link.GiveUp(reason=reason):
                error = IoniaError(ErrorKind.CONNECT_FAILED, f"No connection to {self._url.redacted}: {reason}.")
                if not (self._settings.require_connection and self._settle_first(error)):
                    self._fail(error)

    def _start_attempt(self, attempt_id: int) -> None:
        assert self._header is not None  # noqa: S101 - open() set it before it started this thread
        self._attempt_id = attempt_id

        def listen(event: SenderEvent) -> None:
            with self._condition:
                self._messages.append(_FromSender(attempt_id=attempt_id, event=event))
                self._condition.notify()

        self._sender = self._spares.take()
        self._sender.connect(self._settings.rtmp_url, self._header, listen)
        self._spares.prepare()

    def _buffer_actions(self, actions: Sequence[BufferAction]) -> None:
        for action in actions:
            match action:
                case RequestKeyframe():
                    self._request_keyframe()
                case SetBackpressure(active=active, latency_ns=latency_ns, packets=packets):
                    self._emit(
                        BackpressureChanged(
                            session_id=self._session_id, active=active, latency_ms=latency_ns / 1e6, packets=packets
                        )
                    )
                case ReconnectAtNow():
                    self._policy_event(link.LagExceeded())

    def _request_keyframe(self) -> None:
        if self._pipeline is not None:
            self._pipeline.request_keyframe()

    def _adapt(self, now_ns: int) -> None:
        """Follow the link with the bit rate, unless a recording keeps it."""
        pipeline = self._pipeline
        if not self._settings.adaptive_bitrate or pipeline is None or self._policy.state is not LinkState.CONNECTED:
            return
        bitrate = self._controller.observe(
            latency_ns=self._buffer.latency_ns(now_ns), delivered_bytes=self._delivered_bytes, now_ns=now_ns
        )
        if bitrate is None:
            return
        if pipeline.vote_bitrate(self, bitrate):
            log.info("bit rate for the link: %d kbit/s", bitrate // 1000)
        elif not self._told_held:
            self._told_held = True
            self._warn(
                "bitrate_held",
                "The network is too slow. The recording keeps its quality, so the stream drops pictures instead.",
            )

    def _publish(self, now_ns: int) -> None:
        counters = self._buffer.counters
        self._snapshot = StreamSnapshot(
            state=self._policy.state,
            video_packets=counters.video_taken,
            audio_packets=counters.audio_taken,
            dropped=counters.video_dropped,
            reconnects=self._policy.reconnects,
            latency_ms=self._buffer.latency_ns(now_ns) / 1e6,
            max_latency_ms=self._buffer.max_latency_ns(now_ns) / 1e6,
            backpressure=self._buffer.backpressure,
            bytes_sent=self._bytes_before + self._sent_bytes,
            kbps=self._rate.kbps(now_ns) if self._policy.state is LinkState.CONNECTED else 0.0,
        )

    def _unexpected(self, error: BaseException) -> None:
        failure = IoniaError(ErrorKind.INTERNAL, f"Streaming failed unexpectedly: {type(error).__name__}")
        failure.__cause__ = error
        log.error("stream thread failed", exc_info=error)
        self._settle_first(failure)
        self._fail(failure)

    def _settle_first(self, error: IoniaError | None) -> bool:
        """The first connection is made or won't be; whether that wasn't settled yet."""
        with self._condition:
            if self._first.done():
                return False
            if error is None:
                self._first.set_result(None)
            else:
                self._first.set_exception(error)
            return True


def _nanoseconds(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * NS_PER_S)
