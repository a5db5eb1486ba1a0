"""Encoders with a cost and a network behind the scripted screen and sound: the engine's own machines between them.

What is real: pacer, audio engine and mix, feeds, joins, live link with its policy; `recorder` has the files' side.
What is modelled: how long a picture takes to encode and how large it gets, and a network that is seeded and bad.
"""

import random
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ionia.core.audio.engine import LATENCY_NS
from ionia.core.failure import LiveFailure, LiveKind
from ionia.core.frame_rate import FrameRate
from ionia.core.live.connection_events import AskKeyframe, CloseAttempt, KillAttempt, StartAttempt
from ionia.core.live.link import LiveAction, LiveLink, SendPackets, SetVideoBitrate
from ionia.core.media import AUDIO, SAMPLE_RATE, VIDEO, EncodedPacket, TrackId
from ionia.core.timebase import frame_at
from ionia.core.timeline.file_timeline import EpochUtc
from ionia.runtime.encode.audio_encode import KEPT_PACKETS
from ionia.runtime.encode.feed import Feed
from ionia.runtime.encode.join import Join, Past, Subscriber
from ionia.runtime.encode.session_picture import VideoSnapshot
from ionia.runtime.encode.sound_tracks import AudioSnapshot
from ionia.runtime.session.moment import Moment
from tests.fakes.mixed_sound import MixedTick
from tests.simulation.loop import MS, Loop, S
from tests.simulation.video import VideoThread

SOCKET_BYTES = 90_000
"""What Linux really holds for a send_buffer_size of 64 KiB."""


@dataclass
class VideoEncode:
    """One picture after the other; a keyframe takes three times as long.

    Constant bit rate with a rate buffer of a second: keyframes cost up to four pictures, and the next ones pay for it.
    Another bit rate takes hold over a dozen pictures. While its only taker needs nothing it encodes nothing.
    """

    feeds: "Feeds"
    fps: FrameRate
    bitrate: int
    seed: int = 1
    costs: tuple[int, int] = (5 * MS, 12 * MS)
    resting_from: int | None = None
    made: list[tuple[int, int]] = field(default_factory=list)  # instant and bytes of each picture
    _keys: list[int] = field(default_factory=lambda: [0])  # from these frames on one is wanted
    _rate: float = 0.0
    _debt: float = 0.0
    _waiting: list[int] = field(default_factory=list)
    _done_ns: int | None = None

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311 - a seeded model, not a secret
        self._rate = float(self.bitrate)
        self.feeds.encode = self

    def request_keyframe(self, index: int = 0) -> None:
        self._keys.append(index)

    def take(self, index: int, now_ns: int) -> None:
        self._waiting.append(index)
        if self._done_ns is None:
            self._begin(now_ns)

    def next_ns(self) -> int | None:
        return self._done_ns

    def serve(self, now_ns: int, loop: Loop) -> None:
        index = self._waiting.pop(0)
        wanted = self._wanted(index)
        self._keys = [each for each in self._keys if each > index]
        self._done_ns = None
        if self.resting_from is not None and index >= self.resting_from and not wanted:
            self._go_on(now_ns)
            self.feeds.pass_by(now_ns, index + 1)
            return
        key = wanted or index % round(2 * self.fps) == 0
        size = self._size(key=key)
        self.made.append((now_ns, size))
        unit = (b"\x65" if key else b"\x41") + b"%d" % index + b"\xff" * size
        self._go_on(now_ns)
        packet = EncodedPacket(track=VIDEO, pts=index, dts=index, duration=1, keyframe=key, data=b"\0\0\0\1" + unit)
        self.feeds.publish(now_ns, packet)

    def _wanted(self, index: int) -> bool:
        return any(each <= index for each in self._keys)

    def _go_on(self, now_ns: int) -> None:
        if self._waiting:
            self._begin(now_ns)

    def _size(self, *, key: bool) -> int:
        self._rate += (self.bitrate - self._rate) * 0.08
        mean = self._rate / 8 / float(self.fps)
        size = mean * self._random.uniform(0.85, 1.15)
        if key:
            size *= max(1.0, 4 - self._debt / (2 * mean))
            self._debt += size - mean
        elif self._debt > 0:
            saved = min(self._debt, size * 0.4)
            self._debt -= saved
            size -= saved
        return round(size)

    def _begin(self, now_ns: int) -> None:
        cost = self._random.uniform(*self.costs) * (3 if self._wanted(self._waiting[0]) else 1)
        self._done_ns = now_ns + round(cost)


@dataclass
class EncodedVideo(VideoThread):
    """The video tick, with the encoder behind it."""

    encode: VideoEncode | None = None

    def serve(self, now_ns: int, loop: Loop) -> None:
        first = len(self.shown_ns)
        super().serve(now_ns, loop)
        assert self.encode is not None
        for index in range(first, len(self.shown_ns)):
            self.encode.take(index, now_ns)


@dataclass
class AudioEncode:
    """Looks a tick ahead, as AAC does: what comes out is the tick before."""

    feeds: "Feeds"
    ticks: list[MixedTick] = field(default_factory=list)

    def take(self, now_ns: int, tick: MixedTick) -> None:
        self.ticks.append(tick)
        sample = (tick.index - 1) * 1024
        packet = EncodedPacket(
            track=AUDIO, pts=sample, dts=sample, duration=1024, keyframe=True, data=b"%d" % (tick.index - 1)
        )
        self.feeds.publish(now_ns, packet)


@dataclass
class SoundTicks:
    """The packets of a sound that nobody listens to, when the engine's clock gives them: of constant size."""

    feeds: "Feeds"
    epoch_ns: int
    published: int = 0

    def next_ns(self) -> int:
        return self.epoch_ns + (self.published + 1) * 1024 * S // SAMPLE_RATE + LATENCY_NS

    def serve(self, now_ns: int, loop: Loop) -> None:
        sample = (self.published - 1) * 1024  # AAC looks a tick ahead
        self.published += 1
        data = b"%d" % (sample // 1024)
        packet = EncodedPacket(track=AUDIO, pts=sample, dts=sample, duration=1024, keyframe=True, data=data.ljust(512))
        self.feeds.publish(now_ns, packet)


@dataclass
class Connection:
    """One that the server took: when, what arrived, and how long after the live link got it."""

    attempt_id: int
    since_ns: int
    arrived: list[tuple[int, EncodedPacket]] = field(default_factory=list)
    ages_ns: list[int] = field(default_factory=list)


@dataclass
class Network:
    """A sender, its socket, a link and a server, served every 10 ms.

    `capacity`: the link's bit/s at a second after the start.
    `swallows`: so many bytes a proxy before the link takes in at once, and says that they have arrived.
    `resets`: the connection is gone at that instant. `silences`: (from, to) in which nothing gets through.
    """

    link: LiveLink
    encode: VideoEncode
    capacity: Callable[[float], float]
    swallows: int = 0
    resets: Sequence[int] = ()
    silences: Sequence[tuple[int, int]] = ()
    connections: list[Connection] = field(default_factory=list)
    bitrates: list[tuple[int, int]] = field(default_factory=list)  # each change of the wanted bit rate, and when
    offered_ns: dict[tuple[TrackId, int], int] = field(default_factory=dict)  # when the live link got each packet
    _attempt: int | None = None
    _accept_ns: int | None = None
    _pipe: deque[EncodedPacket] = field(default_factory=deque)
    _socket: deque[EncodedPacket] = field(default_factory=deque)
    _room: float = 0.0
    _in_socket: float = 0.0
    _front_left: float = 0.0
    _muxed: int = 0
    _entered: int = 0
    _delivered: float = 0.0
    _start_ns: int = 0
    _step_ns: int = 0

    def start(self, now_ns: int) -> None:
        self._start_ns = self._step_ns = now_ns
        self.carry_out(self.link.start(now_ns), now_ns)

    def next_ns(self) -> int:
        return self._step_ns

    def serve(self, now_ns: int, loop: Loop) -> None:
        self._step_ns = now_ns + 10 * MS
        if any(now_ns - 10 * MS < reset <= now_ns for reset in self.resets) and self._attempt is not None:
            attempt, self._attempt = self._attempt, None
            self.carry_out(self.link.ended(attempt, LiveFailure(kind=LiveKind.NETWORK, reason="reset"), now_ns), now_ns)
        if not any(begin <= now_ns < end for begin, end in self.silences):
            self._let_through(now_ns)
        deadline = self.link.deadline_ns
        if deadline is not None and now_ns >= deadline:
            self.carry_out(self.link.passed(now_ns), now_ns)

    def carry_out(self, actions: Sequence[LiveAction], now_ns: int) -> None:
        for action in actions:
            match action:
                case StartAttempt(attempt_id=attempt_id):
                    self._attempt, self._accept_ns = attempt_id, now_ns + 60 * MS
                    self._pipe.clear()
                case KillAttempt() | CloseAttempt():
                    self._attempt = None
                case SendPackets(packets=packets, attempt_id=attempt_id) if attempt_id == self._attempt:
                    self._pipe += packets
                case AskKeyframe():
                    self.encode.request_keyframe()
                case SetVideoBitrate(bits_per_second=bits_per_second):
                    self.encode.bitrate = bits_per_second
                    self.bitrates.append((now_ns, bits_per_second))

    def _let_through(self, now_ns: int) -> None:
        if self._attempt is not None and self._accept_ns is not None and now_ns >= self._accept_ns:
            self._accept_ns = None
            self._socket.clear()
            self._in_socket = self._front_left = self._delivered = 0.0
            self._muxed = self._entered = 0
            self.connections.append(Connection(attempt_id=self._attempt, since_ns=now_ns))
            self.carry_out(self.link.connected(self._attempt, now_ns), now_ns)
        if self._attempt is None or self._accept_ns is not None:
            return
        self._room = min(self._room, self.swallows) + self.capacity((now_ns - self._start_ns) / S) / 8 / 100
        while self._attempt is not None and (self._fill() or self._drain(now_ns)):
            self._report(now_ns)  # which may bring more

    def _fill(self) -> bool:
        """From the pipe into the socket, while that has room; whether there was anything."""
        before = self._muxed
        while self._pipe and self._in_socket < SOCKET_BYTES:
            packet = self._pipe.popleft()
            if not self._socket:
                self._front_left = len(packet.data)
            self._socket.append(packet)
            self._in_socket += len(packet.data)
            self._entered += len(packet.data)
            self._muxed += 1
        return self._muxed > before

    def _drain(self, now_ns: int) -> bool:
        """From the socket to the server, as far as the link goes; whether it went at all."""
        before = self._delivered
        connection = self.connections[-1]
        while self._socket and self._room > 0:
            passed = min(self._room, self._front_left)
            self._room -= passed
            self._front_left -= passed
            self._in_socket -= passed
            self._delivered += passed
            if self._front_left <= 0:
                packet = self._socket.popleft()
                self._front_left = len(self._socket[0].data) if self._socket else 0.0
                connection.arrived.append((now_ns, packet))
                connection.ages_ns.append(now_ns - self.offered_ns[packet.track, packet.dts])
        return self._delivered > before

    def _report(self, now_ns: int) -> None:
        assert self._attempt is not None
        actions = self.link.progressed(
            self._attempt,
            muxed=self._muxed,
            delivered=len(self.connections[-1].arrived),
            sent_bytes=self._entered,
            delivered_bytes=int(self._delivered),
            now_ns=now_ns,
        )
        self.carry_out(actions, now_ns)


@dataclass
class Feeds:
    """One encode of the picture and one of the sound, and what an output asks of both: as SessionFeeds, in the loop."""

    fps: int
    epoch_ns: int
    now_ns: int = 0
    """By the encode that published last, or by whoever acts."""
    encode: VideoEncode | None = None
    video: Feed = field(default_factory=Feed)
    sound: Feed = field(default_factory=lambda: Feed(kept=KEPT_PACKETS))
    on_request: Callable[[], None] = lambda: None

    def publish(self, now_ns: int, packet: EncodedPacket) -> None:
        self.now_ns = now_ns
        (self.video if packet.track.is_video else self.sound).publish([packet])

    def pass_by(self, now_ns: int, index: int) -> None:
        self.now_ns = now_ns
        self.video.pass_by(index)

    def join(self, subscriber: Subscriber, reach_back: Callable[[], Past[Moment] | None] = lambda: None) -> Join:
        join = Join(subscriber, fps=self.fps, feeds={VIDEO: self.video, AUDIO: self.sound})
        join.begin_with(reach_back, since=self.index_now)
        self.request_keyframe(self.index_now)
        return join

    @property
    def index_now(self) -> int:
        return frame_at(self.epoch_ns, self.fps, self.now_ns)

    def epoch_utc(self) -> EpochUtc:
        """The epoch is as long after 2027 as after the clock's start."""
        return EpochUtc(utc_ns=1_798_761_600 * S + self.epoch_ns, error_ns=0)

    @property
    def capture(self) -> "Feeds":
        """What is asked of the capture is answered here."""
        return self

    @property
    def settings(self) -> "Feeds":
        """Likewise what of them is asked for: `fps`."""
        return self

    def shares_all_with(self, other: object) -> bool:
        return other is self

    def video_snapshot(self, before: int | None = None) -> VideoSnapshot:
        """What a session counts is its own: no output looks into it."""
        return VideoSnapshot()

    def audio_snapshot(self) -> AudioSnapshot:
        """Likewise."""
        return AudioSnapshot()

    def request_keyframe(self, index: int = 0) -> None:
        assert self.encode is not None
        self.encode.request_keyframe(index)
        self.on_request()

    def hold_bitrate(self, _: object) -> None:
        """The encode asks nobody."""

    def leave_bitrate(self, _: object) -> None:
        """Likewise."""


@dataclass
class Streamed:
    """A stream's end of a join: hands everything to the link at once, keyframes ahead of their order."""

    network: Network
    feeds: Feeds

    def begin(self) -> None:
        self.feeds.video.listen_keyframes(self._announce)
        self.feeds.join(self)

    def _announce(self, keyframes: Sequence[EncodedPacket]) -> None:
        now_ns, network = self.feeds.now_ns, self.network
        for packet in keyframes:
            network.offered_ns[packet.track, packet.dts] = now_ns
            network.carry_out(network.link.announce(packet, now_ns), now_ns)

    def deliver(self, packets: Sequence[EncodedPacket]) -> None:
        now_ns, network = self.feeds.now_ns, self.network
        for each in packets:
            network.offered_ns.setdefault((each.track, each.dts), now_ns)
        network.carry_out(network.link.offer(packets, now_ns), now_ns)

    def complete(self) -> None:
        """Nothing is waited for."""
