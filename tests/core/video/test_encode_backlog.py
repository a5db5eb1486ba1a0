"""What gives way when the encoder has no room: pictures first, indexes last, both counted."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ionia.core.media import VideoFrame
from ionia.core.video.encode_backlog import EncodeBacklog, ahead_for, room_for
from ionia.core.video.pacer import FrameSpan

FRAME = VideoFrame(captured_ns=0, pixels=np.zeros((2, 2, 4), np.uint8))


def span(first: int, count: int = 1, *, picture: bool = True) -> FrameSpan[VideoFrame]:
    return FrameSpan(picture=FRAME if picture else None, first_index=first, count=count)


def drained(backlog: EncodeBacklog[VideoFrame]) -> list[tuple[int, bool]]:
    taken = []
    while (one := backlog.take()) is not None:
        assert one.count == 1
        taken.append((one.first_index, one.picture is not None))
    return taken


def test_a_span_is_taken_frame_by_frame() -> None:
    backlog = EncodeBacklog(fps=30)
    backlog.offer(span(5, 3))
    assert len(backlog) == 3
    assert drained(backlog) == [(5, True), (6, False), (7, False)]
    assert len(backlog) == 0


def test_one_picture_too_many_becomes_a_repeat() -> None:
    backlog = EncodeBacklog(fps=30, max_pictures=2)
    for index in range(3):
        backlog.offer(span(index))
    assert drained(backlog) == [(0, True), (1, True), (2, False)]
    assert (backlog.counters.skipped, backlog.counters.holes) == (1, 0)


def test_a_taken_picture_makes_room() -> None:
    backlog = EncodeBacklog(fps=30, max_pictures=1)
    backlog.offer(span(0, 2))
    backlog.take()
    backlog.offer(span(2))
    assert drained(backlog) == [(1, False), (2, True)]
    assert backlog.counters.skipped == 0


def test_more_than_the_limit_of_frames_leaves_indexes_out() -> None:
    backlog = EncodeBacklog(fps=2, max_seconds=2)
    backlog.offer(span(0, 3))
    backlog.offer(span(3, 3))
    backlog.offer(span(6))
    assert [index for index, _ in drained(backlog)] == [0, 1, 2, 5]
    assert (backlog.counters.skipped, backlog.counters.holes) == (1, 3)  # 3 and 4 are lagged: their ticks came late


def test_the_last_picture_of_a_screen_that_stands_still_is_shown_when_there_is_room() -> None:
    backlog: EncodeBacklog[str] = EncodeBacklog(fps=30, max_pictures=2)
    for index, picture in enumerate(["a", "b", "c", "d"]):
        backlog.offer(FrameSpan(picture=picture, first_index=index, count=1))
    backlog.offer(FrameSpan(picture=None, first_index=4, count=1))  # still no room
    backlog.take()
    backlog.offer(FrameSpan(picture=None, first_index=5, count=2))
    shown = [(one.first_index, one.picture) for one in iter(backlog.take, None)]
    assert shown == [(1, "b"), (2, None), (3, None), (4, None), (5, "d"), (6, None)]
    backlog.offer(FrameSpan(picture=None, first_index=7, count=1))
    assert [one.picture for one in iter(backlog.take, None)] == [None]  # once
    assert backlog.counters.skipped == 2


def test_so_is_one_whose_frame_was_left_out() -> None:
    backlog: EncodeBacklog[str] = EncodeBacklog(fps=1, max_seconds=1)
    for index, picture in enumerate(["a", "b"]):
        backlog.offer(FrameSpan(picture=picture, first_index=index, count=1))
    backlog.take()
    backlog.offer(FrameSpan(picture=None, first_index=2, count=1))
    assert [one.picture for one in iter(backlog.take, None)] == ["b"]


@given(st.lists(st.tuples(st.integers(1, 9), st.booleans(), st.integers(0, 9))))
def test_once_all_is_encoded_the_newest_picture_is_shown(script: list[tuple[int, bool, int]]) -> None:
    backlog: EncodeBacklog[int] = EncodeBacklog(fps=5, max_pictures=2, max_seconds=2)
    offered, newest, shown = 0, None, None
    for count, picture, takes in [*script, (1, False, 10), (1, False, 10)]:
        newest = offered if picture else newest
        backlog.offer(FrameSpan(picture=offered if picture else None, first_index=offered, count=count))
        offered += count
        for _ in range(takes):
            one = backlog.take()
            shown = one.picture if one is not None and one.picture is not None else shown
    assert shown == newest


def test_what_a_stand_still_leaves_no_room_for_is_not_skipped() -> None:
    backlog = EncodeBacklog(fps=10, max_seconds=5)
    backlog.offer(span(0))
    backlog.offer(span(51, 50))  # the tick after a stand-still: all that is caught up, beside what waits
    assert [index for index, _ in drained(backlog)] == [0, *range(52, 101)]
    assert (backlog.counters.skipped, backlog.counters.holes) == (0, 1)


def test_what_is_taken_and_not_encoded_is_counted() -> None:
    backlog = EncodeBacklog(fps=30)
    backlog.offer(span(0, 2))
    backlog.take()
    backlog.leave_out(0)
    assert (len(backlog), backlog.counters.skipped, backlog.counters.holes) == (1, 1, 1)


def test_a_frame_is_skipped_once_whatever_became_of_it() -> None:
    backlog = EncodeBacklog(fps=1, max_pictures=1, max_seconds=2)
    for index in range(3):
        backlog.offer(span(index))  # the second one's picture finds no room, and nothing of the third
    assert backlog.counters.skipped == 2
    assert [one.first_index for one in iter(backlog.take, None)] == [0, 1]
    backlog.leave_out(1)
    assert (backlog.counters.skipped, backlog.counters.holes) == (2, 2)


def test_what_is_skipped_before_a_frame_counts_until_the_encoder_comes_to_it() -> None:
    backlog = EncodeBacklog(fps=30)
    backlog.offer(span(0, 6))
    before, behind = backlog.mark(4), backlog.mark(6)
    for index in range(6):
        backlog.take()
        if index != 2:
            backlog.leave_out(index)
    assert (before.skipped, behind.skipped, backlog.counters.skipped) == (3, 5, 5)


@given(st.lists(st.tuples(st.integers(1, 9), st.booleans(), st.integers(0, 9))))
def test_every_frame_is_encoded_or_counted(script: list[tuple[int, bool, int]]) -> None:
    backlog = EncodeBacklog(fps=5, max_pictures=2, max_seconds=2)
    offered = 0
    taken: list[int] = []
    for count, picture, takes in script:
        backlog.offer(span(offered, count, picture=picture))
        offered += count
        assert len(backlog) <= 10
        for _ in range(takes):
            if (one := backlog.take()) is not None:
                taken.append(one.first_index)
    taken.extend(index for index, _ in drained(backlog))
    assert taken == sorted(set(taken))
    assert len(taken) + backlog.counters.holes == offered


def test_what_waits_is_given_ahead_once_and_not_after_it_was_taken() -> None:
    backlog = EncodeBacklog(fps=30)
    assert backlog.ahead() is None
    backlog.offer(span(0, 2))
    backlog.offer(span(2, picture=False))
    backlog.offer(span(3))
    backlog.offer(span(4))
    first = backlog.take()
    assert first is not None
    assert first.first_index == 0
    ahead = backlog.ahead()
    assert ahead is not None
    assert ahead.first_index == 3
    assert drained(backlog) == [(1, False), (2, False), (3, True), (4, True)]
    assert backlog.ahead() is None
    backlog.offer(span(5))
    backlog.clear()
    assert backlog.ahead() is None


def test_a_picture_that_found_no_room_is_not_prepared() -> None:
    backlog = EncodeBacklog(fps=30, max_pictures=1)
    for index in range(3):
        backlog.offer(span(index))
    assert backlog.ahead() is not None
    assert backlog.ahead() is None


def test_large_pictures_wait_in_smaller_numbers() -> None:
    sizes = ((640, 480), (1920, 1080), (2560, 1440), (3840, 2160), (7680, 4320))
    assert [room_for(*size) for size in sizes] == [8, 8, 6, 3, 2]
    assert [ahead_for(*size) for size in sizes] == [8, 5, 2, 1, 1]
    assert ahead_for(0, 0) == 8  # of sound alone, which has frames and no pictures


def test_no_more_are_prepared_ahead_than_may_be() -> None:
    backlog: EncodeBacklog[VideoFrame] = EncodeBacklog(fps=30, max_ahead=1)
    for index in range(4):
        backlog.offer(span(2 * index, 2))

    def ahead() -> list[int]:
        return [one.first_index for one in iter(backlog.ahead, None)]

    assert ahead() == [0]
    for _ in range(3):
        backlog.take()
    assert ahead() == [4]  # the one of frame 2 was taken before anybody began it
    backlog.clear()
    backlog.offer(span(8))
    assert ahead() == [8]
