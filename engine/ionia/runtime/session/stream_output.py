"""A session's output to servers: what comes for them from all sides, and the thread that takes it.

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
from ionia.core.live.rendition import Rendition, rendition_of, renditions_of, total_bitrate
from ionia.core.live.sender_events import Progress, SenderEvent
from ionia.core.media import EncodedPacket, MediaHeader
from ionia.core.ports import Clock
from ionia.core.settings import Destination, MediaSettings, StreamerSettings
from ionia.core.stats import SessionStats, StreamerStats
from ionia.core.timebase import NS_PER_S
from ionia.core.warning import Warn
from ionia.runtime.backends import Sender
from ionia.runtime.encode.session_feeds import SessionFeeds
from ionia.runtime.session.first_connection import FirstConnection
from ionia.runtime.session.stats import fields_of
from ionia.runtime.session.stream_destination import StreamDestination
from ionia.runtime.session.stream_inlet import StreamInlet
from ionia.runtime.session.stream_roster import StreamRoster
from ionia.runtime.session.stream_warnings import StreamWarnings
from ionia.runtime.session.stream_work import Arrived, FromSender, StreamWork, Tellers
from ionia.threads.worker import Worker

log = logging.getLogger(__name__)

FINISH_SECONDS = 1.0
"""How long `stop` waits in all."""

FIRST_CONNECTION_SECONDS = 8.0
"""How long `start` waits for the servers when a connection is required: one attempt and a margin."""


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
        """Raises IoniaError(BAD_URL, BAD_DESTINATION, CONNECT_FAILED, BAD_DELAY)."""
        renditions = renditions_of(settings)
        check_delay(settings.delay_seconds, total_bitrate(renditions, settings.media))
        self._settings = settings
        self._session_id = session_id
        self._make_sender = make_sender
        self._random = random
        self._clock = clock
        self._tell = Tellers(emit=emit, warn=warn, fail=fail)
        self._condition = threading.Condition()
        self._first = FirstConnection()
        self._messages: list[FromSender] = []  # protected by _condition
        self._delay_seconds = settings.delay_seconds  # protected by _condition
        self._delay = DelayFigures(seconds=settings.delay_seconds)
        self._due = True  # whether what waits is worth a step; protected by _condition
        self._stopping = False  # protected by _condition
        self._arranging = threading.Lock()  # held while destinations and their encodes come and go
        # The first is the session's own; changed under _arranging, replaced and never altered.
        self._inlets = {one: self._inlet(one) for one in renditions}
        self._own = self._inlets[renditions[0]]
        self._skipped_before = 0  # by encodes that are over; changed under _arranging
        self._roster = StreamRoster(settings.destinations, self._make, self._wake)
        self._warnings = StreamWarnings(settings, warn)
        self._feeds: SessionFeeds | None = None  # since `foresee`
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

    @property
    def media(self) -> MediaSettings:
        """What the session's own encode is made of."""
        return self._own.rendition.applied(self._settings.media)

    @property
    def beside(self) -> Sequence[Callable[[MediaSettings], MediaSettings]]:
        """The encodes beside the first one that destinations have for themselves."""
        return [partial(one.beside, self._own.rendition) for one in self._inlets][1:]

    def foresee(self, feeds: SessionFeeds) -> None:
        """Tell what may go wrong with the services."""
        for inlet, its in zip(self._inlets.values(), (feeds, *feeds.beside), strict=True):
            inlet.hold(its)
        self._feeds = feeds
        for one in self._roster.present:
            self._warnings.of(one)
        self._warnings.of_tracks()

    def open(self, header: MediaHeader, feeds: SessionFeeds) -> None:  # noqa: ARG002 - as the protocol
        """Begin connecting. Raises IoniaError(CONNECT_FAILED) if connections are required and one can't be made."""
        required = self._settings.require_connection
        work = StreamWork(
            self._roster,
            session_id=self._session_id,
            delay_seconds=self._delay_seconds,
            first=self._first if required else None,
            clock=self._clock,
            tell=self._tell,
            warnings=self._warnings,
        )
        worker = Worker("stream", partial(self._run, work), self._unexpected)
        with self._arranging:
            try:
                worker.start()
            except RuntimeError as error:  # no thread to be had
                message = "This computer can't start another thread right now."
                raise IoniaError(ErrorKind.CONNECT_FAILED, message) from error
            self._worker = worker
            for inlet in self._inlets.values():
                self._begin(inlet)
        if required:
            self._first.wait(FIRST_CONNECTION_SECONDS)

    def add_destination(self, wish: Destination) -> None:
        """Go live there, too. Any thread. Raises IoniaError(BAD_DESTINATION, BAD_URL, BAD_DELAY, CONNECT_FAILED), or
        what an encode of its own can't be made for."""
        self._arrange(lambda: self._roster.add(wish), wish)

    def set_destination(self, wish: Destination) -> None:
        """Have a destination at another address, or with another encode; the old server hears a goodbye. Any thread.
        Raises IoniaError."""
        self._arrange(lambda: self._roster.set(wish), wish)

    def remove_destination(self, name: str) -> None:
        """Leave a server; the others don't notice. Any thread. Raises IoniaError(BAD_DESTINATION)."""
        with self._arranging:
            self._roster.remove(name)
            self._tidy()

    def _arrange(self, change: Callable[[], StreamDestination], wish: Destination) -> None:
        with self._arranging:
            rendition = rendition_of(wish, self._settings)
            if (feeds := self._feeds) is None:
                raise IoniaError(ErrorKind.NOT_INITIALIZED, "The streamer is being initialized.")
            if self._stopping:  # by itself, as what else there is to do comes after a stop
                raise IoniaError(ErrorKind.NOT_INITIALIZED, "The stream has ended.", "Initialize it first.")
            try:
                if rendition not in self._inlets:
                    self._provide(rendition, feeds)
                self._warnings.of(change())
            finally:
                self._tidy()

    def _provide(self, rendition: Rendition, feeds: SessionFeeds) -> None:
        """An encode for destinations that are to come. `_arranging` is held. Raises IoniaError."""
        check_delay(self._delay_seconds, total_bitrate([*self._inlets, rendition], self._settings.media))
        inlet = self._inlet(rendition)
        inlet.hold(feeds.open_beside(partial(rendition.beside, self._own.rendition)))
        self._inlets = {**self._inlets, rendition: inlet}
        if self._worker is not None:
            self._begin(inlet)

    def _tidy(self) -> None:
        """End the encodes that no destination has any more, but the session's own. `_arranging` is held."""
        used = {self._own, *(one.inlet for one in self._roster.present)}
        unused = [inlet for inlet in self._inlets.values() if inlet not in used]
        self._inlets = {rendition: inlet for rendition, inlet in self._inlets.items() if inlet in used}
        kept = {inlet.rendition.picture for inlet in self._inlets.values()}
        for inlet in unused:
            inlet.unlisten()
            if inlet.rendition.picture not in kept:
                kept.add(inlet.rendition.picture)
                self._skipped_before += inlet.skipped
            if self._feeds is not None:
                self._feeds.close_beside(inlet.feeds)

    def _inlet(self, rendition: Rendition) -> StreamInlet:
        return StreamInlet(rendition, clock=self._clock, rouse=self._wake)

    def _begin(self, inlet: StreamInlet) -> None:
        """Packets of it come from now on; those of the session's own encode with the session's join."""
        inlet.listen()
        if inlet is not self._own:
            inlet.feeds.join(inlet)
        if self._stopping:  # and whoever ended it may not have seen this one
            inlet.unlisten()

    def set_delay(self, seconds: float) -> None:
        """Be late by so much from now on. Any thread. Raises IoniaError(BAD_DELAY)."""
        check_delay(seconds, total_bitrate([*self._inlets], self._settings.media))
        with self._condition:
            self._delay_seconds = seconds
            if self._worker is None:
                self._delay = replace(self._delay, seconds=seconds)
            self._rouse()

    def deliver(self, packets: Sequence[EncodedPacket]) -> None:
        """On an encoder's thread: queue."""
        self._own.deliver(packets)

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
        self.finish()
        for inlet in self._inlets.values():
            inlet.unlisten()

    def housekeep(self) -> None:
        """Nothing to look after beside the stream's own thread."""

    def stats(self, session: SessionStats) -> StreamerStats:
        """The session's figures and the stream's. Any thread."""
        present, now = self._roster.figures()
        delay = self._delay
        beside = {one.picture: inlet.skipped for one, inlet in self._inlets.items()}
        beside[self._own.rendition.picture] = self._skipped_before  # what the session counts is of its own
        skipped = session.video_frames_skipped + sum(beside.values())
        return StreamerStats(
            **fields_of(replace(session, video_frames_skipped=skipped)),
            video_frames=session.video_frames_captured,
            video_packets=now.video_packets,
            audio_packets=now.audio_packets,
            video_packets_dropped=now.video_dropped,
            video_packets_unsent=now.video_unsent,
            audio_packets_dropped=0,
            reconnect_count=now.reconnects,
            current_latency_ms=round(now.latency_ns / 1e6, 1),
            max_latency_ms=round(now.max_latency_ns / 1e6, 1),
            connected=now.connected,
            backpressure=now.backpressure,
            bytes_sent=now.bytes_sent,
            send_bitrate_kbps=round(now.send_bitrate / 1000, 1),
            target_bitrate_kbps=round(self._own.look() / 1000, 1),
            delay_seconds=round(delay.seconds, 3),
            delay_packets_held=delay.held,
            delay_bytes_held=delay.held_bytes,
            delay_packets_skipped=delay.skipped,
            delay_packets_crowded=delay.crowded,
            delay_packets_filled=delay.filled,
            delay_packets_discarded=delay.discarded,
            rtmp_url=present[0].url.redacted,
            destinations=tuple(one.stats() for one in present),
        )

    def _make(self, wish: Destination) -> StreamDestination:
        settings = self._settings
        inlet = self._inlets[rendition_of(wish, settings)]
        settings = replace(settings, media=inlet.rendition.applied(settings.media))
        if self._first.settled:  # `start` has its answer: one that comes later is tried as after a lost connection
            settings = replace(settings, require_connection=False)
        return StreamDestination(
            wish,
            settings,
            inlet=inlet,
            make_sender=self._make_sender,
            random=self._random,
            now_ns=self._clock.now_ns(),
            post=self._post,
        )

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

    def _run(self, work: StreamWork) -> None:
        try:
            while (arrived := self._wait(work)) is not None:
                work.step(arrived)
                self._delay = work.delay
            work.say_goodbye(self._take_messages)
        finally:
            work.end()
            self._delay = work.delay
            for inlet in self._inlets.values():
                inlet.unlisten()

    def _wait(self, work: StreamWork) -> Arrived | None:
        """What came, once something did or something is due; None when it is time to stop."""
        due_ns = work.deadline_ns
        with self._condition:
            if not (self._due or self._stopping):
                timeout = None if due_ns is None else max(0, due_ns - self._clock.now_ns()) / NS_PER_S
                self._condition.wait(timeout)
        work.look(self._clock.now_ns())
        with self._condition:
            if self._stopping:
                return None
            self._due = False
            messages, self._messages = self._messages, []
            delay_seconds = self._delay_seconds
            now_ns = self._clock.now_ns()  # not before any of these, not after any later one
        brought = {inlet: inlet.take() for inlet in self._inlets.values()}
        return Arrived(brought=brought, messages=messages, delay_seconds=delay_seconds, now_ns=now_ns)

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
