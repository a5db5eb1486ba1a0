"""Whether anything on an X screen may have changed, asked of the server instead of found out by looking at pixels.

The server's DAMAGE extension collects where anything was painted. One question takes all of that, and tells where the
pointer is: a picture that is taken after the answer shows at least what the answer told, and whatever is painted later
is in the next answer. So nothing is lost, as long as the server tells the truth, and that is checked (decision 0141).
"""

import contextlib
import logging
import struct
import sys

from Xlib.display import Display

from ionia.core.media import VideoFrame
from ionia.core.ports import Clock
from ionia.core.timebase import NS_PER_S
from ionia.sources.grabber import LibavGrabber

log = logging.getLogger(__name__)

VERIFY_NS = NS_PER_S
"""How often a picture is compared although nothing is said to have changed."""

LIES = 3
"""Changes that no answer told of until the server isn't asked any more. One can be a pointer that went and came."""

_TIMEOUT = 5.0
"""Seconds for an answer. Afterwards the server isn't asked any more; taking pictures finds out what is wrong."""

_MESSAGE = 32
_ERROR, _REPLY = 0, 1

# Sources: X11 protocol (QueryPointer), fixesproto 2, damageproto 1.1: numbers of requests and their fields.
_QUERY_POINTER = 38
_SELECT_CURSOR_INPUT, _CREATE_REGION, _INTERSECT_REGION, _REGION_EXTENTS, _FETCH_REGION = 3, 5, 14, 17, 19
_CURSOR_NOTIFY = 1
_CREATE_DAMAGE, _SUBTRACT = 1, 3
_NON_EMPTY = 3
"""Report level: one event when there is damage after there was none. Nobody reads it."""


class TrustedDamage:
    """When a picture must be taken, and whether the server can be believed. Pure; one thread owns it.

    Some drivers paint without telling: hence a picture after each one that differed, and one each VERIFY_NS.
    """

    def __init__(self) -> None:
        self._taken_ns: int | None = None
        self._differed = True
        self._lies = 0

    @property
    def believed(self) -> bool:
        """False when the screen changed too often without a word."""
        return self._lies < LIES

    def due(self, now_ns: int, *, touched: bool) -> bool:
        """Whether to take a picture now; `touched` is the server's answer."""
        return touched or self._differed or self._taken_ns is None or now_ns - self._taken_ns >= VERIFY_NS

    def taken(self, now_ns: int, *, touched: bool, differed: bool) -> None:
        """A picture was taken. `touched`: the server told of a change, before it or directly after."""
        first = self._taken_ns is None
        self._taken_ns, self._differed = now_ns, differed
        if differed and not touched and not first:
            self._lies += 1


class ScreenDamage:
    """The connection. One thread owns it; `poll` blocks while the server does, for _TIMEOUT at most.

    After set-up it carries prepared bytes: python-xlib's own requests would cost ten times as much (0.01 ms).
    """

    def __init__(self, display: Display, area: tuple[int, int, int, int], *, cursor: bool) -> None:
        """`display` is given away: nobody else uses or closes it. `area`: x, y, width, height on the root window.

        `cursor`: moves and changes of the pointer count, wherever it is. Raises OSError or python-xlib's errors.
        """
        self._display = display
        self._cursor = cursor
        self._pointer: bytes | None = None
        self._received = b""
        self._socket = display.display.socket
        self._question = b""
        self._prepare(area)

    @staticmethod
    def offered(display: Display) -> bool:
        """Whether the server has what it takes."""
        return bool(display.has_extension("DAMAGE") and display.has_extension("XFIXES"))

    def poll(self) -> bool:
        """Whether anything may have changed in the area since the last call; True at the first. Raises OSError."""
        self._socket.sendall(self._question)
        extents, changed = self._answer()
        touched = changed or extents[12:16] != b"\0\0\0\0"
        if self._cursor:
            answer, changed = self._answer()
            pointer = answer[16:20]
            touched = touched or changed or pointer != self._pointer
            self._pointer = pointer
        return touched

    def close(self) -> None:
        """End the connection. Idempotent."""
        with contextlib.suppress(OSError):
            self._socket.close()

    def _prepare(self, area: tuple[int, int, int, int]) -> None:
        display, root = self._display, self._display.screen().root
        display.xfixes_query_version()
        display.damage_query_version()
        fixes = display.query_extension("XFIXES")
        damages = display.query_extension("DAMAGE")
        painted, part, whole = (display.display.allocate_resource_id() for _ in range(3))
        self._cursor_event = fixes.first_event + _CURSOR_NOTIFY
        major, damage_major = fixes.major_opcode, damages.major_opcode
        set_up = struct.pack("=BBHI", major, _CREATE_REGION, 2, part)
        set_up += struct.pack("=BBHIhhHH", major, _CREATE_REGION, 4, whole, *area)
        set_up += struct.pack("=BBHIIB3x", damage_major, _CREATE_DAMAGE, 4, painted, root.id, _NON_EMPTY)
        self._question = struct.pack("=BBHIII", damage_major, _SUBTRACT, 4, painted, 0, part)
        self._question += struct.pack("=BBHIII", major, _INTERSECT_REGION, 4, part, whole, part)
        self._question += struct.pack("=BBHII", major, _REGION_EXTENTS, 3, part, part)
        self._question += struct.pack("=BBHI", major, _FETCH_REGION, 2, part)
        if self._cursor:
            set_up += struct.pack("=BBHII", major, _SELECT_CURSOR_INPUT, 3, root.id, 1)
            self._question += struct.pack("=BBHI", _QUERY_POINTER, 0, 2, root.id)
        self._socket.settimeout(_TIMEOUT)
        self._socket.sendall(set_up)

    def _answer(self) -> tuple[bytes, bool]:
        """The head of the next reply, and whether the cursor's picture changed before it."""
        changed = False
        while True:
            message = self._read(_MESSAGE)
            kind = message[0] & 0x7F  # the highest bit is set in events that a client sent
            if kind == _ERROR:
                raise OSError(f"X error {message[1]} in request {message[10]}")
            if kind == _REPLY:
                self._read(4 * int.from_bytes(message[4:8], sys.byteorder))
                return message, changed
            changed = changed or kind == self._cursor_event

    def _read(self, count: int) -> bytes:
        while len(self._received) < count:
            piece = self._socket.recv(4096)
            if not piece:
                raise OSError("the display is gone")
            self._received += piece
        message, self._received = self._received[:count], self._received[count:]
        return message


class WatchedGrabber:
    """A LibavGrabber that is spared whenever nothing was painted. One thread owns it."""

    def __init__(self, grabber: LibavGrabber, damage: ScreenDamage | None, clock: Clock) -> None:
        """`damage` None: the pictures are compared, each time."""
        self._grabber = grabber
        self._damage = damage
        self._clock = clock
        self._trust = TrustedDamage()

    def open(self) -> tuple[int, int]:
        """As LibavGrabber.open."""
        return self._grabber.open()

    def grab(self) -> VideoFrame | None:
        """As LibavGrabber.grab."""
        touched = self._touched()
        now_ns = self._clock.now_ns()
        if not self._trust.due(now_ns, touched=touched):
            return None
        frame = self._grabber.grab()
        if frame is not None and not touched:
            touched = self._touched()  # painted after the first answer and before the picture
        self._trust.taken(now_ns, touched=touched, differed=frame is not None)
        if not self._trust.believed:
            self._stop_asking("it paints without telling")
        return frame

    def close(self) -> None:
        """End both. Idempotent."""
        self._grabber.close()
        if self._damage is not None:
            self._damage.close()
            self._damage = None

    def _touched(self) -> bool:
        if self._damage is None:
            return True
        try:
            return self._damage.poll()
        except OSError as error:
            self._stop_asking(str(error))  # if the display is gone, taking a picture tells so
            return True

    def _stop_asking(self, reason: str) -> None:
        if self._damage is not None:
            log.info("the X server isn't asked for changes any more: %s", reason)
            self._damage.close()
            self._damage = None
