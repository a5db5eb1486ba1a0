"""A session's output to RTMP servers: the thread that carries out what `core.live.link` decides for each of them.

Nothing here waits for the network, except to say goodbye in the end: senders have threads of their own, and what they
say comes back as messages. The encodes only append to a queue.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.events import Event
from ionia.core.failure import LiveFailure
from ionia.core.live.bitrate_votes import best_link
from ionia.core.live.connection_events import AskKeyframe, GiveUp, Notify
from ionia.core.live.joined_figures import joined
from ionia.core.live.link import LiveAction, LiveFigures, SetVideoBitrate
from ionia.core.live.preflight import preflight
from ionia.core.live.sender_events import Progress, SenderEvent
from ionia.core.live.shared_keyframes import SharedKeyframes
from ionia.core.live.silence import Silence, with_silence
from ionia.core.live.stream_buffer import SetBackpressure
from ionia.core.media import AUDIO, VIDEO, EncodedPacket, MediaHeader, VideoTrack
from ionia.core.ports import Clock
from ionia.core.settings import MOST_DESTINATIONS, Destination, StreamerSettings
from ionia.core.stats import SessionStats, StreamerStats
from ionia.core.timebase import NS_PER_S
from ionia.core.warning import DestinationFailed, Warn, WarningCode
from ionia.runtime.backends import Sender
from ionia.runtime.encode.session_feeds import SessionFeeds
from ionia.runtime.session.first_connection import FirstConnection
from ionia.runtime.session.stats import fields_of
from ionia.runtime.session.stream_attempts import GOODBYE_SECONDS
from ionia.runtime.session.stream_bitrate import StreamBitrate
from ionia.runtime.session.stream_destination import StreamDestination
from ionia.runtime.session.stream_events import told
from ionia.threads.worker import Worker

log = logging.getLogger(__name__)

FINISH_SECONDS = 1.0
"""How long `stop` waits in all."""

FIRST_CONNECTION_SECONDS = 8.0
"""How long `start` waits for the servers when a connection is required: one attempt and a margin."""

_STREAMED = (VIDEO, AUDIO)
"""The tracks that RTMP carries: of several sounds the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _FromSender:
    destination: StreamDestination
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
    asked: int
    """The bit rate that was asked for last."""


class StreamOutput:
    """An `Output` (see session). One thread, `stream`, owns the destinations' links and senders."""

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
        self._settings = settings
        self._session_id = session_id
        self._make_sender = make_sender
        self._random = random
        self._clock = clock
        self._emit = emit
        self._warn = warn
        self._fail = fail
        self._condition = threading.Condition()
        self._first = FirstConnection()
        self._packets: list[EncodedPacket] = []  # protected by _condition
        self._keyframe: EncodedPacket | None = None  # newest announced one, protected by _condition
        self._messages: list[_FromSender] = []  # protected by _condition
        self._stopping = False  # protected by _condition
        # By name, in the order in which they came; protected by _condition, each of them owned by the thread.
        self._destinations = {wish.name: self._make(wish) for wish in settings.destinations}
        self._arriving = list(self._destinations.values())  # not begun yet; protected by _condition
        self._departing: list[StreamDestination] = []  # not stopped yet; protected by _condition
        self._gone: LiveFigures | None = None  # what those that were removed counted; protected by _condition
        self._leaving: list[StreamDestination] = []  # they say goodbye
        self._keyframes = SharedKeyframes()  # the thread's own
        self._warned: list[tuple[WarningCode, str]] = []
        self._feeds: SessionFeeds | None = None  # since `open`
        self._worker: Worker | None = None  # since it started

    @property
    def destination_names(self) -> tuple[str, ...]:
        """In their order. Any thread."""
        return tuple(one.name for one in self._present())

    @property
    def connected(self) -> bool:
        """As `isConnected` answers."""
        return any(one.figures.connected for one in self._present())

    @property
    def backpressure(self) -> bool:
        """As `isBackpressure` answers."""
        return any(one.figures.backpressure for one in self._present())

    def open(self, header: MediaHeader, feeds: SessionFeeds) -> None:
        """Begin connecting. Raises IoniaError(CONNECT_FAILED) if connections are required and one can't be made."""
        carried = header.only(*_STREAMED)
        streamed = _Streamed(
            feeds=feeds,
            header=carried if header.sounds else with_silence(carried),
            bitrate=StreamBitrate(feeds, self._warn),
            silence=None if header.sounds else Silence(fps=header.video.fps),
            asked=self._settings.media.video_bitrate,
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
        self._warn_before(header.video)
        if self._settings.require_connection:
            self._first.wait(FIRST_CONNECTION_SECONDS)

    def add_destination(self, wish: Destination) -> None:
        """Go live there, too. Any thread. Raises IoniaError(BAD_DESTINATION, BAD_URL, CONNECT_FAILED)."""
        made = self._make(wish)
        with self._condition:
            if wish.name in self._destinations:
                raise _bad(f"There is a destination {wish.name!r} already.", "streamer.setDestination changes it.")
            if len(self._destinations) >= MOST_DESTINATIONS:
                raise _bad(f"A stream has {MOST_DESTINATIONS} destinations at most.")
            self._destinations[wish.name] = made
            self._arriving.append(made)
            self._condition.notify()
        self._warn_of_added(made)

    def set_destination(self, wish: Destination) -> None:
        """Have a destination at another address; the old server hears a goodbye. Any thread. Raises IoniaError."""
        made = self._make(wish)
        with self._condition:
            if wish.name not in self._destinations:
                raise _unknown(wish.name)
            self._depart(self._destinations[wish.name])
            self._destinations[wish.name] = made
            self._arriving.append(made)
            self._condition.notify()
        self._warn_of_added(made)

    def remove_destination(self, name: str) -> None:
        """Leave a server; the others don't notice. Any thread. Raises IoniaError(BAD_DESTINATION)."""
        with self._condition:
            if name not in self._destinations:
                raise _unknown(name)
            others = [one for one in self._destinations.values() if one.name != name]
            if not others:
                raise _bad("A stream has one destination at least.", "streamer.stop ends the stream.")
            if all(one.failed for one in others):  # it would go on for nobody, and say nothing of it
                raise _bad("All other destinations were given up.", "streamer.stop ends the stream.")
            self._depart(self._destinations.pop(name))
            self._condition.notify()

    def deliver(self, packets: Sequence[EncodedPacket]) -> None:
        """On an encoder's thread: queue."""
        with self._condition:
            self._packets.extend(packet for packet in packets if packet.track in _STREAMED)
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
        """Say goodbye to the servers and end, within a second whatever the network does."""
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
        with self._condition:
            present, gone = tuple(self._destinations.values()), self._gone
        now = joined([one.figures for one in present], gone)
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

    def _depart(self, destination: StreamDestination) -> None:
        """Under `_condition`. Whatever it counts from now on is its goodbye."""
        if destination in self._arriving:  # it never began
            self._arriving.remove(destination)
            return
        self._departing.append(destination)
        self._gone = joined([destination.figures], self._gone)

    def _present(self) -> tuple[StreamDestination, ...]:
        with self._condition:
            return tuple(self._destinations.values())

    def _take_departing(self) -> list[StreamDestination]:
        with self._condition:
            departing, self._departing = self._departing, []
        return departing

    def _warn_before(self, video: VideoTrack) -> None:
        """Tell what may go wrong with a service."""
        for one in self._present():
            self._warn_of(one, video)
        first, *others = [f'"{track.name}"' for track in self._settings.media.all_tracks] or [""]
        if others:
            self._warn(
                WarningCode.TRACKS_NOT_STREAMED,
                f"A stream has one sound: the track {first} is streamed, and not {', '.join(others)}.",
            )

    def _warn_of_added(self, destination: StreamDestination) -> None:
        if self._feeds is not None:  # else `open` will
            self._warn_of(destination, self._feeds.video.track)

    def _warn_of(self, destination: StreamDestination, video: VideoTrack) -> None:
        """Of what goes for several destinations once."""
        warnings = preflight(destination.url, video, self._settings.media.keyframe_interval_seconds)
        if destination.trust.warning:
            warnings.append((WarningCode.CA_FILE_IGNORED, destination.trust.warning))
        for warning in warnings:
            if warning not in self._warned:
                self._warned.append(warning)
                self._warn(*warning)

    def _announce(self, keyframes: Sequence[EncodedPacket]) -> None:
        """On an encoder's thread: a keyframe is there, before it is put in order."""
        with self._condition:
            self._keyframe = keyframes[-1]
            self._condition.notify()

    def _post(self, destination: StreamDestination, attempt_id: int, event: SenderEvent) -> None:
        """On a sender's thread."""
        with self._condition:
            self._messages.append(
                _FromSender(destination=destination, attempt_id=attempt_id, at_ns=self._clock.now_ns(), event=event)
            )
            # Progress is worth waking up for only if packets wait for it; else the next packet is soon enough.
            if destination.held_back or not isinstance(event, Progress):
                self._condition.notify()

    def _run(self, streamed: _Streamed) -> None:
        try:
            while not self._wait():
                self._step(streamed)
            self._say_goodbye(streamed)
        finally:
            for one in (*self._present(), *self._take_departing(), *self._leaving):
                one.attempts.kill()
                one.attempts.settle(0)
            streamed.bitrate.leave()
            streamed.feeds.video.feed.unlisten_keyframes(self._announce)

    def _wait(self) -> bool:
        """Until something comes or something is due; True when it is time to stop."""
        with self._condition:
            one_of = (*self._destinations.values(), *self._leaving)
            due = [deadline for one in one_of if (deadline := one.deadline_ns) is not None]
            waits = self._packets or self._keyframe or self._messages or self._arriving or self._departing
            if not (waits or self._stopping):
                timeout = max(0, min(due) - self._clock.now_ns()) / NS_PER_S if due else None
                self._condition.wait(timeout)
            return self._stopping

    def _step(self, streamed: _Streamed) -> None:
        with self._condition:
            packets, self._packets = self._packets, []
            messages, self._messages = self._messages, []
            keyframe, self._keyframe = self._keyframe, None
            arriving, self._arriving = self._arriving, []
            present = tuple(self._destinations.values())
            now_ns = self._clock.now_ns()  # not before any of these, not after any later one
        departing = self._take_departing()
        self._leaving += departing
        for one in departing:
            self._carry_out(one, one.link.stop(now_ns), now_ns, streamed)
        for one in arriving:
            self._carry_out(one, one.link.start(now_ns), now_ns, streamed)
        for message in messages:
            self._hear(message, streamed)
        if keyframe is not None:
            _note_parameter_sets(streamed, keyframe)
        if streamed.silence is not None:
            packets = streamed.silence.fill(packets)
        for one in present:
            if keyframe is not None:
                self._carry_out(one, one.link.announce(keyframe, now_ns), now_ns, streamed)
            self._carry_out(one, one.link.offer(packets, now_ns), now_ns, streamed)
            self._carry_out(one, one.link.passed(now_ns), now_ns, streamed)
            one.note(now_ns)
        for one in (*present, *self._leaving):
            one.attempts.tend(now_ns)
        self._leaving = [one for one in self._leaving if one.attempts.deadline_ns is not None]

    def _say_goodbye(self, streamed: _Streamed) -> None:
        """To all at once; then count what went out just before the end."""
        now_ns = self._clock.now_ns()
        present = (*self._present(), *self._take_departing())
        rest = [(one, one.carry_out(one.link.stop(now_ns), streamed.header, now_ns)) for one in present]
        for one in (*present, *self._leaving):
            left_ns = now_ns + GOODBYE_SECONDS * NS_PER_S - self._clock.now_ns()
            one.attempts.settle(max(0.0, left_ns / NS_PER_S))
        with self._condition:
            messages, self._messages = self._messages, []
        for message in messages:
            if isinstance(message.event, Progress):
                self._hear(message, streamed)
        for one, actions in rest:
            self._carry_out(one, actions, now_ns, streamed)
            one.note(self._clock.now_ns())

    def _hear(self, message: _FromSender, streamed: _Streamed) -> None:
        one, now_ns = message.destination, message.at_ns
        self._carry_out(one, one.hear(message.attempt_id, message.event, now_ns), now_ns, streamed)
        if one.was_connected and all(each.was_connected for each in self._present()):
            self._first.settle(None)

    def _carry_out(
        self, one: StreamDestination, actions: Sequence[LiveAction], now_ns: int, streamed: _Streamed
    ) -> None:
        for action in one.carry_out(actions, streamed.header, now_ns):
            match action:
                case AskKeyframe(behind=behind):
                    others = [other.figures for other in self._present() if other is not one]
                    if not behind or self._keyframes.allows(now_ns, others):
                        streamed.feeds.request_keyframe()
                case SetVideoBitrate(bits_per_second=bits_per_second):
                    one.bitrate = bits_per_second
                    self._follow(streamed)
                case Notify() | SetBackpressure():
                    one.note(self._clock.now_ns(), action if isinstance(action, Notify) else None)
                    self._emit(told(self._session_id, one.name, action))
                    self._follow(streamed)
                case GiveUp(failure=failure):
                    self._give_up(one, failure)

    def _follow(self, streamed: _Streamed) -> None:
        """With the bit rate, what the links carry."""
        wanted = best_link((one.bitrate for one in self._present() if one.figures.connected), before=streamed.asked)
        if wanted != streamed.asked:
            streamed.asked = wanted
            streamed.bitrate.ask(wanted)

    def _give_up(self, one: StreamDestination, failure: LiveFailure) -> None:
        """The last destination takes the stream with it."""
        error = one.error(failure)
        if self._settings.require_connection and self._first.settle(error):
            return
        if all(each.failed for each in self._present()):
            self._fail(error)
            return
        message = f"Destination {one.name}: {error.message} The stream goes on without it."
        self._warn(
            WarningCode.DESTINATION_FAILED, message, DestinationFailed(destination=one.name, live_kind=failure.kind)
        )

    def _unexpected(self, error: BaseException) -> None:
        failure = IoniaError(ErrorKind.INTERNAL, f"Streaming failed unexpectedly: {type(error).__name__}")
        failure.__cause__ = error
        log.error("stream thread failed", exc_info=error)
        self._first.settle(failure)
        self._fail(failure)


def _bad(message: str, hint: str = "") -> IoniaError:
    return IoniaError(ErrorKind.BAD_DESTINATION, message, hint)


def _unknown(name: str) -> IoniaError:
    return _bad(f"The stream has no destination {name!r}.", "streamer.getStats lists them.")


def _note_parameter_sets(streamed: _Streamed, keyframe: EncodedPacket) -> None:
    """A lost encoder's successor gives its own with each keyframe; the next connection begins with those."""
    video = streamed.header.video
    extradata = video.codec.own_extradata(keyframe.data)
    if extradata is not None:  # else those of the header hold
        streamed.header = streamed.header.with_track(replace(video, extradata=extradata))
