"""What becomes of a window that is recorded: shown, hidden, closed, back again. One policy for all systems."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum

from ionia.core.errors import ErrorKind, IoniaError, SourceLost
from ionia.core.warning import WarningCode


class Presence(Enum):
    """What can be seen of a window. One whose size changed is still shown: the picture is fitted into the file's."""

    SHOWN = "shown"
    HIDDEN = "hidden"
    """Minimised, on another desktop, or wholly outside the screen where only what is shown can be captured."""
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowIdentity:
    """What a window is recognised by: its id while it exists, then its application with its title or kind."""

    id: int
    application: str
    title: str
    kind: str = ""
    """The application's own name for windows of this kind (Windows' window class); empty where there is none."""


def find_again(
    wanted: WindowIdentity, present: Sequence[WindowIdentity], beside: Collection[int] = ()
) -> WindowIdentity | None:
    """The window among those that exist; None if it isn't there. A title may change while a window exists.

    An id that belongs to another application or kind now was given out again. Of several equal ones the first is taken.
    With another title (a game's next round), the only window of its application and kind is, if it is new: none of
    `beside`, the ids that were there beside it.
    """
    for window in present:
        same = (window.application, window.kind) == (wanted.application, wanted.kind)
        if window.id == wanted.id and same:
            return window
    for window in present:
        same = (window.application, window.title) == (wanted.application, wanted.title)
        if same and (wanted.application or wanted.title):
            return window
    if not (wanted.application and wanted.kind):
        return None
    alike = [
        window
        for window in present
        if (window.application, window.kind) == (wanted.application, wanted.kind) and window.id not in beside
    ]
    return alike[0] if len(alike) == 1 else None


HELD = "The last picture is held until it returns."
"""What becomes of a source's frames while it is lost; of a closed window where the session goes on without it."""


def window_lost(presence: Presence, title: str) -> SourceLost:
    """What is told when a window that was captured is hidden or closed. It is waited for."""
    if presence is Presence.HIDDEN:
        return SourceLost(WarningCode.WINDOW_HIDDEN, f"The window {_named(title)}is hidden or minimised.")
    return SourceLost(WarningCode.WINDOW_CLOSED, f"The window {_named(title)}was closed.")


def window_refused(presence: Presence, title: str, screen_id: str) -> IoniaError:
    """What a start, or a try to find the window again, answers while nothing of it can be seen."""
    if presence is Presence.HIDDEN:
        message = f"The window {_named(title)}is hidden or minimised."
        return IoniaError(ErrorKind.CAPTURE_UNAVAILABLE, message, "Show it on the screen, then start.")
    message = f"There is no window {screen_id!r}."
    return IoniaError(ErrorKind.CAPTURE_UNAVAILABLE, message, "engine.devices lists the windows.")


def _named(title: str) -> str:
    return f'"{title}" ' if title else ""
