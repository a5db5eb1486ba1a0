"""Whether anything on an X screen may have changed, asked of the server instead of found out by looking at pixels.

The server's DAMAGE extension collects where anything was painted. One question takes all of that, and tells where the
pointer is: a picture that is taken after the answer shows at least what the answer told, and whatever is painted later
is in the next answer. So nothing is lost, as long as the server tells the truth, and that is checked (decision 0141).
"""

import contextlib
import logging
import struct
from typing import Protocol

from ionia.core.media import VideoFrame
from ionia.core.ports import Clock
from ionia.core.timebase import NS_PER_S
from ionia.sources.linux.x11_connection import XConnection, XRequestError

log = logging.getLogger(__name__)

VERIFY_NS = NS_PER_S
"""How often a picture is compared although nothing is said to have changed."""

LIES = 3
"""So many changes that no answer told of, and the server isn't asked any more. One may be a pointer that came back."""

# Sources: X11 protocol (QueryPointer), fixesproto 2, damageproto 1.1: numbers of requests and their fields.
_QUERY_POINTER = 38
_QUERY_VERSION = 0
_SELECT_CURSOR_INPUT, _CREATE_REGION, _DESTROY_REGION = 3, 5, 10
_INTERSECT_REGION, _REGION_EXTENTS, _FETCH_REGION = 14, 17, 19
_CURSOR_NOTIFY = 1
_CREATE_DAMAGE, _DESTROY_DAMAGE, _SUBTRACT = 1, 2, 3
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

    def look_again(self) -> None:
        """What is shown became another thing: take a picture of it whatever the server says."""
        self._taken_ns = None

    def taken(self, now_ns: int, *, touched: bool, differed: bool) -> None:
        """A picture was taken. `touched`: the server told of a change, before it or directly after."""
        first = self._taken_ns is None
        self._taken_ns, self._differed = now_ns, differed
        if differed and not touched and not first:
            self._lies += 1


class ScreenDamage:
    """Asks over a connection that it shares with its owner. One thread.

    The question is prepared once: 0.01 ms a time.
    """

    def __init__(
        self, connection: XConnection, area: tuple[int, int, int, int], *, cursor: bool, drawable: int | None = None
    ) -> None:
        """`area`: x, y, width, height in the drawable, None: the root window. See `offered`.

        `cursor`: moves and changes of the pointer count, wherever it is. Raises OSError.
        """
        self._connection = connection
        self._cursor = cursor
        self._pointer: bytes | None = None
        self._prepare(area, drawable or connection.screen.root)

    @staticmethod
    def offered(connection: XConnection) -> bool:
        """Whether the server has what it takes. Raises OSError."""
        return connection.extension("DAMAGE") is not None and connection.extension("XFIXES") is not None

    def poll(self) -> bool:
        """Whether anything may have changed in the area since the last call; True at the first. Raises OSError."""
        connection = self._connection
        connection.send(self._question, answered=self._answered)
        touched = connection.answer()[12:16] != b"\0\0\0\0"
        if self._cursor:
            pointer = connection.answer()[16:20]
            touched = touched or pointer != self._pointer
            self._pointer = pointer
        return self._connection.happened(self._cursor_event) or touched

    def close(self) -> None:
        """Have the server forget what it keeps for the question: its connection may outlive it."""
        with contextlib.suppress(OSError):
            self._connection.send(self._farewell)

    def _prepare(self, area: tuple[int, int, int, int], drawable: int) -> None:
        connection = self._connection
        fixes, damages = connection.extension("XFIXES"), connection.extension("DAMAGE")
        if fixes is None or damages is None:
            raise OSError("the X server lacks XFIXES or DAMAGE")
        connection.ask(struct.pack("=BBHII", fixes.opcode, _QUERY_VERSION, 3, 2, 0))
        connection.ask(struct.pack("=BBHII", damages.opcode, _QUERY_VERSION, 3, 1, 1))
        painted, part, whole = (connection.new_id() for _ in range(3))
        self._cursor_event = fixes.first_event + _CURSOR_NOTIFY
        major, damage_major = fixes.opcode, damages.opcode
        set_up = struct.pack("=BBHI", major, _CREATE_REGION, 2, part)
        set_up += struct.pack("=BBHIhhHH", major, _CREATE_REGION, 4, whole, *area)
        set_up += struct.pack("=BBHIIB3x", damage_major, _CREATE_DAMAGE, 4, painted, drawable, _NON_EMPTY)
        self._question = struct.pack("=BBHIII", damage_major, _SUBTRACT, 4, painted, 0, part)
        self._question += struct.pack("=BBHIII", major, _INTERSECT_REGION, 4, part, whole, part)
        self._question += struct.pack("=BBHII", major, _REGION_EXTENTS, 3, part, part)
        self._question += struct.pack("=BBHI", major, _FETCH_REGION, 2, part)
        self._farewell = struct.pack("=BBHI", damage_major, _DESTROY_DAMAGE, 2, painted)
        self._farewell += struct.pack("=BBHI", major, _DESTROY_REGION, 2, part)
        self._farewell += struct.pack("=BBHI", major, _DESTROY_REGION, 2, whole)
        self._answered = [3]
        if self._cursor:
            root = connection.screen.root
            set_up += struct.pack("=BBHII", major, _SELECT_CURSOR_INPUT, 3, root, 1)
            self._question += struct.pack("=BBHI", _QUERY_POINTER, 0, 2, root)
            self._answered = [3, 4]
        connection.send(set_up)


class Pictures(Protocol):
    """Takes pictures when asked: None for one that is as the last."""

    def grab(self) -> VideoFrame | None: ...

    def close(self) -> None: ...


class WatchedPictures:
    """Pictures that are spared whenever nothing was painted. One thread owns it."""

    def __init__(self, pictures: Pictures, damage: ScreenDamage | None, clock: Clock) -> None:
        """`damage` None: the pictures are compared, each time."""
        self._pictures = pictures
        self._damage = damage
        self._clock = clock
        self._trust = TrustedDamage()
        self._heard = False

    def grab(self) -> VideoFrame | None:
        """As XPictures.grab."""
        touched = self._touched()
        self._heard = self._heard or touched
        now_ns = self._clock.now_ns()
        if not self._trust.due(now_ns, touched=touched):
            return None
        frame = self._pictures.grab()
        if frame is not None and not touched:
            touched = self._touched()  # painted after the first answer and before the picture
        self._trust.taken(now_ns, touched=touched, differed=frame is not None)
        if not self._trust.believed:
            self._stop_asking("it paints without telling")
        return frame

    def look_again(self) -> None:
        """As TrustedDamage.look_again."""
        self._trust.look_again()

    def renewed(self) -> None:
        """What the pictures are taken of may be other pixels from now on: what was told before was of the old ones."""
        if self._heard:
            self._heard = False
            self.look_again()

    def close(self) -> None:
        """Let go of the pictures' memory, and of what the server keeps. Idempotent."""
        self._pictures.close()
        self._forget_damage()

    def _touched(self) -> bool:
        if self._damage is None:
            return True
        try:
            return self._damage.poll()
        except XRequestError as error:
            self._stop_asking(str(error))
            return True

    def _stop_asking(self, reason: str) -> None:
        if self._damage is not None:
            log.info("the X server isn't asked for changes any more: %s", reason)
            self._forget_damage()

    def _forget_damage(self) -> None:
        damage, self._damage = self._damage, None
        if damage is not None:
            damage.close()
