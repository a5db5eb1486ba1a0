"""Where the self-test shows its flashes and plays its beeps: picks the platform's window and player."""

import sys
from collections.abc import Callable, Sequence
from typing import Protocol

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.media import Samples
from ionia.core.ports import Clock
from ionia.core.service import ScreenInfo
from ionia.core.test_card.pattern import Box


class FlashWindow(Protocol):
    """A small window of black strips, shown from its making to `close`. One thread owns it. Raises IoniaError."""

    strips: int
    """How many there are: as many as can be told apart while one frame is captured."""

    def light(self, strip: int) -> int:
        """Turn a strip white; when that happened, on the engine's clock in ns."""
        ...

    def darken(self) -> None:
        """Turn all strips black."""
        ...

    def close(self) -> None:
        """Take it away. Once only."""
        ...


class Beeper(Protocol):
    """Plays at instants of the engine's clock. One thread owns it. Raises IoniaError(AUDIO_UNAVAILABLE)."""

    def open(self, cancelled: Callable[[], bool], timeout_ns: int) -> None:
        """Begin to play silence; returns once it is known when a sample will be heard."""
        ...

    def play(
        self, beep: Samples, asked: Callable[[], Sequence[int] | None], cancelled: Callable[[], bool]
    ) -> list[int | None]:
        """Play silence until `asked` gives instants, then the beep at each: when each was heard, None if it wasn't."""
        ...

    def close(self) -> None:
        """End it. Idempotent."""
        ...


def show_window(screen: ScreenInfo, place: Box, clock: Clock) -> FlashWindow:
    """Show the window at `place`, in pixels of `screen`. Raises IoniaError(CAPTURE_UNAVAILABLE)."""
    window: FlashWindow | None = None
    if sys.platform == "linux":
        from ionia.selftest.linux.window import X11FlashWindow  # noqa: PLC0415 - another system lacks it
        from ionia.sources.linux.x11_desktop import connect, default_display  # noqa: PLC0415 - likewise

        window = X11FlashWindow(connect(default_display()), screen, place, clock)
    elif sys.platform == "win32":
        from ionia.selftest.windows.window import Win32FlashWindow  # noqa: PLC0415 - another system lacks it

        window = Win32FlashWindow(screen, place, clock)
    if window is not None:
        return window
    raise IoniaError(ErrorKind.CAPTURE_UNAVAILABLE, f"There is no test window for {sys.platform}.")


def make_beeper(device_id: str | None, clock: Clock) -> Beeper:
    """A player on a device of `list_desktop`, None: the default one. Not opened yet."""
    beeper: Beeper
    if sys.platform == "win32":
        from ionia.selftest.windows.beeper import WasapiBeeper  # noqa: PLC0415 - another system lacks it

        beeper = WasapiBeeper(device_id, clock)
    else:
        from ionia.selftest.linux.beeper import PulseBeeper  # noqa: PLC0415 - another system lacks it

        beeper = PulseBeeper(device_id, clock)
    return beeper
