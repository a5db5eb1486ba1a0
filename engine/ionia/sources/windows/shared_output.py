"""Lets several sources capture one monitor, since Windows allows a process only one duplication of each output.

A recorder and a stream with different encodes are two sources. Whoever grabs first takes the new picture for all.
"""

import ctypes
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass

import comtypes

from ionia.core.errors import SourceLost
from ionia.core.media import Picture
from ionia.core.ports import Clock
from ionia.core.timebase import NS_PER_S
from ionia.sources.windows import displays, dxgi, performance_counter
from ionia.sources.windows.pointer import Pointer

assert sys.platform == "win32"  # noqa: S101 - mypy checks the rest for Windows only

_FIRST_PICTURE_MS = 250
"""An output that shows anything gives its first picture at once; one that is switched off gives none."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Desktop:
    """The newest state of an output. `picture_count` and `change_count` rise with each picture, each change."""

    picture_count: int
    change_count: int
    captured_ns: int
    pixels: Picture
    pointer: Pointer | None


class NoPictureError(Exception):
    """The output was duplicated and stays dark."""


class SharedOutput:
    """One duplicated output and who uses it. All methods: any thread; `_lock` protects everything in it."""

    def __init__(self, display: displays.Display, clock: Clock) -> None:
        self.display = display
        self._clock = clock
        self._lock = threading.Lock()
        self.size = (display.width, display.height)
        self.loss: SourceLost | None = None
        """Why it ended, once one user found out: the others are told the same."""
        self._duplicated: dxgi.DuplicatedOutput | None = None
        self._desktop: Desktop | None = None

    def open(self) -> None:
        """Duplicate and take the first picture. Raises comtypes.COMError, NoPictureError."""
        with self._lock:
            found = dxgi.output_of(self.display.device)
            if found is None:
                raise NoPictureError(f"no graphics adapter drives {self.display.name}")
            self._duplicated = duplicated = dxgi.DuplicatedOutput(*found)
            self.size = (duplicated.width, duplicated.height)
            for _ in range(2):  # the first update can be the pointer alone
                self._take(duplicated, _FIRST_PICTURE_MS)
                if self._desktop is not None:
                    return
        self.close()
        raise NoPictureError(f"{self.display.name} gave no picture: it may be switched off")

    def newest(self) -> Desktop:
        """Whatever is on the screen now. Raises comtypes.COMError; then this object is of no more use."""
        with self._lock:
            if self._duplicated is None or self._desktop is None:
                raise comtypes.COMError(ctypes.c_int32(dxgi.ERROR_ACCESS_LOST).value, "lost before", (None,) * 5)
            self._take(self._duplicated, 0)
            return self._desktop

    def close(self) -> None:
        """Free the output. Idempotent."""
        with self._lock:
            if self._duplicated is not None:
                self._duplicated.close()
            self._duplicated = None

    def _take(self, duplicated: dxgi.DuplicatedOutput, timeout_ms: int) -> None:
        """The lock is held."""
        update = duplicated.acquire(timeout_ms)
        if update is None:
            return
        before = self._desktop
        pixels = update.pixels if update.pixels is not None else before.pixels if before is not None else None
        if pixels is None:
            return
        self._desktop = Desktop(
            picture_count=(before.picture_count if before else 0) + (update.pixels is not None),
            change_count=(before.change_count if before else 0) + 1,
            captured_ns=self._instant_of(update.presented_qpc),
            pixels=pixels,
            pointer=duplicated.pointer,
        )

    def _instant_of(self, qpc: int) -> int:
        """The engine's time of a performance counter's value; now for a pointer's move, which has no present time."""
        if qpc == 0:
            return self._clock.now_ns()
        return performance_counter.instant_of(qpc * NS_PER_S // performance_counter.frequency(), self._clock)


class OutputPool:
    """The outputs in use, by device name. Any thread; `_lock` protects the table."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users: dict[str, tuple[SharedOutput, int]] = {}

    def join(self, display: displays.Display, make: Callable[[], SharedOutput]) -> SharedOutput:
        """The output in use, or `make`'s, opened. Raises what its `open` raises."""
        with self._lock:
            output, users = self._users.get(display.device, (None, 0))
            if output is None:
                output = make()
                output.open()
            self._users[display.device] = (output, users + 1)
            return output

    def leave(self, output: SharedOutput, *, lost: bool) -> None:
        """One user fewer. A lost output is closed at once: its other users find out at their next grab."""
        with self._lock:
            device = output.display.device
            current, users = self._users.get(device, (None, 0))
            if current is not output:
                return
            if lost or users <= 1:
                del self._users[device]
                output.close()
            else:
                self._users[device] = (output, users - 1)
