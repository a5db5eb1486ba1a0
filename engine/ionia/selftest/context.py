"""What every part of the self-test is handed, and how it ends early. It measures nothing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ionia.core.media import Samples
from ionia.core.ports import Clock
from ionia.core.selftest_report import SelftestSettings
from ionia.core.service import EngineService, Listener, ScreenInfo
from ionia.core.test_card.pattern import Box
from ionia.runtime.backends import Backends
from ionia.selftest.stage import Beeper, FlashWindow
from ionia.threads.clock import MonotonicClock, StopSignal

SECOND_NS = 1_000_000_000
TEST = "test"
"""The id of the built-in card and tone."""


class CancelledError(Exception):
    """The user ended the self-test."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SelftestTools:
    """What the self-test shows, plays and reads. See `selftest.stage` and `media.recording_reader`."""

    show_window: Callable[[ScreenInfo, Box, Clock], FlashWindow]
    make_beeper: Callable[[str | None, Clock], Beeper]
    read_lumas: Callable[[str, Callable[[int, int], Box]], Iterator[npt.NDArray[np.uint8]]]
    read_sound: Callable[[str], Samples]


@dataclass(frozen=True, slots=True, kw_only=True)
class SelftestContext:
    """What one run was asked, and how its parts speak. `tools` is None where nothing can be shown or played;
    `screen` is the real one to be tested, None where there is none or the test card was asked for.

    `tell` takes how far the part is (0..1) and one line for people.
    """

    settings: SelftestSettings
    backends: Backends
    tools: SelftestTools | None
    clock: MonotonicClock
    stop: StopSignal
    screen: ScreenInfo | None
    make_engine: Callable[[Listener], EngineService]
    tell: Callable[[float, str], None]

    def wait_until(self, instant_ns: int) -> None:
        """Wait for an instant. Raises CancelledError."""
        if self.stop.wait_until(instant_ns):
            raise CancelledError

    def cancelled(self) -> bool:
        """Whether the user ended it."""
        return self.stop.is_set()

    def check(self) -> None:
        """Raises CancelledError when the user ended it."""
        if self.stop.is_set():
            raise CancelledError


def find_screen(settings: SelftestSettings, backends: Backends) -> ScreenInfo | None:
    """The screen that the settings mean; None for the test card, for a window, and where there is none."""
    if settings.screen == TEST:
        return None
    screens = backends.list_screens()
    if settings.screen is None:
        return next((screen for screen in screens if screen.primary), screens[0] if screens else None)
    return next((screen for screen in screens if screen.id == settings.screen), None)
