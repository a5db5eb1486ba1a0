"""X11 screens: which there are, and the source that captures one of them.

A Wayland desktop shows X clients nothing but each other, so it is refused with a hint, and never recorded as black.
"""

import contextlib
import logging
import struct
import sys
from dataclasses import replace

from ionia.core.errors import ErrorKind, IoniaError, SourceLost
from ionia.core.frame_rate import FrameRate
from ionia.core.media import VideoFrame
from ionia.core.ports import Clock, ScreenSource
from ionia.core.service import EVERY_SCREEN, ScreenInfo, WindowInfo
from ionia.core.video.desktop_gaps import gaps
from ionia.core.video.framing import Region
from ionia.core.warning import WarningCode
from ionia.sources.linux.x11_address import parse_display
from ionia.sources.linux.x11_connection import XConnection, XRequestError
from ionia.sources.linux.x11_damage import ScreenDamage, WatchedPictures
from ionia.sources.linux.x11_desktop import (
    Monitor,
    application,
    connect,
    connected,
    default_display,
    geometry,
    monitors,
    randr,
    title,
    told,
    top_level,
)
from ionia.sources.linux.x11_pictures import View, XPictures, layout_of, may_be_read
from ionia.sources.linux.x11_window import WINDOW_PREFIX, X11Window

assert sys.platform == "linux"  # noqa: S101 - mypy checks the rest for Linux only

log = logging.getLogger(__name__)

BACKEND = "x11"

_MONITOR_PREFIX = "x11:"

ALL_SCREENS = f"{_MONITOR_PREFIX}all"
"""The id of all monitors in one picture, offered where there are several."""

# Sources: X11 protocol (ChangeWindowAttributes, events), randrproto 1.2 (RRSelectInput).
_CHANGE_ATTRIBUTES = 2
_EVENT_MASK, _STRUCTURE_NOTIFY, _CONFIGURE_NOTIFY = 1 << 11, 1 << 17, 22
_RANDR_SELECT_INPUT, _SCREEN_CHANGE, _CRTC_CHANGE = 4, 1 << 0, 1 << 1


def list_screens() -> tuple[ScreenInfo, ...]:
    """The monitors of $DISPLAY, the primary first; none where nothing can be captured. Any thread; milliseconds."""
    try:
        with connected(default_display()) as connection:
            if not may_be_read(connection):
                return ()
            found = monitors(connection)
    except IoniaError:
        return ()
    screens = [_info(f"{_MONITOR_PREFIX}{m.name}", m) for m in found]
    if len(found) > 1:
        screens.append(_info(ALL_SCREENS, _bounds(found)))
    return tuple(screens)


def list_windows() -> tuple[WindowInfo, ...]:
    """The titled top-level windows of $DISPLAY, by the window manager's list if it keeps one. Any thread."""
    windows = []
    try:
        with connected(default_display()) as connection:
            for window in top_level(connection):
                with contextlib.suppress(XRequestError):  # it was closed while we asked
                    name, size = title(connection, window), geometry(connection, window)
                    if name and layout_of(connection.screen, size.depth) is not None:
                        windows.append(
                            WindowInfo(
                                id=f"{WINDOW_PREFIX}{window:#x}",
                                title=name,
                                application=application(connection, window),
                                width=size.width,
                                height=size.height,
                            )
                        )
    except IoniaError:
        return ()
    return tuple(windows)


def open_screen(
    screen_id: str | None,
    *,
    cursor: bool,
    clock: Clock,
    fps: FrameRate,  # noqa: ARG001 - a picture is taken when asked
    size: tuple[int, int],  # noqa: ARG001 - a monitor has its own
    gpu: bool = False,  # noqa: ARG001 - pictures come through the X server
) -> ScreenSource:
    """The source of a screen, not open yet.

    `screen_id` is an id from `list_screens` or `list_windows`, the name of a display (":99", "host:10.0": all of it),
    "all", or None for the primary monitor of the moment at which it is opened. Raises IoniaError(CAPTURE_UNAVAILABLE).
    """
    if screen_id == EVERY_SCREEN:
        screen_id = ALL_SCREENS
    if screen_id is not None and _names_display(screen_id):
        return X11Screen(display=screen_id, screen_id=ALL_SCREENS, cursor=cursor, clock=clock)
    if screen_id is not None and screen_id.startswith(WINDOW_PREFIX):
        return X11Window(display=default_display(), screen_id=screen_id, cursor=cursor, clock=clock)
    return X11Screen(display=default_display(), screen_id=screen_id, cursor=cursor, clock=clock)


def _names_display(screen_id: str) -> bool:
    if screen_id.startswith((_MONITOR_PREFIX, WINDOW_PREFIX)):
        return False
    try:
        parse_display(screen_id)
    except ValueError:
        return False
    return True


class X11Screen:
    """A ScreenSource over one monitor. One thread owns it. It waits 2 s at most for a server that doesn't answer."""

    backend = BACKEND
    fallbacks: tuple[str, ...] = ()

    def __init__(self, *, display: str, screen_id: str | None, cursor: bool, clock: Clock) -> None:
        """`screen_id` as in `open_screen`, without the names of displays and windows."""
        self.fallbacks: tuple[str, ...] = ()
        self._name = display
        self._screen_id = screen_id
        self._cursor = cursor
        self._clock = clock
        self._connection: XConnection | None = None
        self._pictures: WatchedPictures | None = None
        self._monitor: Monitor | None = None
        self._all: tuple[Region, ...] = ()  # where each monitor is, if all are one picture
        self._changes: tuple[int, ...] = ()

    def open(self) -> tuple[int, int]:
        """Find the monitor where it is now and take a picture. Raises IoniaError(CAPTURE_UNAVAILABLE)."""
        self.close()
        # One connection from here on: a bare server resets when its last client leaves.
        self._connection = connection = connect(self._name)
        try:
            with told(self._name):
                self._changes = _watch(connection)
                found = monitors(connection)
                self._monitor = monitor = _find(found, self._screen_id)
                self._all = _all(found, self._screen_id)
                pictures = XPictures(
                    connection, _view(connection, monitor, self._all), cursor=self._cursor, clock=self._clock
                )
                damage = None
                if ScreenDamage.offered(connection):
                    area = monitor.x, monitor.y, monitor.width, monitor.height
                    damage = ScreenDamage(connection, area, cursor=self._cursor)
                self._pictures = WatchedPictures(pictures, damage, self._clock)
                pictures.prove()
        except BaseException:
            self.close()
            raise
        self.fallbacks = pictures.fallbacks(cursor=self._cursor)
        return monitor.width, monitor.height

    def grab(self) -> VideoFrame | None:
        """As ScreenSource.grab.

        SourceLost codes: display_lost; screen_changed (size or place; open again at once); display_unplugged.
        """
        if self._pictures is None or self._connection is None:
            raise SourceLost(WarningCode.DISPLAY_LOST, f"X display {self._name} is closed.")
        try:
            if self._connection.happened(*self._changes):
                self._check_monitor(self._connection)
            return self._pictures.grab()
        except XRequestError as error:
            # A picture that reaches beyond a screen that just shrank fails before its event is seen.
            with contextlib.suppress(OSError):
                self._check_monitor(self._connection)
            self.close()
            raise self._lost(error) from error
        except OSError as error:
            self.close()
            raise self._lost(error) from error

    def close(self) -> None:
        """End the connection. Idempotent."""
        if self._pictures is not None:
            self._pictures.close()
            self._pictures = None
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _lost(self, error: OSError) -> SourceLost:
        return SourceLost(WarningCode.DISPLAY_LOST, f"X display {self._name} is gone: {error.strerror or error}.")

    def _check_monitor(self, connection: XConnection) -> None:
        """Close, and raise SourceLost, if the monitor is another than at `open`. Raises OSError."""
        try:
            found = monitors(connection)
            if _find(found, self._screen_id) == self._monitor and _all(found, self._screen_id) == self._all:
                return
        except IoniaError as error:
            self.close()
            message = f"The screen {self._screen_id} on {self._name} was unplugged or switched off."
            raise SourceLost(WarningCode.DISPLAY_UNPLUGGED, message) from error
        self.close()
        message = f"The screen on {self._name} changed its size or place."
        raise SourceLost(WarningCode.SCREEN_CHANGED, message, retry_at_once=True)


def _watch(connection: XConnection) -> tuple[int, ...]:
    """Ask for events when the root window or a monitor changes, so that a grab need not ask each time: their kinds."""
    root = connection.screen.root
    connection.send(struct.pack("=BBHIII", _CHANGE_ATTRIBUTES, 0, 4, root, _EVENT_MASK, _STRUCTURE_NOTIFY))
    extension = randr(connection)
    if extension is None:
        return (_CONFIGURE_NOTIFY,)
    mask = _SCREEN_CHANGE | _CRTC_CHANGE
    connection.send(struct.pack("=BBHIHxx", extension.opcode, _RANDR_SELECT_INPUT, 3, root, mask))
    return _CONFIGURE_NOTIFY, extension.first_event, extension.first_event + 1


def _all(found: list[Monitor], screen_id: str | None) -> tuple[Region, ...]:
    """Where the monitors are, for a picture of all of them."""
    if screen_id != ALL_SCREENS:
        return ()
    return tuple(Region(x=m.x, y=m.y, width=m.width, height=m.height) for m in found)


def _view(connection: XConnection, monitor: Monitor, parts: tuple[Region, ...]) -> View:
    within = [replace(part, x=part.x - monitor.x, y=part.y - monitor.y) for part in parts]
    return View(
        drawable=connection.screen.root,
        depth=connection.screen.depth,
        x=monitor.x,
        y=monitor.y,
        width=monitor.width,
        height=monitor.height,
        picture_width=monitor.width,
        picture_height=monitor.height,
        root_x=monitor.x,
        root_y=monitor.y,
        gaps=gaps((monitor.width, monitor.height), within) if within else (),
    )


def _bounds(found: list[Monitor]) -> Monitor:
    left, top = min(m.x for m in found), min(m.y for m in found)
    right, bottom = max(m.x + m.width for m in found), max(m.y + m.height for m in found)
    return Monitor(name="All screens", x=left, y=top, width=right - left, height=bottom - top, primary=False)


def _find(found: list[Monitor], screen_id: str | None) -> Monitor:
    if screen_id is None:
        return found[0]
    if screen_id == ALL_SCREENS:
        return _bounds(found)
    for monitor in found:
        if f"{_MONITOR_PREFIX}{monitor.name}" == screen_id:
            return monitor
    known = ", ".join(f"{_MONITOR_PREFIX}{monitor.name}" for monitor in found)
    message = f"There is no screen {screen_id!r}; there is {known}."
    raise IoniaError(ErrorKind.CAPTURE_UNAVAILABLE, message, "engine.devices lists the screens.")


def _info(screen_id: str, m: Monitor) -> ScreenInfo:
    return ScreenInfo(
        id=screen_id, name=m.name, width=m.width, height=m.height, x=m.x, y=m.y, primary=m.primary, backend=BACKEND
    )
