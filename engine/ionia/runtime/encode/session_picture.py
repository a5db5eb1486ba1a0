"""The video encode that one session uses, which may become another one while it runs."""

import threading
from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.media import VIDEO, EncodedPacket
from ionia.core.sharing import VideoEncodeKey
from ionia.core.video.encode_backlog import SkipMark
from ionia.core.video.frame_history import NO_FRAMES, FrameCounts, FrameMark
from ionia.core.video.frame_totals import FrameTotals
from ionia.runtime.encode.bitrate_desk import BitrateAnswer
from ionia.runtime.encode.feed import Taker
from ionia.runtime.encode.join import Join
from ionia.runtime.encode.video_encode import VideoEncode
from ionia.runtime.notices import Listener
from ionia.runtime.registry import Lease

BEGIN_TIMEOUT_S = 3.0
"""How long another encode may take to give its first picture, beside the one that goes on."""

CROSSING_TIMEOUT_S = 4.0
"""How long the encode before may take to give the last frames that are wanted of it. What it owes then is left out."""

_AHEAD = 3
"""Frames from now to the one with which another encode takes over: both must hear of it before they come to it."""

_TRIES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoSnapshot:
    """Frames on the timeline, by what became of them at the capture, and how many of them the encodes skipped."""

    frames: FrameCounts = NO_FRAMES
    skipped: int = 0

    def __add__(self, other: "VideoSnapshot") -> "VideoSnapshot":
        """See FrameCounts, as the next two."""
        return VideoSnapshot(frames=self.frames + other.frames, skipped=self.skipped + other.skipped)

    def __sub__(self, since: "VideoSnapshot") -> "VideoSnapshot":
        return VideoSnapshot(frames=self.frames - since.frames, skipped=self.skipped - since.skipped)

    def later(self, other: "VideoSnapshot") -> "VideoSnapshot":
        return VideoSnapshot(frames=self.frames.later(other.frames), skipped=max(self.skipped, other.skipped))


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoMark:
    """A frame at which counting begins or ends. `skips`: of the encode then in use, which may be behind that frame."""

    frames: FrameMark
    skips: SkipMark
    skipped_before: int  # by the encodes before

    @property
    def skipped(self) -> int:
        """Frames before it that were skipped, by now."""
        return self.skipped_before + self.skips.skipped

    @property
    def passed(self) -> bool:
        """Whether all frames before it have."""
        return self.frames.counts is not None


class _Counted:
    """An encode's frames, as `FrameTotals` asks for them."""

    def __init__(self, encode: VideoEncode) -> None:
        self._encode = encode

    def snapshot(self, before: int | None = None) -> FrameCounts:
        return self._encode.counted(before)

    def mark(self, index: int) -> FrameMark:
        return self._encode.mark(index)


class SessionPicture:
    """`go_over`, `listen` and `release`: one thread at a time, which has the session's lock. All others: any thread."""

    def __init__(self, lease: Lease[VideoEncodeKey, VideoEncode], who: Hashable) -> None:
        """`who` takes packets, and rests."""
        self._lease = lease
        self._who = who
        self._lock = threading.Lock()  # no feed's and no join's is taken with it
        self._totals = FrameTotals(_Counted(lease.value))  # protected by _lock
        self._skipped = 0  # by the encodes before, less what this one had skipped when it took over; likewise
        self._resting: int | None = None  # from which frame on nothing is needed; protected by _lock
        self._begins = threading.Lock()  # held while packets begin to be taken, or end; never with _lock in hand
        self._takes = self._left = False  # changed under _begins and _lock
        self._votes: dict[Hashable, int] = {}  # protected by _lock
        self._holders: set[Hashable] = set()  # protected by _lock
        self._keyframe_listeners: list[Taker] = []
        self._listener: Listener | None = None

    @property
    def lease(self) -> Lease[VideoEncodeKey, VideoEncode]:
        """Of the encode in use."""
        return self._lease

    @property
    def encode(self) -> VideoEncode:
        """The encode in use."""
        return self._lease.value

    def snapshot(self, before: int | None = None) -> VideoSnapshot:
        """Counters of the frames so far, or of those before frame `before`, and of the encodes."""
        with self._lock:
            return VideoSnapshot(frames=self._totals.total(before), skipped=self._skipped + self.encode.skipped)

    def mark(self, index: int) -> VideoMark:
        """Those of the frames before frame `index`, which may be yet to come."""
        with self._lock:
            self.encode.settle()
            return VideoMark(
                frames=self._totals.mark(index),
                skips=self.encode.mark_skipped(index),
                skipped_before=self._skipped,
            )

    def at(self, mark: VideoMark) -> VideoSnapshot:
        """What had been counted there; of frames that are yet to come, what has been by now."""
        with self._lock:
            self.encode.settle()
            return VideoSnapshot(frames=self._totals.at(mark.frames), skipped=mark.skipped)

    def listen(self, listener: Listener) -> None:
        """Hear what capture, stage and encode tell, whichever they are, until `release`."""
        self._listener = listener
        self._hear(self.encode, listener)

    @staticmethod
    def _hear(encode: VideoEncode, listener: Listener) -> None:
        for notices in (encode.capture.notices, encode.stage.notices, encode.notices):
            notices.listen(listener)

    @staticmethod
    def _unhear(encode: VideoEncode, listener: Listener) -> None:
        for notices in (encode.capture.notices, encode.stage.notices, encode.notices):
            notices.unlisten(listener)

    def listen_keyframes(self, listener: Taker) -> None:
        """Hear of keyframes as they are encoded; on the encoder's thread."""
        self._keyframe_listeners.append(listener)
        self.encode.feed.listen_keyframes(listener)

    def unlisten_keyframes(self, listener: Taker) -> None:
        """No more. Idempotent."""
        if listener in self._keyframe_listeners:
            self._keyframe_listeners.remove(listener)
        self.encode.feed.unlisten_keyframes(listener)

    @contextmanager
    def taking(self) -> Iterator[None]:
        """While inside, packets begin to be taken. Raises IoniaError when it has been left."""
        with self._begins:
            if self._left:
                raise IoniaError(ErrorKind.NOT_INITIALIZED, "The session has ended.", "Initialize it first.")
            yield
            with self._lock:
                self._takes = True
                if self._resting is not None:
                    self.encode.rest(self._who, self._resting)

    def leave(self) -> None:
        """None are from now on. Idempotent."""
        with self._begins, self._lock:
            self._left, self._takes, self._resting = True, False, None
            self.encode.wake(self._who)

    def rest(self, index: int) -> None:
        """No picture is needed from frame `index` on.

        An encode counts who rests among those who take: who doesn't take yet, or no more, must not be one of them, or
        the others' pictures would end.
        """
        with self._lock:
            if not self._left:
                self._resting = index
            if self._takes:
                self.encode.rest(self._who, index)

    def wake(self) -> None:
        """They are again. Idempotent."""
        with self._lock:
            self._resting = None
            self.encode.wake(self._who)

    def vote_bitrate(self, voter: Hashable, bitrate: int) -> BitrateAnswer:
        """See VideoEncode."""
        with self._lock:
            self._votes[voter] = bitrate
            return self.encode.rate.vote(voter, bitrate)

    def hold_bitrate(self, holder: Hashable) -> None:
        """See VideoEncode."""
        with self._lock:
            self._holders.add(holder)
            self.encode.rate.hold(holder)

    def leave_bitrate(self, who: Hashable) -> None:
        """See VideoEncode."""
        with self._lock:
            self._holders.discard(who)
            self._votes.pop(who, None)
            self.encode.rate.leave(who)

    def go_over(self, to: Lease[VideoEncodeKey, VideoEncode], join: Join | None) -> None:
        """Use another encode of the same size and frame rate from a frame on that is not far, with a keyframe.

        Waits until the encode before has given all frames before that one; then its lease is given back. Of `join`,
        which has begun, no frame is missing and none is double; None: nothing has begun. Raises IoniaError(SHARED) when
        the other one doesn't begin, with all as it was; the lease is the caller's then.
        """
        before, other = self._lease, to.value
        at = 0
        if join is not None:
            if not before.value.track.goes_on_as(other.track):
                raise shared_picture("another encoder would make them, whose pictures don't belong into the same file.")
            at = self._cross(before.value, other, join)
        with self._lock:
            votes, holders = dict(self._votes), tuple(self._holders)
            if join is None:
                self._totals, self._skipped = FrameTotals(_Counted(other)), 0
            else:
                before.value.settle()
                self._skipped += before.value.skipped - other.skipped
                self._totals.change(_Counted(other), at)
            for holder in holders:
                other.rate.hold(holder)
            for voter, bitrate in votes.items():
                other.rate.vote(voter, bitrate)
            self._lease = to
            if join is not None:  # who rests may have changed meanwhile
                if self._resting is None:
                    other.wake(self._who)
                else:
                    other.rest(self._who, self._resting)
            for who in (*holders, *votes):
                before.value.rate.leave(who)
        for listener in self._keyframe_listeners:
            other.feed.listen_keyframes(listener)
        if self._listener is not None:
            self._unhear(before.value, self._listener)
            self._hear(other, self._listener)
        before.release()

    def _cross(self, before: VideoEncode, other: VideoEncode, join: Join) -> int:
        """From which frame on the other one's packets come."""
        resting = self._resting
        other.begin()
        if resting is None:
            _await_first(other)
        for listener in self._keyframe_listeners:  # those of the frame to come are not this session's
            before.feed.unlisten_keyframes(listener)
        for _ in range(_TRIES):
            at = before.capture.index_now + _AHEAD
            if resting is None:  # whoever wakes asks for one
                for encode in (before, other):
                    encode.request_keyframe(at)
            over = join.cross(VIDEO, other.feed, at) if before.capture.index_now < at else None
            if over is not None:
                if resting is not None:  # not before: see `rest`
                    other.rest(self._who, resting)
                over.wait(CROSSING_TIMEOUT_S)
                before.wake(self._who)  # an encode counts who rests among those who take
                join.land(VIDEO)
                return at
        for listener in self._keyframe_listeners:
            before.feed.listen_keyframes(listener)
        raise shared_picture("The machine is too busy for it now.")

    def release(self) -> None:
        """Give it back. Once."""
        if self._listener is not None:
            self._unhear(self.encode, self._listener)
        self._lease.release()


def shared_picture(why: str) -> IoniaError:
    """Why a picture that others have too stays as it is."""
    return IoniaError(
        ErrorKind.SHARED,
        f"Another session has the same pictures, and this one could not get pictures of its own: {why}",
        "Give one of them pictures of its own: another fps, size, or videoBitrate (maxBitrate with a quality).",
    )


def _await_first(encode: VideoEncode) -> None:
    """Until it has encoded something. Raises IoniaError(SHARED)."""
    came = threading.Event()

    def see(_packets: Sequence[EncodedPacket]) -> None:
        came.set()

    encode.feed.watch(see, came.set)
    try:
        if not came.wait(BEGIN_TIMEOUT_S) or encode.failed:
            raise shared_picture("its encoder gave nothing.")
    finally:
        encode.feed.unwatch(see, came.set)
