"""What every ScreenSource must do, whatever it captures. A platform's tests derive from it and bring the source."""

import time

import numpy as np

from ionia.core.media import VideoFrame
from ionia.core.ports import ScreenSource

DEADLINE = 20.0
"""Seconds until a condition must have come true; generous, as the machine may be busy."""


class RealClock:
    """The engine's clock on Linux."""

    def now_ns(self) -> int:
        return time.perf_counter_ns()


def next_frame(source: ScreenSource) -> VideoFrame:
    """The next picture that differs, asked for until it comes."""
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        frame = source.grab()
        if frame is not None:
            return frame
    raise AssertionError("no picture")


class ScreenProtocol:
    """Derive, and define two fixtures: `source`, not open yet, on a RealClock; `size`, its (width, height)."""

    def test_it_opens_with_its_size_and_gives_a_first_picture(
        self, source: ScreenSource, size: tuple[int, int]
    ) -> None:
        assert source.open() == size
        before = time.perf_counter_ns()
        frame = source.grab()
        after = time.perf_counter_ns()
        assert frame is not None
        assert (frame.width, frame.height) == size
        assert before <= frame.captured_ns <= after

    def test_pictures_are_bgra_with_contiguous_pixels(self, source: ScreenSource) -> None:
        source.open()
        frame = next_frame(source)
        assert frame.pixels.dtype == np.uint8
        assert frame.pixels.shape[2] == 4
        assert frame.pixels.strides[1:] == (4, 1)

    def test_a_picture_outlives_the_grabs_after_it_and_the_source(self, source: ScreenSource) -> None:
        source.open()
        frame = next_frame(source)
        copy = frame.pixels.copy()
        for _ in range(20):
            source.grab()
        source.close()
        assert np.array_equal(frame.pixels, copy)

    def test_it_can_be_closed_at_any_time_and_opened_again(self, source: ScreenSource, size: tuple[int, int]) -> None:
        source.close()
        assert source.open() == size
        source.close()
        source.close()
        assert source.open() == size
        assert source.open() == size
        assert source.grab() is not None

    def test_it_says_what_it_is(self, source: ScreenSource) -> None:
        assert source.backend
