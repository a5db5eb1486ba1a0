"""The thread that owns a screen: whatever its source raises, it goes on trying."""

import threading
from itertools import pairwise

import pytest

from ionia.core.errors import ErrorKind, IoniaError, SourceLost
from ionia.core.media import VideoFrame
from ionia.core.timebase import NS_PER_S
from ionia.core.warning import WarningCode
from ionia.runtime.capture.screen_capture import REOPEN_NS, WINDOW_REOPEN_NS, ScreenCapture
from ionia.threads.clock import MonotonicClock, StopSignal
from tests.fakes.backends import WAIT_SECONDS
from tests.fakes.live_stream import eventually
from tests.fakes.manual_clock import ManualClock
from tests.fakes.media import FakeScreen


class _Screen(FakeScreen):
    """Raises `grab_error` once, then `open_error` at the next opening; then it is well."""

    def __init__(self, clock: MonotonicClock, grab_error: Exception, open_error: Exception) -> None:
        super().__init__(clock)
        self.errors_of_grab, self.errors_of_open = [grab_error], [open_error]
        self.grabs_since = 0

    def open(self) -> tuple[int, int]:
        if self.opens and self.errors_of_open:
            raise self.errors_of_open.pop()
        return super().open()

    def grab(self) -> VideoFrame | None:
        if self.errors_of_grab:
            raise self.errors_of_grab.pop()
        self.grabs_since += 1
        return super().grab()


@pytest.mark.parametrize(
    ("grab_error", "code"), [(SourceLost("display_lost", "Gone."), "display_lost"), (KeyError(96), "capture_failed")]
)
@pytest.mark.parametrize("open_error", [IoniaError(ErrorKind.CAPTURE_UNAVAILABLE, "Not yet."), TypeError("odd")])
def test_any_error_means_not_back_yet(grab_error: Exception, open_error: Exception, code: str) -> None:
    clock = MonotonicClock()
    stop, screen = StopSignal(clock), _Screen(clock, grab_error, open_error)
    told: list[str] = []
    capture = ScreenCapture(screen, fps=30, clock=clock, stop=stop, warn=lambda code, _: told.append(code))
    capture.open(WAIT_SECONDS)
    capture.begin(clock.now_ns())
    eventually(lambda: screen.grabs_since >= 2, "it isn't opened again")
    stop.set()
    assert capture.close(WAIT_SECONDS)
    assert told == [code, "capture_recovered"]


def test_a_screen_that_hangs_while_it_opens_is_let_go_of_when_it_wakes() -> None:
    clock = MonotonicClock()
    stop, awake = StopSignal(clock), threading.Event()

    class Hanging(FakeScreen):
        def open(self) -> tuple[int, int]:
            assert awake.wait(WAIT_SECONDS)
            return super().open()

    screen = Hanging(clock)
    capture = ScreenCapture(screen, fps=30, clock=clock, stop=stop, warn=lambda *_: None)
    with pytest.raises(TimeoutError):
        capture.open(0.01)
    stop.set()
    assert not capture.close(0.01)
    awake.set()
    assert capture.close(WAIT_SECONDS)
    assert screen.closed
    assert screen.grabs == 0


@pytest.mark.parametrize(
    ("code", "longest_ns"), [(WarningCode.WINDOW_CLOSED, WINDOW_REOPEN_NS), (WarningCode.DISPLAY_LOST, REOPEN_NS)]
)
def test_what_is_away_is_looked_for_all_the_time(code: WarningCode, longest_ns: int) -> None:
    clock = ManualClock(NS_PER_S)
    tries: list[int] = []

    class Away(_Screen):
        def open(self) -> tuple[int, int]:
            tries.append(clock.now)
            if 1 < len(tries) < 40:
                raise IoniaError(ErrorKind.CAPTURE_UNAVAILABLE, "Not yet.")
            return super().open()

    class Stop(StopSignal):
        """Time passes when somebody waits for it."""

        def wait_until(self, deadline_ns: int) -> bool:
            clock.now = max(clock.now, deadline_ns)
            return bool(screen.grabs_since)

    screen = Away(MonotonicClock(), SourceLost(code, "Gone."), TypeError("odd"))
    screen.errors_of_open.clear()
    capture = ScreenCapture(screen, fps=30, clock=clock, stop=Stop(MonotonicClock()), warn=lambda *_: None)
    capture.open(WAIT_SECONDS)
    capture.begin(clock.now)
    assert capture.close(WAIT_SECONDS)
    assert len(tries) == 40
    assert max(later - earlier for earlier, later in pairwise(tries[1:])) == longest_ns
