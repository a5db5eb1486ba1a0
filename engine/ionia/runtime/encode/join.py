"""One output's packets: of the feeds it wants, in one order, cut to its window, handed over without ever waiting."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Generic, Protocol, TypeVar

from ionia.core.frame_rate import FrameRate
from ionia.core.media import EncodedPacket, TrackId
from ionia.core.timeline.crossing import Crossing
from ionia.core.timeline.packet_order import PacketInterleaver, PacketWindow
from ionia.core.timeline.replay_ring import Held
from ionia.runtime.encode.feed import Feed, PassBy, Taker

T = TypeVar("T")

Begun = Callable[[int], None]
"""Called once, with the frame index of the first keyframe, before that is delivered. As `deliver`: nothing may wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Past(Generic[T]):
    """What another join of the same feeds has had: `held` in order, and what waits there for its order."""

    held: Held[T]
    waiting: tuple[EncodedPacket, ...]


class Subscriber(Protocol):
    """Takes packets on an encoder's thread: must only queue them. Nothing here may wait or raise."""

    def deliver(self, packets: Sequence[EncodedPacket]) -> None:
        """Packets in DTS order, beginning with a keyframe (preceded by the audio it needs)."""
        ...

    def complete(self) -> None:
        """Nothing more will come. Called once."""
        ...


@dataclass(slots=True, eq=False, kw_only=True)
class _Inflow:
    """A feed that is taken from, and what it was told to call: each one object, so that the feed finds it again."""

    feed: Feed
    take: Taker
    pass_by: PassBy
    end: Callable[[], None]

    def begin(self, *, patient: bool, with_kept: bool = False) -> None:
        self.feed.join(self.take, self.end, self.pass_by, with_kept=with_kept, patient=patient)

    def hurry(self) -> None:
        self.feed.hurry(self.take)

    def leave(self) -> None:
        self.feed.leave(self.take, self.end)


@dataclass(slots=True, kw_only=True)
class _Crossing:
    """A track that goes over to another feed, and where that comes in."""

    packets: Crossing
    to: _Inflow
    over: threading.Event = field(default_factory=threading.Event)


class Join:
    """Any thread. One lock; it is held only to sort packets and to queue them, never across libav or I/O."""

    def __init__(
        self,
        subscriber: Subscriber,
        *,
        fps: FrameRate,
        feeds: Mapping[TrackId, Feed],
        begun: Begun = lambda _: None,
        patient: bool = False,
    ) -> None:
        """`feeds` in the order of the file's tracks. Takes nothing before `begin`.

        `patient`: packets may come some at a time, until an end is set.
        """
        self.window = PacketWindow(fps=fps)  # changed under _lock
        self._subscriber = subscriber
        self._begun: Begun | None = begun
        self._lock = threading.RLock()
        self._interleaver = PacketInterleaver(fps=fps, tracks=tuple(feeds))  # protected by _lock
        self._open_feeds = len(feeds)  # protected by _lock
        self._patient = patient  # protected by _lock
        self._done = False  # protected by _lock
        self._early: list[Callable[[], None]] | None = None  # what comes while the past is taken; protected by _lock
        self._seen: dict[TrackId, int] = {}  # the last dts of each track that the past had
        self._reached: dict[TrackId, int] = {}  # behind the newest packet of each track; protected by _lock
        self._inflows = {track: self._inflow(track, feed) for track, feed in feeds.items()}  # protected by _lock
        self._crossings: dict[TrackId, _Crossing] = {}  # protected by _lock
        self._landed: dict[TrackId, Crossing] = {}  # what may still bring packets of before; protected by _lock

    def begin(self) -> None:
        """Packets from the next keyframe on; whoever begins asks for one."""
        for inflow in tuple(self._inflows.values()):
            inflow.begin(with_kept=True, patient=self._patient)

    def begin_with(self, reach_back: Callable[[], "Past[T] | None"], *, since: int) -> "Past[T] | None":
        """Begin with packets of the past, as if this had been here then; None: there is none, and it begins as usual.

        As usual is with the first keyframe from frame `since` on.

        `reach_back` is asked once this takes from every feed: what was published before is in the past, what comes
        after comes here, and what is in both goes once. No encoder waits meanwhile.
        """
        with self._lock:
            self._early = []
        self.begin()
        past = reach_back()
        with self._lock:
            self.window.begin_at(since if past is None else None)
        if past is not None:
            for packet in (*past.held.packets, *past.waiting):
                self._seen[packet.track] = packet.dts
            for bite in past.held.bites():  # nobody else delivers as long as what comes is set aside
                self._deliver(list(bite))
            self._push(past.waiting)
        while True:
            with self._lock:
                early, self._early = self._early, []
                if not early:
                    self._early = None
                    return past
            for happened in early:
                happened()

    def past(self, last: Callable[[], "Held[T] | None"]) -> "Past[T] | None":
        """What the subscriber held (`last`), and what has not come to it yet, at one moment."""
        with self._lock:
            held = last()
            return None if held is None else Past(held=held, waiting=tuple(self._interleaver.waiting()))

    def _set_aside(self, happened: Callable[[], None]) -> bool:
        """Whether it is for later. The lock is held."""
        if self._early is None:
            return False
        self._early.append(happened)
        return True

    def end_at(self, decide: Callable[[], int]) -> int:
        """Complete once everything before the frame that `decide` names was delivered; that frame.

        Nothing is delivered while it decides: so of what it counts as ended, nothing has come through.
        """
        with self._lock:
            frame_index = decide()
            self.window.end_at(frame_index)
            self._interleaver.wait_for_all()
            self._patient = False
            inflows = tuple(self._inflows.values())
        for inflow in inflows:  # outside the lock: who publishes has the feed's, and wants this one
            inflow.hurry()
        return frame_index

    def sound_behind(self, frame_index: int) -> int:
        """Samples before that frame which the sound that lacks most has not been encoded to, delivered or waiting."""
        with self._lock:
            return 0 if self._done else self._interleaver.sound_before(frame_index)

    def missing(self) -> tuple[int, int]:
        """Frames, and samples of the sound that lacks most, that have not come yet up to the end that is set."""
        with self._lock:
            video = [self.window.missing(track) for track in self._inflows if track.is_video]
            sound = [self.window.missing(track) for track in self._inflows if not track.is_video]
            return max(video, default=0), max(sound, default=0)

    def change_feed(self, track: TrackId, to: Feed) -> None:
        """Take a track from another feed. On the thread that publishes both, so that no packet is between them."""
        inflow = self._inflow(track, to)
        with self._lock:
            before, self._inflows[track] = self._inflows[track], inflow
            done, patient = self._done, self._patient
        before.leave()
        if not done:
            inflow.begin(patient=patient)
        with self._lock:
            hurried = patient and not self._patient
        if hurried:  # an end was set meanwhile
            inflow.hurry()

    def cross(self, track: TrackId, to: Feed, at: int) -> threading.Event | None:
        """Take a track from another feed from frame `at` on, of which both make a keyframe, each on its own thread.

        What is set once the feed before has given all that lies before that; `land` then. None, and nothing has
        changed, where it has given that frame already.
        """
        inflow = self._inflow(track, to)
        crossing = _Crossing(packets=Crossing(at), to=inflow)
        with self._lock:
            if self._reached.get(track, at) > at:
                return None
            self._crossings[track] = crossing
            if self._done:
                crossing.over.set()
            patient = self._patient
        inflow.begin(patient=patient)
        return crossing.over

    def land(self, track: TrackId) -> None:
        """Leave the feed before for good, whatever it still has."""
        with self._lock:
            crossing = self._crossings.pop(track)
            before, self._inflows[track] = self._inflows[track], crossing.to
            self._landed[track] = crossing.packets
            self._push(crossing.packets.end())
        before.leave()

    def leave(self) -> None:
        """Complete now, with all there is: sound does not wait for the other track. Idempotent."""
        with self._lock:
            self._complete(self._interleaver.rest())
        self._leave_feeds()

    def _inflow(self, track: TrackId, feed: Feed) -> _Inflow:
        def take(packets: Sequence[EncodedPacket]) -> None:
            self._taken(track, inflow, packets)

        def pass_by(position: int) -> None:
            self._passed_by(track, inflow, position)

        inflow = _Inflow(feed=feed, take=take, pass_by=pass_by, end=lambda: self._ended(track, inflow))
        return inflow

    def _taken(self, track: TrackId, inflow: _Inflow, packets: Sequence[EncodedPacket]) -> None:
        with self._lock:
            crossing = self._crossings.get(track)
            if inflow is self._inflows[track]:
                if (landed := self._landed.get(track)) is not None:
                    packets = landed.coming(packets)
                if packets:
                    self._reached[track] = 1 + (
                        max(packet.pts for packet in packets) if track.is_video else packets[-1].pts
                    )
                if crossing is not None:
                    packets = crossing.packets.leaving(packets)
                    self._tell_over(crossing)
            elif crossing is None:
                return  # of a feed that was left
            else:
                packets = crossing.packets.coming(packets)
            if packets and not self._set_aside(partial(self._take, track, packets)):
                self._take(track, packets)

    @staticmethod
    def _tell_over(crossing: _Crossing) -> None:
        if crossing.packets.over:
            crossing.over.set()

    def _take(self, track: TrackId, packets: Sequence[EncodedPacket]) -> None:
        # An encode that several use can't know which of each one's tracks it is.
        packets = [packet if packet.track == track else packet.on(track) for packet in packets]
        if (seen := self._seen.get(track)) is not None:
            packets = [packet for packet in packets if packet.dts > seen]
        self._push(packets)

    def _push(self, packets: Sequence[EncodedPacket]) -> None:
        with self._lock:
            if self._done:
                return
            ordered = self._interleaver.push_all(packets)
            if ordered and self._deliver(ordered):
                self._complete(())

    def _passed_by(self, track: TrackId, inflow: _Inflow, position: int) -> None:
        with self._lock:
            passed: int | None = position
            packets: list[EncodedPacket] = []
            crossing = self._crossings.get(track)
            if inflow is self._inflows[track]:
                self._reached[track] = position
                if crossing is not None:
                    packets, passed = crossing.packets.leaving_passes(position)
                    self._tell_over(crossing)
            else:
                passed = None if crossing is None else crossing.packets.coming_passes(position)
            if packets and not self._set_aside(partial(self._take, track, packets)):
                self._take(track, packets)
            if passed is not None and not self._set_aside(partial(self._pass_by, track, passed)):
                self._pass_by(track, passed)

    def _pass_by(self, track: TrackId, position: int) -> None:
        """An encoder rests: what waited for its packets goes on, and an end may be reached by nothing but time."""
        with self._lock:
            if self._done:
                return
            self.window.passed(track, position)
            ordered = self._interleaver.pass_by(track, position)
            reached = self._interleaver.reached_frame
            if (ordered and self._deliver(ordered)) or (reached is not None and self.window.is_over(reached)):
                self._complete(())

    def _ended(self, track: TrackId, inflow: _Inflow) -> None:
        with self._lock:
            crossing = self._crossings.get(track)
            if crossing is not None and inflow is not crossing.to:  # what comes after it ends later
                self._push(crossing.packets.end())
                self._tell_over(crossing)
            elif not self._set_aside(self._end_feed):
                self._end_feed()

    def _end_feed(self) -> None:
        """A feed has no more: with the last one goes what still waited for its order."""
        with self._lock:
            self._open_feeds -= 1
            if self._open_feeds == 0:
                self._complete(self._interleaver.rest())

    def _deliver(self, ordered: list[EncodedPacket]) -> bool:
        cut = self.window.take(ordered)
        if self._begun is not None and self.window.first_index is not None:
            begun, self._begun = self._begun, None
            begun(self.window.first_index)
        if cut.packets:
            self._subscriber.deliver(cut.packets)
        return cut.done

    def _complete(self, ordered: Sequence[EncodedPacket]) -> None:
        if self._done:
            return
        self._done = True
        if ordered:
            self._deliver(list(ordered))
        self._subscriber.complete()

    def _leave_feeds(self) -> None:
        with self._lock:
            inflows = [*self._inflows.values(), *(crossing.to for crossing in self._crossings.values())]
        for inflow in inflows:
            inflow.leave()
