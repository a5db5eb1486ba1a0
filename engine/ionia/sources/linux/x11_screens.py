"""X11 screens: which there are, and grabbing one of them through libav's x11grab.

python-xlib (pure Python) asks the server what it shows; libav takes the pictures over a connection of its own. A
Wayland desktop shows X clients nothing but each other, so that it is refused with a hint and never recorded black.
"""

import contextlib
import logging
import os
import socket
import struct
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from Xlib import X, Xatom
from Xlib.display import Display
from Xlib.error import ConnectionClosedError, DisplayError, XauthError, XError
from Xlib.ext import randr
from Xlib.support import connect
from Xlib.xobject.drawable import Window

from ionia.core.errors import ErrorKind, IoniaError, SourceLost
from ionia.core.media import VideoFrame
from ionia.core.ports import Clock
from ionia.core.service import ScreenInfo, WindowInfo
from ionia.core.warning import WarningCode
from ionia.sources.grabber import LibavGrabber
from ionia.sources.linux.x11_damage import ScreenDamage, WatchedGrabber

assert sys.platform == "linux"  # noqa: S101 - mypy checks the rest for Linux only

log = logging.getLogger(__name__)

BACKEND = "x11grab"

ALL_SCREENS = "x11:all"
"""The id of all monitors in one picture, offered where there are several."""

WINDOW_PREFIX = "x11-window:"
"""A window's id is this and its X id in hexadecimal. It is shown as the screen shows it: what covers it is seen, too,
unless the desktop composes its windows."""

_ANSWER_TIMEOUT = 1.0
"""Seconds for a server's first byte. A healthy one needs a millisecond; a frozen one would hold us for ever."""

_X_ERRORS = (XError, DisplayError, ConnectionClosedError, XauthError, OSError)

_TEST_CARD_HINT = 'The screen "test" records the built-in test card.'
_WAYLAND_HINT = f"Log out and choose an X11 (Xorg) session at the login screen. {_TEST_CARD_HINT}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Monitor:
    name: str
    x: int
    y: int
    width: int
    height: int
    primary: bool


def list_screens() -> tuple[ScreenInfo, ...]:
    """The monitors of $DISPLAY, the primary first; none where nothing can be captured. Any thread; milliseconds."""
    try:
        with _connected(_default_display()) as display:
            monitors = _monitors(display)
    except IoniaError:
        return ()
    screens = [_info(f"x11:{m.name}", m) for m in monitors]
    if len(monitors) > 1:
        screens.append(_info(ALL_SCREENS, _bounds(monitors)))
    return tuple(screens)


def list_windows() -> tuple[WindowInfo, ...]:
    """The titled top-level windows of $DISPLAY, by the window manager's list if it keeps one. Any thread."""
    windows = []
    try:
        with _connected(_default_display()) as display:
            for window in _top_level(display):
                with contextlib.suppress(XError):  # it was closed while we asked
                    title = _title(display, window)
                    size = window.get_geometry()
                    if title:
                        windows.append(
                            WindowInfo(
                                id=f"{WINDOW_PREFIX}{window.id:#x}", title=title, width=size.width, height=size.height
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
    fps: int,  # noqa: ARG001 - x11grab is asked, it does not pace
    size: tuple[int, int],  # noqa: ARG001 - a monitor has its own
) -> "X11Screen":
    """The source of a screen, not open yet.

    `screen_id` is an id from `list_screens` or `list_windows`, the name of a display (":99", ":99.0": all of it), or
    None for the primary monitor of the moment at which it is opened. Raises IoniaError(CAPTURE_UNAVAILABLE).
    """
    if screen_id is not None and screen_id.startswith(":"):
        return X11Screen(display=screen_id, screen_id=ALL_SCREENS, cursor=cursor, clock=clock)
    return X11Screen(display=_default_display(), screen_id=screen_id, cursor=cursor, clock=clock)


class X11Screen:
    """A ScreenSource over one monitor or window. One thread owns it. Blocks while the server does: see LibavGrabber."""

    backend = BACKEND

    def __init__(self, *, display: str, screen_id: str | None, cursor: bool, clock: Clock) -> None:
        """`screen_id` as in `open_screen`, without the names of displays."""
        self._name = display
        self._screen_id = screen_id
        self._cursor = cursor
        self._clock = clock
        self._display: Display | None = None
        self._grabber: WatchedGrabber | None = None
        self._monitor: _Monitor | None = None

    def open(self) -> tuple[int, int]:
        """Find the monitor where it is now and grab it once. Raises IoniaError(CAPTURE_UNAVAILABLE)."""
        self.close()
        self._display = _connect(self._name)
        try:
            with _x_errors_told(self._name):
                self._watch(self._display)
                self._monitor = _area(self._display, self._screen_id)
            grabber = LibavGrabber(BACKEND, self._name, BACKEND, self._options(self._monitor), self._clock)
            damage = None if _window_id(self._screen_id) is not None else self._damage(self._monitor)
            self._grabber = WatchedGrabber(grabber, damage, self._clock)
            return self._grabber.open()
        except BaseException:
            self.close()
            raise

    def grab(self) -> VideoFrame | None:
        """As ScreenSource.grab. SourceLost codes: display_lost; screen_changed (size or place; open again at once)."""
        if self._grabber is None or self._display is None:
            raise SourceLost(WarningCode.DISPLAY_LOST, f"X display {self._name} is closed.")
        try:
            self._check_monitor(self._display)
            return self._grabber.grab()
        except SourceLost as lost:
            # A picture that reaches beyond a screen that just shrank fails before its event is seen.
            changed = lost.code == WarningCode.SCREEN_CHANGED or self._has_changed()
            self.close()
            if changed:
                message = f"The screen on {self._name} changed its size or place."
                raise SourceLost(WarningCode.SCREEN_CHANGED, message, retry_at_once=True) from lost
            raise

    def close(self) -> None:
        """Close both connections. Idempotent."""
        if self._grabber is not None:
            self._grabber.close()
            self._grabber = None
        if self._display is not None:
            _close(self._display)
            self._display = None

    def _options(self, monitor: _Monitor) -> dict[str, str]:
        window_id = _window_id(self._screen_id)
        window = {} if window_id is None else {"window_id": str(window_id)}
        return {
            **window,
            "draw_mouse": str(int(self._cursor)),
            "grab_x": str(monitor.x),
            "grab_y": str(monitor.y),
            "video_size": f"{monitor.width}x{monitor.height}",
        }

    def _damage(self, monitor: _Monitor) -> ScreenDamage | None:
        """Not for windows: what covers one is seen in its picture, and isn't damage to it."""
        display = _connect(self._name)
        try:
            if ScreenDamage.offered(display):
                area = monitor.x, monitor.y, monitor.width, monitor.height
                return ScreenDamage(display, area, cursor=self._cursor)
        except _X_ERRORS as error:
            log.info("the X server can't be asked for changes: %s", error)
        _close(display)
        return None

    def _watch(self, display: Display) -> None:
        """Ask for an event when the root window or a monitor changes, so that a grab need not ask each time."""
        root = display.screen().root
        window_id = _window_id(self._screen_id)
        watched = root if window_id is None else display.create_resource_object("window", window_id)
        watched.change_attributes(event_mask=X.StructureNotifyMask)
        if display.has_extension("RANDR"):
            root.xrandr_select_input(randr.RRScreenChangeNotifyMask | randr.RRCrtcChangeNotifyMask)

    def _check_monitor(self, display: Display) -> None:
        """Costs 2 microseconds while nothing happens. Raises SourceLost."""
        try:
            events = display.pending_events()
            for _ in range(events):
                display.next_event()
        except _X_ERRORS as error:
            raise SourceLost(WarningCode.DISPLAY_LOST, f"X display {self._name} is gone: {error}.") from error
        if events and self._has_changed():
            raise SourceLost(WarningCode.SCREEN_CHANGED, "")

    def _has_changed(self) -> bool:
        """Whether the monitor is another than at `open`; False if the server does not say."""
        if self._display is None:
            return False
        try:
            return _area(self._display, self._screen_id) != self._monitor
        except IoniaError:
            return True
        except _X_ERRORS:
            return False


def connect_default() -> Display:
    """A connection to $DISPLAY for another module of this package; `disconnect` it. Raises IoniaError."""
    return _connect(_default_display())


def disconnect(display: Display) -> None:
    """End a connection, also a lost one."""
    _close(display)


def _default_display() -> str:
    name = os.environ.get("DISPLAY", "")
    if name:
        return name
    if os.environ.get("WAYLAND_DISPLAY"):
        message = "This is a Wayland session; screens can be captured under X11 only."
        raise IoniaError(ErrorKind.CAPTURE_UNAVAILABLE, message, _WAYLAND_HINT)
    message = "There is no screen: DISPLAY is not set."
    hint = f"Start the engine inside a desktop session, or set DISPLAY. {_TEST_CARD_HINT}"
    raise IoniaError(ErrorKind.CAPTURE_UNAVAILABLE, message, hint)


@contextlib.contextmanager
def _connected(name: str) -> Iterator[Display]:
    display = _connect(name)
    try:
        with _x_errors_told(name):
            yield display
    finally:
        _close(display)


def _connect(name: str) -> Display:
    """Raises IoniaError for a server that is not there, does not answer, refuses us, or is Wayland's."""
    with _x_errors_told(name):
        _await_answer(name)
        display = Display(name)
        display.set_error_handler(lambda *_: None)  # the default one prints
    try:
        with _x_errors_told(name):
            is_wayland = _is_xwayland(display)
    except BaseException:
        _close(display)
        raise
    if is_wayland:
        _close(display)
        message = f"X display {name} belongs to a Wayland session, which shows its screens to no X11 program."
        raise IoniaError(ErrorKind.CAPTURE_UNAVAILABLE, message, _WAYLAND_HINT)
    return display


def _close(display: Display) -> None:
    with contextlib.suppress(*_X_ERRORS):
        display.close()
    # After a lost connection python-xlib leaves its socket to the garbage collector.
    display.display.socket.close()


@contextlib.contextmanager
def _x_errors_told(name: str) -> Iterator[None]:
    try:
        yield
    except _X_ERRORS as error:
        message = f"X display {name} cannot be used: {' '.join(str(error).split())}"
        hint = f"Is the desktop running, and may this user see it (xhost, XAUTHORITY)? {_TEST_CARD_HINT}"
        raise IoniaError(ErrorKind.CAPTURE_UNAVAILABLE, message, hint) from error


def _await_answer(name: str) -> None:
    """Say hello without credentials, which a living server answers or refuses at once. Raises OSError, DisplayError.

    python-xlib could not be told how long to wait, and leaves its sockets open when it fails.
    """
    _, protocol, host, number, _ = connect.get_display(name)
    local = protocol == "unix" or host in ("", "unix")
    with socket.socket(socket.AF_UNIX if local else socket.AF_INET, socket.SOCK_STREAM) as sock:
        sock.settimeout(_ANSWER_TIMEOUT)
        if local:
            path = f"/tmp/.X11-unix/X{number}"  # noqa: S108 - where X servers listen
            sock.connect(path if Path(path).exists() else f"\0{path}")
        else:
            sock.connect((host, 6000 + number))
        # X Window System Protocol, "Connection Setup": little-endian, version 11.0, no authorization.
        sock.sendall(struct.pack("<cxHHHHxx", b"l", 11, 0, 0, 0))
        if not sock.recv(1):
            raise ConnectionError("it closed the connection")


def _is_xwayland(display: Display) -> bool:
    # The extension is there since Xwayland 23.1; before, its outputs were called XWAYLAND0 and so on.
    if display.query_extension("XWAYLAND") is not None:
        return True
    return any(monitor.name.startswith("XWAYLAND") for monitor in _monitors(display))


def _monitors(display: Display) -> list[_Monitor]:
    """RandR's monitors with the primary first; the whole root window from a server without RandR 1.5."""
    root = display.screen().root
    found: list[_Monitor] = []
    if display.has_extension("RANDR"):
        version = display.xrandr_query_version()
        if (version.major_version, version.minor_version) >= (1, 5):
            found = [
                _Monitor(
                    name=display.get_atom_name(monitor.name),
                    x=monitor.x,
                    y=monitor.y,
                    width=monitor.width_in_pixels,
                    height=monitor.height_in_pixels,
                    primary=bool(monitor.primary),
                )
                for monitor in root.xrandr_get_monitors(is_active=True).monitors
            ]
    size = root.get_geometry()
    visible = [m for m in found if m.x + m.width <= size.width and m.y + m.height <= size.height]
    if not visible:
        # No RandR, or it still tells of a monitor larger than the screen that was made smaller.
        return [_Monitor(name="screen", x=0, y=0, width=size.width, height=size.height, primary=True)]
    if not any(monitor.primary for monitor in visible):
        return [_as_primary(visible[0]), *visible[1:]]
    return sorted(visible, key=lambda monitor: not monitor.primary)


def _as_primary(m: _Monitor) -> _Monitor:
    return _Monitor(name=m.name, x=m.x, y=m.y, width=m.width, height=m.height, primary=True)


def _bounds(monitors: list[_Monitor]) -> _Monitor:
    left, top = min(m.x for m in monitors), min(m.y for m in monitors)
    right, bottom = max(m.x + m.width for m in monitors), max(m.y + m.height for m in monitors)
    return _Monitor(name="All screens", x=left, y=top, width=right - left, height=bottom - top, primary=False)


def _window_id(screen_id: str | None) -> int | None:
    """The X id in a window's id; 0, which no window has, if it is none; None for everything but windows."""
    if screen_id is None or not screen_id.startswith(WINDOW_PREFIX):
        return None
    try:
        return int(screen_id.removeprefix(WINDOW_PREFIX), 16) & 0xFFFFFFFF
    except ValueError:
        return 0


def _area(display: Display, screen_id: str | None) -> _Monitor:
    """What is to be grabbed: a monitor, or a window as if it were one. Raises IoniaError if it is not there."""
    window_id = _window_id(screen_id)
    if window_id is None:
        return _find(_monitors(display), screen_id)
    try:
        size = display.create_resource_object("window", window_id).get_geometry()
    except XError as error:
        message = f"There is no window {screen_id!r}."
        raise IoniaError(ErrorKind.CAPTURE_UNAVAILABLE, message, "engine.devices lists the windows.") from error
    return _Monitor(name="window", x=0, y=0, width=size.width, height=size.height, primary=False)


def _find(monitors: list[_Monitor], screen_id: str | None) -> _Monitor:
    if screen_id is None:
        return monitors[0]
    if screen_id == ALL_SCREENS:
        return _bounds(monitors)
    for monitor in monitors:
        if f"x11:{monitor.name}" == screen_id:
            return monitor
    known = ", ".join(f"x11:{monitor.name}" for monitor in monitors)
    message = f"There is no screen {screen_id!r}; there is {known}."
    raise IoniaError(ErrorKind.CAPTURE_UNAVAILABLE, message, "engine.devices lists the screens.")


def _info(screen_id: str, m: _Monitor) -> ScreenInfo:
    return ScreenInfo(
        id=screen_id, name=m.name, width=m.width, height=m.height, x=m.x, y=m.y, primary=m.primary, backend=BACKEND
    )


def _top_level(display: Display) -> list[Window]:
    root = display.screen().root
    listed = root.get_full_property(display.intern_atom("_NET_CLIENT_LIST"), Xatom.WINDOW)
    if listed is not None:
        return [display.create_resource_object("window", window_id) for window_id in listed.value]
    windows = []
    for window in root.query_tree().children:
        with contextlib.suppress(XError):
            attributes = window.get_attributes()
            if attributes.map_state == X.IsViewable and not attributes.override_redirect:
                windows.append(window)
    return windows


def _title(display: Display, window: Window) -> str:
    modern = window.get_full_property(display.intern_atom("_NET_WM_NAME"), display.intern_atom("UTF8_STRING"))
    if modern is not None and isinstance(modern.value, bytes):
        return modern.value.decode("utf-8", "replace")
    old = window.get_wm_name()  # bytes if it is not Latin-1 text
    return old.decode("utf-8", "replace") if isinstance(old, bytes) else old or ""
