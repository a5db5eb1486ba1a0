"""An encoder, a sender's socket and a link in virtual time, to run the buffer and the bitrate controller against.

Everything advances in steps of 10 ms in one thread; the only randomness is seeded. It decides nothing that a test
asserts: it makes packets as an encoder would and delivers bytes as a link would.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from ionia.core.live.bitrate import BitrateController
from ionia.core.live.stream_buffer import BufferAction, ReconnectAtNow, RequestKeyframe, StreamBuffer
from ionia.core.media import AUDIO, VIDEO, EncodedPacket, TrackId

STEP_NS = 10_000_000
S = 1_000_000_000
FPS = 30
AUDIO_BITRATE = 192_000
SOCKET_BYTES = 90_000
"""What Linux really holds for a send_buffer_size of 64 KiB."""


@dataclass
class Simulation:
    """`capacity` gives the link's bit/s at a second. Run it, then look at what was noted."""

    capacity: Callable[[float], float]
    target: int = 5_000_000
    adaptive: bool = True
    seed: int = 1
    limit_ns: int = 2 * S
    buffer: StreamBuffer = field(init=False)
    latencies: list[tuple[float, float]] = field(default_factory=list)  # (second, seconds) of each delivered packet
    bitrates: list[tuple[float, int]] = field(default_factory=list)  # each change
    pictures: list[tuple[float, int]] = field(default_factory=list)  # (second of arrival, frame index)
    audio_delivered: int = 0
    reconnects: int = 0
    bytes_made: list[tuple[float, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)  # noqa: S311 - a seeded model, not a secret
        self.buffer = StreamBuffer(fps=FPS, limit_ns=self.limit_ns)
        self.controller = BitrateController(target=self.target, audio=AUDIO_BITRATE)
        self.now = 0
        self.frame = 0
        self.tick = 0
        self.encoder_rate = float(self.target)
        self.key_wanted = True
        self.debt = 0.0
        self.socket: list[tuple[EncodedPacket, int]] = []  # (packet, when it was made), bytes left in front
        self.front_left = 0.0
        self.pipe: list[EncodedPacket] = []
        self.made_ns: dict[tuple[TrackId, int], int] = {}
        self.muxed = self.delivered = 0
        self.delivered_bytes = 0.0

    def run(self, seconds: float) -> None:
        """Advance by so many seconds."""
        end = self.now + round(seconds * S)
        while self.now < end:
            self._encode()
            self.pipe += self.buffer.take()
            self._send()
            if self.now % (100_000_000) == 0:
                self._control()
            self.now += STEP_NS

    def _note(self, actions: list[BufferAction]) -> None:
        for action in actions:
            if isinstance(action, RequestKeyframe):
                self.key_wanted = True
            elif isinstance(action, ReconnectAtNow):
                self.reconnects += 1

    def _encode(self) -> None:
        """CBR with a one-second rate buffer: keyframes cost four pictures and the next ones pay for it."""
        while self.frame * S <= self.now * FPS:
            wanted = self.controller.bitrate if self.adaptive else self.target
            self.encoder_rate += (wanted - self.encoder_rate) * 0.08
            mean = self.encoder_rate / 8 / FPS
            key = self.key_wanted or self.frame % 60 == 0
            self.key_wanted = False
            size = mean * self.random.uniform(0.85, 1.15)
            if key:
                size *= max(1.0, 4 - self.debt / (2 * mean))
                self.debt += size - mean
            elif self.debt > 0:
                saved = min(self.debt, size * 0.4)
                self.debt -= saved
                size -= saved
            self._push(VIDEO, self.frame, round(size), key=key)
            self.frame += 1
        while self.tick * 1024 * S <= self.now * 48_000:
            self._push(AUDIO, self.tick * 1024, 512, key=True)
            self.tick += 1

    def _push(self, track: TrackId, dts: int, size: int, *, key: bool) -> None:
        self.made_ns[track, dts] = self.now
        self.bytes_made.append((self.now / S, size))
        packet = EncodedPacket(track=track, pts=dts, dts=dts, duration=1, keyframe=key, data=bytes(size))
        self._note(self.buffer.push(packet, self.now))

    def _send(self) -> None:
        room = self.capacity(self.now / S) / 8 * STEP_NS / S
        while True:
            self._fill()
            if not self.socket or room <= 0:
                break
            sent = min(room, self.front_left)
            room -= sent
            self.front_left -= sent
            self.delivered_bytes += sent
            if self.front_left <= 0:
                packet, _ = self.socket.pop(0)
                self.front_left = len(self.socket[0][0].data) if self.socket else 0
                self._arrived(packet)

    def _fill(self) -> None:
        """From the pipe into the socket while that has room; tell the buffer."""
        while self.pipe and sum(len(packet.data) for packet, _ in self.socket) < SOCKET_BYTES:
            packet = self.pipe.pop(0)
            if not self.socket:
                self.front_left = len(packet.data)
            self.socket.append((packet, self.now))
            self.muxed += 1
            self._note(self.buffer.acknowledge(muxed=self.muxed, delivered=self.delivered, now_ns=self.now))
            self.pipe += self.buffer.take()

    def _arrived(self, packet: EncodedPacket) -> None:
        self.delivered += 1
        self._note(self.buffer.acknowledge(muxed=self.muxed, delivered=self.delivered, now_ns=self.now))
        self.latencies.append((self.now / S, (self.now - self.made_ns[packet.track, packet.dts]) / S))
        if packet.track == VIDEO:
            self.pictures.append((self.now / S, packet.dts))
        else:
            self.audio_delivered += 1

    def _control(self) -> None:
        changed = self.controller.observe(
            latency_ns=self.buffer.latency_ns(self.now), delivered_bytes=int(self.delivered_bytes), now_ns=self.now
        )
        if self.adaptive and changed is not None:
            self.bitrates.append((self.now / S, changed))
