"""Spare memory for pictures, with literal times."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionia.core.media import Picture
from ionia.core.timebase import NS_PER_S
from ionia.sources.spare_pictures import KEEP_NS, OwnPages, SparePictures


def _picture(value: int, *, padding: int = 0) -> Picture:
    return np.full((20, 30 + padding, 4), value, np.uint8)[:, :30]


@pytest.mark.parametrize("padding", [0, 5])
def test_a_copy_has_the_pixels_and_is_independent(padding: int) -> None:
    spares = SparePictures(OwnPages)
    picture = _picture(7, padding=padding)
    copy = spares.copy(picture, 0)
    picture[:] = 1
    assert copy.shape == (20, 30, 4)
    assert copy.strides[1:] == (4, 1)
    assert (copy == 7).all()


def test_memory_is_used_again_only_when_nobody_holds_it_or_a_view_of_it() -> None:
    spares = SparePictures(OwnPages)
    first = spares.copy(_picture(1), 0)
    view = first[3:, :2]
    del first
    second = spares.copy(_picture(2), 1)
    assert len(spares) == 2
    assert (view == 1).all()
    del view
    third = spares.copy(_picture(3), 2)
    assert len(spares) == 2
    assert (second == 2).all()
    assert (third == 3).all()


def test_another_size_needs_other_memory() -> None:
    spares = SparePictures(OwnPages)
    spares.copy(_picture(1), 0)
    assert spares.copy(np.zeros((5, 5, 4), np.uint8), 1).shape == (5, 5, 4)
    assert len(spares) == 2


def test_what_rested_is_given_back_and_what_is_held_is_not() -> None:
    spares = SparePictures(OwnPages)
    held = [spares.copy(_picture(value), 0) for value in range(8)]
    del held[1:]
    spares.trim(KEEP_NS - 1)
    assert len(spares) == 8
    spares.trim(KEEP_NS)
    assert len(spares) == 1
    held.clear()
    spares.trim(2 * KEEP_NS - 1)  # it was held when it was last looked at
    assert len(spares) == 1
    spares.trim(2 * KEEP_NS)
    assert len(spares) == 0


def test_those_beyond_a_lasting_need_go_although_some_are_used_all_the_time() -> None:
    spares = SparePictures(OwnPages)
    hiccup = [spares.copy(_picture(value), 0) for value in range(8)]
    hiccup.clear()
    sizes = []
    for second in range(1, 8):
        kept = [spares.copy(_picture(value), second * NS_PER_S) for value in range(2)]
        spares.trim(second * NS_PER_S)
        sizes.append(len(spares))
        del kept
    assert sizes == [8, 8, 8, 8, 2, 2, 2]


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 2 * KEEP_NS)), max_size=40))
def test_whatever_is_held_keeps_its_pixels(steps: list[tuple[bool, int]]) -> None:
    spares, held, now_ns = SparePictures(OwnPages), dict[int, Picture](), 0
    for index, (drop, pause_ns) in enumerate(steps):
        now_ns += pause_ns
        spares.trim(now_ns)
        if drop and held:
            del held[min(held)]
        held[index] = spares.copy(_picture(index), now_ns)
        assert all((copy == value).all() for value, copy in held.items())
        assert len(spares) >= len(held)
