"""What had become of the frames before one of them, whenever it is asked."""

from hypothesis import given
from hypothesis import strategies as st

from ionia.core.video.frame_history import DUPLICATED, LAGGED, LOST, MISSED, UNIQUE, FrameCounts, FrameHistory

FATES = bytes((UNIQUE, DUPLICATED, LAGGED, LAGGED, UNIQUE, LOST, LOST, DUPLICATED))


def counts(*, next_index: int, unique: int = 0, duplicated: int = 0, lagged: int = 0, lost: int = 0) -> FrameCounts:
    return FrameCounts(next_index=next_index, unique=unique, duplicated=duplicated, lagged=lagged, lost=lost)


def test_the_figures_before_a_frame() -> None:
    history = FrameHistory(first_index=10, kept=100)
    history.add(FATES)
    assert history.before(10) == counts(next_index=10)
    assert history.before(14) == counts(next_index=14, unique=1, duplicated=3, lagged=2)
    assert history.before(16) == counts(next_index=16, unique=2, duplicated=3, lagged=2, lost=1)
    assert history.before(18) == counts(next_index=18, unique=2, duplicated=4, lagged=2, lost=2)


def test_what_was_missed_is_a_repeat_too() -> None:
    history = FrameHistory(first_index=0, kept=2)
    history.add(bytes((UNIQUE, MISSED, DUPLICATED, MISSED)))
    assert history.before(4) == FrameCounts(next_index=4, unique=1, duplicated=3, missed=2)
    assert history.before(3) == FrameCounts(next_index=3, unique=1, duplicated=2, missed=1)


def test_nothing_has_passed_before_the_first_and_after_the_last() -> None:
    history = FrameHistory(first_index=10, kept=100)
    history.add(FATES)
    assert history.before(3) == counts(next_index=10)
    assert history.before(99) == history.before(18)
    assert history.before(19, coming=bytes((UNIQUE, DUPLICATED))) == counts(
        next_index=19, unique=3, duplicated=4, lagged=2, lost=2
    )


def test_a_mark_has_its_figures_once_its_frames_have_passed_and_keeps_them() -> None:
    history = FrameHistory(first_index=0, kept=4)
    past, coming = history.mark(0), history.mark(3)
    assert past.counts == counts(next_index=0)
    history.add(FATES[:2])
    assert coming.counts is None
    history.add(FATES[2:5])
    assert coming.counts == counts(next_index=3, unique=1, duplicated=2, lagged=1)
    for _ in range(20):
        history.add(FATES)
    assert coming.counts == counts(next_index=3, unique=1, duplicated=2, lagged=1)


def test_of_what_is_forgotten_it_says_what_it_knows_of_the_oldest() -> None:
    history = FrameHistory(first_index=0, kept=3)
    history.add(FATES)
    assert history.before(5) == counts(next_index=5, unique=2, duplicated=3, lagged=2)
    assert history.before(2) == history.before(5)
    assert history.before(8) == counts(next_index=8, unique=2, duplicated=4, lagged=2, lost=2)


@given(st.lists(st.binary(max_size=9), max_size=30), st.integers(1, 20))
def test_nothing_is_ever_counted_twice_or_lost(pieces: list[bytes], kept: int) -> None:
    fates = bytes(FATES[byte % 8] for byte in b"".join(pieces))
    history, position = FrameHistory(first_index=0, kept=kept), 0
    for piece in pieces:
        history.add(fates[position : position + len(piece)])
        position += len(piece)
    for index in range(max(0, len(fates) - kept), len(fates) + 1):
        found = history.before(index)
        assert found.next_index == index == found.unique + found.duplicated + found.lost
        assert found.unique == fates[:index].count(UNIQUE)
        assert found.lagged == fates[:index].count(LAGGED)
