"""Several screens in one picture: where each lies, whose instant it has, and what becomes of it when one is lost."""

import numpy as np
import pytest

from ionia.core.errors import ErrorKind, IoniaError, SourceLost
from ionia.core.media import Picture, VideoFrame
from ionia.core.timebase import NS_PER_S
from ionia.core.video.framing import Region
from ionia.core.warning import WarningCode
from ionia.sources.windows.all_screens import LONGEST_NS, LOOK_NS, AllScreens, Place
from ionia.sources.windows.fallback import TransientCaptureError
from tests.fakes.grabbing import lost
from tests.fakes.manual_clock import ManualClock

MAIN = Place(id="main", name="Display 1", area=Region(x=0, y=0, width=8, height=6))
LEFT = Place(id="left", name="Display 2", area=Region(x=-4, y=2, width=4, height=8))  # upright, and lower
SLEEPS = TransientCaptureError(ErrorKind.CAPTURE_UNAVAILABLE, "it sleeps.")


class Screen:
    """One screen; what it shows or raises next is put into it."""

    def __init__(self, place: Place) -> None:
        self.backend, self.fallbacks = "duplication", tuple[str, ...]()
        self.size = place.area.width, place.area.height
        self.next: list[tuple[int, int] | SourceLost] = []
        self.refusal: IoniaError | None = None
        self.opened = 0

    def show(self, value: int, captured_ns: int) -> None:
        self.next.append((value, captured_ns))

    def open(self) -> tuple[int, int]:
        if self.refusal is not None:
            raise self.refusal
        self.opened += 1
        return self.size

    def grab(self) -> VideoFrame | None:
        if not self.next:
            return None
        first = self.next.pop(0)
        if isinstance(first, SourceLost):
            raise first
        pixels = np.full((self.size[1], self.size[0], 4), first[0], np.uint8)
        return VideoFrame(captured_ns=first[1], pixels=pixels)

    def close(self) -> None:
        self.next.clear()


class Desk:
    def __init__(self) -> None:
        self.clock = ManualClock(NS_PER_S)
        self.places = [MAIN, LEFT]
        self.screens: dict[str, Screen] = {}
        self.source = AllScreens(lambda: self.places, self.begin, clock=self.clock)

    def begin(self, place: Place) -> Screen:
        self.screens[place.id] = Screen(place)
        return self.screens[place.id]

    @property
    def main(self) -> Screen:
        return self.screens["main"]

    @property
    def left(self) -> Screen:
        return self.screens["left"]

    def shown(self) -> tuple[int, Picture]:
        """-1 and an empty picture if nothing changed."""
        frame = self.source.grab()
        return (-1, np.zeros((0, 0), np.uint8)) if frame is None else (frame.captured_ns, frame.pixels[:, :, 0])

    def pass_time(self, ns: int) -> None:
        self.clock.now += ns


def whole(main: int, left: int) -> Picture:
    picture = np.zeros((10, 12), np.uint8)
    picture[0:6, 4:12] = main
    picture[2:10, 0:4] = left
    return picture


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    assert desk.source.open() == (12, 10)
    desk.main.show(10, 100)
    desk.left.show(20, 130)
    return desk


def test_each_lies_where_the_desktop_has_it_and_the_gaps_are_black(desk: Desk) -> None:
    captured_ns, picture = desk.shown()
    assert captured_ns == 130  # the newest of them: the other one still shows what it did
    assert np.array_equal(picture, whole(10, 20))
    assert desk.shown()[0] == -1
    assert desk.source.backend == "duplication"


def test_one_that_changes_makes_a_picture_and_none_that_was_given_out_changes(desk: Desk) -> None:
    first, seen = desk.shown(), list[Picture]()
    for turn in range(6):  # memory that was held before is drawn into again
        desk.left.show(30 + turn, 200 + turn)
        instant, picture = desk.shown()
        assert instant == 200 + turn
        assert np.array_equal(picture, whole(10, 30 + turn))
        seen = [picture] if turn == 2 else seen
    assert np.array_equal(first[1], whole(10, 20))
    assert np.array_equal(seen[0], whole(10, 32))


def test_a_picture_of_another_size_than_its_place_is_cut_and_leaves_nothing_old(desk: Desk) -> None:
    desk.shown()
    desk.main.size = (6, 9)
    desk.main.show(40, 200)
    _, picture = desk.shown()
    expected = whole(40, 20)
    expected[0:6, 10:12] = 0
    assert np.array_equal(picture, expected)


def test_one_that_is_lost_holds_its_picture_while_the_others_go_on(desk: Desk) -> None:
    desk.shown()
    desk.main.show(11, 200)
    desk.left.next.append(SourceLost(WarningCode.ACCESS_LOST, "Access to Display 2 was lost."))
    desk.left.refusal = SLEEPS
    error = lost(desk.source)
    assert (error.code, error.retry_at_once) == (WarningCode.ACCESS_LOST, True)
    assert desk.source.open() == (12, 10)
    assert desk.source.fallbacks == ("Display 2 is shown as its last picture until it can be captured: it sleeps.",)
    instant, picture = desk.shown()
    assert instant == 200  # of what was grabbed beside the loss
    assert np.array_equal(picture, whole(11, 20))
    assert (desk.main.opened, desk.left.opened) == (1, 1)
    desk.left.refusal = None
    desk.pass_time(NS_PER_S // 2)
    desk.left.show(21, 300)
    instant, picture = desk.shown()
    assert (instant, desk.left.opened) == (300, 2)
    assert np.array_equal(picture, whole(11, 21))


def test_one_that_was_never_there_is_black_and_tried_again_ever_more_rarely() -> None:
    desk = Desk()
    tries = list[int]()

    class Dark(Screen):
        def open(self) -> tuple[int, int]:
            tries.append(desk.clock.now_ns())
            raise SLEEPS

    def begin(place: Place) -> Screen:
        return Dark(place) if place is LEFT else Screen(place)

    source = AllScreens(lambda: desk.places, begin, clock=desk.clock)
    assert source.open() == (12, 10)
    assert "Display 2 is shown as black until it can be captured: it sleeps." in source.fallbacks
    while desk.clock.now_ns() < 60 * NS_PER_S:
        source.grab()
        desk.pass_time(NS_PER_S // 20)
    waits = np.diff(tries)
    assert waits.max() <= LONGEST_NS + NS_PER_S // 20
    assert len(tries) < 14


def test_when_all_are_lost_or_the_desktop_is_locked_the_whole_is(desk: Desk) -> None:
    desk.main.next = [SourceLost(WarningCode.SECURE_DESKTOP, "locked")]
    assert lost(desk.source).code is WarningCode.SECURE_DESKTOP
    desk.main.refusal = desk.left.refusal = SLEEPS
    with pytest.raises(TransientCaptureError, match="it sleeps"):
        desk.source.open()
    desk.main.refusal = desk.left.refusal = None
    assert desk.source.open() == (12, 10)
    assert (desk.main.opened, desk.left.opened) == (2, 2)


def test_screens_that_come_go_or_move_make_another_picture(desk: Desk) -> None:
    desk.shown()
    desk.places = [MAIN]
    assert desk.source.grab() is None
    desk.pass_time(LOOK_NS)
    error = lost(desk.source)
    assert (error.code, error.retry_at_once) == (WarningCode.SCREEN_CHANGED, True)
    assert desk.source.open() == (8, 6)
    desk.main.show(50, 400)
    _, picture = desk.shown()
    assert np.array_equal(picture, np.full((6, 8), 50))
    desk.places = []
    desk.pass_time(LOOK_NS)
    lost(desk.source)
    with pytest.raises(TransientCaptureError, match="no screen"):
        desk.source.open()


def test_what_is_closed_says_so(desk: Desk) -> None:
    desk.source.close()
    desk.source.close()
    assert lost(desk.source).code is WarningCode.SCREEN_CLOSED
