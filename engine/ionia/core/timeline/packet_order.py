"""From two encoders to one sequence: DTS order across the tracks, and the window of it that one sink wants."""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter

from ionia.core.frame_rate import FrameRate
from ionia.core.media import AUDIO_TICK_SAMPLES, SAMPLE_RATE, EncodedPacket, TrackId
from ionia.core.timeline.start_gate import StartGate

FIRST_WAIT_SECONDS = 120
"""How long sound waits for the very first picture: two encoders may be given up before that (decision 0438). It is two
megabytes of a sound."""


class _Scale:
    """One count of time for both tracks, in which a frame and a sample are whole numbers: exact at any frame rate."""

    def __init__(self, fps: FrameRate) -> None:
        self.frame = SAMPLE_RATE * fps.denominator
        self.sample = fps.numerator
        self.second = SAMPLE_RATE * fps.numerator

    def unit(self, track: TrackId) -> int:
        """What one of the track's own units is."""
        return self.frame if track.is_video else self.sample

    def position(self, packet: EncodedPacket) -> int:
        """Where it goes: at its dts, but a keyframe where it is shown.

        With B-frames a keyframe's dts is a frame earlier. Nothing behind it is shown before it, and what begins with it
        ends what was before: the sound up to there belongs to that.
        """
        if packet.track.is_video:
            return (packet.pts if packet.keyframe else packet.dts) * self.frame
        return packet.dts * self.sample

    def end(self, packet: EncodedPacket) -> int:
        """Where it has lasted its duration."""
        return (packet.dts + packet.duration) * self.unit(packet.track)


_Queued = tuple[int, int, EncodedPacket]
"""A packet that waits: its position, the rank of its track, and itself."""

_turn = itemgetter(0, 1)


class PacketInterleaver:
    """Holds packets back until none that comes later can have to go before them.

    Where several have the same instant they go in the order of `tracks`. A track that falls silent for longer than
    `max_wait_seconds` no longer holds the others back: late order is better than no file. What it then delivers late
    is passed on as it comes; sinks may rely on order within a track always, across tracks while all flow. The first
    picture is waited for much longer: no file and no connection begins without it, and sound that went on before it
    would be in none.
    """

    def __init__(self, *, fps: FrameRate, tracks: Sequence[TrackId], max_wait_seconds: int = 5) -> None:
        self._scale = _Scale(fps)
        self._max_wait: int | None = FIRST_WAIT_SECONDS * self._scale.second  # None: for ever
        self._later_wait: int | None = (
            max_wait_seconds * self._scale.second
        )  # once there was a picture; None: there was
        self._rank = {track: rank for rank, track in enumerate(tracks)}
        self._waiting: dict[TrackId, deque[_Queued]] = {track: deque() for track in tracks}
        self._passed: dict[TrackId, int] = {}
        self._heard: dict[TrackId, int] = {}  # where the last packet of each sound ended
        self._newest = -(10**30)

    def push(self, packet: EncodedPacket) -> list[EncodedPacket]:
        """Take the next packet of its track and return what may go now, in order."""
        return self.push_all((packet,))

    def push_all(self, packets: Iterable[EncodedPacket]) -> list[EncodedPacket]:
        """Take the next packets, each track's in its order, and return what may go now, in order."""
        newest = self._newest
        for packet in packets:
            track = packet.track
            position = self._scale.position(packet)
            self._waiting[track].append((position, self._rank[track], packet))
            newest = max(newest, position)
            if self._later_wait is not None and track.is_video:
                self._max_wait, self._later_wait = self._later_wait, None
        self._newest = newest
        return self._ready()

    def pass_by(self, track: TrackId, position: int) -> list[EncodedPacket]:
        """Nothing of this track comes before `position`, in its own units, any more: return what may go now."""
        self._passed[track] = position * self._scale.unit(track)
        return self._ready()

    def wait_for_all(self) -> None:
        """Hold back for as long as it takes: the end is near, and what goes ahead of the others must not bring it."""
        self._max_wait = self._later_wait = None

    def sound_before(self, frame: int) -> int:
        """Samples before `frame` that the sound which lacks most has not had yet, gone on or waiting here."""
        ends = [self._end_of(track) or 0 for track in self._waiting if not track.is_video]
        return max((max(0, frame * self._scale.frame - end) // self._scale.sample for end in ends), default=0)

    @property
    def reached_frame(self) -> int | None:
        """All that comes from now on lies in this frame or later; None while a track has not said so."""
        positions = []
        for track, queue in self._waiting.items():
            position = queue[0][0] if queue else self._passed.get(track)
            if position is None:
                return None
            positions.append(position)
        return min(positions) // self._scale.frame

    def flush(self) -> list[EncodedPacket]:
        """Everything that is left, in order."""
        rest = self.waiting()
        for queue in self._waiting.values():
            queue.clear()
        return rest

    def waiting(self) -> list[EncodedPacket]:
        """What `flush` would give; it stays."""
        return [packet for _, _, packet in self._in_order()]

    def rest(self) -> list[EncodedPacket]:
        """What `waiting` gives, but for packets that some of the sounds have not had yet: each ends with as many.

        Those of filtered sounds come a tick later than others, and of one tick some have come and some have not. A
        sound that stays away by more than that has ended, and the others are kept.
        """
        ends = [self._end_of(track) for track in self._waiting if not track.is_video]
        known = [end for end in ends if end is not None]
        if len(known) < len(ends) or not known or max(known) - min(known) > 2 * AUDIO_TICK_SAMPLES * self._scale.sample:
            return self.waiting()
        return [packet for packet in self.waiting() if packet.track.is_video or self._scale.end(packet) <= min(known)]

    def _end_of(self, track: TrackId) -> int | None:
        """Where the last packet of a sound ended; None if there was none."""
        if queue := self._waiting[track]:
            return self._scale.end(queue[-1][2])
        return self._heard.get(track)

    def _in_order(self) -> list[_Queued]:
        """All that waits."""
        return sorted((queued for queue in self._waiting.values() for queued in queue), key=_turn)

    def _may_go(self, first: _Queued, absent: Iterable[TrackId]) -> bool:
        """Whether nothing comes before it any more, or has been waited for too long. `absent`: tracks of which nothing
        waits.

        A sound goes on where it ended: so sounds go together, and whatever ends has as many packets of each.
        """
        at, _, packet = first
        picture = packet.track.is_video
        for track in absent:
            if not (self._passed.get(track, at) > at or (not picture and self._heard.get(track, at) > at)):
                return self._max_wait is not None and self._newest - at > self._max_wait
        return True

    def _ready(self) -> list[EncodedPacket]:
        heads = [queue[0] for queue in self._waiting.values() if queue]
        absent = [track for track, queue in self._waiting.items() if not queue]
        if not heads or not self._may_go(min(heads, key=_turn), absent):
            return []  # as after most packets where there are several sounds
        ready: list[EncodedPacket] = []
        for queued in self._in_order():
            if absent and not self._may_go(queued, absent):
                break
            packet = queued[2]
            queue = self._waiting[packet.track]
            queue.popleft()
            ready.append(packet)
            if not packet.track.is_video:
                self._heard[packet.track] = queued[0] + packet.duration * self._scale.sample
            if not queue:
                absent.append(packet.track)
        return ready


def is_needed_before(picture: EncodedPacket, end: int) -> bool:
    """Whether B-frames that are shown before frame `end` may refer to this picture, which is shown there or later.

    What comes after it is shown later than its dts: frames between that and the end may be yet to come.
    """
    return picture.dts < end - 1 and not picture.keyframe


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """What one `PacketWindow.take` lets through, and whether the window is complete."""

    packets: tuple[EncodedPacket, ...]
    done: bool


class PacketWindow:
    """The part of ordered packets that belongs to one output: from a keyframe to a frame index.

    Begins with the first keyframe from frame `begin_index` on, and the sound that a decoder needs before it
    (`StartGate`): a player decodes that and an edit list hides it.
    Ends before frame `end_index` once that is set: audio ends with the packet whose middle lies before the cut. One
    that ends before it began has that keyframe all the same: a file has a picture. One that would end among B-frames
    ends behind the picture that these refer to.
    """

    def __init__(self, *, fps: FrameRate) -> None:
        self._scale = _Scale(fps)
        self._gate = StartGate(fps=fps, preroll=True)
        self._begin_index: int | None = None
        self._first_index: int | None = None
        self._end_index: int | None = None
        self._reached: dict[TrackId, int] = {}
        self._shown = 0  # behind the last picture that was let through

    @property
    def first_index(self) -> int | None:
        """Frame index of the keyframe that the window began with."""
        return self._first_index

    def begin_at(self, index: int | None) -> None:
        """Begin with no keyframe before frame `index`: an encode of others may be behind. None: with the first one."""
        self._begin_index = index

    def end_at(self, index: int) -> None:
        """Let nothing of frame `index` or later through. A later call can only bring the end nearer.

        What has gone through stays, and so do the B-frames before it.
        """
        index = max(index, self._shown)
        self._end_index = index if self._end_index is None else min(index, self._end_index)

    def take(self, packets: list[EncodedPacket]) -> Cut:
        """Sort ordered packets into the window; `done` once nothing more can belong to it."""
        if self._end_index is None and self._first_index is not None:  # as most of the time
            for packet in packets:
                if packet.track.is_video:
                    self._went_through(packet)
            return Cut(packets=self._passed_through(self._gate.take(packets)), done=False)
        inside = []
        done = False
        begun = self._gate.begun
        for packet in packets:
            if not begun:
                begun = self._begins(packet)
                if begun or not packet.track.is_video:
                    inside.append(packet)
            elif self._end_index is None or not self._past_end(packet, self._end_index):
                inside.append(packet)
                if packet.track.is_video:
                    self._went_through(packet)
            elif self._scale.position(packet) >= self._end_index * self._scale.frame:
                done = True
        taken = self._gate.take(inside)
        if self._first_index is None and self._gate.begun:
            self._first_index = next(packet.pts for packet in taken if packet.track.is_video)
        return Cut(packets=self._passed_through(taken), done=done)

    def _passed_through(self, packets: list[EncodedPacket]) -> tuple[EncodedPacket, ...]:
        reached = self._reached
        for packet in packets:
            end = packet.pts + packet.duration
            if end > reached.get(packet.track, end - 1):
                reached[packet.track] = end
        return tuple(packets)

    def passed(self, track: TrackId, position: int) -> None:
        """All of this track that lies before `position`, in its own units, was let through, or there is none."""
        self._reached[track] = max(position, self._reached.get(track, position))

    def missing(self, track: TrackId) -> int:
        """How much of this track has not come yet, up to the end that is set: frames, or samples.

        0 without an end, without a beginning, and for what a packet of sound is cut by.
        """
        if self._end_index is None or self._first_index is None:
            return 0
        if track.is_video:
            return max(0, self._end_index - self._reached.get(track, self._first_index))
        first, end = (index * self._scale.frame // self._scale.sample for index in (self._first_index, self._end_index))
        missing = end - self._reached.get(track, first)
        return missing if missing > AUDIO_TICK_SAMPLES else 0

    def is_over(self, frame: int) -> bool:
        """Whether nothing that lies in `frame` or later belongs to it."""
        return self._end_index is not None and self._gate.begun and frame >= self._end_index

    def _begins(self, packet: EncodedPacket) -> bool:
        """Whether it is the keyframe to begin with, which is inside whatever the end."""
        if not (packet.track.is_video and packet.keyframe):
            return False
        if self._begin_index is not None and packet.pts < self._begin_index:
            return False
        if self._end_index is not None:
            self._end_index = max(self._end_index, packet.pts + 1)
        return True

    def _went_through(self, picture: EncodedPacket) -> None:
        self._shown = max(self._shown, picture.pts + picture.duration)
        if self._end_index is not None and picture.pts >= self._end_index:
            self._end_index = self._shown

    def _past_end(self, packet: EncodedPacket, end: int) -> bool:
        if packet.track.is_video:
            return packet.pts >= max(end, self._shown) and not is_needed_before(packet, end)
        return (2 * packet.pts + packet.duration) * self._scale.sample >= 2 * end * self._scale.frame
