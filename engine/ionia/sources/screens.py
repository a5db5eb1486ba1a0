"""Which screens this machine can capture, and how to get at one: the only place that knows all platforms' modules.

A platform's module is imported when a screen is asked for, so that neither its packages nor its start-up cost are
needed for anything else.
"""

import sys
from typing import Protocol

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.frame_rate import FrameRate
from ionia.core.ports import Clock, ScreenSource
from ionia.core.service import ScreenInfo, WindowInfo
from ionia.sources.test_card import DEFAULT_SIZE, CardSource

TEST_SCREEN = "test"
"""The id of the built-in test card. It is always there, and never in the list of screens."""


class PlatformScreens(Protocol):
    """What a platform's module offers. `fps`, `size` and `gpu` are hints that it may ignore."""

    def open_screen(
        self, screen_id: str | None, *, cursor: bool, clock: Clock, fps: FrameRate, size: tuple[int, int], gpu: bool
    ) -> ScreenSource: ...

    def list_screens(self) -> tuple[ScreenInfo, ...]: ...

    def list_windows(self) -> tuple[WindowInfo, ...]: ...


def be_dpi_aware() -> None:
    """Real pixels for the whole process; must come before its first window or display call. Can't be undone."""
    if sys.platform == "win32":
        from ionia.sources.windows import displays  # noqa: PLC0415 - loads user32

        displays.be_dpi_aware()


def open_screen(
    screen_id: str | None,
    *,
    cursor: bool,
    clock: Clock,
    fps: FrameRate,
    size: tuple[int, int] = DEFAULT_SIZE,
    gpu: bool = False,
) -> ScreenSource:
    """The source of a screen; its owner calls `open`.

    `screen_id` is an id from `list_screens` or `list_windows`, "test", or None for the primary screen. `fps` is how
    often it will be asked, and how many pictures the test card shows a second; `size` is the test card's; with `gpu`
    pictures may stay on the graphics adapter (`SurfaceFrame`), where the platform can. Any thread.
    Raises IoniaError(CAPTURE_UNAVAILABLE), here or from the source's `open`: for an unknown id it names what exists.
    """
    if screen_id == TEST_SCREEN:
        return CardSource(clock=clock, fps=fps, size=size)
    platform = _platform()
    if platform is not None:
        return platform.open_screen(screen_id, cursor=cursor, clock=clock, fps=fps, size=size, gpu=gpu)
    raise IoniaError(
        ErrorKind.CAPTURE_UNAVAILABLE,
        f"Screens cannot be captured on {sys.platform}.",
        f'The screen "{TEST_SCREEN}" records the built-in test card.',
    )


def list_screens() -> tuple[ScreenInfo, ...]:
    """The screens that can be captured, the primary first; empty where there are none. Any thread; milliseconds."""
    platform = _platform()
    return platform.list_screens() if platform else ()


def list_windows() -> tuple[WindowInfo, ...]:
    """The titled top-level windows; empty where there are none. Any thread."""
    platform = _platform()
    return platform.list_windows() if platform else ()


def _platform() -> PlatformScreens | None:
    # Import statements, not importlib: the freezing tool finds these.
    platform: PlatformScreens | None = None
    if sys.platform == "linux":
        from ionia.sources.linux import x11_screens  # noqa: PLC0415 - another system lacks its packages

        platform = x11_screens
    elif sys.platform == "win32":
        from ionia.sources.windows import screens  # noqa: PLC0415 - another system lacks its packages

        platform = screens
    return platform
