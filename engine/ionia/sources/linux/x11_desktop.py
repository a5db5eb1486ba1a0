"""What an X server shows: its monitors, its windows, and whether it is one whose screens can be captured at all."""

import contextlib
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from ionia.core.errors import ErrorKind, IoniaError
from ionia.sources.linux.x11_connection import BAD_ACCESS, Extension, XConnection, XRequestError
from ionia.sources.linux.x11_setup import XRefused

# Sources: X11 protocol and randrproto 1.5: numbers of requests, their fields and event masks.
_GET_WINDOW_ATTRIBUTES, _GET_GEOMETRY, _QUERY_TREE, _GET_PROPERTY, _TRANSLATE = 3, 14, 15, 20, 40
_RANDR_QUERY_VERSION, _RANDR_GET_MONITORS = 0, 42
_HEAD = 32
_VIEWABLE = 2
_ANY_PROPERTY_TYPE = 0
_LONGEST_PROPERTY = 16384
"""In words: far more than any title or list of windows."""

TEST_CARD_HINT = 'The screen "test" records the built-in test card.'
_WAYLAND_HINT = f"Log out and choose an X11 (Xorg) session at the login screen. {TEST_CARD_HINT}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitor:
    """The part of the root window that a monitor shows."""

    name: str
    x: int
    y: int
    width: int
    height: int
    primary: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Geometry:
    """A drawable's size without its border, where its inner corner is on the root window, and its depth."""

    x: int
    y: int
    width: int
    height: int
    border: int
    depth: int


def default_display() -> str:
    """The name in $DISPLAY. Raises IoniaError."""
    name = os.environ.get("DISPLAY", "").strip()
    if name:
        return name
    if os.environ.get("WAYLAND_DISPLAY"):
        message = "This is a Wayland session; screens can be captured under X11 only."
        raise IoniaError(ErrorKind.CAPTURE_UNAVAILABLE, message, _WAYLAND_HINT)
    message = "There is no screen: DISPLAY is not set."
    hint = f"Start the engine inside a desktop session, or set DISPLAY. {TEST_CARD_HINT}"
    raise IoniaError(ErrorKind.CAPTURE_UNAVAILABLE, message, hint)


@contextlib.contextmanager
def connected(name: str) -> Iterator[XConnection]:
    """A connection for a few questions. Raises IoniaError, also for what fails inside."""
    connection = connect(name)
    try:
        with told(name):
            yield connection
    finally:
        connection.close()


def connect(name: str) -> XConnection:
    """Raises IoniaError for a server that is not there, does not answer, refuses us, or is Wayland's."""
    with told(name):
        connection = XConnection(name)
    try:
        with told(name):
            is_wayland = _is_xwayland(connection)
    except BaseException:
        connection.close()
        raise
    if is_wayland:
        connection.close()
        message = f"X display {name} belongs to a Wayland session, which shows its screens to no X11 program."
        raise IoniaError(ErrorKind.CAPTURE_UNAVAILABLE, message, _WAYLAND_HINT)
    return connection


@contextlib.contextmanager
def told(name: str) -> Iterator[None]:
    """Turns what a connection raises into an IoniaError."""
    try:
        yield
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        message = f"X display {name} cannot be used: {' '.join(reason.split())}."
        hint = "Is the desktop running, and is DISPLAY right?"
        if isinstance(error, XRefused):
            hint = "May this user see it (xhost, XAUTHORITY)?"
        if isinstance(error, XRequestError) and error.code == BAD_ACCESS:
            message = f"X display {name} lets this program see nothing of its screen: the cookie isn't a trusted one."
            hint = "Use a trusted cookie (ssh -Y instead of ssh -X)."
        raise IoniaError(ErrorKind.CAPTURE_UNAVAILABLE, message, f"{hint} {TEST_CARD_HINT}") from error


def monitors(connection: XConnection) -> list[Monitor]:
    """RandR's monitors, the primary first, cut to the root window; without RandR 1.5 that window as the only monitor.

    Raises OSError.
    """
    root = geometry(connection, connection.screen.root)
    visible = [part for monitor in _randr_monitors(connection) if (part := _clip(monitor, root)) is not None]
    if not visible:
        return [Monitor(name="screen", x=0, y=0, width=root.width, height=root.height, primary=True)]
    if not any(monitor.primary for monitor in visible):
        first = visible[0]
        visible[0] = Monitor(
            name=first.name, x=first.x, y=first.y, width=first.width, height=first.height, primary=True
        )
    return sorted(visible, key=lambda monitor: not monitor.primary)


def randr(connection: XConnection) -> Extension | None:
    """The extension's numbers if the server has it. Raises OSError."""
    return connection.extension("RANDR")


def geometry(connection: XConnection, drawable: int) -> Geometry:
    """Raises XRequestError for what is no drawable (any more), OSError."""
    reply = connection.ask(struct.pack("=BBHI", _GET_GEOMETRY, 0, 2, drawable))
    width, height, border = struct.unpack_from("=HHH", reply, 16)
    x = y = 0
    if drawable != connection.screen.root:
        where = connection.ask(struct.pack("=BBHIIhh", _TRANSLATE, 0, 4, drawable, connection.screen.root, 0, 0))
        x, y = struct.unpack_from("=hh", where, 12)
    return Geometry(x=x, y=y, width=width, height=height, border=border, depth=reply[1])


def is_viewable(connection: XConnection, window: int) -> bool:
    """Whether a window and all that it lies in are shown. Raises XRequestError, OSError."""
    return _attributes(connection, window)[26] == _VIEWABLE


def top_level(connection: XConnection) -> list[int]:
    """The windows of programs: those that the window manager lists, or without one all that are shown."""
    root = connection.screen.root
    listed = _property(connection, root, connection.atom("_NET_CLIENT_LIST"))
    if listed:
        return list(struct.unpack(f"={len(listed) // 4}I", listed[: len(listed) // 4 * 4]))
    tree = connection.ask(struct.pack("=BBHI", _QUERY_TREE, 0, 2, root))
    (count,) = struct.unpack_from("=H", tree, 16)
    windows = []
    for window in struct.unpack_from(f"={count}I", tree, _HEAD):
        with contextlib.suppress(XRequestError):  # closed while we asked
            attributes = _attributes(connection, window)
            override_redirect = attributes[27]
            if attributes[26] == _VIEWABLE and not override_redirect:
                windows.append(window)
    return windows


def title(connection: XConnection, window: int) -> str:
    """A window's title, empty if it has none. Raises XRequestError, OSError."""
    modern = _property(connection, window, connection.atom("_NET_WM_NAME"))
    if modern:
        return modern.decode("utf-8", "replace")
    old = _property(connection, window, connection.atom("WM_NAME"))
    try:
        return old.decode()
    except UnicodeDecodeError:
        return old.decode("latin-1")


def application(connection: XConnection, window: int) -> str:
    """The program's name for its kind of windows (the second part of WM_CLASS). Raises XRequestError, OSError."""
    names = _property(connection, window, connection.atom("WM_CLASS")).split(b"\0")
    return names[1].decode("latin-1") if len(names) > 1 else ""


def _attributes(connection: XConnection, window: int) -> bytes:
    return connection.ask(struct.pack("=BBHI", _GET_WINDOW_ATTRIBUTES, 0, 2, window))


def _property(connection: XConnection, window: int, name: int) -> bytes:
    """The bytes of a property, empty if there is none."""
    request = struct.pack("=BBHIIIII", _GET_PROPERTY, 0, 6, window, name, _ANY_PROPERTY_TYPE, 0, _LONGEST_PROPERTY)
    reply = connection.ask(request)
    unit = reply[1] // 8  # 0 for a property that isn't there
    (length,) = struct.unpack_from("=I", reply, 16)
    return reply[_HEAD : _HEAD + length * unit]


def _is_xwayland(connection: XConnection) -> bool:
    # The extension is there since Xwayland 23.1; before, its outputs were called XWAYLAND0 and so on.
    if connection.extension("XWAYLAND") is not None:
        return True
    return any(monitor.name.startswith("XWAYLAND") for monitor in _randr_monitors(connection))


def _randr_monitors(connection: XConnection) -> list[Monitor]:
    extension = randr(connection)
    if extension is None:
        return []
    version = connection.ask(struct.pack("=BBHII", extension.opcode, _RANDR_QUERY_VERSION, 3, 1, 5))
    if struct.unpack_from("=II", version, 8) < (1, 5):
        return []
    request = struct.pack("=BBHIB3x", extension.opcode, _RANDR_GET_MONITORS, 3, connection.screen.root, 1)
    reply = connection.ask(request)
    (count,) = struct.unpack_from("=I", reply, 12)
    found, at = [], _HEAD
    for _ in range(count):
        name, primary, outputs, x, y, width, height = struct.unpack_from("=IBxHhhHH", reply, at)
        found.append(
            Monitor(name=connection.atom_name(name), x=x, y=y, width=width, height=height, primary=bool(primary))
        )
        at += 24 + 4 * outputs
    return found


def _clip(monitor: Monitor, root: Geometry) -> Monitor | None:
    """The part of a monitor that there are pixels for: one may reach beyond a screen that was made smaller."""
    left, top = max(0, monitor.x), max(0, monitor.y)
    right, bottom = min(root.width, monitor.x + monitor.width), min(root.height, monitor.y + monitor.height)
    if left >= right or top >= bottom:
        return None
    return Monitor(name=monitor.name, x=left, y=top, width=right - left, height=bottom - top, primary=monitor.primary)
