"""Takes pictures of what an X server draws: through shared memory where it can, else through the connection.

It knows drawables, areas and pixels; what they belong to, and what a failure means, is told by whoever uses it.
"""

import contextlib
import logging
import mmap
import os
import struct
import sys
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.media import Picture, VideoFrame
from ionia.core.ports import Clock
from ionia.core.video.framing import Region
from ionia.core.video.pixel_layout import PixelLayout
from ionia.core.video.pointer import draw_pointer
from ionia.sources.linux.x11_connection import XConnection, XRequestError
from ionia.sources.linux.x11_setup import Screen
from ionia.sources.picture_comparison import PictureComparison
from ionia.sources.spare_pictures import OwnPages, SparePictures

# Sources: X11 protocol (GetImage, QueryPointer), shmproto 1.2, fixesproto 2: numbers of requests and their fields.
_GET_IMAGE, _QUERY_POINTER = 73, 38
_Z_PIXMAP, _ALL_PLANES = 2, 0xFFFFFFFF
_SHM_QUERY_VERSION, _SHM_DETACH, _SHM_GET_IMAGE, _SHM_ATTACH_FD = 0, 2, 4, 6
_FIXES_QUERY_VERSION, _FIXES_GET_CURSOR_IMAGE = 0, 4
_REPLY_HEAD = 32

log = logging.getLogger(__name__)

_NOT_SHARED = "The X server shares no memory (MIT-SHM): each picture is sent whole, which costs the machine more."
_NO_POINTER = "The pointer isn't shown: the X server doesn't tell what it looks like (XFIXES)."


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What is taken: a part of a drawable, and where it comes to lie in a picture that is black elsewhere."""

    drawable: int
    depth: int
    """The drawable's."""
    x: int
    y: int
    width: int
    height: int
    """The part, in the drawable's own pixels."""
    picture_width: int
    picture_height: int
    left: int = 0
    top: int = 0
    """Where in the picture the part lies."""
    root_x: int
    root_y: int
    """Where on the root window the picture's corner is, for the pointer."""
    gaps: tuple[Region, ...] = ()
    """Parts of the picture that no monitor shows: black, whatever the server has there."""

    @property
    def is_whole(self) -> bool:
        """Whether the part fills the picture."""
        return (self.width, self.height) == (self.picture_width, self.picture_height)


def layout_of(screen: Screen, depth: int) -> PixelLayout | None:
    """How pixels of a depth are laid out on a server; None for one that no picture can be made of (palettes)."""
    # TrueColor or DirectColor: pixels carry their colours.
    coloured = (visual for visual in screen.visuals if visual.depth == depth and visual.kind in (4, 5))
    visual = screen.visual if screen.visual.depth == depth else next(coloured, None)
    if visual is None or visual.kind not in (4, 5) or depth not in screen.bits_per_pixel:
        return None
    layout = PixelLayout(
        bits=screen.bits_per_pixel[depth],
        red=visual.red,
        green=visual.green,
        blue=visual.blue,
        little_endian=screen.little_endian,
        pad=screen.scanline_pad[depth],
    )
    return layout if layout.known else None


def may_be_read(connection: XConnection) -> bool:
    """Whether pictures can be made of the screen: of its pixels, and by this client. Raises OSError."""
    screen = connection.screen
    if layout_of(screen, screen.depth) is None:
        return False
    one_pixel = struct.pack("=BBHIhhHHI", _GET_IMAGE, _Z_PIXMAP, 5, screen.root, 0, 0, 1, 1, _ALL_PLANES)
    try:
        connection.ask(one_pixel)
    except XRequestError:
        return False
    return True


class SharedPages:
    """Pages that the server writes pictures into, too. Handed over as a descriptor, so that containers may differ."""

    def __init__(self, connection: XConnection, opcode: int, size: int) -> None:
        """Raises OSError, XRequestError."""
        self._connection = connection
        self.opcode = opcode
        self.segment = connection.new_id()
        descriptor = _memory_file()
        try:
            os.ftruncate(descriptor, size)
            self.pages = mmap.mmap(descriptor, size)
            attach = struct.pack("=BBHIB3x", opcode, _SHM_ATTACH_FD, 3, self.segment, 0)
            connection.check(attach, descriptors=[descriptor])
        finally:
            os.close(descriptor)

    def close(self) -> None:
        """The server lets go of them."""
        with contextlib.suppress(OSError):
            self._connection.send(struct.pack("=BBHI", self.opcode, _SHM_DETACH, 2, self.segment))


class XPictures:
    """Takes pictures over a connection that it shares with its owner. One thread."""

    def __init__(self, connection: XConnection, view: View, *, cursor: bool, clock: Clock) -> None:
        """Raises IoniaError for pixels that can't be read, OSError for a connection that is lost."""
        layout = layout_of(connection.screen, view.depth)
        if layout is None:
            raise IoniaError(
                ErrorKind.CAPTURE_UNAVAILABLE,
                f"X display {connection.name}: {view.depth} bits can't be read as pictures, only 15, 16, 24, 30, 32.",
                "Give the screen 24 bits a pixel (DefaultDepth in xorg.conf).",
            )
        self.view = view
        self._layout = layout
        self._connection = connection
        self._clock = clock
        self._fixes = _fixes(connection) if cursor else None
        self.pointer_shown = self._fixes is not None
        """Whether the pointer is drawn."""
        shm = _shared_memory(connection)
        self._shared = None if shm is None else SparePictures(partial(SharedPages, connection, shm))
        self._own = SparePictures(OwnPages)
        self._last: Picture | None = None
        self._comparison = PictureComparison()

    @property
    def shared(self) -> bool:
        """Whether pictures come through shared memory."""
        return self._shared is not None

    def prove(self) -> None:
        """Take a picture and drop it. Raises XRequestError, OSError."""
        self._take(self._clock.now_ns())

    def fallbacks(self, *, cursor: bool) -> tuple[str, ...]:
        """What this server can't do, for people. `cursor`: the pointer is wanted."""
        told = [] if self.shared else [_NOT_SHARED]
        if cursor and not self.pointer_shown:
            told.append(_NO_POINTER)
        return tuple(told)

    def grab(self) -> VideoFrame | None:
        """A picture; None if every pixel is as in the last one. Raises XRequestError, OSError.

        `captured_ns` is the middle between the instants before and after the request: it is off by half the call at
        worst (0.4 ms at 1080p on an idle machine).
        """
        before_ns = self._clock.now_ns()
        picture = self._take(before_ns)
        after_ns = self._clock.now_ns()
        if self._shared is not None:
            self._shared.trim(after_ns)
        self._own.trim(after_ns)
        if self._last is not None and self._comparison.same(picture, self._last):
            return None
        self._last = picture
        return VideoFrame(captured_ns=(before_ns + after_ns) // 2, pixels=picture)

    def close(self) -> None:
        """Let go of the memory. Pictures that were handed out stay valid."""
        self._last = None
        if self._shared is not None:
            self._shared.close()
        self._own.close()

    def _take(self, now_ns: int) -> Picture:
        view = self.view
        memory = self._ask(now_ns)
        if self._layout.is_bgra and view.is_whole:
            picture: Picture = memory.reshape(view.height, view.width, 4)
        else:
            _, pixels = self._own.lend(4 * view.picture_width * view.picture_height, now_ns)
            picture = pixels.reshape(view.picture_height, view.picture_width, 4)
            if not view.is_whole:
                picture[:] = 0
            part = picture[view.top : view.top + view.height, view.left : view.left + view.width]
            self._layout.to_bgra(self._layout.rows(memory, view.width, view.height), part)
        for gap in view.gaps:
            picture[gap.y : gap.y + gap.height, gap.x : gap.x + gap.width] = 0
        if self._fixes is not None:
            self._draw_pointer(picture)
        return picture

    def _ask(self, now_ns: int) -> npt.NDArray[np.uint8]:
        """Send the question for everything a picture takes, and wait for the pixels."""
        view, connection = self.view, self._connection
        size = self._layout.size(view.width, view.height)
        area = (view.x, view.y, view.width, view.height)
        pages, pixels = self._memory(size, now_ns)
        if isinstance(pages, SharedPages):
            question = struct.pack("=BBHIhhHHI", pages.opcode, _SHM_GET_IMAGE, 8, view.drawable, *area, _ALL_PLANES)
            question += struct.pack("=B3xII", _Z_PIXMAP, pages.segment, 0)
        else:
            question = struct.pack("=BBHIhhHHI", _GET_IMAGE, _Z_PIXMAP, 5, view.drawable, *area, _ALL_PLANES)
        answered = [0]
        if self._fixes is not None:
            question += struct.pack("=BBH", self._fixes, _FIXES_GET_CURSOR_IMAGE, 1)
            question += struct.pack("=BBHI", _QUERY_POINTER, 0, 2, connection.screen.root)
            answered += [1, 2]
        connection.send(question, answered=answered)
        if isinstance(pages, SharedPages):
            connection.answer()
        else:
            connection.answer_into(memoryview(pages.pages))
        return pixels

    def _memory(self, size: int, now_ns: int) -> tuple[SharedPages | OwnPages, npt.NDArray[np.uint8]]:
        if self._shared is not None:
            try:
                return self._shared.lend(size, now_ns)
            except TimeoutError:
                raise
            except OSError as error:  # no descriptor is left, or no shared memory: this picture is sent whole
                log.debug("no shared memory for a picture: %s", error)
        return self._own.lend(size, now_ns)

    def _draw_pointer(self, picture: Picture) -> None:
        try:
            image = self._connection.answer()
        except XRequestError:  # a client that isn't trusted with it
            self._fixes, self.pointer_shown = None, False
            return
        where = self._connection.answer()
        on_this_screen = where[1]
        if not on_this_screen:
            return
        x, y, width, height, hot_x, hot_y = struct.unpack_from("=hhHHHH", image, 8)
        pointer = np.frombuffer(image, "=u4", width * height, _REPLY_HEAD).reshape(height, width)
        # ARGB words, whose bytes are BGRA in the order of a small-endian machine.
        pointer_bgra = pointer.astype("<u4").view(np.uint8).reshape(height, width, 4)
        draw_pointer(picture, pointer_bgra, x - hot_x - self.view.root_x, y - hot_y - self.view.root_y)


def _memory_file() -> int:
    if sys.platform == "linux":  # the types of other systems lack it
        return os.memfd_create("ionia-picture")
    raise OSError("only Linux has memory files")


def _shared_memory(connection: XConnection) -> int | None:
    """The extension's number if the server takes descriptors of shared memory (xorg-server 1.15, 2013)."""
    extension = connection.extension("MIT-SHM") if connection.local else None
    if extension is None:
        return None
    version = struct.unpack_from("=HH", connection.ask(struct.pack("=BBH", extension.opcode, _SHM_QUERY_VERSION, 1)), 8)
    if version < (1, 2):
        return None
    try:
        SharedPages(connection, extension.opcode, mmap.PAGESIZE).close()
    except OSError as error:
        if isinstance(error, TimeoutError):
            raise
        return None
    return extension.opcode


def _fixes(connection: XConnection) -> int | None:
    extension = connection.extension("XFIXES")
    if extension is None:
        return None
    connection.ask(struct.pack("=BBHII", extension.opcode, _FIXES_QUERY_VERSION, 3, 2, 0))
    return extension.opcode
