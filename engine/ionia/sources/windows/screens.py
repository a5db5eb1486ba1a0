"""Screens and windows of Windows: lists for people, sources for the engine."""

import sys
import threading
from collections.abc import Callable, Sequence

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.frame_rate import FrameRate
from ionia.core.ports import Clock, ScreenSource
from ionia.core.service import EVERY_SCREEN, ScreenInfo, WindowInfo
from ionia.core.video.framing import Region
from ionia.sources.windows import (
    d3d11,
    desktop_duplication,
    displays,
    dxgi,
    gdi,
    gpu_duplication,
    graphics_capture,
    window_desktop,
    winrt_capture,
)
from ionia.sources.windows.all_screens import AllScreens, Place
from ionia.sources.windows.fallback import FallbackScreen
from ionia.sources.windows.followed_window import Capture, FollowedWindow

assert sys.platform == "win32"  # noqa: S101 - mypy checks the rest for Windows only


def open_screen(
    screen_id: str | None, *, cursor: bool, clock: Clock, fps: FrameRate, size: tuple[int, int], gpu: bool = False
) -> ScreenSource:
    """See ionia.sources.screens: a screen (None: the primary one) or a window. `fps` and `size` are not needed."""
    del fps, size
    if screen_id is not None and screen_id.startswith(window_desktop.WINDOW_PREFIX):
        return _open_window(screen_id, cursor=cursor, clock=clock)
    if screen_id == EVERY_SCREEN:
        return AllScreens(
            _places, lambda place: _one_screen(place.id, cursor=cursor, clock=clock, gpu=False), clock=clock
        )
    _require_known(screen_id)
    return _one_screen(screen_id, cursor=cursor, clock=clock, gpu=gpu)


def list_screens() -> tuple[ScreenInfo, ...]:
    """The monitors, the primary one first, and where there are several all of them as one. `backend` is what is tried
    first; opening tells what serves."""
    listed = [
        ScreenInfo(
            id=display.id,
            name=display.name,
            width=display.width,
            height=display.height,
            x=display.x,
            y=display.y,
            primary=display.primary,
            backend=desktop_duplication.DesktopDuplication.backend,
        )
        for display in displays.list_displays()
    ]
    return (*listed, _all_of(listed)) if len(listed) > 1 else tuple(listed)


def list_windows() -> tuple[WindowInfo, ...]:
    """Top-level windows that can be seen and have a title."""
    return window_desktop.list_windows()


def _one_screen(screen_id: str | None, *, cursor: bool, clock: Clock, gpu: bool) -> ScreenSource:
    on_gpu = (lambda: gpu_duplication.GpuDuplication(screen_id, cursor=cursor, clock=clock),) if gpu else ()
    return FallbackScreen(
        *on_gpu,
        lambda: desktop_duplication.DesktopDuplication(screen_id, cursor=cursor, clock=clock),
        lambda: graphics_capture.GraphicsCapture(screen_id, cursor=cursor, clock=clock),
        lambda: gdi.GdiGrab(screen_id, cursor=cursor, clock=clock),
    )


def _places() -> list[Place]:
    return [
        Place(
            id=display.id,
            name=display.name,
            area=Region(x=display.x, y=display.y, width=display.width, height=display.height),
        )
        for display in displays.list_displays()
    ]


def _all_of(listed: Sequence[ScreenInfo]) -> ScreenInfo:
    left, top = min(one.x for one in listed), min(one.y for one in listed)
    return ScreenInfo(
        id=EVERY_SCREEN,
        name="All screens",
        width=max(one.x + one.width for one in listed) - left,
        height=max(one.y + one.height for one in listed) - top,
        x=left,
        y=top,
        primary=False,
        backend=desktop_duplication.DesktopDuplication.backend,
    )


def _open_window(screen_id: str, *, cursor: bool, clock: Clock) -> ScreenSource:
    displays.be_dpi_aware()

    def followed(backend: str, begin: Callable[[int], Capture]) -> ScreenSource:
        return FollowedWindow(
            window_desktop.handle_in(screen_id),
            screen_id=screen_id,
            backend=backend,
            desktop=window_desktop.Windows(),
            begin=begin,
            clock=clock,
            pause=threading.Event().wait,
        )

    def by_winrt(window: int) -> Capture:
        display = displays.display_of_window(window)
        with dxgi.failing_as_unavailable():
            found = dxgi.output_of(display.device) if display is not None else None
            adapter = found[0] if found is not None else next(iter(d3d11.adapters()), None)
        return winrt_capture.WinrtCapture(window=window, adapter=adapter, cursor=cursor, clock=clock)

    return FallbackScreen(
        lambda: followed(winrt_capture.BACKEND, by_winrt),
        lambda: followed(gdi.BACKEND, lambda window: gdi.GdiWindow(window, cursor=cursor, clock=clock)),
    )


def _require_known(screen_id: str | None) -> None:
    """A mistyped id is told at once, with what exists; a known one that is unplugged later is waited for."""
    if screen_id is None or displays.find_display(screen_id) is not None:
        return
    known = ", ".join(display.id for display in displays.list_displays()) or "none"
    raise IoniaError(ErrorKind.CAPTURE_UNAVAILABLE, f"There is no screen {screen_id}.", f"Screens here: {known}.")
