"""Which picture each frame shows: once for everyone who takes frames, whenever they come."""

import threading
import time
from collections.abc import Sequence

import pytest

from ionia.core.errors import ErrorKind, IoniaError, SourceLost
from ionia.core.media import VideoFrame
from ionia.core.sharing import CaptureKey
from ionia.core.video import pacer as pacer_module
from ionia.core.video.pacer import FrameSpan
from ionia.core.warning import WarningCode
from ionia.runtime.capture import capture as module
from ionia.runtime.capture.capture import Capture, open_capture
from ionia.runtime.capture.still import newest
from ionia.threads.clock import MonotonicClock
from tests.fakes.backends import WAIT_SECONDS
from tests.fakes.media import FakeScreen

KEY = CaptureKey(screen=None, cursor=True, fps=100)


class Taker:
    """Keeps every frame; a test waits for a number of them."""

    def __init__(self) -> None:
        self.spans: list[FrameSpan[VideoFrame]] = []
        self._condition = threading.Condition()

    def __call__(self, spans: Sequence[FrameSpan[VideoFrame]]) -> None:
        with self._condition:
            self.spans.extend(spans)
            self._condition.notify()

    def wait(self, frames: int) -> None:
        with self._condition:
            assert self._condition.wait_for(lambda: len(self.indexes) >= frames, WAIT_SECONDS)

    @property
    def indexes(self) -> list[int]:
        return [index for span in self.spans for index in range(span.first_index, span.first_index + span.count)]


def opened(screen: FakeScreen) -> Capture:
    clock = MonotonicClock()
    return open_capture(KEY, screen, epoch_ns=clock.now_ns() - 5_000_000_000, clock=clock)


def test_everyone_gets_the_same_frames_and_begins_with_a_picture() -> None:
    screen = FakeScreen(MonotonicClock())
    capture = opened(screen)
    first, second = Taker(), Taker()
    capture.attach(first)
    first.wait(20)
    screen.still = True
    first.wait(40)
    capture.attach(second)
    second.wait(20)
    capture.detach(second)
    capture.detach(second)
    capture.close()
    assert first.indexes == list(range(first.indexes[0], first.indexes[0] + len(first.indexes)))
    assert 500 < first.indexes[0] < 600  # the timeline began 5 s ago
    assert second.indexes == list(range(second.indexes[0], second.indexes[0] + len(second.indexes)))
    shown = [span.picture for span in first.spans if span.picture is not None][-1]
    assert second.spans[0].picture is shown  # nothing has changed, and it must begin with something
    assert all(span.picture is None for span in second.spans[1:])
    counters = capture.snapshot()
    assert counters.next_index == first.indexes[-1] + 1
    assert counters.unique + counters.duplicated == len(first.indexes)


def test_a_picture_was_seen_at_the_last_look_and_not_since() -> None:
    screen = FakeScreen(MonotonicClock())
    capture, taker = opened(screen), Taker()
    capture.attach(taker)
    taker.wait(1)
    screen.still = True
    taker.wait(10)
    still_ns = screen.clock.now_ns()
    taker.wait(20)
    standing = newest(capture)
    assert standing is not None
    assert standing.picture.captured_ns <= still_ns < standing.at_ns  # it was looked at, and nothing had changed
    screen.refuse = IoniaError(ErrorKind.CAPTURE_UNAVAILABLE, "It is gone.")
    screen.lose = SourceLost(WarningCode.DISPLAY_LOST, "It is gone.")
    opens = screen.opens
    while screen.opens == opens:
        taker.wait(len(taker.indexes) + 1)
    lost_ns = screen.clock.now_ns()
    taker.wait(len(taker.indexes) + 3)
    held = newest(capture)
    capture.close()
    assert held is not None
    assert held.picture is standing.picture
    assert standing.at_ns <= held.at_ns < lost_ns


class SlowToBegin(FakeScreen):
    """Has its first picture at the grab `first` says; None: never."""

    first: int | None = 4

    def grab(self) -> VideoFrame | None:
        frame = super().grab()
        if frame is None or self.first is None or self.grabs < self.first:
            return None
        return VideoFrame(captured_ns=frame.captured_ns, pixels=frame.pixels + 1)


def test_the_first_frame_is_the_screen_although_its_picture_comes_late(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pacer_module, "FIRST_PICTURE_FRACTION", 0)  # as long as it takes, on whatever machine
    capture, taker = opened(SlowToBegin(MonotonicClock())), Taker()
    capture.attach(taker)
    taker.wait(10)
    capture.close()
    first = taker.spans[0]
    assert first.picture is not None
    assert first.picture.pixels.any()
    assert taker.indexes == list(range(first.first_index, first.first_index + len(taker.indexes)))


def test_a_screen_without_any_picture_is_black(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pacer_module, "FIRST_PICTURE_FRACTION", 50)
    screen = SlowToBegin(MonotonicClock())
    screen.first = None
    capture, taker = opened(screen), Taker()
    capture.attach(taker)
    taker.wait(10)
    capture.close()
    first = taker.spans[0]
    assert first.picture is not None
    assert not first.picture.pixels.any()
    assert all(span.picture is None for span in taker.spans[1:])


def test_what_waits_for_the_first_picture_counts_as_what_it_will_be(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever stops or pauses meanwhile ends where it was asked, and its figures add up."""
    monkeypatch.setattr(pacer_module, "FIRST_PICTURE_FRACTION", 0)  # as long as it takes, on whatever machine
    screen = SlowToBegin(MonotonicClock())
    screen.first = None
    capture, taker = opened(screen), Taker()
    capture.attach(taker)
    until = time.monotonic() + WAIT_SECONDS
    while (waiting := capture.snapshot()).duplicated < 5:
        assert time.monotonic() < until
    assert taker.spans == []
    assert waiting.unique == 1
    screen.first = 1
    taker.wait(waiting.duplicated + 1)
    capture.close()
    assert taker.indexes[0] == waiting.next_index - waiting.unique - waiting.duplicated
    assert taker.spans[0].count > waiting.duplicated


def test_a_screen_that_does_not_open_is_closed_again() -> None:
    screen = FakeScreen(MonotonicClock(), refuse=IoniaError(ErrorKind.CAPTURE_UNAVAILABLE, "There is no screen."))
    with pytest.raises(IoniaError, match="There is no screen"):
        opened(screen)
    assert screen.closed


def test_a_screen_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "OPEN_TIMEOUT_S", 0.01)
    monkeypatch.setattr(module, "JOIN_TIMEOUT_S", 0.01)
    go = threading.Event()

    class Slow(FakeScreen):
        def open(self) -> tuple[int, int]:
            assert go.wait(WAIT_SECONDS)
            return super().open()

    with pytest.raises(IoniaError, match="did not open in time"):
        opened(Slow(MonotonicClock()))
    go.set()
    for thread in threading.enumerate():
        if thread.name == "ionia-screen-capture":
            thread.join(WAIT_SECONDS)


def test_one_that_nobody_took_frames_of_is_closed_like_any_other() -> None:
    screen = FakeScreen(MonotonicClock())
    capture = opened(screen)
    assert (capture.width, capture.height, capture.snapshot().next_index) == (64, 64, 0)
    capture.close()
    capture.close()
    assert screen.closed
