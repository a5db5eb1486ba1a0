"""A session's output to an RTMP server: the thread that carries out what `core.live.link` decides.

Nothing here waits for the network, except to say goodbye, for GOODBYE_SECONDS at most: senders have threads of their
own, and what they say comes back as messages. The encodes only append to a queue.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.events import Event
from ionia.core.failure import LiveFailure, LiveKind
from ionia.core.live.connection_events import (
    AskKeyframe,
    CloseAttempt,
    GiveUp,
    KillAttempt,
    LinkState,
    Notify,
    StartAttempt,
)
from ionia.core.live.failure_code import FailureCode
from ionia.core.live.link import LiveAction, LiveFigures, LiveLink, SendPackets, SetVideoBitrate
from ionia.core.live.live_settings import LiveSettings
from ionia.core.live.preflight import preflight
from ionia.core.live.refusals import without_key
from ionia.core.live.rtmp_url import parse_rtmp_url
from ionia.core.live.sender_events import Connected, Ended, Progress, SenderEvent
from ionia.core.live.silence import Silence, with_silence
from ionia.core.live.stream_buffer import SetBackpressure
from ionia.core.media import AUDIO, VIDEO, EncodedPacket, MediaHeader
from ionia.core.ports import Clock
from ionia.core.settings import StreamerSettings
from ionia.core.stats import SessionStats, StreamerStats
from ionia.core.timebase import NS_PER_S
from ionia.core.warning import Warn, WarningCode
from ionia.runtime.backends import Sender
from ionia.runtime.encode.session_feeds import SessionFeeds
from ionia.runtime.session.first_connection import FirstConnection
from ionia.runtime.session.stats import fields_of
from ionia.runtime.session.stream_attempts import StreamAttempts
from ionia.runtime.session.stream_bitrate import StreamBitrate
from ionia.runtime.session.stream_events import told
from ionia.runtime.session.stream_trust import StreamTrust
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _FromSender:
    attempt_id: int
    at_ns: int
    event: SenderEvent


@dataclass(slots=True, kw_only=True)
class _Streamed:
    """What is streamed, whole when `open` begins it. The thread's own, but for `feeds`."""

    feeds: SessionFeeds
    header: MediaHeader
    bitrate: StreamBitrate
    silence: Silence | None
    """Fills the track of a session without sound."""


class StreamOutput:
    """An `Output` (see session). One thread, `stream`, owns the link and the senders."""

    drains = False

    def __init__(
        self,
        settings: StreamerSettings,
        *,
        session_id: str,
        make_sender: Callable[[], Sender],
        clock: Clock,
        random: Callable[[], float],
        emit: Callable[[Event], None],
        warn: Warn,
        fail: Callable[[IoniaError], None],
    ) -> None:
        self._url = parse_rtmp_url(settings.rtmp_url, settings.stream_key)
        self._settings = settings
        self._session_id = session_id
        self._trust = StreamTrust(settings.ca_file, secure=self._url.secure)
        self._attempts = StreamAttempts(make_sender, ca_file=settings.ca_file)
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
        self._link = LiveLink(LiveSettings.of(settings), random)
        self._figures = self._link.figures(clock.now_ns())
        self._first = FirstConnection()
        self._feeds: SessionFeeds | None = None  # since `open`
        self._worker: Worker | None = None  # since it started

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
        carried = header.only(*_STREAMED)
        streamed = _Streamed(
            feeds=feeds,
            header=carried if header.sounds else with_silence(carried),
            bitrate=StreamBitrate(feeds, self._warn),
            silence=None if header.sounds else Silence(fps=header.video.fps),
        )
        worker = Worker("stream", partial(self._run, streamed), self._unexpected)
        self._feeds = feeds
        feeds.video.feed.listen_keyframes(self._announce)
        try:
            worker.start()
        except RuntimeError as error:  # no thread to be had
            feeds.video.feed.unlisten_keyframes(self._announce)
            raise IoniaError(ErrorKind.CONNECT_FAILED, "This computer can't start another thread right now.") from error
        self._worker = worker
        self._warn_before(header)
        if self._settings.require_connection:
            self._first.wait(FIRST_CONNECTION_SECONDS)

    def _warn_before(self, header: MediaHeader) -> None:
        """Tell what may go wrong with a service."""
        for code, message in preflight(self._url, header.video, self._settings.media.keyframe_interval_seconds):
            self._warn(code, message)
        if self._trust.warning:
            self._warn(WarningCode.CA_FILE_IGNORED, self._trust.warning)
        first, *others = [f'"{track.name}"' for track in self._settings.media.all_tracks] or [""]
        if others:
            self._warn(
                WarningCode.TRACKS_NOT_STREAMED,
                f"A stream has one sound: the track {first} is streamed, and not {', '.join(others)}.",
            )

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
        self._first.settle(IoniaError(ErrorKind.CONNECT_FAILED, "Stopped before there was a connection."))

    def wait_completed(self, timeout: float) -> bool:  # noqa: ARG002 - as the protocol
        """A live stream has nothing to wait for."""
        return True

    def finish(self) -> None:
        """Say goodbye to the server and end, within a second whatever the network does."""
        with self._condition:
            self._stopping = True
            self._condition.notify()
        if self._worker is not None:
            self._worker.join(FINISH_SECONDS)

    def abandon(self) -> None:
        """End whatever runs."""
        if self._worker is not None:
            self.finish()

    def housekeep(self) -> None:
        """Nothing to look after beside the stream's own thread."""

    def stats(self, session: SessionStats) -> StreamerStats:
        """The session's figures and the stream's. Any thread."""
        now: LiveFigures = self._figures
        target = self._feeds.bitrate if self._feeds is not None else self._settings.media.video_bitrate
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

    def _run(self, streamed: _Streamed) -> None:
        try:
            self._carry_out(self._link.start(self._clock.now_ns()), streamed)
            while not self._wait():
                self._step(streamed)
            self._carry_out(self._link.stop(self._clock.now_ns()), streamed)
            self._count_last(streamed)
        finally:
            self._attempts.kill()
            streamed.bitrate.leave()
            streamed.feeds.video.feed.unlisten_keyframes(self._announce)
            self._figures = self._link.figures(self._clock.now_ns())

    def _wait(self) -> bool:
        """Until something comes or something is due; True when it is time to stop."""
        deadline_ns = self._link.deadline_ns
        with self._condition:
            if not (self._packets or self._keyframe or self._messages or self._stopping):
                timeout = None if deadline_ns is None else max(0, deadline_ns - self._clock.now_ns()) / NS_PER_S
                self._condition.wait(timeout)
            return self._stopping

    def _step(self, streamed: _Streamed) -> None:
        with self._condition:
            packets, self._packets = self._packets, []
            messages, self._messages = self._messages, []
            keyframe, self._keyframe = self._keyframe, None
            now_ns = self._clock.now_ns()  # not before any of these, not after any later one
        for message in messages:
            self._carry_out(self._hear(message), streamed)
        if keyframe is not None:
            _note_parameter_sets(streamed, keyframe)
            self._carry_out(self._link.announce(keyframe, now_ns), streamed)
        if streamed.silence is not None:
            packets = streamed.silence.fill(packets)
        self._carry_out(self._link.offer(packets, now_ns), streamed)
        self._carry_out(self._link.passed(now_ns), streamed)
        self._figures = self._link.figures(now_ns)
        self._held_back = self._link.held_back

    def _count_last(self, streamed: _Streamed) -> None:
        """What went out just before the end."""
        with self._condition:
            messages, self._messages = self._messages, []
        for message in messages:
            if isinstance(message.event, Progress):
                self._carry_out(self._hear(message), streamed)

    def _hear(self, message: _FromSender) -> list[LiveAction]:
        attempt_id, now_ns = message.attempt_id, message.at_ns
        match message.event:
            case Connected():
                actions = self._link.connected(attempt_id, now_ns)
                if self._link.state is LinkState.CONNECTED:
                    self._first.settle(None)
                return actions
            case Progress() as so_far:
                return self._link.progressed(
                    attempt_id,
                    muxed=so_far.muxed,
                    delivered=so_far.delivered,
                    sent_bytes=so_far.sent_bytes,
                    delivered_bytes=so_far.delivered_bytes,
                    zero_window=so_far.zero_window,
                    now_ns=now_ns,
                )
            case Ended(code=code, detail=detail):
                failure = FailureCode.RESET.value if code is None else code.value
                log.info("sender ended: %s (%s)", failure.reason, detail)
                return self._link.ended(attempt_id, failure, now_ns)

    def _carry_out(self, actions: Sequence[LiveAction], streamed: _Streamed) -> None:
        for action in actions:
            match action:
                case StartAttempt(attempt_id=attempt_id):
                    self._start_attempt(attempt_id, streamed.header)
                case KillAttempt():
                    self._attempts.kill()
                case CloseAttempt():
                    self._attempts.say_goodbye(GOODBYE_SECONDS)
                case SendPackets(packets=packets):
                    self._attempts.send(packets)
                case AskKeyframe():
                    streamed.feeds.request_keyframe()
                case SetVideoBitrate(bits_per_second=bits_per_second):
                    streamed.bitrate.ask(bits_per_second)
                case Notify() | SetBackpressure():
                    self._tell(action)
                case GiveUp(failure=failure):
                    self._give_up(failure)

    def _tell(self, action: Notify | SetBackpressure) -> None:
        # Whoever hears of it and asks for stats sees the same.
        self._figures = self._link.figures(self._clock.now_ns())
        self._emit(told(self._session_id, action))

    def _give_up(self, failure: LiveFailure) -> None:
        if failure.kind is LiveKind.KEY_REJECTED and not self._url.key:
            failure = without_key(failure)
        error = IoniaError(
            ErrorKind.CONNECT_FAILED,
            f"No connection to {self._url.redacted}: {failure.reason}.",
            self._trust.hint(failure),
            live_kind=failure.kind,
        )
        if not (self._settings.require_connection and self._first.settle(error)):
            self._fail(error)

    def _start_attempt(self, attempt_id: int, header: MediaHeader) -> None:
        def listen(event: SenderEvent) -> None:
            with self._condition:
                self._messages.append(_FromSender(attempt_id=attempt_id, at_ns=self._clock.now_ns(), event=event))
                # Progress is worth waking up for only if packets wait for it; else the next packet is soon enough.
                if self._held_back or not isinstance(event, Progress):
                    self._condition.notify()

        self._attempts.start(self._url, header, listen)

    def _unexpected(self, error: BaseException) -> None:
        failure = IoniaError(ErrorKind.INTERNAL, f"Streaming failed unexpectedly: {type(error).__name__}")
        failure.__cause__ = error
        log.error("stream thread failed", exc_info=error)
        self._first.settle(failure)
        self._fail(failure)


def _note_parameter_sets(streamed: _Streamed, keyframe: EncodedPacket) -> None:
    """A lost encoder's successor gives its own with each keyframe; the next connection begins with those."""
    video = streamed.header.video
    extradata = video.codec.own_extradata(keyframe.data)
    if extradata is not None:  # else those of the header hold
        streamed.header = streamed.header.with_track(replace(video, extradata=extradata))
