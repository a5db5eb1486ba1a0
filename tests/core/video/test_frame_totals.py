"""One count of an encode's frames, through however many captures it went."""

from hypothesis import given
from hypothesis import strategies as st

from ionia.core.video.frame_history import DUPLICATED, LAGGED, LOST, UNIQUE, FrameCounts, FrameHistory, FrameMark
from ionia.core.video.frame_totals import FrameTotals

U, D, L, X = (bytes((fate,)) for fate in (UNIQUE, DUPLICATED, LAGGED, LOST))


class Counter:
    """A capture that counts, as its pacer does."""

    def __init__(self, first_index: int, fates: bytes = b"") -> None:
        self.history = FrameHistory(first_index=first_index, kept=1000)
        self.history.add(fates)

    def snapshot(self, before: int | None = None) -> FrameCounts:
        return self.history.before(2**40 if before is None else before)

    def mark(self, index: int) -> FrameMark:
        return self.history.mark(index)


def test_what_the_other_capture_counted_before_is_left_out() -> None:
    first, second = Counter(10, U + D + D), Counter(0, U * 12)
    totals = FrameTotals(first)
    assert totals.total() == FrameCounts(next_index=13, unique=1, duplicated=2)
    totals.change(second, 12)
    assert totals.total() == FrameCounts(next_index=12, unique=1, duplicated=1)
    second.history.add(U + L)
    assert totals.total() == FrameCounts(next_index=14, unique=2, duplicated=2, lagged=1)
    assert totals.total(13) == FrameCounts(next_index=13, unique=2, duplicated=1)
    assert totals.total(11) == FrameCounts(next_index=11, unique=1)


def test_frames_that_none_gave_were_filled() -> None:
    totals = FrameTotals(Counter(0, U + U))
    totals.change(Counter(0, U * 6), 5)
    assert totals.total() == FrameCounts(next_index=6, unique=3, duplicated=3)


def test_a_mark_ahead_of_the_change_is_counted_behind_it() -> None:
    first, second = Counter(0, U * 4), Counter(0, D * 5)
    totals = FrameTotals(first)
    passed, ahead = totals.mark(2), totals.mark(8)
    assert (totals.at(passed).unique, totals.at(ahead).unique, ahead.counts) == (2, 4, None)
    totals.change(second, 5)
    assert totals.at(ahead) == FrameCounts(next_index=5, unique=4, duplicated=1)
    second.history.add(X + U + U + U)
    assert totals.at(ahead) == FrameCounts(next_index=8, unique=6, duplicated=1, lost=1)
    assert totals.mark(3).counts == FrameCounts(next_index=3, unique=3)


def test_the_first_frame_of_another_capture_has_a_picture_of_its_own() -> None:
    """Which that one may have shown before, to somebody else."""
    first, second = Counter(0, U + D + D), Counter(0, U + D + D + D)
    totals = FrameTotals(first)
    totals.change(second, 3)
    assert totals.total() == FrameCounts(next_index=4, unique=2, duplicated=2)
    assert totals.total(3) == FrameCounts(next_index=3, unique=1, duplicated=2)
    second.history.add(D)
    assert totals.total() == FrameCounts(next_index=5, unique=2, duplicated=3)


@given(st.lists(st.lists(st.sampled_from((UNIQUE, DUPLICATED, LOST)), min_size=1, max_size=20), max_size=40))
def test_the_sum_is_that_of_one_capture(stretches: list[list[int]]) -> None:
    """However often it is changed, every frame is counted once, by what its own capture says."""
    alone, totals = Counter(0, U), FrameTotals(Counter(0, U))
    marks: list[tuple[FrameMark, FrameMark]] = []
    index = 1
    for fates in stretches:
        marks.append((alone.mark(index + 7), totals.mark(index + 7)))
        capture = Counter(0, D * index)
        capture.history.add(bytes(fates[:1]))
        totals.change(capture, index)
        capture.history.add(bytes(fates[1:]))
        first = U if fates[0] == DUPLICATED else bytes(fates[:1])  # there it is seen for the first time
        alone.history.add(first + bytes(fates[1:]))
        index += len(fates)
        assert totals.total() == alone.snapshot()
        assert totals.total(index - 1) == alone.snapshot(index - 1)
    for right, mark in marks:
        assert totals.at(mark) == (alone.snapshot(right.index) if right.counts is None else right.counts)
