"""A session that is over holds no picture and no thread of libav's, even before Python collects its cycles."""

import gc
import tracemalloc
from collections.abc import Iterator
from mmap import mmap
from pathlib import Path

import psutil
import pytest

from ionia.app import make_engine
from ionia.core.media import YuvPicture
from ionia.core.settings import AudioMode, EncoderChoice, MediaSettings, RecorderSettings, SessionKind
from ionia.core.stats import RecorderStats
from ionia.runtime.capture.screen_capture import ScreenCapture
from ionia.runtime.engine import Engine
from ionia.threads.clock import MonotonicClock, StopSignal
from tests.fakes.backends import WAIT_SECONDS
from tests.fakes.live_stream import eventually
from tests.fakes.media import FakeScreen

PICTURE = 1_000_000  # bytes; one of the test card has 3.7 million
SETTINGS = MediaSettings(screen="test", audio_mode=AudioMode.DESKTOP, desktop_audio="test", encoder=EncoderChoice.X264)


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = make_engine(lambda _: None)
    gc.collect()
    gc.disable()
    tracemalloc.start()
    try:
        yield engine
    finally:
        tracemalloc.stop()
        gc.enable()
        engine.close()


def stats(engine: Engine) -> RecorderStats:
    found = engine.stats(SessionKind.RECORDER, "a")
    assert isinstance(found, RecorderStats)
    return found


def record(engine: Engine, path: Path) -> None:
    engine.initialize_recorder("a", RecorderSettings(output_path=str(path), media=SETTINGS))
    engine.start(SessionKind.RECORDER, "a")
    eventually(lambda: stats(engine).video_packets_encoded > 3, "nothing is recorded")
    engine.pause("a")  # an encoder that rests keeps the newest picture, until somebody wants it
    eventually(lambda: stats(engine).paused_seconds > 0.2, "it does not pause")
    engine.stop(SessionKind.RECORDER, "a")


def left() -> tuple[int, int]:
    """Threads of this process, and things as large as a picture: in the heap, and in pages of their own."""
    large = sum(trace.size >= PICTURE for trace in tracemalloc.take_snapshot().traces)
    for each in gc.get_objects():
        large += (isinstance(each, mmap) and len(each) >= PICTURE) or isinstance(each, YuvPicture)
    return psutil.Process().num_threads(), large


def test_sessions_that_are_over_hold_no_pictures_and_no_threads(engine: Engine, tmp_path: Path) -> None:
    gc.collect()  # what other tests have left in cycles
    others = left()[1]
    record(engine, tmp_path / "0.mp4")
    threads, large = left()
    assert large <= others
    for number in range(1, 4):
        record(engine, tmp_path / f"{number}.mp4")
    assert left()[1] == large
    # The system counts a thread for a moment after it was joined.
    eventually(lambda: left()[0] <= threads, "threads of sessions that are over")


def test_a_picture_that_nobody_took_goes_with_the_capture() -> None:
    clock = MonotonicClock()
    stop, screen = StopSignal(clock), FakeScreen(clock)
    capture = ScreenCapture(screen, fps=30, clock=clock, stop=stop, warn=lambda *_: None)
    capture.open(WAIT_SECONDS)
    capture.begin(clock.now_ns())
    eventually(lambda: screen.grabs >= 2, "nothing is grabbed")
    stop.set()
    assert capture.close(WAIT_SECONDS)
    assert capture.slot.take() is None
