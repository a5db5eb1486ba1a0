"""The packets that a session's encode makes, for whoever looks on: in full size, and nothing further is encoded."""

import threading
from collections.abc import Callable, Sequence

from ionia.core.codec.codec import H264
from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.frame_rate import FrameRate
from ionia.core.media import EncodedPacket, VideoTrack
from ionia.core.preview.packets import PacketQueue, decodable, web_codec
from ionia.core.preview.request import PreviewChange
from ionia.core.preview.wire import Coding
from ionia.core.settings import MediaSettings
from ionia.core.sharing import capture_key, video_encode_key
from ionia.core.timebase import NS_PER_S
from ionia.core.video.framing import Size
from ionia.runtime.encode.studio import Studio, check_picture
from ionia.runtime.encode.video_encode import VideoEncode
from ionia.runtime.preview.pictures import Made
from ionia.runtime.preview.view import EndedError

LOOK_AGAIN_NS = NS_PER_S // 4
"""How soon a preview follows another encode."""

KEYFRAME_AGAIN_NS = 2 * NS_PER_S
"""So often at most a keyframe is asked for: each costs the recording bytes."""


class EncodedPictures:
    """As `Pictures` has it. No share of the encode is held: it ends, and is changed, as if nobody looked on."""

    coding = Coding.H264

    def __init__(
        self, studio: Studio, session: Callable[[], MediaSettings | None], *, now_ns: int, wake: Callable[[], None]
    ) -> None:
        """Raises IoniaError where nothing is encoded, or not in H.264; EndedError."""
        self._studio = studio
        self._session = session
        self._wake = wake
        self._lock = threading.Lock()
        self._watched: VideoEncode | None = None
        self._asked_ns = now_ns - KEYFRAME_AGAIN_NS
        self._waits = False  # for the first keyframe of what it watches, which is still to be asked for
        self._hungry = False  # protected by _lock, as what follows
        self._over = False  # whether the encode ended; any thread sets it
        self._track = self._found_track()
        self._queue = PacketQueue(fps=self._track.fps)

    @property
    def fps(self) -> FrameRate | None:
        """See Pictures."""
        return self._track.fps

    @property
    def codec(self) -> str | None:
        """See Pictures."""
        return web_codec(self._track.extradata)

    @property
    def size(self) -> Size:
        """See Pictures."""
        return self._track.width, self._track.height

    @property
    def alive(self) -> bool:
        """See Pictures."""
        return self._watched is not None and not self._over and not self._watched.failed

    def check(self) -> None:
        """See Pictures."""
        self._settings()

    def follow(self, now_ns: int, *, glance: bool, wanted: bool) -> int:  # noqa: ARG002 - it always looks at once
        """See Pictures."""
        encode = self._studio.video_encode(video_encode_key(self._settings()))
        if encode is not None and encode.track.codec is not H264:
            encode = None
        if encode is not self._watched or self._over:
            self.release()
        if encode is not None and self._watched is None and wanted:
            self._watch(encode)
        if self._watched is not None and self._waits and now_ns >= self._asked_ns + KEYFRAME_AGAIN_NS:
            self._asked_ns, self._waits = now_ns, False
            self._watched.request_keyframe()
        return now_ns + LOOK_AGAIN_NS

    def take(self) -> Made | None:
        """See Pictures."""
        with self._lock:
            packet = self._queue.take()
            self._hungry = packet is None
        if packet is None:
            return None
        self._waits = False
        return Made(
            captured_ns=self._studio.instant(packet.pts, self._track.fps),
            data=decodable(packet, self._track),
            keyframe=packet.keyframe,
        )

    def change(self, change: PreviewChange) -> int | None:  # noqa: ARG002 - packets are what they are
        """See Pictures."""
        return None

    def refresh(self) -> None:
        """See Pictures."""
        self.release()

    def release(self) -> None:
        """See Pictures."""
        watched, self._watched = self._watched, None
        if watched is not None:
            watched.feed.unwatch(self._offer, self._end)
        with self._lock:
            self._queue.forget()
            self._over = self._hungry = False

    def _watch(self, encode: VideoEncode) -> None:
        if encode.track != self._track:
            self._track = encode.track
            self._queue = PacketQueue(fps=encode.track.fps)
        self._watched = encode
        self._waits = True
        encode.feed.watch(self._offer, self._end)

    def _found_track(self) -> VideoTrack:
        settings = self._settings()
        check_picture(capture_key(settings))
        encode = self._studio.video_encode(video_encode_key(settings))
        if encode is None:
            raise IoniaError(
                ErrorKind.CAPTURE_UNAVAILABLE,
                "Nothing is encoded for this session now.",
                'Initialize it anew, or look at it with format "jpeg".',
            )
        track = encode.track
        if track.codec is not H264:
            raise IoniaError(
                ErrorKind.CAPTURE_UNAVAILABLE,
                f"This session's pictures are coded in {track.codec.name}.",
                'Look at it with format "jpeg".',
            )
        return track

    def _settings(self) -> MediaSettings:
        settings = self._session()
        if settings is None:
            raise EndedError
        return settings

    def _offer(self, packets: Sequence[EncodedPacket]) -> None:
        """On the encoder's thread."""
        with self._lock:
            self._queue.offer(packets)
            woken = self._hungry and len(self._queue) > 0
            self._hungry = self._hungry and not woken
        if woken:
            self._wake()

    def _end(self) -> None:
        """On whichever thread closes the encode."""
        self._over = True
        self._wake()
