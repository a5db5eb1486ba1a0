"""One picture of a screen: from a capture that runs, whose owners don't notice, or from a source of its own."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass

from ionia.core.errors import ErrorKind, IoniaError, SourceLost
from ionia.core.media import VideoFrame
from ionia.core.ports import ScreenSource
from ionia.core.timebase import NS_PER_S
from ionia.core.video.pacer import FrameSpan
from ionia.runtime.capture.capture import Capture
from ionia.threads.clock import MonotonicClock, StopSignal

NEWEST_TIMEOUT_S = 2.5
"""How long a running capture's next frame is waited for: longer than two last at 1 fps."""

FIRST_PICTURE_NS = 2 * NS_PER_S
"""How long a source that has just opened may take to its first picture."""

_ASK_AGAIN_NS = NS_PER_S // 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A picture, and when the screen was last seen to show it: one that stands still was captured long before."""

    picture: VideoFrame
    at_ns: int


def newest(capture: Capture) -> Seen | None:
    """The picture that the frame under way shows; None if none came in time. Waits for up to a frame. Any thread."""
    come = threading.Event()
    shown: list[Seen] = []

    def take(spans: Sequence[FrameSpan[VideoFrame]]) -> None:
        pictures = [span.picture for span in spans if span.picture is not None]
        shown.extend(Seen(picture=one, at_ns=capture.seen_ns(one)) for one in pictures)
        come.set()

    capture.attach(take)
    try:
        come.wait(NEWEST_TIMEOUT_S)
    finally:
        capture.detach(take)
    return shown[-1] if shown else None


def taken(source: ScreenSource, clock: MonotonicClock) -> Seen:
    """A picture from a source that nobody has opened; it is closed again. This thread owns it. Raises IoniaError."""
    never, until_ns = StopSignal(clock), clock.now_ns() + FIRST_PICTURE_NS
    try:
        source.open()
        looked_ns = clock.now_ns()
        while (frame := source.grab()) is None:
            looked_ns = clock.now_ns()
            if looked_ns >= until_ns:
                raise IoniaError(ErrorKind.CAPTURE_UNAVAILABLE, "The screen gave no picture in time.")
            never.wait_until(looked_ns + _ASK_AGAIN_NS)
        return Seen(picture=frame, at_ns=max(frame.captured_ns, looked_ns))
    except SourceLost as lost:
        raise IoniaError(ErrorKind.CAPTURE_UNAVAILABLE, lost.message) from lost
    finally:
        source.close()
