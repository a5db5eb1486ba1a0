"""A session's output to RTMP servers: what comes for them from all sides, and the thread that takes it.

Nothing here waits for the network: senders have threads of their own, and what they say comes back as messages. The
encodes only append to a queue.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.events import Event
from ionia.core.live.delay_line import DelayFigures, check_delay
from ionia.core.live.sender_events import Progress, SenderEvent
from ionia.core.media import AUDIO, VIDEO, EncodedPacket, MediaHeader, VideoTrack
from ionia.core.ports import Clock
from ionia.core.settings import Destination, StreamerSettings
from ionia.core.stats import SessionStats, StreamerStats
from ionia.core.timebase import NS_PER_S
from ionia.core.warning import Warn
from ionia.runtime.backends import Sender
from ionia.runtime.encode.session_feeds import SessionFeeds
from ionia.runtime.session.first_connection import FirstConnection
from ionia.runtime.session.stats import fields_of
from ionia.runtime.session.stream_destination import StreamDestination
from ionia.runtime.session.stream_roster import StreamRoster
from ionia.runtime.session.stream_warnings import StreamWarnings
from ionia.runtime.session.stream_work import Arrived, FromSender, StreamWork, Tellers
from ionia.threads.worker import Worker

log = logging.getLogger(__name__)

FINISH_SECONDS = 1.0
"""How long `stop` waits in all."""

FIRST_CONNECTION_SECONDS = 8.0
"""How long `start` waits for the servers when a connection is required: one attempt and a margin."""

SOUND_WAITS_NS = 40_000_000
"""How long sound waits for a picture to go with, so that a thread of each server needn't wake up for it alone."""

_STREAMED = (VIDEO, AUDIO)
"""The tracks that RTMP carries: of several sounds the first."""


class StreamOutput:
    """An `Output` (see session). One thread, `stream`, does what `StreamWork` says."""

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
        """Raises IoniaError(BAD_URL, CONNECT_FAILED, BAD_DELAY)."""
        check_delay(settings.delay_seconds, settings.media.total_bitrate)
        self._settings = settings
        self._session_id = session_id
        self._make_sender = make_sender
        self._random = random
        self._clock = clock
        self._tell = Tellers(emit=emit, warn=warn, fail=fail)
        self._condition = threading.Condition()
        self._first = FirstConnection()
        self._packets: list[EncodedPacket] = []  # protected by _condition
        self._since_ns = 0  # when the first of them came; protected by _condition
        self._keyframe: EncodedPacket | None = None  # newest announced one, protected by _condition
        self._messages: list[FromSender] = []  # protected by _condition
        self._delay_seconds = settings.delay_seconds  # protected by _condition
        self._delay = DelayFigures(seconds=settings.delay_seconds)
        self._due = True  # whether what waits is worth a step; protected by _condition
        self._stopping = False  # protected by _condition
        self._roster = StreamRoster(settings.destinations, self._make, self._wake)
        self._warnings = StreamWarnings(settings.media, warn)
        self._video: VideoTrack | None = None  # since `foresee`
        self._feeds: SessionFeeds | None = None  # since `open`
        self._worker: Worker | None = None  # since it started

    @property
    def destination_names(self) -> tuple[str, ...]:
        """In their order. Any thread."""
        return tuple(one.name for one in self._roster.present)

    @property
    def connected(self) -> bool:
        """As `isConnected` answers."""
        return any(one.figures.connected for one in self._roster.present)

    @property
    def backpressure(self) -> bool:
        """As `isBackpressure` answers."""
        return any(one.figures.backpressure for one in self._roster.present)

    def foresee(self, header: MediaHeader) -> None:
        """Tell what may go wrong with the services."""
        self._video = header.video
        for one in self._roster.present:
            self._warnings.of(one, header.video)
        self._warnings.of_tracks()

    def open(self, header: MediaHeader, feeds: SessionFeeds) -> None:
        """Begin connecting. Raises IoniaError(CONNECT_FAILED) if connections are required and one can't be made."""
        required = self._settings.require_connection
        work = StreamWork(
            feeds,
            header.only(*_STREAMED),
            self._roster,
            session_id=self._session_id,
            target=self._settings.media.video_bitrate,
            delay_seconds=self._delay_seconds,
            first=self._first if required else None,
            clock=self._clock,
            tell=self._tell,
            fill=self._settings.media.sound_codec == "aac",  # services of RTMP wait for a track
        )
        worker = Worker("stream", partial(self._run, work, feeds), self._unexpected)
        self._feeds = feeds
        feeds.video.feed.listen_keyframes(self._announce)
        try:
            worker.start()
        except RuntimeError as error:  # no thread to be had
            feeds.video.feed.unlisten_keyframes(self._announce)
            raise IoniaError(ErrorKind.CONNECT_FAILED, "This computer can't start another thread right now.") from error
        self._worker = worker
        if required:
            self._first.wait(FIRST_CONNECTION_SECONDS)

    def add_destination(self, wish: Destination) -> None:
        """Go live there, too. Any thread. Raises IoniaError(BAD_DESTINATION, BAD_URL, CONNECT_FAILED)."""
        self._warn_of(self._roster.add(wish))

    def set_destination(self, wish: Destination) -> None:
        """Have a destination at another address; the old server hears a goodbye. Any thread. Raises IoniaError."""
        self._warn_of(self._roster.set(wish))

    def remove_destination(self, name: str) -> None:
        """Leave a server; the others don't notice. Any thread. Raises IoniaError(BAD_DESTINATION)."""
        self._roster.remove(name)

    def set_delay(self, seconds: float) -> None:
        """Be late by so much from now on. Any thread. Raises IoniaError(BAD_DELAY)."""
        check_delay(seconds, self._settings.media.total_bitrate)
        with self._condition:
            self._delay_seconds = seconds
            if self._worker is None:
                self._delay = replace(self._delay, seconds=seconds)
            self._rouse()

    def deliver(self, packets: Sequence[EncodedPacket]) -> None:
        """On an encoder's thread: queue."""
        streamed = [packet for packet in packets if packet.track in _STREAMED]
        if not streamed:
            return
        now_ns = self._clock.now_ns()
        with self._condition:
            if not self._packets:
                self._since_ns = now_ns
            self._packets += streamed
            if now_ns - self._since_ns >= SOUND_WAITS_NS or any(packet.track == VIDEO for packet in streamed):
                self._rouse()

    def complete(self) -> None:
        """On an encoder's thread: nothing more comes. What waits is not worth waiting for."""

    def interrupt(self) -> None:
        """Make `open` give up waiting for its connection."""
        self._first.settle(IoniaError(ErrorKind.CONNECT_FAILED, "Stopped before there was a connection."))

    def wait_completed(self, timeout: float) -> bool:  # noqa: ARG002 - as the protocol
        """A live stream has nothing to wait for."""
        return True

    def finish(self) -> None:
        """Say goodbye to the servers and end, within a second whatever the network does."""
        with self._condition:
            self._stopping = True
            self._rouse()
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
        present, now = self._roster.figures()
        delay = self._delay
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
            delay_seconds=round(delay.seconds, 3),
            delay_packets_held=delay.held,
            delay_bytes_held=delay.held_bytes,
            delay_packets_skipped=delay.skipped,
            delay_packets_crowded=delay.crowded,
            delay_packets_discarded=delay.discarded,
            rtmp_url=present[0].url.redacted,
            destinations=tuple(one.stats() for one in present),
        )

    def _make(self, wish: Destination) -> StreamDestination:
        settings = self._settings
        if self._first.settled:  # `start` has its answer: one that comes later is tried as after a lost connection
            settings = replace(settings, require_connection=False)
        return StreamDestination(
            wish,
            settings,
            make_sender=self._make_sender,
            random=self._random,
            now_ns=self._clock.now_ns(),
            post=self._post,
        )

    def _warn_of(self, destination: StreamDestination) -> None:
        if self._video is not None:  # else `foresee` will
            self._warnings.of(destination, self._video)

    def _announce(self, keyframes: Sequence[EncodedPacket]) -> None:
        """On an encoder's thread: a keyframe is there, before it is put in order."""
        with self._condition:
            self._keyframe = keyframes[-1]
            self._rouse()

    def _post(self, destination: StreamDestination, attempt_id: int, event: SenderEvent) -> None:
        """On a sender's thread."""
        with self._condition:
            self._messages.append(
                FromSender(destination=destination, attempt_id=attempt_id, at_ns=self._clock.now_ns(), event=event)
            )
            # Progress is worth waking up for only if packets wait for it; else the next packet is soon enough.
            if destination.held_back or not isinstance(event, Progress):
                self._rouse()

    def _wake(self) -> None:
        with self._condition:
            self._rouse()

    def _rouse(self) -> None:
        """Under `_condition`."""
        self._due = True
        self._condition.notify()

    def _run(self, work: StreamWork, feeds: SessionFeeds) -> None:
        try:
            while (arrived := self._wait(work)) is not None:
                work.step(arrived)
                self._delay = work.delay
            work.say_goodbye(self._take_messages)
        finally:
            work.end()
            self._delay = work.delay
            feeds.video.feed.unlisten_keyframes(self._announce)

    def _wait(self, work: StreamWork) -> Arrived | None:
        """What came, once something did or something is due; None when it is time to stop."""
        due_ns = work.deadline_ns
        with self._condition:
            if not (self._due or self._stopping):
                timeout = None if due_ns is None else max(0, due_ns - self._clock.now_ns()) / NS_PER_S
                self._condition.wait(timeout)
            if self._stopping:
                return None
            self._due = False
            packets, self._packets = self._packets, []
            messages, self._messages = self._messages, []
            keyframe, self._keyframe = self._keyframe, None
            delay_seconds = self._delay_seconds
            now_ns = self._clock.now_ns()  # not before any of these, not after any later one
        return Arrived(
            packets=packets, messages=messages, keyframe=keyframe, delay_seconds=delay_seconds, now_ns=now_ns
        )

    def _take_messages(self) -> Sequence[FromSender]:
        with self._condition:
            messages, self._messages = self._messages, []
        return messages

    def _unexpected(self, error: BaseException) -> None:
        failure = IoniaError(ErrorKind.INTERNAL, f"Streaming failed unexpectedly: {type(error).__name__}")
        failure.__cause__ = error
        log.error("stream thread failed", exc_info=error)
        self._first.settle(failure)
        self._tell.fail(failure)
