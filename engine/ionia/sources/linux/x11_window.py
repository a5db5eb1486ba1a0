"""The source that captures one X11 window wherever it is: covered, partly outside the screen, resized, and back again.

The Composite extension draws a window into pixels of its own, which are captured. A server without it gives what is
shown of the window, black elsewhere, with whatever covers it.
"""

import contextlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass

from ionia.core.errors import SourceLost
from ionia.core.media import VideoFrame
from ionia.core.ports import Clock
from ionia.core.timebase import NS_PER_S
from ionia.core.video.window_follow import Presence, WindowIdentity, find_again, window_lost, window_refused
from ionia.core.warning import WarningCode
from ionia.sources.linux.x11_connection import XConnection, XRequestError
from ionia.sources.linux.x11_damage import ScreenDamage, WatchedPictures
from ionia.sources.linux.x11_desktop import (
    Geometry,
    application,
    connect,
    geometry,
    is_viewable,
    title,
    told,
    top_level,
)
from ionia.sources.linux.x11_pictures import View, XPictures

WINDOW_PREFIX = "x11-window:"
"""A window's id is this and its X id in hexadecimal."""

LOOK_NS = NS_PER_S // 10
"""How often a window is looked at without an event: when a window that it lies in is hidden, we get none."""

# Sources: X11 protocol (ChangeWindowAttributes, FreePixmap), compositeproto 0.4.
_CHANGE_ATTRIBUTES, _FREE_PIXMAP = 2, 54
_EVENT_MASK, _STRUCTURE_NOTIFY = 1 << 11, 1 << 17
_DESTROYED = 17
_CHANGES = (18, 19, 21, 22)
"""UnmapNotify, MapNotify, ReparentNotify, ConfigureNotify."""
_COMPOSITE_QUERY_VERSION, _COMPOSITE_REDIRECT, _COMPOSITE_NAME_PIXMAP = 0, 1, 6
_AUTOMATIC = 0
_EVERYWHERE = (0, 0, 32767, 32767)
"""In a window, whatever becomes of its size."""
_NO_COMPOSITE = "The X server lacks Composite: only what is shown of the window is captured, and what covers it, too."


@dataclass(slots=True)
class _Shown:
    """What there is of a window only while it is seen."""

    pictures: XPictures
    watched: WatchedPictures
    geometry: Geometry


class X11Window:
    """A ScreenSource over one window. One thread owns it. It waits 2 s at most for a server that doesn't answer."""

    backend = "x11-window"

    def __init__(self, *, display: str, screen_id: str, cursor: bool, clock: Clock) -> None:
        """`screen_id` is an id from `list_windows`."""
        self.fallbacks: tuple[str, ...] = ()
        self._name = display
        self._screen_id = screen_id
        self._cursor = cursor
        self._clock = clock
        self._connection: XConnection | None = None
        self._identity: WindowIdentity | None = None
        self._composite: int | None = None
        self._redirected = 0
        self._pixmap = 0
        self._shown: _Shown | None = None
        self._looked_ns = 0
        self._was_open = False

    def open(self) -> tuple[int, int]:
        """Find the window and take a picture. Raises IoniaError(CAPTURE_UNAVAILABLE), also while nothing is seen of it.

        The connection is kept while a window that was open is away.
        """
        self._let_go()
        connection = self._connection or connect(self._name)
        self._connection = connection
        try:
            with told(self._name):
                if connection.happened(_DESTROYED):
                    self._forget_id()
                return self._open(connection)
        except BaseException as error:
            waited_for = self._was_open and not isinstance(error.__cause__, OSError)
            (self._let_go if waited_for else self.close)()
            raise

    def grab(self) -> VideoFrame | None:
        """As ScreenSource.grab. SourceLost codes: display_lost, window_hidden, window_closed."""
        connection, shown, identity = self._connection, self._shown, self._identity
        if connection is None or shown is None or identity is None:
            raise SourceLost(WarningCode.DISPLAY_LOST, f"X display {self._name} is closed.")
        try:
            now_ns = self._clock.now_ns()
            if connection.happened(_DESTROYED):
                raise window_lost(Presence.CLOSED, self._forget_id())
            changed = connection.happened(*_CHANGES)
            if changed or now_ns - self._looked_ns >= LOOK_NS:
                self._looked_ns = now_ns
                self._look(connection, identity, shown, changed=changed)
            try:
                return shown.watched.grab()
            except XRequestError:  # it changed since it was looked after
                self._look(connection, identity, shown)
                return shown.watched.grab()
        except XRequestError as error:
            self._let_go()
            raise window_lost(Presence.HIDDEN, self._title) from error
        except SourceLost:
            self._let_go()
            raise
        except OSError as error:
            self.close()
            message = f"X display {self._name} is gone: {error.strerror or error}."
            raise SourceLost(WarningCode.DISPLAY_LOST, message) from error

    def close(self) -> None:
        """End the connection; the server shows the window as before. Idempotent."""
        self._let_go()
        if self._connection is not None:
            self._connection.close()  # with it goes the redirection
            self._connection = None
        self._redirected, self._composite = 0, None

    @property
    def _title(self) -> str:
        return self._identity.title if self._identity else ""

    def _forget_id(self) -> str:
        """The window is gone, and its id may be another's soon. Its title."""
        if self._identity is not None:
            self._redirected = 0
            self._identity = WindowIdentity(id=0, application=self._identity.application, title=self._identity.title)
        return self._title

    def _open(self, connection: XConnection) -> tuple[int, int]:
        self._identity = identity = self._find(connection)
        connection.send(struct.pack("=BBHIII", _CHANGE_ATTRIBUTES, 0, 4, identity.id, _EVENT_MASK, _STRUCTURE_NOTIFY))
        extension = connection.extension("Composite")
        if extension is not None:
            self._composite = extension.opcode
            connection.ask(struct.pack("=BBHII", extension.opcode, _COMPOSITE_QUERY_VERSION, 3, 0, 4))
            self._redirect(connection, extension.opcode, identity.id)
        shown = geometry(connection, identity.id)
        view = self._view(connection, identity.id, shown)
        if view is None or not is_viewable(connection, identity.id):
            raise window_refused(Presence.HIDDEN, identity.title, self._screen_id)
        pictures = XPictures(connection, view, cursor=self._cursor, clock=self._clock)
        damage = None
        try:
            if self._composite is not None and ScreenDamage.offered(connection):
                damage = ScreenDamage(connection, _EVERYWHERE, cursor=self._cursor, drawable=identity.id)
        except BaseException:
            pictures.close()
            raise
        self._shown = _Shown(pictures, WatchedPictures(pictures, damage, self._clock), shown)
        pictures.prove()
        told_of = (_NO_COMPOSITE,) if self._composite is None else ()
        self.fallbacks = (*told_of, *pictures.fallbacks(cursor=self._cursor))
        self._looked_ns, self._was_open = self._clock.now_ns(), True
        return shown.width, shown.height

    def _find(self, connection: XConnection) -> WindowIdentity:
        if self._identity is None:
            found = _identities(connection, [_window_id(self._screen_id)])
            identity = found[0] if found else None
        else:
            present = _identities(connection, [self._identity.id, *top_level(connection)])
            identity = find_again(self._identity, present)
        if identity is None:
            raise window_refused(Presence.CLOSED, self._title, self._screen_id)
        return identity

    def _look(self, connection: XConnection, identity: WindowIdentity, was: _Shown, *, changed: bool = False) -> None:
        """See what became of the window. Raises SourceLost when nothing is seen of it, OSError.

        `changed`: something happened to it. Shown again or of another size and back, it has other pixels than the
        ones that are held, though it looks the same.
        """
        try:
            shown = geometry(connection, identity.id)
            viewable = is_viewable(connection, identity.id)
            name = title(connection, identity.id)
        except XRequestError as error:
            raise window_lost(Presence.CLOSED, self._title) from error
        self._identity = WindowIdentity(id=identity.id, application=identity.application, title=name)
        if not viewable:
            raise window_lost(Presence.HIDDEN, name)
        same = shown == was.geometry and not changed
        # Its pixels are asked for each time: what it lies in may have been hidden and shown, which nobody tells us.
        view = self._view(connection, identity.id, shown)
        if view is None:
            raise window_lost(Presence.HIDDEN, name)
        was.geometry, was.pictures.view = shown, view
        (was.watched.renewed if same else was.watched.look_again)()

    def _view(self, connection: XConnection, window: int, shown: Geometry) -> View | None:
        """None if nothing of the window is to be seen."""
        if self._composite is None:
            return _visible_part(connection, window, shown)
        self._free_pixmap(connection)
        self._pixmap = connection.new_id()
        name = struct.pack("=BBHII", self._composite, _COMPOSITE_NAME_PIXMAP, 3, window, self._pixmap)
        try:
            connection.check(name)
        except XRequestError:  # not mapped
            self._pixmap = 0
            return None
        return View(
            drawable=self._pixmap,
            depth=shown.depth,
            x=shown.border,
            y=shown.border,
            width=shown.width,
            height=shown.height,
            picture_width=shown.width,
            picture_height=shown.height,
            root_x=shown.x,
            root_y=shown.y,
        )

    def _redirect(self, connection: XConnection, composite: int, window: int) -> None:
        """Draw the window into pixels of its own from now on, also while it is hidden: shown again, it is whole."""
        if window != self._redirected:
            connection.send(struct.pack("=BBHIB3x", composite, _COMPOSITE_REDIRECT, 3, window, _AUTOMATIC))
            self._redirected = window

    def _free_pixmap(self, connection: XConnection) -> None:
        if self._pixmap:
            connection.send(struct.pack("=BBHI", _FREE_PIXMAP, 0, 2, self._pixmap))
            self._pixmap = 0

    def _let_go(self) -> None:
        """Of the window, not of the connection. Idempotent."""
        if self._shown is not None:
            self._shown.watched.close()
            self._shown = None
        if self._connection is not None and self._identity is not None:
            with contextlib.suppress(OSError):
                self._free_pixmap(self._connection)


def _identities(connection: XConnection, windows: Sequence[int]) -> list[WindowIdentity]:
    found = []
    for window in windows:
        with contextlib.suppress(XRequestError):  # it was closed
            geometry(connection, window)
            found.append(
                WindowIdentity(id=window, application=application(connection, window), title=title(connection, window))
            )
    return found


def _window_id(screen_id: str) -> int:
    """The X id in a window's id; 0, which no window has, if there is none."""
    try:
        return int(screen_id.removeprefix(WINDOW_PREFIX), 16) & 0xFFFFFFFF
    except ValueError:
        return 0


def _visible_part(connection: XConnection, window: int, shown: Geometry) -> View | None:
    """What of the window lies on the root window, at its place in a picture as large as the window."""
    root = geometry(connection, connection.screen.root)
    left, top = max(0, -shown.x), max(0, -shown.y)
    right, bottom = min(shown.width, root.width - shown.x), min(shown.height, root.height - shown.y)
    if left >= right or top >= bottom:
        return None
    return View(
        drawable=window,
        depth=shown.depth,
        x=left,
        y=top,
        width=right - left,
        height=bottom - top,
        picture_width=shown.width,
        picture_height=shown.height,
        left=left,
        top=top,
        root_x=shown.x,
        root_y=shown.y,
    )
