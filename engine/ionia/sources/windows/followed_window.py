"""The source of one window, wherever it is: covered, partly outside the screen, resized, closed and opened again.

How its pictures are had is handed in (`Capture`), and what is known of windows too (`WindowDesktop`), so that what is
decided here is tested everywhere.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from ionia.core.errors import ErrorKind, IoniaError, SourceLost
from ionia.core.media import Picture, VideoFrame
from ionia.core.ports import Clock
from ionia.core.timebase import NS_PER_S
from ionia.core.video.window_follow import Presence, WindowIdentity, find_again, window_lost, window_refused
from ionia.core.warning import WarningCode
from ionia.sources.windows.fallback import SECURE_DESKTOP, TransientCaptureError

FIRST_PICTURE_NS = NS_PER_S // 2
"""A window that can be captured gives a first picture at once, also while it stands still."""

HIDDEN_NS = NS_PER_S * 3 // 10
"""How long a window may be away untold: a game that changes its mode is 1x1 or minimised for a moment."""

LOOK_NS = NS_PER_S
"""How often titles, neighbours and the locked screen are looked at."""

_POLL_S = 0.005


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Taken:
    """A picture of a window or screen. `pixels` are less than `size` while the memory for them was too small."""

    pixels: Picture
    size: tuple[int, int]
    """Width and height of what is captured."""

    captured_ns: int


class Capture(Protocol):
    """A window or screen under capture. One thread owns it. Methods raise OSError when it has failed."""

    notes: tuple[str, ...]
    """Sentences about what this system can't do of what was asked."""

    def take(self) -> Taken | None:
        """The newest picture, None if there was none since the last call."""
        ...

    def resize(self, size: tuple[int, int]) -> None:
        """Make room for pictures of this size. A picture comes, as for a new capture."""
        ...

    def close(self) -> None:
        """Free everything. Idempotent."""
        ...


class WindowDesktop(Protocol):
    """What is known of the windows of this moment."""

    def presence(self, window: int) -> Presence:
        """HIDDEN: minimised, invisible, put away by the compositor, or of no size."""
        ...

    def identity(self, window: int) -> WindowIdentity | None:
        """None if there is no such window."""
        ...

    def present(self) -> Sequence[WindowIdentity]:
        """All top-level windows, those that can be seen first."""
        ...

    def input_is_ours(self) -> bool:
        """False while a secure desktop (lock screen, permission prompt) has the screen."""
        ...


class FollowedWindow:
    """A ScreenSource. One thread owns it. `open` waits half a second at most for a first picture."""

    def __init__(
        self,
        window: int,
        *,
        screen_id: str,
        backend: str,
        desktop: WindowDesktop,
        begin: Callable[[int], Capture],
        clock: Clock,
        pause: Callable[[float], object],
    ) -> None:
        """`begin` starts to capture a window, by its handle; raises IoniaError where that can't be had here."""
        self.backend = backend
        self.fallbacks: tuple[str, ...] = ()
        self._screen_id = screen_id
        self._desktop = desktop
        self._begin = begin
        self._clock = clock
        self._pause = pause
        self._wanted = WindowIdentity(id=window, application="", title="")
        self._known = False
        self._worked = False
        self._beside: frozenset[int] = frozenset()
        self._seen: frozenset[int] | None = None
        self._capture: Capture | None = None
        self._size = (0, 0)
        self._first: Taken | None = None
        self._due_ns: int | None = None
        self._hidden_since_ns: int | None = None
        self._looked_ns = 0
        self._last_ns = 0

    def open(self) -> tuple[int, int]:
        """See ScreenSource. Raises TransientCaptureError while nothing of the window is seen."""
        self.close()
        window = self._find()
        presence = self._desktop.presence(window.id)
        if presence is not Presence.SHOWN:
            raise _away(window_refused(presence, window.title, self._screen_id))
        try:
            self._capture = capture = self._begin(window.id)
            taken = self._wait_for_first(capture)
        except (IoniaError, OSError) as error:
            self.close()
            message = f"The window can't be captured: {error}"
            reason = error if isinstance(error, IoniaError) else IoniaError(ErrorKind.CAPTURE_UNAVAILABLE, message)
            # What worked before does so again, and one that was closed meanwhile is captured in no other way either.
            if self._worked or self._desktop.presence(window.id) is not Presence.SHOWN:
                raise _away(reason) from error
            raise reason from error
        now_ns = self._clock.now_ns()
        self.fallbacks = capture.notes
        self._first, self._size, self._worked = taken, taken.size, True
        self._looked_ns = self._last_ns = now_ns
        self._due_ns = self._hidden_since_ns = None
        self._seen = None
        self._look_beside()
        return taken.size

    def grab(self) -> VideoFrame | None:
        """See ScreenSource. SourceLost codes: window_hidden, window_closed, secure_desktop, access_lost."""
        capture = self._capture
        if capture is None:
            raise SourceLost(WarningCode.SCREEN_CLOSED, "The window is not open.", retry_at_once=True)
        now_ns = self._clock.now_ns()
        try:
            self._look(now_ns)
            taken, self._first = (self._first or capture.take()), None
            return self._judge(capture, taken, now_ns)
        except OSError as error:
            self.close()
            message = f"The window is captured anew: {error}"
            raise SourceLost(WarningCode.ACCESS_LOST, message, retry_at_once=True) from error
        except SourceLost:
            self.close()
            raise

    def close(self) -> None:
        """See ScreenSource."""
        capture, self._capture, self._first = self._capture, None, None
        if capture is not None:
            capture.close()

    def _find(self) -> WindowIdentity:
        """The window that is meant, by its handle at first, and as it was last seen later on."""
        if self._known:
            found = find_again(self._wanted, self._desktop.present(), self._beside)
        else:
            found = self._desktop.identity(self._wanted.id)
        if found is None:
            raise _away(window_refused(Presence.CLOSED, self._wanted.title, self._screen_id))
        self._wanted, self._known = found, True
        return found

    def _wait_for_first(self, capture: Capture) -> Taken:
        def whole() -> Taken | None:
            taken = capture.take()
            if taken is None or min(taken.size) <= 1:
                return None
            if not _whole(taken):
                capture.resize(taken.size)
                return None
            return taken

        return wait_for_first(
            whole,
            self._desktop.input_is_ours,
            clock=self._clock,
            pause=self._pause,
            silent="The window gave no picture.",
        )

    def _look(self, now_ns: int) -> None:
        """See what became of the window. Raises SourceLost."""
        presence = self._desktop.presence(self._wanted.id)
        if presence is Presence.CLOSED:
            title = self._wanted.title
            self._wanted = replace(self._wanted, id=0)  # the number may be another's soon
            raise window_lost(presence, title)
        if presence is Presence.SHOWN:
            self._hidden_since_ns = None
        elif self._hidden_since_ns is None:
            self._hidden_since_ns = now_ns
        elif now_ns - self._hidden_since_ns >= HIDDEN_NS:
            raise window_lost(presence, self._wanted.title)
        if now_ns - self._looked_ns < LOOK_NS:
            return
        self._looked_ns = now_ns
        self._wanted = self._desktop.identity(self._wanted.id) or self._wanted
        self._look_beside()
        if now_ns - self._last_ns >= LOOK_NS and not self._desktop.input_is_ours():
            raise SourceLost(WarningCode.SECURE_DESKTOP, SECURE_DESKTOP)

    def _look_beside(self) -> None:
        """Other windows that are there while ours is will not be taken for it when it is closed. Two looks have to see
        them: a game's next window can come just before the last one goes."""
        now = frozenset(each.id for each in self._desktop.present()) - {self._wanted.id}
        self._beside, self._seen = now if self._seen is None else now & self._seen, now

    def _judge(self, capture: Capture, taken: Taken | None, now_ns: int) -> VideoFrame | None:
        if taken is None or min(taken.size) <= 1:
            if self._due_ns is not None and now_ns > self._due_ns:
                raise SourceLost(WarningCode.ACCESS_LOST, "The window is captured anew.", retry_at_once=True)
            return None
        self._last_ns = now_ns
        if taken.size != self._size:
            self._size = taken.size
            capture.resize(taken.size)
            # A larger one is cut off in this picture; whole, it comes at once, or all is begun anew.
            self._due_ns = None if _whole(taken) else now_ns + FIRST_PICTURE_NS
        elif _whole(taken):
            self._due_ns = None
        if not _whole(taken):
            return None
        return VideoFrame(captured_ns=taken.captured_ns, pixels=taken.pixels)


def wait_for_first(
    take: Callable[[], Taken | None],
    input_is_ours: Callable[[], bool],
    *,
    clock: Clock,
    pause: Callable[[float], object],
    silent: str,
) -> Taken:
    """The first picture that `take` gives, within half a second.

    Raises IoniaError(CAPTURE_UNAVAILABLE), saying `silent`; TransientCaptureError where a secure desktop is why.
    """
    until_ns = clock.now_ns() + FIRST_PICTURE_NS
    while (taken := take()) is None:
        if clock.now_ns() > until_ns:
            if not input_is_ours():
                raise TransientCaptureError(ErrorKind.CAPTURE_UNAVAILABLE, SECURE_DESKTOP)
            raise IoniaError(ErrorKind.CAPTURE_UNAVAILABLE, silent)
        pause(_POLL_S)
    return taken


def _whole(taken: Taken) -> bool:
    return (taken.pixels.shape[1], taken.pixels.shape[0]) == taken.size


def _away(error: IoniaError) -> TransientCaptureError:
    """No reason to capture it in a worse way: it would be as hidden there."""
    return TransientCaptureError(error.kind, error.message, error.hint)
