"""What a stream's thread does: it carries out what `core.live.link` decides for each of the servers.

Nothing here waits for the network, except to say goodbye in the end.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ionia.core.errors import IoniaError
from ionia.core.events import Event
from ionia.core.failure import LiveFailure
from ionia.core.live.connection_events import AskKeyframe, GiveUp, Notify
from ionia.core.live.delay_line import DelayFigures, joined_delays
from ionia.core.live.link import LiveAction, SetVideoBitrate
from ionia.core.live.live_codec import not_promised
from ionia.core.live.sender_events import Connected, Progress, SenderEvent
from ionia.core.live.stream_buffer import SetBackpressure
from ionia.core.ports import Clock
from ionia.core.timebase import NS_PER_S
from ionia.core.warning import DestinationFailed, Warn, WarningCode
from ionia.runtime.session.first_connection import FirstConnection
from ionia.runtime.session.stream_attempts import GOODBYE_SECONDS
from ionia.runtime.session.stream_destination import StreamDestination
from ionia.runtime.session.stream_encode import StreamEncode
from ionia.runtime.session.stream_events import told
from ionia.runtime.session.stream_inlet import Brought, StreamInlet
from ionia.runtime.session.stream_roster import StreamRoster
from ionia.runtime.session.stream_warnings import StreamWarnings


@dataclass(frozen=True, slots=True, kw_only=True)
class FromSender:
    """What the sender of an attempt said, and when."""

    destination: StreamDestination
    attempt_id: int
    at_ns: int
    event: SenderEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """What came since the last step, the messages all before `now_ns`. `brought`: by every encode that there is.
    `delay_seconds`: as it is wanted now."""

    brought: Mapping[StreamInlet, Brought]
    messages: Sequence[FromSender]
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
        roster: StreamRoster,
        *,
        session_id: str,
        delay_seconds: float,
        first: FirstConnection | None,
        clock: Clock,
        tell: Tellers,
        warnings: StreamWarnings,
    ) -> None:
        """`first`: settled by the connections, if `start` requires them."""
        self._roster = roster
        self._session_id = session_id
        self._delay_seconds = delay_seconds
        self._first = first
        self._clock = clock
        self._tell = tell
        self._warnings = warnings
        self._encodes: dict[StreamInlet, StreamEncode] = {}  # those that somebody gets
        self._delayed_before = DelayFigures()  # of those that nobody gets any more
        self._leaving: list[StreamDestination] = []  # they say goodbye
        self._coming: list[StreamDestination] = []  # they wait for a goodbye

    @property
    def deadline_ns(self) -> int | None:
        """When something is due."""
        due = [encode.deadline_ns for encode in self._encodes.values()]
        due += [one.deadline_ns for one in (*self._roster.present, *self._leaving)]
        return min((one for one in due if one is not None), default=None)

    @property
    def delay(self) -> DelayFigures:
        """What it holds, and held."""
        now = [encode.delay for encode in self._encodes.values()]
        seconds = now[0].seconds if now else self._delay_seconds
        return joined_delays([*now, self._delayed_before], seconds)

    def look(self, now_ns: int) -> None:
        """Hear how far senders are that got nothing for a while; call before the messages are taken for `step`."""
        for one in self._roster.present:
            one.ask(now_ns)

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
        self._delay_seconds = arrived.delay_seconds
        self._tend_encodes(present, arrived)
        for encode in tuple(self._encodes.values()):
            self._pass_on(encode, [one for one in present if one.inlet is encode.inlet], arrived)

    def _tend_encodes(self, present: Sequence[StreamDestination], arrived: Arrived) -> None:
        """An encode that no server gets, and no preview, does nothing."""
        users = (*present, *self._leaving)
        for inlet in [inlet for inlet in self._encodes if all(one.inlet is not inlet for one in users)]:
            self._end_encode(inlet)
        for inlet in arrived.brought:
            resting = all(one.inlet is not inlet or one.failed for one in present) and not inlet.watched
            inlet.rest(resting)
            if resting and inlet in self._encodes:
                self._encodes[inlet].rest()

    def _end_encode(self, inlet: StreamInlet) -> None:
        figures = self._encodes.pop(inlet).end()
        self._delayed_before = joined_delays([figures, self._delayed_before], self._delay_seconds)

    def _encode_of(self, one: StreamDestination) -> StreamEncode:
        encode = self._encodes.get(one.inlet)
        if encode is None:
            encode = StreamEncode(one.inlet, delay_seconds=self._delay_seconds, warn=self._tell.warn)
            self._encodes[one.inlet] = encode
        return encode

    def _pass_on(self, encode: StreamEncode, to: Sequence[StreamDestination], arrived: Arrived) -> None:
        now_ns = arrived.now_ns
        passed = encode.passes
        brought = arrived.brought.get(encode.inlet, Brought())
        keyframe, packets = encode.delayed(brought, arrived.delay_seconds, now_ns)
        if encode.passes is not passed:
            self._follow(encode)
        next_ns = encode.next_ns
        for one in to:
            if keyframe is not None:
                self._carry_out(one, one.link.announce(keyframe, now_ns), now_ns)
            self._carry_out(one, one.link.offer(packets, now_ns), now_ns)
            one.link.nothing_before(next_ns)
            self._carry_out(one, one.link.passed(now_ns), now_ns)
            one.look(now_ns)

    def say_goodbye(self, last_words: Callable[[], Sequence[FromSender]]) -> None:
        """To all at once; then count what went out just before the end, of which `last_words` tells."""
        now_ns = self._clock.now_ns()
        present = (*self._roster.present, *self._roster.take_departing())
        rest = [(one, one.carry_out(one.link.stop(now_ns), self._encode_of(one).header, now_ns)) for one in present]
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
        for inlet in tuple(self._encodes):
            self._end_encode(inlet)
        for one in (*self._roster.present, *self._roster.take_departing(), *self._leaving):
            one.attempts.kill()
            one.attempts.settle(0)

    def _hear(self, message: FromSender) -> None:
        one, now_ns = message.destination, message.at_ns
        self._carry_out(one, one.hear(message.attempt_id, message.event, now_ns), now_ns)
        if isinstance(message.event, Connected):
            if not message.event.promised:
                self._doubt(one)
            if not message.event.all_sounds:
                self._warnings.of_answer(one)
        if one.was_connected and self._first is not None and all(each.was_connected for each in self._roster.present):
            self._first.settle(None)

    def _doubt(self, one: StreamDestination) -> None:
        """Once for each, however often it connects."""
        if not one.doubted:
            one.doubted = True
            self._tell.warn(
                WarningCode.CODEC_NOT_PROMISED, not_promised(one.name, self._encode_of(one).header.video.codec)
            )

    def _carry_out(self, one: StreamDestination, actions: Sequence[LiveAction], now_ns: int) -> None:
        if not actions:
            return
        encode = self._encode_of(one)
        for action in one.carry_out(actions, encode.header, now_ns):
            match action:
                case AskKeyframe(behind=behind):
                    others = [other.figures for other in self._same_picture(encode) if other is not one]
                    encode.want_keyframe(now_ns, others, behind=behind)
                case SetVideoBitrate(bits_per_second=bits_per_second):
                    one.bitrate = bits_per_second
                    self._follow(encode)
                case Notify() | SetBackpressure():
                    one.note(self._clock.now_ns(), action if isinstance(action, Notify) else None)
                    self._tell.emit(told(self._session_id, one.name, action))
                    self._follow(encode)
                case GiveUp(failure=failure):
                    self._give_up(one, failure)

    def _same_picture(self, encode: StreamEncode) -> list[StreamDestination]:
        """Who gets the pictures of this encode, with whatever sound."""
        return [one for one in self._roster.present if self._encode_of(one).shares_picture(encode)]

    def _follow(self, encode: StreamEncode) -> None:
        """With the bit rate of these pictures, the links that they go to."""
        users = self._same_picture(encode)
        for each in {id(found): found for found in (encode, *map(self._encode_of, users))}.values():
            each.follow(one.bitrate for one in users if one.figures.connected)

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
