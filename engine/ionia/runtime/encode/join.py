"""One output's packets: of the feeds it wants, in one order, cut to its window, handed over without ever waiting."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Generic, Protocol, TypeVar

from ionia.core.frame_rate import FrameRate
from ionia.core.media import EncodedPacket, TrackId
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
        self._feeds = dict(feeds)  # protected by _lock
        self._open_feeds = len(feeds)  # protected by _lock
        self._patient = patient  # protected by _lock
        self._done = False  # protected by _lock
        self._early: list[Callable[[], None]] | None = None  # what comes while the past is taken; protected by _lock
        self._seen: dict[TrackId, int] = {}  # the last dts of each track that the past had
        self._takes: dict[TrackId, Taker] = {track: partial(self._taken, track) for track in feeds}
        self._passers: dict[TrackId, PassBy] = {track: partial(self._passed_by, track) for track in feeds}
        self._end: Callable[[], None] = self._ended  # one object, so that a feed finds it again

    def begin(self) -> None:
        """Packets from the next keyframe on; whoever begins asks for one."""
        for track, feed in self._feeds.items():
            feed.join(self._takes[track], self._end, self._passers[track], with_kept=True, patient=self._patient)

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
            feeds = tuple(self._feeds.items())
        for track, feed in feeds:  # outside the lock: who publishes has the feed's, and wants this one
            feed.hurry(self._takes[track])
        return frame_index

    def sound_behind(self, frame_index: int) -> int:
        """Samples before that frame which the sound that lacks most has not been encoded to, delivered or waiting."""
        with self._lock:
            return 0 if self._done else self._interleaver.sound_before(frame_index)

    def missing(self) -> tuple[int, int]:
        """Frames, and samples of the sound that lacks most, that have not come yet up to the end that is set."""
        with self._lock:
            video = [self.window.missing(track) for track in self._feeds if track.is_video]
            sound = [self.window.missing(track) for track in self._feeds if not track.is_video]
            return max(video, default=0), max(sound, default=0)

    def change_feed(self, track: TrackId, to: Feed) -> None:
        """Take a track from another feed. On the thread that publishes both, so that no packet is between them."""
        with self._lock:
            before, self._feeds[track] = self._feeds[track], to
            done, patient = self._done, self._patient
        before.leave(self._takes[track], self._end)
        if not done:
            to.join(self._takes[track], self._end, self._passers[track], patient=patient)
        with self._lock:
            hurried = patient and not self._patient
        if hurried:  # an end was set meanwhile
            to.hurry(self._takes[track])

    def leave(self) -> None:
        """Complete now, with all there is: sound does not wait for the other track. Idempotent."""
        with self._lock:
            self._complete(self._interleaver.rest())
        self._leave_feeds()

    def _taken(self, track: TrackId, packets: Sequence[EncodedPacket]) -> None:
        with self._lock:
            if self._set_aside(partial(self._take, track, packets)):
                return
        self._take(track, packets)

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

    def _passed_by(self, track: TrackId, position: int) -> None:
        with self._lock:
            if self._set_aside(partial(self._pass_by, track, position)):
                return
        self._pass_by(track, position)

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

    def _ended(self) -> None:
        with self._lock:
            if self._set_aside(self._end_feed):
                return
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
            feeds = tuple(self._feeds.items())
        for track, feed in feeds:
            feed.leave(self._takes[track], self._end)
