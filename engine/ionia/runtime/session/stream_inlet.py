"""What one encode of a stream brings for its servers, until the stream's thread takes it."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ionia.core.live.rendition import Rendition
from ionia.core.media import VIDEO, EncodedPacket, MediaHeader
from ionia.core.ports import Clock
from ionia.runtime.encode.session_feeds import SessionFeeds

SOUND_WAITS_NS = 40_000_000
"""How long sound waits for a picture to go with, so that a thread of each server needn't wake up for it alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """Packets in order, and the newest keyframe that isn't in order yet."""

    packets: Sequence[EncodedPacket] = ()
    keyframe: EncodedPacket | None = None


class StreamInlet:
    """A `Subscriber` of one encode. Any thread; `hold` comes before all others but `rendition`."""

    def __init__(self, rendition: Rendition, *, clock: Clock, rouse: Callable[[], None]) -> None:
        """`rouse` is called when what waits is worth taking."""
        self.rendition = rendition
        self.bitrate = rendition.video_bitrate
        """In force when it was looked at last, bit/s."""
        self._clock = clock
        self._rouse = rouse
        self._feeds: SessionFeeds | None = None  # since `hold`
        self._resting = False  # the stream's thread
        self._skipped0 = 0  # before `hold`
        self._skipped: int | None = None  # in all, once it is over
        self._lock = threading.Lock()
        self._packets: list[EncodedPacket] = []  # protected by _lock
        self._since_ns = 0  # when the first of them came; protected by _lock
        self._keyframe: EncodedPacket | None = None  # newest announced one, protected by _lock

    def hold(self, feeds: SessionFeeds) -> None:
        """Where packets will come from."""
        self._feeds = feeds
        self._skipped0 = feeds.video_snapshot().skipped

    @property
    def feeds(self) -> SessionFeeds:
        """Where packets come from."""
        if self._feeds is None:
            raise RuntimeError("there are feeds before a stream begins")
        return self._feeds

    @property
    def header(self) -> MediaHeader:
        """What servers get of it."""
        return self.feeds.header

    def look(self) -> int:
        """The bit rate in force, bit/s; the last one once it is over."""
        if self._feeds is not None:
            self.bitrate = self._feeds.bitrate
        return self.bitrate

    @property
    def skipped(self) -> int:
        """Frames for which its encoder had no room, since `hold`; nothing more is counted once it is over."""
        if self._skipped is not None or self._feeds is None:
            return self._skipped or 0
        return self._feeds.video_snapshot().skipped - self._skipped0

    def listen(self) -> None:
        """Hear of keyframes before they are in order."""
        self.feeds.listen_keyframes(self._announce)

    def unlisten(self) -> None:
        """It is over: hear no more. Idempotent."""
        self._skipped = self.skipped
        if self._feeds is not None:
            self._feeds.unlisten_keyframes(self._announce)

    @property
    def watched(self) -> bool:
        """Whether somebody looks at its pictures beside the servers."""
        return self.feeds.video.feed.watched

    def rest(self, resting: bool) -> None:
        """On the stream's thread: whether nobody needs it now. Whoever needs it again begins with a keyframe."""
        if resting is not self._resting:
            self._resting = resting
            change = self.feeds.rest if resting else self.feeds.wake
            change(self.feeds.index_now)

    def deliver(self, packets: Sequence[EncodedPacket]) -> None:
        """On an encoder's thread: queue."""
        now_ns = self._clock.now_ns()
        with self._lock:
            if not self._packets:
                self._since_ns = now_ns
            self._packets += packets
            due = now_ns - self._since_ns >= SOUND_WAITS_NS or any(packet.track == VIDEO for packet in packets)
        if due:
            self._rouse()

    def complete(self) -> None:
        """On an encoder's thread: nothing more comes. What waits is not worth waiting for."""

    def take(self) -> Brought:
        """What came since it was asked last."""
        with self._lock:
            brought = Brought(packets=self._packets, keyframe=self._keyframe)
            self._packets, self._keyframe = [], None
        return brought

    def _announce(self, keyframes: Sequence[EncodedPacket]) -> None:
        """On an encoder's thread: a keyframe is there, before it is put in order."""
        with self._lock:
            self._keyframe = keyframes[-1]
        self._rouse()
