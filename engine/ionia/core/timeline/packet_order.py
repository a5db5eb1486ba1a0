"""From two encoders to one sequence: DTS order across the tracks, and the window of it that one sink wants."""

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from ionia.core.media import SAMPLE_RATE, EncodedPacket, TrackId


def _position(packet: EncodedPacket, fps: int) -> int:
    """The dts on the common scale of 1 / (fps × 48000) s, exactly."""
    return packet.dts * (SAMPLE_RATE if packet.track.is_video else fps)


class PacketInterleaver:
    """Holds packets back until none that comes later can have to go before them.

    Where several have the same instant they go in the order of `tracks`. A track that falls silent for longer than
    `max_wait_seconds` no longer holds the others back: late order is better than no file. What it then delivers late
    is passed on as it comes; sinks may rely on order within a track always, across tracks while all flow.
    """

    def __init__(self, *, fps: int, tracks: Sequence[TrackId], max_wait_seconds: int = 5) -> None:
        self._fps = fps
        self._max_wait = max_wait_seconds * fps * SAMPLE_RATE
        self._rank = {track: rank for rank, track in enumerate(tracks)}
        self._waiting: dict[TrackId, deque[EncodedPacket]] = {track: deque() for track in tracks}
        self._newest = -(10**30)

    def push(self, packet: EncodedPacket) -> list[EncodedPacket]:
        """Take the next packet of its track and return what may go now, in order."""
        self._waiting[packet.track].append(packet)
        self._newest = max(self._newest, _position(packet, self._fps))
        return self._ready()

    def flush(self) -> list[EncodedPacket]:
        """Everything that is left, in order."""
        rest = self.waiting()
        for queue in self._waiting.values():
            queue.clear()
        return rest

    def waiting(self) -> list[EncodedPacket]:
        """What `flush` would give; it stays."""
        rest = [packet for queue in self._waiting.values() for packet in queue]
        return sorted(rest, key=self._turn)

    def _turn(self, packet: EncodedPacket) -> tuple[int, int]:
        return _position(packet, self._fps), self._rank[packet.track]

    def _ready(self) -> list[EncodedPacket]:
        ready: list[EncodedPacket] = []
        while True:
            heads = [queue[0] for queue in self._waiting.values() if queue]
            if not heads:
                return ready
            first = min(heads, key=self._turn)
            everyone = len(heads) == len(self._waiting)
            if not everyone and self._newest - _position(first, self._fps) <= self._max_wait:
                return ready
            ready.append(self._waiting[first.track].popleft())


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """What one `PacketWindow.take` lets through, and whether the window is complete."""

    packets: tuple[EncodedPacket, ...]
    done: bool


class PacketWindow:
    """The part of a pipeline's ordered packets that belongs to one sink: from a keyframe to a frame index.

    Begins with the first keyframe it sees. AAC frames overlap their predecessor, so the audio packets that touch
    the 1024 samples before that keyframe go first: a player decodes them and an edit list hides them.
    Ends before frame `end_index` once that is set: audio ends with the packet whose middle lies before the cut.
    """

    PREROLL_SAMPLES = 1024

    def __init__(self, *, fps: int) -> None:
        self._fps = fps
        self._preroll: defaultdict[TrackId, deque[EncodedPacket]] = defaultdict(partial(deque, maxlen=4))
        self._first_index: int | None = None
        self._end_index: int | None = None

    @property
    def first_index(self) -> int | None:
        """Frame index of the keyframe that the window began with."""
        return self._first_index

    def end_at(self, index: int) -> None:
        """Let nothing of frame `index` or later through. A later call can only bring the end nearer."""
        self._end_index = index if self._end_index is None else min(index, self._end_index)

    def take(self, packets: list[EncodedPacket]) -> Cut:
        """Sort ordered packets into the window; `done` once nothing more can belong to it."""
        taken: list[EncodedPacket] = []
        done = False
        for packet in packets:
            if self._end_index is not None and self._past_end(packet, self._end_index):
                done = done or _position(packet, self._fps) >= self._end_index * SAMPLE_RATE
                continue
            if self._first_index is not None:
                taken.append(packet)
            elif not packet.track.is_video:
                self._preroll[packet.track].append(packet)
            elif packet.keyframe:
                self._first_index = packet.pts
                taken.extend(self._preroll_of(packet))
                taken.append(packet)
        return Cut(packets=tuple(taken), done=done)

    def _past_end(self, packet: EncodedPacket, end: int) -> bool:
        if packet.track.is_video:
            return packet.pts >= end
        return (2 * packet.pts + packet.duration) * self._fps >= 2 * end * SAMPLE_RATE

    def _preroll_of(self, keyframe: EncodedPacket) -> list[EncodedPacket]:
        """Audio packets heard so far that reach into the preroll of `keyframe`."""
        limit = keyframe.pts * SAMPLE_RATE - self.PREROLL_SAMPLES * self._fps
        heard = [packet for early in self._preroll.values() for packet in early]
        kept = [packet for packet in heard if (packet.pts + packet.duration) * self._fps > limit]
        self._preroll.clear()
        return sorted(kept, key=lambda packet: packet.dts)
