"""Pictures as files, of what is on a screen now or was a moment ago in a replay."""

from base64 import b64encode

import av
import numpy as np

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.frame_rate import frames_seconds
from ionia.core.media import Picture
from ionia.core.screenshot import Screenshot, ScreenshotRequest, Thumbnail
from ionia.core.settings import SessionKind
from ionia.core.sharing import CaptureKey, capture_key
from ionia.core.timebase import frame_middle_ns
from ionia.core.utc_text import utc_text
from ionia.media.packet_pictures import picture_of
from ionia.media.still_image import fitted, image_bytes
from ionia.runtime.encode.studio import Studio, check_picture
from ionia.runtime.session.session import Session
from ionia.threads.clock import MonotonicClock, pair_with_utc, slept_ns

_ONCE = 30
"""Frames per second of a source that is asked for a single picture: what its devices expect."""


class Screenshots:
    """Any thread. Each takes 0.1 s and more; nobody waits for it but the caller."""

    def __init__(self, studio: Studio, clock: MonotonicClock) -> None:
        self._studio = studio
        self._clock = clock

    def save(self, request: ScreenshotRequest, session: Session | None) -> Screenshot:
        """`session` is the one that is asked for; None: a screen. Raises IoniaError."""
        from ionia.sinks.media_files.screenshot import save_picture  # noqa: PLC0415 - no start waits for it

        captured_ns = 0

        def take() -> av.VideoFrame:
            nonlocal captured_ns
            if request.seconds_ago is not None:
                frame, captured_ns = self._of_the_past(session, request.seconds_ago)
                return frame
            pixels, seen_ns = self._of_now(request, session)
            captured_ns = pair_with_utc(self._clock).at(seen_ns)
            return _as_frame(pixels)

        try:
            path, (width, height) = save_picture(take, request)
        except av.FFmpegError as error:
            raise IoniaError(ErrorKind.OUTPUT_FAILED, f"The picture could not be encoded: {error.strerror}.") from error
        return Screenshot(path=path, width=width, height=height, utc=utc_text(captured_ns))

    def thumbnail(self, screen: str | None, max_width: int) -> Thumbnail:
        """A small picture of a screen or window, now. Raises IoniaError(CAPTURE_UNAVAILABLE)."""
        picture = self._studio.picture(CaptureKey(screen=screen, cursor=False, fps=_ONCE)).picture
        width, height = fitted((picture.width, picture.height), max_width)
        frame = _as_frame(picture.pixels_for(width, height))
        try:
            data = image_bytes(frame, ".jpg", (width, height))
        except av.FFmpegError as error:
            raise IoniaError(ErrorKind.INTERNAL, f"The picture could not be encoded: {error.strerror}.") from error
        return Thumbnail(media_type="image/jpeg", data=b64encode(data).decode(), width=width, height=height)

    def _of_now(self, request: ScreenshotRequest, session: Session | None) -> tuple[Picture, int]:
        """All pixels of a screen; of a session's those that it shows, neither scaled nor between bars. And when the
        screen was last seen to show them, in ns of the clock: one that is gone may be held for an hour."""
        if session is None:
            seen = self._studio.picture(CaptureKey(screen=request.screen, cursor=request.cursor, fps=_ONCE))
            return seen.picture.pixels, seen.at_ns
        settings = session.shows
        if settings is None:
            raise IoniaError(ErrorKind.NOT_INITIALIZED, "The session is not initialized.", "Initialize it first.")
        seen = self._studio.picture(capture_key(settings))
        picture = seen.picture
        part = settings.framing.seen((picture.width, picture.height), settings.width, settings.height)
        return picture.pixels[part.y : part.y + part.height, part.x : part.x + part.width], seen.at_ns

    @staticmethod
    def _of_the_past(session: Session | None, seconds_ago: float) -> tuple[av.VideoFrame, int]:
        if session is not None and session.shows is not None:
            check_picture(capture_key(session.shows))
        feeds = None if session is None else session.feeds
        fps = 1 if feeds is None else feeds.settings.fps
        # From the keyframe before on, at which it was noted how long the machine had slept.
        held = None if session is None else session.held(seconds_ago + 1 / fps)
        if held is None or feeds is None:
            raise _nothing_held(session)
        index = min(held.end - 1, feeds.index_now - round(seconds_ago * fps))
        if index < held.first:
            back = frames_seconds(feeds.index_now - held.first, fps)
            raise IoniaError(ErrorKind.OUTPUT_FAILED, f"The replay reaches back {back:.1f} s, not {seconds_ago:g} s.")
        try:
            frame = picture_of(feeds.header.video, held.packets, index)
        except av.FFmpegError as error:
            raise IoniaError(ErrorKind.INTERNAL, "The replay's pictures could not be decoded.") from error
        if frame is None:
            raise IoniaError(ErrorKind.OUTPUT_FAILED, "The replay doesn't hold that picture.", "Try again in a moment.")
        utc_ns = frame_middle_ns(feeds.capture.epoch_utc().utc_ns, fps, index)
        return frame, utc_ns - held.note.slept_since(slept_ns())


def _nothing_held(session: Session | None) -> IoniaError:
    if session is not None and session.kind is SessionKind.REPLAY and session.is_running:
        return IoniaError(ErrorKind.OUTPUT_FAILED, "The replay holds no picture yet.", "Try again in a moment.")
    words = "Only a replay that runs has pictures of the past."
    return IoniaError(ErrorKind.NOT_INITIALIZED, words, "Start a replay first.")


def _as_frame(pixels: Picture) -> av.VideoFrame:
    """A copy, since a source's memory is scarce. Not `from_ndarray`'s, which keeps Python's lock for 5 to 10 ms."""
    return av.VideoFrame.from_numpy_buffer(np.array(pixels, order="C"), "bgra")
