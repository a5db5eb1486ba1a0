"""Screens whose pictures come from the caller: memory that both processes see, and a source that reads it.

On Linux the memory has no name, only a descriptor of this process, so that nothing is left whichever process dies and
however; nobody can change its size under us either. On Windows it is a file in the user's own temporary folder that the
system deletes with the last handle. It is read, not mapped: a caller that misuses it can't take the engine with it.
"""

import os
import sys
import tempfile
import threading
from io import FileIO
from secrets import token_hex

import numpy as np
import numpy.typing as npt

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.media import VideoFrame
from ionia.core.ports import Clock
from ionia.core.video.pushed_layout import (
    BYTES_PER_PIXEL,
    FIRST_SLOT_AT,
    NEWEST_BYTES,
    PREFIX,
    SLOTS,
    PushedScreen,
    is_whole,
    memory_bytes,
    newest,
    picture_bytes,
    slot_at,
)
from ionia.sources.spare_pictures import OwnPages, SparePictures

_ATTEMPTS = 3
"""How often a picture that was overtaken is read again before the next frame is waited for."""


class _PushedMemory:
    """Any thread. Held by whoever opened it for the caller and by every source that reads it; freed by the last."""

    def __init__(self, width: int, height: int) -> None:
        """Raises OSError."""
        self.size = (width, height)
        self.slot_bytes = picture_bytes(width, height)
        self._file, self.path = _make_file(memory_bytes(width, height))
        self._lock = threading.Lock()
        self._holders = 1  # protected by _lock

    def hold(self) -> bool:
        with self._lock:
            there = self._holders > 0
            self._holders += there
            return there

    def release(self) -> None:
        with self._lock:
            self._holders -= 1
            if not self._holders:
                self._file.close()

    def newest(self) -> int | None:
        head = bytearray(NEWEST_BYTES)
        self._read(0, memoryview(head))
        return newest(bytes(head))

    def read(self, number: int, pixels: npt.NDArray[np.uint8]) -> None:
        self._read(slot_at(number, self.slot_bytes), pixels.data)

    def _read(self, offset: int, into: memoryview) -> None:
        with self._lock:  # a place in a file is one thing for all who read it; a copy takes a millisecond or two
            self._file.seek(offset)
            while into:
                count = self._file.readinto(into)
                if not count:
                    raise OSError("the file of pushed pictures has become shorter")
                into = into[count:]


def _make_file(size: int) -> tuple[FileIO, str]:
    """Memory of so many bytes, all of it there already, and the path under which another process opens it."""
    if sys.platform == "linux":
        import fcntl  # noqa: PLC0415 - Windows has none

        file = FileIO(os.memfd_create("ionia-pushed", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING), "r+")
        try:
            os.posix_fallocate(file.fileno(), 0, size)
            fcntl.fcntl(file.fileno(), fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW)
        except BaseException:
            file.close()
            raise
        return file, f"/proc/{os.getpid()}/fd/{file.fileno()}"
    elif sys.platform == "win32":  # noqa: RET505 - the type checker knows only one of them
        path = os.path.join(tempfile.gettempdir(), f"ionia-{token_hex(8)}.pictures")  # noqa: PTH118 - told as a text
        kept_in_memory = os.O_TEMPORARY | os.O_SHORT_LIVED
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_BINARY | os.O_NOINHERIT | kept_in_memory
        file = FileIO(os.open(path, flags, 0o600), "r+")
        try:
            file.truncate(size)
        except BaseException:
            file.close()
            raise
        return file, path
    else:
        raise OSError(f"pictures can't be pushed on {sys.platform}")


class PushedSource:
    """A ScreenSource that shows the newest whole picture which the caller has written."""

    backend = "pushed"
    fallbacks: tuple[str, ...] = ()

    def __init__(self, memory: _PushedMemory | None, screen: str, clock: Clock) -> None:
        """`memory` is None where there is no such screen: `open` says so."""
        self._memory = memory
        self._screen = screen
        self._clock = clock
        self._spares = SparePictures(OwnPages)
        self._open = False
        self._shown = 0

    def open(self) -> tuple[int, int]:
        """Begin with the newest picture there is."""
        if self._memory is None or not (self._open or self._memory.hold()):
            raise IoniaError(
                ErrorKind.CAPTURE_UNAVAILABLE,
                f"There is no screen {self._screen!r} to push pictures to.",
                "push.open makes one; it is there until push.close.",
            )
        self._open = True
        self._shown = 0
        return self._memory.size

    def grab(self) -> VideoFrame | None:
        """A copy of the newest picture; None while it is the one before, or there is none."""
        memory = self._memory
        if memory is None or not self._open:
            raise RuntimeError("the screen is closed")
        now_ns = self._clock.now_ns()
        self._spares.trim(now_ns)
        for _ in range(_ATTEMPTS):
            number = memory.newest()
            if number is None:
                continue
            if number == self._shown or not number:
                return None
            _, pixels = self._spares.lend(memory.slot_bytes, now_ns)
            memory.read(number, pixels)
            if is_whole(number, memory.newest()):
                self._shown = number
                width, height = memory.size
                return VideoFrame(captured_ns=now_ns, pixels=pixels.reshape(height, width, BYTES_PER_PIXEL))
        return None

    def close(self) -> None:
        """Let go of the memory; pictures that were handed out stay as they are."""
        if self._open and self._memory is not None:
            self._open = False
            self._memory.release()
        self._spares.close()


class PushedScreens:
    """The screens that callers have opened. Any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._memories: dict[str, _PushedMemory] = {}  # protected by _lock

    def open(self, width: int, height: int) -> PushedScreen:
        """Make one. Raises IoniaError(CAPTURE_UNAVAILABLE)."""
        try:
            memory = _PushedMemory(width, height)
        except OSError as error:
            raise IoniaError(
                ErrorKind.CAPTURE_UNAVAILABLE, f"There is no room for pictures of {width}x{height}: {error}."
            ) from error
        screen = f"{PREFIX}{token_hex(4)}"
        with self._lock:
            self._memories[screen] = memory
        return PushedScreen(
            screen=screen,
            path=memory.path,
            width=width,
            height=height,
            slots=SLOTS,
            slot_bytes=memory.slot_bytes,
            first_slot_at=FIRST_SLOT_AT,
        )

    def close(self, screen: str) -> bool:
        """Close one: nobody can open it any more, and whoever records it holds its last picture. False: unknown."""
        with self._lock:
            memory = self._memories.pop(screen, None)
        if memory is not None:
            memory.release()
        return memory is not None

    def source(self, screen: str, clock: Clock) -> PushedSource:
        """The source of one, not open yet."""
        with self._lock:
            return PushedSource(self._memories.get(screen), screen, clock)
