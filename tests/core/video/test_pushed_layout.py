"""The memory that a caller writes pictures into."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionia.core.video.pushed_layout import (
    FIRST_SLOT_AT,
    SLOTS,
    is_pushed,
    is_whole,
    memory_bytes,
    newest,
    newest_bytes,
    picture_bytes,
    slot_at,
)


def test_ids() -> None:
    assert [is_pushed(screen) for screen in ("test", "x11:0", "push:1")] == [False, False, True]


def test_places() -> None:
    assert picture_bytes(1920, 1080) == 8_294_400
    assert memory_bytes(1920, 1080) == 4096 + 3 * 8_294_400
    assert [slot_at(number, 100) for number in (1, 2, 3, 4)] == [4196, 4296, 4096, 4196]
    assert slot_at(3, 100) == FIRST_SLOT_AT


@given(st.integers(1, 2**64 - 1))
def test_a_number_is_read_as_it_was_written(number: int) -> None:
    assert newest(newest_bytes(number) + b"more") == number


def test_before_the_first_picture_it_is_zero() -> None:
    assert newest(bytes(16)) == 0


@given(st.integers(1, 2**64 - 2), st.integers(1, 15))
def test_a_number_half_written_is_none(number: int, written: int) -> None:
    torn = newest_bytes(number + 1)[:written] + newest_bytes(number)[written:]
    assert newest(torn) in {None, number, number + 1}  # those two where the halves happen to be the same bytes
    assert newest(newest_bytes(number)[:8] + newest_bytes(number + 1)[8:]) is None


@pytest.mark.parametrize(("after", "whole"), [(7, True), (8, True), (9, False), (10, False), (None, False)])
def test_a_copy_is_whole_until_its_slot_may_be_written_again(after: int | None, whole: bool) -> None:
    assert is_whole(7, after) is whole


@given(st.integers(1, 1000), st.integers(0, 10))
def test_a_whole_copy_was_never_written_over(number: int, passed: int) -> None:
    """With `number + passed` whole, the writer may be at the one after it."""
    written_over = any(later % SLOTS == number % SLOTS for later in range(number + 1, number + passed + 2))
    assert is_whole(number, number + passed) is not written_over
