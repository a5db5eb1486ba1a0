"""A session's output to an RTMP server: the thread that carries out what `core.live_link` decides.

Nothing here waits for the network: senders are processes, and what they say comes back as messages. The encodes
only append to a queue.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.events import BackpressureChanged, ConnectionChanged, Event
from ionia.core.live.connection import (
    AskKeyframe,
    CloseAttempt,
    GiveUp,
    KillAttempt,
    LinkState,
    Notify,
    ReconnectSettings,
    StartAttempt,
)
from ionia.core.live.link import LiveAction, LiveFigures, LiveLink, LiveSettings, SendPackets, SetVideoBitrate
from ionia.core.live.rtmp_url import parse_rtmp_url
from ionia.core.live.stream_buffer import SetBackpressure
from ionia.core.media import AUDIO, VIDEO, EncodedPacket, MediaHeader
from ionia.core.ports import Clock
from ionia.core.settings import StreamerSettings
from ionia.core.stats import SessionStats, StreamerStats
from ionia.core.timebase import NS_PER_S
from ionia.core.warning import Warn, WarningCode
from ionia.runtime.backends import Spares
from ionia.runtime.encode.session_feeds import SessionFeeds
from ionia.runtime.encode.video_encode import BitrateAnswer
from ionia.runtime.session.stats import fields_of
from ionia.runtime.session.stream_attempts import StreamAttempts
from ionia.sinks.rtmp_sender import SenderEvent
from ionia.sinks.rtmp_wire import Connected, Ended, Progress
from ionia.threads.worker import Worker

log = logging.getLogger(__name__)

GOODBYE_SECONDS = 0.7
"""How long `stop` lets the server hear that the stream ends."""

FINISH_SECONDS = 1.0
"""How long `stop` waits in all."""

FIRST_CONNECTION_SECONDS = 8.0
"""How long `start` waits for the server when a connection is required: one attempt and a margin."""

_STREAMED = (VIDEO, AUDIO)
"""The tracks that RTMP carries: of several sounds the first."""


_NOT_FOLLOWED = {
    BitrateAnswer.HELD: (
        WarningCode.BITRATE_HELD,
        "The network is too slow. The recording keeps its quality, so the stream drops pictures instead.",
    ),
    BitrateAnswer.FIXED: (
        WarningCode.BITRATE_FIXED,
        "The network is too slow. This graphics card's encoder can't lower its bit rate, so the stream drops pictures "
        "instead. A lower bit rate or another encoder helps.",
    ),
}
"""The warning, once, when the encode doesn't follow the link."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _FromSender:
    attempt_id: int
    at_ns: int
    event: SenderEvent


class StreamOutput:
    """An `Output` (see session). One thread, `stream`, owns the link and the senders."""

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
        warn: Warn,
        fail: Callable[[IoniaError], None],
    ) -> None:
        pipeline = settings.pipeline
        self._url = parse_rtmp_url(settings.rtmp_url, settings.stream_key)
        self._settings = settings
        self._session_id = session_id
        self._attempts = StreamAttempts(spares)
        self._clock = clock
        self._emit = emit
        self._warn = warn
        self._fail = fail
        self._condition = threading.Condition()
        self._packets: list[EncodedPacket] = []  # protected by _condition
        self._keyframe: EncodedPacket | None = None  # newest announced one, protected by _condition
        self._messages: list[_FromSender] = []  # protected by _condition
        self._stopping = False  # protected by _condition
        self._held_back = False  # whether progress lets more packets go; protected by _condition
        self._link = LiveLink(
            LiveSettings(
                fps=pipeline.fps,
                video_bitrate=pipeline.video_bitrate,
                audio_bitrate=pipeline.audio_bitrate,
                buffer_ns=settings.buffer_ms * 1_000_000,
                adaptive_bitrate=settings.adaptive_bitrate,
                reconnect=ReconnectSettings(
                    initial_ns=settings.reconnect_initial_ms * 1_000_000,
                    max_ns=settings.reconnect_max_ms * 1_000_000,
                    max_outage_ns=_nanoseconds(settings.max_reconnect_seconds),
                    first_must_succeed=settings.require_connection,
                ),
            ),
            random,
        )
        self._figures = self._link.figures(clock.now_ns())
        self._told: set[BitrateAnswer] = set()
        self._feeds: SessionFeeds | None = None
        self._header: MediaHeader | None = None
        self._first: Future[None] = Future()
        self._worker = Worker("stream", self._run, self._unexpected)
        self._started = False
        self._attempts.prepare()

    @property
    def connected(self) -> bool:
        """As `isConnected` answers."""
        return self._figures.connected

    @property
    def backpressure(self) -> bool:
        """As `isBackpressure` answers."""
        return self._figures.backpressure

    def open(self, header: MediaHeader, feeds: SessionFeeds) -> None:
        """Begin connecting. Raises IoniaError(CONNECT_FAILED) if a connection is required and none is made."""
        self._header, self._feeds = header.only(*_STREAMED), feeds
        feeds.video.feed.listen_keyframes(self._announce)
        try:
            self._worker.start()
        except RuntimeError as error:  # no thread to be had
            feeds.video.feed.unlisten_keyframes(self._announce)
            raise IoniaError(ErrorKind.CONNECT_FAILED, "This computer can't start another thread right now.") from error
        self._started = True
        if self._url.trimmed:
            self._warn(
                WarningCode.ADDRESS_TRIMMED, "An invisible character beside the address or stream key was left out."
            )
        if not self._settings.require_connection:
            return
        try:
            self._first.result(FIRST_CONNECTION_SECONDS)
        except TimeoutError as error:
            raise IoniaError(ErrorKind.CONNECT_FAILED, "The server did not answer in time.") from error

    def deliver(self, packets: Sequence[EncodedPacket]) -> None:
        """On an encoder's thread: queue."""
        with self._condition:
            self._packets.extend(packet for packet in packets if packet.track in _STREAMED)
            self._condition.notify()

    def _announce(self, keyframes: Sequence[EncodedPacket]) -> None:
        """On an encoder's thread: a keyframe is there, before it is put in order."""
        with self._condition:
            self._keyframe = keyframes[-1]
            self._condition.notify()

    def complete(self) -> None:
        """On an encoder's thread: nothing more comes. What waits is not worth waiting for."""

    def interrupt(self) -> None:
        """Make `open` give up waiting for its connection."""
        self._settle_first(IoniaError(ErrorKind.CONNECT_FAILED, "Stopped before there was a connection."))

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
            self._attempts.close()

    def housekeep(self) -> None:
        """Nothing to look after beside the stream's own thread."""

    def stats(self, session: SessionStats) -> StreamerStats:
        """The session's figures and the stream's. Any thread."""
        now: LiveFigures = self._figures
        target = self._feeds.bitrate if self._feeds is not None else self._settings.pipeline.video_bitrate
        return StreamerStats(
            **fields_of(session),
            video_frames=session.video_frames_captured,
            video_packets=now.video_packets,
            audio_packets=now.audio_packets,
            video_packets_dropped=now.video_dropped,
            audio_packets_dropped=0,
            reconnect_count=now.reconnects,
            current_latency_ms=round(now.latency_ns / 1e6, 1),
            max_latency_ms=round(now.max_latency_ns / 1e6, 1),
            connected=now.connected,
            backpressure=now.backpressure,
            bytes_sent=now.bytes_sent,
            send_bitrate_kbps=round(now.send_bitrate / 1000, 1),
            target_bitrate_kbps=round(target / 1000, 1),
            rtmp_url=self._url.redacted,
        )

    def _run(self) -> None:
        try:
            self._carry_out(self._link.start(self._clock.now_ns()))
            while not self._wait():
                self._step()
            self._carry_out(self._link.stop(self._clock.now_ns()))
            self._count_last()
        finally:
            self._attempts.close()
            if self._feeds is not None:
                self._feeds.leave_bitrate(self)
                self._feeds.video.feed.unlisten_keyframes(self._announce)
            self._figures = self._link.figures(self._clock.now_ns())

    def _wait(self) -> bool:
        """Until something comes or something is due; True when it is time to stop."""
        deadline_ns = self._link.deadline_ns
        with self._condition:
            if not (self._packets or self._keyframe or self._messages or self._stopping):
                timeout = None if deadline_ns is None else max(0, deadline_ns - self._clock.now_ns()) / NS_PER_S
                self._condition.wait(timeout)
            return self._stopping

    def _step(self) -> None:
        with self._condition:
            packets, self._packets = self._packets, []
            messages, self._messages = self._messages, []
            keyframe, self._keyframe = self._keyframe, None
            now_ns = self._clock.now_ns()  # not before any of these, not after any later one
        for message in messages:
            self._carry_out(self._hear(message))
        if keyframe is not None:
            self._note_parameter_sets(keyframe)
            self._carry_out(self._link.announce(keyframe, now_ns))
        self._carry_out(self._link.offer(packets, now_ns))
        self._carry_out(self._link.passed(now_ns))
        self._figures = self._link.figures(now_ns)
        self._held_back = self._link.held_back

    def _count_last(self) -> None:
        """What went out just before the end."""
        with self._condition:
            messages, self._messages = self._messages, []
        for message in messages:
            if isinstance(message.event, Progress):
                self._carry_out(self._hear(message))

    def _hear(self, message: _FromSender) -> list[LiveAction]:
        attempt_id, now_ns = message.attempt_id, message.at_ns
        match message.event:
            case Connected():
                actions = self._link.connected(attempt_id, now_ns)
                if self._link.state is LinkState.CONNECTED:
                    self._settle_first(None)
                return actions
            case Progress() as so_far:
                return self._link.progressed(
                    attempt_id,
                    muxed=so_far.muxed,
                    delivered=so_far.delivered,
                    sent_bytes=so_far.sent_bytes,
                    delivered_bytes=so_far.delivered_bytes,
                    shut=so_far.shut,
                    now_ns=now_ns,
                )
            case Ended(code=code, detail=detail):
                reason = code.value if code is not None else "the connection was closed"
                log.info("sender ended: %s (%s)", reason, detail)
                return self._link.ended(attempt_id, reason, now_ns)

    def _carry_out(self, actions: Sequence[LiveAction]) -> None:
        for action in actions:
            match action:
                case StartAttempt(attempt_id=attempt_id):
                    self._start_attempt(attempt_id)
                case KillAttempt():
                    self._attempts.kill()
                case CloseAttempt():
                    self._attempts.say_goodbye(GOODBYE_SECONDS)
                case SendPackets(packets=packets):
                    self._attempts.send(packets)
                case AskKeyframe() if self._feeds is not None:
                    self._feeds.request_keyframe()
                case SetVideoBitrate(bits_per_second=bits_per_second):
                    self._ask_bitrate(bits_per_second)
                case Notify() | SetBackpressure():
                    self._tell(action)
                case GiveUp(reason=reason):
                    self._give_up(reason)

    def _tell(self, action: Notify | SetBackpressure) -> None:
        # Whoever hears of it and asks for stats sees the same.
        self._figures = self._link.figures(self._clock.now_ns())
        match action:
            case Notify(state=state, attempt=attempt, delay_ms=delay_ms, reason=reason):
                self._emit(
                    ConnectionChanged(
                        session_id=self._session_id, state=state, attempt=attempt, delay_ms=delay_ms, reason=reason
                    )
                )
            case SetBackpressure(active=active, latency_ns=latency_ns, packets=packets):
                self._emit(
                    BackpressureChanged(
                        session_id=self._session_id, active=active, latency_ms=latency_ns / 1e6, packets=packets
                    )
                )

    def _give_up(self, reason: str) -> None:
        error = IoniaError(ErrorKind.CONNECT_FAILED, f"No connection to {self._url.redacted}: {reason}.")
        if not (self._settings.require_connection and self._settle_first(error)):
            self._fail(error)

    def _ask_bitrate(self, bits_per_second: int) -> None:
        """Follow the link with the bit rate, unless a recording keeps it."""
        if self._feeds is None:
            return
        answer = self._feeds.vote_bitrate(self, bits_per_second)
        log.info("bit rate for the link: %d kbit/s, %s", bits_per_second // 1000, answer.value)
        if answer in _NOT_FOLLOWED and answer not in self._told:
            self._told.add(answer)
            self._warn(*_NOT_FOLLOWED[answer])

    def _note_parameter_sets(self, keyframe: EncodedPacket) -> None:
        """A lost encoder's successor gives its own with each keyframe; the next connection begins with those."""
        assert self._header is not None  # noqa: S101 - open() set it before it started this thread
        video = self._header.video
        extradata = video.codec.own_extradata(keyframe.data)
        if extradata is not None:  # else those of the header hold
            self._header = self._header.with_track(replace(video, extradata=extradata))

    def _start_attempt(self, attempt_id: int) -> None:
        assert self._header is not None  # noqa: S101 - open() set it before it started this thread

        def listen(event: SenderEvent) -> None:
            with self._condition:
                self._messages.append(_FromSender(attempt_id=attempt_id, at_ns=self._clock.now_ns(), event=event))
                # Progress is worth waking up for only if packets wait for it; else the next packet is soon enough.
                if self._held_back or not isinstance(event, Progress):
                    self._condition.notify()

        self._attempts.start(self._url, self._header, listen)

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
