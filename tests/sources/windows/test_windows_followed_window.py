"""What the source of a window decides, against windows and pictures that are made up. Time is handed to it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from ionia.core.errors import ErrorKind, IoniaError, SourceLost
from ionia.core.video.window_follow import Presence, WindowIdentity
from ionia.core.warning import WarningCode
from ionia.sources.windows.fallback import FallbackScreen, TransientCaptureError
from ionia.sources.windows.followed_window import FIRST_PICTURE_NS, HIDDEN_NS, LOOK_NS, FollowedWindow, Taken

GAME = WindowIdentity(id=7, application="game.exe", title="Game: round 1", kind="GameWindow")


@dataclass
class FakeClock:
    time_ns: int = 10_000_000_000

    def now_ns(self) -> int:
        return self.time_ns

    def pause(self, seconds: float) -> None:
        self.time_ns += int(seconds * 1e9)


@dataclass
class FakeDesktop:
    windows: dict[int, WindowIdentity] = field(default_factory=lambda: {7: GAME})
    hidden: set[int] = field(default_factory=set)
    ours: bool = True

    def presence(self, window: int) -> Presence:
        if window not in self.windows:
            return Presence.CLOSED
        return Presence.HIDDEN if window in self.hidden else Presence.SHOWN

    def identity(self, window: int) -> WindowIdentity | None:
        return self.windows.get(window)

    def present(self) -> Sequence[WindowIdentity]:
        return sorted(self.windows.values(), key=lambda window: window.id in self.hidden)

    def input_is_ours(self) -> bool:
        return self.ours


class FakeCapture:
    """Gives what a test puts into `pictures`: sizes, of which as much as fits into the pool's is there."""

    notes: tuple[str, ...] = ()

    def __init__(self, window: int, *pictures: tuple[int, int]) -> None:
        self.window = window
        self.pool = pictures[0] if pictures else (400, 300)
        self.pictures = list(pictures)
        self.failed = False
        self.closed = 0

    def take(self) -> Taken | None:
        if self.failed:
            raise OSError("the device is gone")
        if not self.pictures:
            return None
        width, height = self.pictures.pop(0)
        pixels = np.zeros((min(height, self.pool[1]), min(width, self.pool[0]), 4), np.uint8)
        return Taken(pixels=pixels, size=(width, height), captured_ns=1)

    def resize(self, size: tuple[int, int]) -> None:
        self.pool = size

    def close(self) -> None:
        self.closed += 1


class Scene:
    def __init__(self) -> None:
        self.clock, self.desktop = FakeClock(), FakeDesktop()
        self.captures: list[FakeCapture] = []
        self.next: list[tuple[int, int]] = [(400, 300)]
        self.refusal: Exception | None = None
        self.source = FollowedWindow(
            7, screen_id="window:7", backend="wgc", desktop=self.desktop, begin=self.begin, clock=self.clock,
            pause=self.clock.pause,
        )  # fmt: skip

    def begin(self, window: int) -> FakeCapture:
        if self.refusal is not None:
            raise self.refusal
        self.captures.append(FakeCapture(window, *self.next))
        return self.captures[-1]

    @property
    def capture(self) -> FakeCapture:
        return self.captures[-1]

    def size(self) -> tuple[int, int] | None:
        frame = self.source.grab()
        return None if frame is None else (frame.width, frame.height)

    def lost(self) -> SourceLost:
        with pytest.raises(SourceLost) as error:
            self.source.grab()
        return error.value

    def away(self, words: str) -> None:
        with pytest.raises(TransientCaptureError, match=words):
            self.source.open()


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.fixture
def opened(scene: Scene) -> Scene:
    assert scene.source.open() == (400, 300)
    assert scene.size() == (400, 300)  # the first picture is not lost
    return scene


def test_pictures_come_when_there_are_any(opened: Scene) -> None:
    assert opened.size() is None
    opened.capture.pictures = [(400, 300)]
    assert opened.size() == (400, 300)
    opened.source.close()
    opened.source.close()
    assert opened.capture.closed == 1
    assert opened.lost().code is WarningCode.SCREEN_CLOSED


def test_a_smaller_window_is_shown_at_once_and_a_larger_one_when_it_is_whole(opened: Scene) -> None:
    opened.capture.pictures = [(200, 100), (600, 500), (600, 500)]
    assert opened.size() == (200, 100)
    assert opened.capture.pool == (200, 100)
    assert opened.size() is None  # cut off
    assert opened.capture.pool == (600, 500)
    assert opened.size() == (600, 500)


def test_a_larger_window_that_then_stands_still_is_captured_anew(opened: Scene) -> None:
    opened.capture.pictures = [(600, 500)]
    assert opened.size() is None
    opened.clock.time_ns += FIRST_PICTURE_NS
    assert opened.size() is None
    opened.clock.time_ns += 1
    error = opened.lost()
    assert (error.code, error.retry_at_once) == (WarningCode.ACCESS_LOST, True)
    assert opened.capture.closed == 1


def test_a_game_that_is_a_dot_for_a_moment_keeps_its_picture(opened: Scene) -> None:
    opened.capture.pictures = [(1, 1), (800, 600), (800, 600)]
    opened.desktop.hidden = {7}
    assert opened.size() is None
    opened.clock.time_ns += HIDDEN_NS - 1
    opened.desktop.hidden = set()
    assert opened.size() is None
    assert opened.size() == (800, 600)


def test_hidden_is_told_once_it_lasts_and_waited_for(opened: Scene) -> None:
    opened.desktop.hidden = {7}
    assert opened.size() is None
    opened.clock.time_ns += HIDDEN_NS
    error = opened.lost()
    assert error.code is WarningCode.WINDOW_HIDDEN
    assert "Game: round 1" in error.message
    opened.away("hidden or minimised")
    opened.desktop.hidden = set()
    assert opened.source.open() == (400, 300)


def test_the_next_round_has_another_window_and_title(opened: Scene) -> None:
    del opened.desktop.windows[7]
    assert opened.lost().code is WarningCode.WINDOW_CLOSED
    opened.away("There is no window")
    opened.desktop.windows[9] = WindowIdentity(id=9, application="game.exe", title="Game: round 2", kind="GameWindow")
    opened.next = [(1, 1), (640, 480), (640, 480)]
    assert opened.source.open() == (640, 480)
    assert opened.capture.window == 9
    assert opened.size() == (640, 480)


def test_a_window_that_was_beside_it_is_never_taken_for_it(scene: Scene) -> None:
    scene.desktop.windows[8] = WindowIdentity(id=8, application="game.exe", title="Chat", kind="GameWindow")
    scene.source.open()
    del scene.desktop.windows[7]
    scene.lost()
    scene.away("There is no window")
    scene.desktop.windows[7] = WindowIdentity(id=7, application="other.exe", title="", kind="")  # the number again
    scene.away("There is no window")


def test_a_next_window_that_came_just_before_the_last_one_went_is_found(opened: Scene) -> None:
    opened.desktop.windows[9] = WindowIdentity(id=9, application="game.exe", title="Round 2", kind="GameWindow")
    opened.clock.time_ns += LOOK_NS
    opened.source.grab()
    del opened.desktop.windows[7]
    opened.lost()
    assert opened.source.open() == (400, 300)
    assert opened.capture.window == 9


def test_a_title_that_changes_is_followed(opened: Scene) -> None:
    opened.desktop.windows[7] = WindowIdentity(id=7, application="game.exe", title="Game: won", kind="GameWindow")
    opened.clock.time_ns += LOOK_NS
    opened.source.grab()
    del opened.desktop.windows[7]
    assert "Game: won" in opened.lost().message


def test_a_locked_screen_is_told_when_pictures_stop(opened: Scene) -> None:
    opened.desktop.ours = False
    opened.clock.time_ns += LOOK_NS
    assert opened.lost().code is WarningCode.SECURE_DESKTOP
    opened.next = []
    opened.away("secure desktop")
    opened.desktop.ours, opened.next = True, [(400, 300)]
    assert opened.source.open() == (400, 300)


def test_a_device_that_fails_is_made_anew(opened: Scene) -> None:
    opened.capture.failed = True
    error = opened.lost()
    assert (error.code, error.retry_at_once) == (WarningCode.ACCESS_LOST, True)
    assert opened.source.open() == (400, 300)


def test_a_way_that_is_not_there_is_passed_over_and_one_that_worked_never_is(scene: Scene) -> None:
    scene.refusal = IoniaError(ErrorKind.CAPTURE_UNAVAILABLE, "this Windows lacks it")
    other = Scene()
    screen = FallbackScreen(lambda: scene.source, lambda: other.source)
    assert screen.open() == (400, 300)
    assert screen.fallbacks == ("wgc: this Windows lacks it",)

    other.refusal = scene.refusal
    with pytest.raises(TransientCaptureError):
        screen.open()


@pytest.mark.parametrize("hidden", [True, False])
def test_a_window_that_isnt_seen_at_the_start_is_no_reason_for_another_way(scene: Scene, hidden: bool) -> None:
    scene.desktop.hidden, scene.desktop.windows = {7}, {7: GAME} if hidden else {}
    scene.away("hidden or minimised" if hidden else "There is no window")


def test_one_that_gives_no_picture_is_refused(scene: Scene) -> None:
    scene.next = []
    with pytest.raises(IoniaError, match="no picture"):
        scene.source.open()
    assert scene.capture.closed == 1
