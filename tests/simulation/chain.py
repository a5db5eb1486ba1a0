"""Encoders with a cost, a file and a stream behind the scripted screen and sound: the engine's own machines throughout.

What is real: pacer, audio engine and mix, order, window, gate, file timeline, MP4 writer, live link with its policy.
What is modelled: how long a picture takes to encode and how large it gets, and a network that is seeded and bad.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ionia.core.failure import LiveFailure, LiveKind
from ionia.core.live.connection_events import AskKeyframe, CloseAttempt, KillAttempt, StartAttempt
from ionia.core.live.link import LiveAction, LiveLink, SendPackets, SetVideoBitrate
from ionia.core.media import AUDIO, VIDEO, EncodedPacket, MediaHeader
from ionia.core.mp4.writer import Mp4Writer
from ionia.core.timeline.file_timeline import FileTimeline, Placed
from ionia.core.timeline.packet_order import PacketInterleaver, PacketWindow
from tests.fakes.mixed_sound import MixedTick
from tests.simulation.loop import MS, Loop
from tests.simulation.video import VideoThread

Publish = Callable[[int, EncodedPacket], None]


@dataclass
class VideoEncode:
    """One picture after the other; a keyframe takes three times as long and as many bytes."""

    publish: Publish
    fps: int
    bitrate: int
    seed: int = 1
    key_wanted: bool = True
    _waiting: list[int] = field(default_factory=list)
    _done_ns: int | None = None

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311 - a seeded model, not a secret

    def take(self, index: int, now_ns: int) -> None:
        self._waiting.append(index)
        if self._done_ns is None:
            self._begin(now_ns)

    def next_ns(self) -> int | None:
        return self._done_ns

    def serve(self, now_ns: int, loop: Loop) -> None:
        index = self._waiting.pop(0)
        key, self.key_wanted = self.key_wanted or index % (2 * self.fps) == 0, False
        size = round(self.bitrate / 8 / self.fps * self._random.uniform(0.8, 1.2)) * (3 if key else 1)
        unit = (b"\x65" if key else b"\x41") + b"%d" % index + b"\xff" * size
        self._done_ns = None
        if self._waiting:
            self._begin(now_ns)
        packet = EncodedPacket(track=VIDEO, pts=index, dts=index, duration=1, keyframe=key, data=b"\0\0\0\1" + unit)
        self.publish(now_ns, packet)

    def _begin(self, now_ns: int) -> None:
        cost = self._random.uniform(5 * MS, 12 * MS) * (3 if self.key_wanted else 1)
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

    publish: Publish
    ticks: list[MixedTick] = field(default_factory=list)

    def take(self, now_ns: int, tick: MixedTick) -> None:
        self.ticks.append(tick)
        sample = (tick.index - 1) * 1024
        packet = EncodedPacket(
            track=AUDIO, pts=sample, dts=sample, duration=1024, keyframe=True, data=b"%d" % (tick.index - 1)
        )
        self.publish(now_ns, packet)


@dataclass
class Recorder:
    """The sink of a file: what went where, and the bytes."""

    header: MediaHeader
    placed: list[Placed] = field(default_factory=list)
    data: bytearray = field(default_factory=bytearray)

    def __post_init__(self) -> None:
        self.timeline = FileTimeline(fps=self.header.video.fps)
        self.window = PacketWindow(fps=self.header.video.fps)
        self.writer = Mp4Writer(self.header)

    def take(self, ordered: list[EncodedPacket]) -> None:
        for packet in self.window.take(ordered).packets:
            for placed in self.timeline.place(packet):
                self.placed.append(placed)
                self.writer.add(placed.packet)
            if self.writer.due:
                self.append()

    def append(self) -> None:
        self.data += self.writer.fragment().data
        self.writer.commit()

    def finish(self) -> bytes:
        if self.writer.pending:
            self.append()
        finale = self.writer.finish()
        whole = self.data + finale.tail
        whole[finale.patch_offset : finale.patch_offset + len(finale.patch)] = finale.patch
        return bytes(whole)


@dataclass
class Connection:
    """One that the server took: when, and what arrived."""

    attempt_id: int
    since_ns: int
    arrived: list[tuple[int, EncodedPacket]] = field(default_factory=list)


@dataclass
class Network:
    """A sender and a server behind a link of `capacity` bit/s, served every 10 ms and when the link has a deadline.

    `resets`: the connection is gone at that instant. `silences`: (from, to) in which nothing gets through.
    """

    link: LiveLink
    encode: VideoEncode
    capacity: float
    resets: Sequence[int] = ()
    silences: Sequence[tuple[int, int]] = ()
    connections: list[Connection] = field(default_factory=list)
    _attempt: int | None = None
    _accept_ns: int | None = None
    _pipe: list[EncodedPacket] = field(default_factory=list)
    _room: float = 0.0
    _bytes: int = 0
    _step_ns: int = 0

    def start(self, now_ns: int) -> None:
        self._step_ns = now_ns
        self.carry_out(self.link.start(now_ns), now_ns)

    def next_ns(self) -> int:
        deadline = self.link.deadline_ns
        return self._step_ns if deadline is None else max(min(self._step_ns, deadline), self._step_ns - 10 * MS)

    def serve(self, now_ns: int, loop: Loop) -> None:
        self._step_ns = now_ns + 10 * MS
        if any(now_ns - 10 * MS < reset <= now_ns for reset in self.resets) and self._attempt is not None:
            attempt, self._attempt = self._attempt, None
            self.carry_out(self.link.ended(attempt, LiveFailure(kind=LiveKind.NETWORK, reason="reset"), now_ns), now_ns)
        if not any(begin <= now_ns < end for begin, end in self.silences):
            self._let_through(now_ns)
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
                    self.encode.key_wanted = True
                case SetVideoBitrate(bits_per_second=bits_per_second):
                    self.encode.bitrate = bits_per_second

    def _let_through(self, now_ns: int) -> None:
        if self._attempt is not None and self._accept_ns is not None and now_ns >= self._accept_ns:
            self._accept_ns, self._bytes, self._room = None, 0, 0.0
            self.connections.append(Connection(attempt_id=self._attempt, since_ns=now_ns))
            self.carry_out(self.link.connected(self._attempt, now_ns), now_ns)
        if self._attempt is None or self._accept_ns is not None:
            return
        connection = self.connections[-1]
        self._room = min(self._room, 0) + self.capacity / 8 / 100
        while self._pipe and self._room > 0:
            packet = self._pipe.pop(0)
            self._room -= len(packet.data)
            self._bytes += len(packet.data)
            connection.arrived.append((now_ns, packet))
            count = len(connection.arrived)
            actions = self.link.progressed(
                self._attempt,
                muxed=count,
                delivered=count,
                sent_bytes=self._bytes,
                delivered_bytes=self._bytes,
                now_ns=now_ns,
            )
            self.carry_out(actions, now_ns)
            if self._attempt is None:
                return


@dataclass
class Outputs:
    """Where both encoders' packets meet: the file and the stream."""

    recorder: Recorder
    fps: int
    network: Network | None = None

    def __post_init__(self) -> None:
        self.order = PacketInterleaver(fps=self.fps, tracks=(VIDEO, AUDIO))

    def publish(self, now_ns: int, packet: EncodedPacket) -> None:
        assert self.network is not None
        link = self.network.link
        if packet.track.is_video and packet.keyframe:
            self.network.carry_out(link.announce(packet, now_ns), now_ns)
        ordered = self.order.push(packet)
        self.recorder.take(ordered)
        self.network.carry_out(link.offer(ordered, now_ns), now_ns)
