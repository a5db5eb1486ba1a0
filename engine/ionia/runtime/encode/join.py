"""One output's packets: of the feeds it wants, in one order, cut to its window, handed over without ever waiting."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Protocol

from ionia.core.media import EncodedPacket, TrackId
from ionia.core.timeline.packet_order import PacketInterleaver, PacketWindow
from ionia.runtime.encode.feed import Feed, PassBy, Take


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

    def __init__(self, subscriber: Subscriber, *, fps: int, feeds: Mapping[TrackId, Feed]) -> None:
        """`feeds` in the order of the file's tracks. Takes nothing before `begin`."""
        self.window = PacketWindow(fps=fps)  # changed under _lock
        self._subscriber = subscriber
        self._lock = threading.RLock()
        self._interleaver = PacketInterleaver(fps=fps, tracks=tuple(feeds))  # protected by _lock
        self._feeds = dict(feeds)  # protected by _lock
        self._open_feeds = len(feeds)  # protected by _lock
        self._done = False  # protected by _lock
        self._takes: dict[TrackId, Take] = {track: partial(self._taken, track) for track in feeds}
        self._passers: dict[TrackId, PassBy] = {track: partial(self._passed_by, track) for track in feeds}
        self._end: Callable[[], None] = self._ended  # one object, so that a feed finds it again

    def begin(self) -> None:
        """Packets from the next keyframe on; whoever begins asks for one."""
        for track, feed in self._feeds.items():
            feed.join(self._takes[track], self._end, self._passers[track], with_kept=True)

    def end_at(self, frame_index: int) -> None:
        """Complete once everything before frame `frame_index` was delivered."""
        with self._lock:
            self.window.end_at(frame_index)

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
            done = self._done
        before.leave(self._takes[track], self._end)
        if not done:
            to.join(self._takes[track], self._end, self._passers[track])

    def leave(self) -> None:
        """Complete now, with all there is: sound does not wait for the other track. Idempotent."""
        with self._lock:
            self._complete(self._interleaver.waiting())
        self._leave_feeds()

    def _taken(self, track: TrackId, packets: Sequence[EncodedPacket]) -> None:
        # An encode that several use can't know which of each one's tracks it is.
        packets = [packet if packet.track == track else replace(packet, track=track) for packet in packets]
        with self._lock:
            if self._done:
                return
            ordered = [ready for packet in packets for ready in self._interleaver.push(packet)]
            if ordered and self._deliver(ordered):
                self._complete(())

    def _passed_by(self, track: TrackId, position: int) -> None:
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
        """A feed has no more: with the last one goes what still waited for its order."""
        with self._lock:
            self._open_feeds -= 1
            if self._open_feeds == 0:
                self._complete(self._interleaver.flush())

    def _deliver(self, ordered: list[EncodedPacket]) -> bool:
        cut = self.window.take(ordered)
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
