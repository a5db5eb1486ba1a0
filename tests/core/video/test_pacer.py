"""Constant frame rate in literal times, and the properties that no timing may break."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionia.core.frame_rate import FrameRate
from ionia.core.media import VideoFrame
from ionia.core.video.pacer import FrameSpan, VideoPacer

MS = 1_000_000
PIXELS = np.zeros((2, 2, 4), np.uint8)


def picture(captured_ms: int) -> VideoFrame:
    return VideoFrame(captured_ns=captured_ms * MS, pixels=PIXELS)


def shape(spans: list[FrameSpan[VideoFrame]]) -> list[tuple[bool, int, int]]:
    return [(span.picture is not None, span.first_index, span.count) for span in spans]


def test_one_frame_a_tick() -> None:
    pacer = VideoPacer(epoch_ns=0, fps=50)
    assert pacer.next_deadline_ns == 20 * MS
    assert shape(pacer.tick(20 * MS, picture(10))) == [(True, 0, 1)]
    assert pacer.next_deadline_ns == 40 * MS
    assert shape(pacer.tick(40 * MS, None)) == [(False, 1, 1)]
    assert (pacer.counters.captured, pacer.counters.unique, pacer.counters.duplicated) == (2, 1, 1)
    assert pacer.counters.lagged == 0


def test_a_frame_whose_picture_comes_too_late_is_missed_and_one_that_was_looked_at_is_a_repeat() -> None:
    pacer = VideoPacer(epoch_ns=0, fps=50)
    pacer.tick(20 * MS, picture(10), looked_ns=10 * MS)
    assert pacer.counted().missed == 0
    pacer.tick(40 * MS, None, looked_ns=30 * MS)  # nothing had changed
    assert (pacer.counted().duplicated, pacer.counted().missed) == (1, 0)
    pacer.tick(60 * MS, None, looked_ns=30 * MS)
    pacer.tick(80 * MS, None, looked_ns=39 * MS)
    assert (pacer.counted().duplicated, pacer.counted().missed) == (3, 2)
    pacer.tick(100 * MS, picture(50), looked_ns=50 * MS)  # late, but something new: the next one is shown after it
    pacer.tick(160 * MS, None, looked_ns=50 * MS)
    counted = pacer.counted()
    assert (counted.unique, counted.duplicated, counted.lagged, counted.missed) == (2, 6, 2, 3)
    assert pacer.counted(3).missed == 1


def test_too_early_takes_nothing() -> None:
    pacer = VideoPacer(epoch_ns=0, fps=50)
    assert pacer.tick(19 * MS, picture(10)) == []
    assert pacer.next_index == 0


def test_a_late_tick_puts_the_picture_where_it_was_captured() -> None:
    pacer = VideoPacer(epoch_ns=0, fps=50)
    pacer.tick(20 * MS, picture(10))
    assert shape(pacer.tick(105 * MS, picture(70))) == [(False, 1, 2), (True, 3, 2)]
    assert pacer.counters.lagged == 3
    assert pacer.next_index == 5


def test_what_had_become_of_the_frames_before_each() -> None:
    pacer = VideoPacer(epoch_ns=0, fps=50, catch_up_seconds=1)
    pacer.wait(45 * MS)
    assert (pacer.counted().next_index, pacer.counted().unique, pacer.counted().duplicated) == (2, 1, 1)
    assert pacer.counted(1).duplicated == 0
    pacer.tick(60 * MS, picture(10))
    pacer.tick(140 * MS, picture(90))
    pacer.tick(2_000 * MS, None)
    by_frame = [pacer.counted(index) for index in range(101)]
    assert [(one.unique, one.duplicated, one.lagged, one.lost) for one in by_frame[:9]] == [
        (0, 0, 0, 0),
        (1, 0, 0, 0),
        (1, 1, 0, 0),
        (1, 2, 0, 0),
        (1, 3, 1, 0),
        (2, 3, 1, 0),
        (2, 4, 2, 0),
        (2, 5, 3, 0),
        (2, 5, 3, 1),
    ]
    assert (by_frame[50].lost, by_frame[51].lost, by_frame[100].lost) == (43, 43, 43)
    assert by_frame[100] == pacer.counted()
    assert by_frame[100].lagged == pacer.counters.lagged == 3 + 49


def test_a_picture_of_long_ago_goes_to_the_first_frame_and_one_of_now_to_the_last() -> None:
    pacer = VideoPacer(epoch_ns=0, fps=50)
    pacer.tick(20 * MS, picture(10))
    assert shape(pacer.tick(60 * MS, picture(5))) == [(True, 1, 2)]
    assert shape(pacer.tick(100 * MS, picture(101))) == [(False, 3, 1), (True, 4, 1)]


def test_the_first_picture_fills_what_came_before_it() -> None:
    pacer = VideoPacer(epoch_ns=0, fps=50)
    assert shape(pacer.tick(100 * MS, picture(90))) == [(True, 0, 5)]


def test_the_first_frames_wait_for_the_first_picture_and_none_of_them_lagged() -> None:
    pacer = VideoPacer(epoch_ns=0, fps=50)
    assert pacer.wait(20 * MS)
    assert pacer.next_deadline_ns == 40 * MS
    assert pacer.wait(45 * MS)
    assert pacer.next_deadline_ns == 60 * MS
    assert (pacer.next_index, pacer.waiting) == (0, 2)
    assert shape(pacer.tick(60 * MS, picture(50))) == [(True, 0, 3)]
    assert (pacer.counters.unique, pacer.counters.duplicated, pacer.counters.lagged) == (1, 2, 0)
    assert pacer.next_deadline_ns == 80 * MS
    assert (pacer.next_index, pacer.waiting) == (3, 0)
    assert not pacer.wait(80 * MS)


def test_a_tick_that_is_late_beside_the_wait_is_counted() -> None:
    pacer = VideoPacer(epoch_ns=0, fps=50)
    assert pacer.wait(20 * MS)
    assert shape(pacer.tick(100 * MS, picture(90))) == [(True, 0, 5)]
    assert pacer.counters.lagged == 3


@pytest.mark.parametrize("fps", [1, 25, 60])
def test_no_frame_waits_longer_than_half_a_second_for_a_picture(fps: int) -> None:
    pacer = VideoPacer(epoch_ns=0, fps=fps)
    waits = 0
    while pacer.wait(pacer.next_deadline_ns):
        waits += 1
        assert pacer.next_deadline_ns <= 520 * MS + 1
    assert waits == fps // 2


def test_a_stall_beyond_the_limit_leaves_a_counted_hole() -> None:
    pacer = VideoPacer(epoch_ns=0, fps=10, catch_up_seconds=2)
    pacer.tick(100 * MS, picture(50))
    assert shape(pacer.tick(10_000 * MS, None)) == [(False, 80, 20)]
    counters = pacer.counters
    assert (counters.captured, counters.lost, counters.lagged) == (100, 79, 19)
    assert counters.unique + counters.duplicated + counters.lost == counters.captured


def test_length() -> None:
    pacer = VideoPacer(epoch_ns=0, fps=30)
    pacer.tick(1_500 * MS, None)
    assert pacer.next_index == 45


@given(
    st.integers(1, 120) | st.just(Fraction(30000, 1001)),
    st.lists(st.tuples(st.integers(0, 400 * MS), st.integers(-300 * MS, 0), st.booleans()), max_size=60),
)
def test_every_index_once_and_in_order(fps: FrameRate, ticks: list[tuple[int, int, bool]]) -> None:
    pacer = VideoPacer(epoch_ns=0, fps=fps)
    now = 0
    indexes: list[int] = []
    pictures = 0
    for wait, age, changed in ticks:
        now += wait
        spans = pacer.tick(now, VideoFrame(captured_ns=now + age, pixels=PIXELS) if changed else None)
        for span in spans:
            indexes.extend(range(span.first_index, span.first_index + span.count))
            pictures += span.picture is not None
        assert pacer.next_deadline_ns > now
        passed, counters = pacer.counted(), pacer.counters
        assert (passed.unique, passed.duplicated) == (counters.unique, counters.duplicated)
        assert (passed.lagged, passed.lost) == (counters.lagged, counters.lost)
    assert indexes == list(range(now * fps // 1_000_000_000))
    assert pacer.counters.unique == pictures
    assert pacer.counters.unique + pacer.counters.duplicated == pacer.counters.captured == len(indexes)
