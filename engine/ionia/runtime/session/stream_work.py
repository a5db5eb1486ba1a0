"""What a stream's thread does: it carries out what `core.live.link` decides for each of the servers.

Nothing here waits for the network, except to say goodbye in the end.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ionia.core.errors import IoniaError
from ionia.core.events import Event
from ionia.core.failure import LiveFailure
from ionia.core.live.bitrate_votes import best_link
from ionia.core.live.connection_events import AskKeyframe, GiveUp, Notify
from ionia.core.live.delay_line import DelayFigures, DelayLine
from ionia.core.live.link import LiveAction, SetVideoBitrate
from ionia.core.live.live_codec import not_promised
from ionia.core.live.sender_events import Connected, Progress, SenderEvent
from ionia.core.live.shared_keyframes import SharedKeyframes
from ionia.core.live.silence import Silence, with_silence
from ionia.core.live.stream_buffer import SetBackpressure
from ionia.core.media import EncodedPacket, MediaHeader
from ionia.core.ports import Clock
from ionia.core.timebase import NS_PER_S
from ionia.core.warning import DestinationFailed, Warn, WarningCode
from ionia.runtime.encode.session_feeds import SessionFeeds
from ionia.runtime.session.first_connection import FirstConnection
from ionia.runtime.session.stream_attempts import GOODBYE_SECONDS
from ionia.runtime.session.stream_bitrate import StreamBitrate
from ionia.runtime.session.stream_destination import StreamDestination
from ionia.runtime.session.stream_events import told
from ionia.runtime.session.stream_roster import StreamRoster


@dataclass(frozen=True, slots=True, kw_only=True)
class FromSender:
    """What the sender of an attempt said, and when."""

    destination: StreamDestination
    attempt_id: int
    at_ns: int
    event: SenderEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """What came since the last step, all of it before `now_ns`. `keyframe`: the newest that isn't in order yet.
    `delay_seconds`: as it is wanted now."""

    packets: Sequence[EncodedPacket]
    messages: Sequence[FromSender]
    keyframe: EncodedPacket | None
    delay_seconds: float
    now_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tellers:
    """Whom to tell. Any thread."""

    emit: Callable[[Event], None]
    warn: Warn
    fail: Callable[[IoniaError], None]


class StreamWork:
    """One owner, the stream's thread."""

    def __init__(
        self,
        feeds: SessionFeeds,
        header: MediaHeader,
        roster: StreamRoster,
        *,
        session_id: str,
        target: int,
        delay_seconds: float,
        first: FirstConnection | None,
        clock: Clock,
        tell: Tellers,
        fill: bool = True,
    ) -> None:
        """`target`: the bit rate that is asked for. `first`: settled by the connections, if `start` requires them.

        `fill`: whether a stream without sound gets a track of silence.
        """
        self._feeds = feeds
        self._header = header if header.sounds or not fill else with_silence(header)
        self._silence = None if header.sounds or not fill else Silence(fps=header.video.fps)
        self._roster = roster
        self._session_id = session_id
        self._target = self._asked = target
        self._delay_seconds = delay_seconds
        self._line = DelayLine(fps=header.video.fps, seconds=delay_seconds)
        self._first = first
        self._clock = clock
        self._tell = tell
        self._bitrate = StreamBitrate(feeds, tell.warn)
        self._keyframes = SharedKeyframes()
        self._leaving: list[StreamDestination] = []  # they say goodbye
        self._coming: list[StreamDestination] = []  # they wait for a goodbye

    @property
    def deadline_ns(self) -> int | None:
        """When something is due."""
        due = [self._line.deadline_ns, *(one.deadline_ns for one in (*self._roster.present, *self._leaving))]
        return min((one for one in due if one is not None), default=None)

    @property
    def delay(self) -> DelayFigures:
        """What it holds, and held."""
        return self._line.figures

    def step(self, arrived: Arrived) -> None:
        """Carry out what follows from what came, and from the time."""
        now_ns = arrived.now_ns
        present = self._roster.present  # none of them is new after the next line
        arriving, departing = self._roster.take_arriving(), self._roster.take_departing()
        self._leaving += departing
        for one in departing:
            self._carry_out(one, one.link.stop(now_ns), now_ns)
        for message in arrived.messages:
            self._hear(message)
        for one in (*present, *self._leaving):
            one.attempts.tend(now_ns)
        self._leaving = [one for one in self._leaving if one.attempts.deadline_ns is not None]
        coming = [one for one in (*self._coming, *arriving) if one not in departing]
        self._coming = [one for one in coming if one.after is not None and one.after.says_goodbye]
        for one in coming:
            if one not in self._coming:
                one.after = None
                self._carry_out(one, one.link.start(now_ns), now_ns)
        keyframe, packets = self._delayed(arrived)
        if keyframe is not None:
            self._note_parameter_sets(keyframe)
        for one in present:
            if keyframe is not None:
                self._carry_out(one, one.link.announce(keyframe, now_ns), now_ns)
            self._carry_out(one, one.link.offer(packets, now_ns), now_ns)
            one.link.nothing_before(self._line.nothing_before_ns(now_ns))
            self._carry_out(one, one.link.passed(now_ns), now_ns)
            one.note(now_ns)

    def _delayed(self, arrived: Arrived) -> tuple[EncodedPacket | None, Sequence[EncodedPacket]]:
        """A keyframe to begin with, and the packets, that go out now."""
        packets = arrived.packets if self._silence is None else self._silence.fill(arrived.packets)
        line = self._line
        if arrived.delay_seconds != self._delay_seconds:
            if arrived.delay_seconds < self._delay_seconds:  # or it would stand still until the next one
                self._feeds.request_keyframe()
            self._delay_seconds = arrived.delay_seconds
            line.set(arrived.delay_seconds)
            self._follow()
        early = arrived.keyframe if line.passes else None
        line.push(packets, arrived.now_ns)
        due = line.take(arrived.now_ns)
        if early is None:
            early = next((one for one in reversed(due) if one.track.is_video and one.keyframe), None)
        return early, due

    def say_goodbye(self, last_words: Callable[[], Sequence[FromSender]]) -> None:
        """To all at once; then count what went out just before the end, of which `last_words` tells."""
        now_ns = self._clock.now_ns()
        present = (*self._roster.present, *self._roster.take_departing())
        rest = [(one, one.carry_out(one.link.stop(now_ns), self._header, now_ns)) for one in present]
        for one in (*present, *self._leaving):
            left_ns = now_ns + GOODBYE_SECONDS * NS_PER_S - self._clock.now_ns()
            one.attempts.settle(max(0.0, left_ns / NS_PER_S))
        for message in last_words():
            if isinstance(message.event, Progress):
                self._hear(message)
        for one, actions in rest:
            self._carry_out(one, actions, now_ns)
            one.note(self._clock.now_ns())

    def end(self) -> None:
        """However it ended: nothing of it goes on."""
        self._line.discard()
        for one in (*self._roster.present, *self._roster.take_departing(), *self._leaving):
            one.attempts.kill()
            one.attempts.settle(0)
        self._bitrate.leave()

    def _hear(self, message: FromSender) -> None:
        one, now_ns = message.destination, message.at_ns
        self._carry_out(one, one.hear(message.attempt_id, message.event, now_ns), now_ns)
        if isinstance(message.event, Connected) and not message.event.promised:
            self._doubt(one)
        if one.was_connected and self._first is not None and all(each.was_connected for each in self._roster.present):
            self._first.settle(None)

    def _doubt(self, one: StreamDestination) -> None:
        """Once for each, however often it connects."""
        if not one.doubted:
            one.doubted = True
            self._tell.warn(WarningCode.CODEC_NOT_PROMISED, not_promised(one.name, self._header.video.codec))

    def _carry_out(self, one: StreamDestination, actions: Sequence[LiveAction], now_ns: int) -> None:
        for action in one.carry_out(actions, self._header, now_ns):
            match action:
                case AskKeyframe(behind=behind):
                    others = [other.figures for other in self._roster.present if other is not one]
                    # One that is made now comes out when the delay is over: those that come anyway are there sooner.
                    if self._line.passes and (not behind or self._keyframes.allows(now_ns, others)):
                        self._feeds.request_keyframe()
                case SetVideoBitrate(bits_per_second=bits_per_second):
                    one.bitrate = bits_per_second
                    self._follow()
                case Notify() | SetBackpressure():
                    one.note(self._clock.now_ns(), action if isinstance(action, Notify) else None)
                    self._tell.emit(told(self._session_id, one.name, action))
                    self._follow()
                case GiveUp(failure=failure):
                    self._give_up(one, failure)

    def _follow(self) -> None:
        """With the bit rate, what the links carry; not with a delay, for it would follow what they carried then."""
        present = self._roster.present
        wanted = best_link((one.bitrate for one in present if one.figures.connected), before=self._asked)
        wanted = wanted if self._line.passes else self._target
        if wanted != self._asked:
            self._asked = wanted
            self._bitrate.ask(wanted)

    def _give_up(self, one: StreamDestination, failure: LiveFailure) -> None:
        """The last destination takes the stream with it."""
        error = one.error(failure)
        if self._first is not None and self._first.settle(error):
            return
        if all(each.failed for each in self._roster.present):
            self._tell.fail(error)
            return
        message = f"Destination {one.name}: {error.message} The stream goes on without it."
        self._tell.warn(
            WarningCode.DESTINATION_FAILED, message, DestinationFailed(destination=one.name, live_kind=failure.kind)
        )

    def _note_parameter_sets(self, keyframe: EncodedPacket) -> None:
        """A lost encoder's successor gives its own with each keyframe; the next connection begins with those."""
        video = self._header.video
        extradata = video.codec.own_extradata(keyframe.data)
        if extradata is not None:  # else those of the header hold
            self._header = self._header.with_track(replace(video, extradata=extradata))
