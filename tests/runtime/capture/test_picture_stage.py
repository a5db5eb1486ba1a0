"""A picture is converted once, when somebody first wants it, for everybody who takes its format."""

import gc
import sys
import threading
from collections.abc import Sequence

import numpy as np
import pytest

from ionia.core.media import PictureFormat, PixelFormat, VideoFrame, YuvPicture
from ionia.core.sharing import CaptureKey
from ionia.core.video.pacer import FrameSpan
from ionia.media.converter import Converter
from ionia.runtime.capture.capture import Capture, open_capture
from ionia.runtime.capture.picture_stage import PictureStage, StagedPicture
from ionia.runtime.registry import Registry
from ionia.threads.clock import MonotonicClock
from tests.fakes.backends import WAIT_SECONDS
from tests.fakes.live_stream import eventually
from tests.fakes.media import FakeConverter, FakeScreen

KEY = CaptureKey(screen=None, cursor=True, fps=100)
FORMAT = PictureFormat(width=64, height=64, pixels=PixelFormat.YUV420P)
SMALL = PictureFormat(width=32, height=32, pixels=PixelFormat.NV12)


class Taker:
    """Keeps the pictures that it is handed, by frame; a test waits for a number of frames."""

    def __init__(self) -> None:
        self.pictures: dict[int, StagedPicture] = {}
        self.frames = 0
        self._condition = threading.Condition()

    def __call__(self, spans: Sequence[FrameSpan[StagedPicture]]) -> None:
        with self._condition:
            for span in spans:
                self.frames += span.count
                if span.picture is not None:
                    self.pictures[span.first_index] = span.picture
            self._condition.notify()

    def wait(self, frames: int) -> None:
        with self._condition:
            assert self._condition.wait_for(lambda: self.frames >= frames, WAIT_SECONDS)


class Rooms:
    """A capture of a fake screen, and stages of it."""

    def __init__(self) -> None:
        self.clock = MonotonicClock()
        self.screen = FakeScreen(self.clock)
        self.captures: Registry[CaptureKey, Capture] = Registry()

    def stage(self, converter: FakeConverter | Converter) -> PictureStage:
        def make() -> Capture:
            return open_capture(KEY, self.screen, epoch_ns=self.clock.now_ns(), clock=self.clock)

        return PictureStage(self.captures.acquire(KEY, make), converter)


def test_everybody_gets_the_same_pictures_and_each_is_converted_once() -> None:
    rooms, converter = Rooms(), FakeConverter(FORMAT)
    stage = rooms.stage(converter)
    first, second = Taker(), Taker()
    stage.attach(first)
    first.wait(10)
    stage.attach(second)
    second.wait(20)
    stage.detach(first)
    stage.detach(first)
    stage.detach(second)
    both = sorted(set(first.pictures) & set(second.pictures))
    assert len(both) >= 10
    assert converter.given == []  # nobody wanted one yet
    for index in both:
        assert first.pictures[index] is second.pictures[index]
        assert first.pictures[index].converted() is second.pictures[index].converted()
    assert len(converter.given) == len(both)
    stage.close()
    stage.close()
    assert converter.closed
    assert rooms.screen.closed


def test_whoever_comes_while_nothing_moves_gets_what_was_converted_already() -> None:
    rooms, converter = Rooms(), FakeConverter(FORMAT)
    stage = rooms.stage(converter)
    first, second = Taker(), Taker()
    stage.attach(first)
    first.wait(5)
    rooms.screen.still = True
    grabs = rooms.screen.grabs
    eventually(lambda: rooms.screen.grabs >= grabs + 2, "nothing is grabbed")  # a grab that was under way is over
    first.wait(first.frames + 2)
    frames: list[VideoFrame] = []
    stage.capture.attach(lambda spans: frames.extend(span.picture for span in spans if span.picture is not None))
    eventually(lambda: bool(frames), "the capture shows nothing to whoever comes")
    captured_ns = frames[0].captured_ns
    assert stage.newest(captured_ns) is None  # nobody wanted it, and looking on converts nothing
    shown = first.pictures[max(first.pictures)].converted()
    assert stage.newest(captured_ns - 1) == stage.newest(captured_ns) == (captured_ns, shown)
    assert stage.newest(captured_ns + 1) is None
    converted = len(converter.given)
    stage.attach(second)
    second.wait(10)
    assert [one.converted() for one in second.pictures.values()] == [shown]
    assert len(converter.given) == converted
    stage.close()
    assert stage.newest(0) is None


def test_another_format_is_a_stage_of_its_own_on_the_same_capture() -> None:
    rooms = Rooms()
    large, small = FakeConverter(FORMAT), FakeConverter(SMALL)
    stages = [rooms.stage(large), rooms.stage(small)]
    takers = [Taker(), Taker()]
    for stage, taker in zip(stages, takers, strict=True):
        stage.attach(taker)
    for taker in takers:
        taker.wait(20)
    stages[0].close()
    assert not rooms.screen.closed
    stages[1].close()
    assert (rooms.screen.opens, rooms.screen.closed) == (1, True)
    both = sorted(set(takers[0].pictures) & set(takers[1].pictures))
    for index in both:
        formats = {taker.pictures[index].converted().format for taker in takers}
        assert formats == {FORMAT, SMALL}
    assert len(large.given) == len(small.given) == len(both)
    assert all(one is other for one, other in zip(large.given, small.given, strict=True))


def test_two_who_want_the_same_picture_at_once_wait_for_one_conversion() -> None:
    going, go = threading.Event(), threading.Event()
    asked: list[VideoFrame] = []

    def convert(frame: VideoFrame) -> YuvPicture:
        asked.append(frame)
        going.set()
        assert go.wait(WAIT_SECONDS)
        return YuvPicture(format=FORMAT, planes=())

    frame = VideoFrame(captured_ns=0, pixels=np.zeros((64, 64, 4), np.uint8))
    picture = StagedPicture(frame, convert)
    got: list[YuvPicture] = []
    threads = [threading.Thread(target=lambda: got.append(picture.converted())) for _ in range(2)]
    for thread in threads:
        thread.start()
    assert going.wait(WAIT_SECONDS)
    go.set()
    for thread in threads:
        thread.join()
    assert len(asked) == 1
    assert got[0] is got[1]


def test_a_conversion_that_fails_is_tried_by_the_next_who_asks() -> None:
    outcomes: list[YuvPicture | MemoryError] = [MemoryError(), YuvPicture(format=FORMAT, planes=())]

    def convert(_: VideoFrame) -> YuvPicture:
        outcome = outcomes.pop(0)
        if isinstance(outcome, MemoryError):
            raise outcome
        return outcome

    frame = VideoFrame(captured_ns=0, pixels=np.zeros((64, 64, 4), np.uint8))
    picture = StagedPicture(frame, convert)
    with pytest.raises(MemoryError):
        picture.converted()
    assert picture.converted() is picture.converted()


def test_what_is_converted_lets_go_of_the_sources_memory() -> None:
    frame = VideoFrame(captured_ns=0, pixels=np.zeros((64, 64, 4), np.uint8))
    picture = StagedPicture(frame, lambda each: Converter(FORMAT).convert(each.pixels))
    waiting = sys.getrefcount(frame)
    assert picture.converted().planes[0].shape == (64, 64)
    assert sys.getrefcount(frame) == waiting - 1


def test_stages_that_are_over_leave_no_picture_behind() -> None:
    gc.collect()
    gc.disable()
    try:
        before = held()
        for _ in range(20):
            rooms = Rooms()
            stage, taker = rooms.stage(Converter(FORMAT)), Taker()
            stage.attach(taker)
            taker.wait(2)
            stage.detach(taker)
            for picture in taker.pictures.values():
                picture.converted()
            stage.close()
            taker.pictures.clear()
            del picture
            assert held() == before
    finally:
        gc.enable()


def held() -> int:
    """Converted pictures that are alive, in the whole process."""
    return sum(isinstance(each, YuvPicture) for each in gc.get_objects())
