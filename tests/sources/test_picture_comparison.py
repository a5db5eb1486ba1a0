"""Whether nothing changed on a screen."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionia.sources import picture_comparison
from ionia.sources.picture_comparison import PIECE_BYTES, PictureComparison
from tests.fakes.examples import examples


def _picture(width: int, height: int, padding: int) -> np.ndarray:
    return np.full((height, width + padding, 4), 7, np.uint8)[:, :width]


@examples(80)
@given(data=st.data(), width=st.integers(1, 900), height=st.integers(1, 700), pads=st.tuples(*[st.integers(0, 5)] * 2))
def test_one_byte_anywhere_is_a_change_wherever_the_last_one_was(
    data: st.DataObject, width: int, height: int, pads: tuple[int, int]
) -> None:
    comparison = PictureComparison()
    old, new = _picture(width, height, pads[0]), _picture(width, height, pads[1])
    for _ in range(2):
        assert comparison.same(new, old)
        y, x, channel = (data.draw(st.integers(0, limit - 1)) for limit in (height, width, 4))
        new[y, x, channel] = 8
        assert not comparison.same(new, old)
        new[y, x, channel] = 7


def test_another_size_is_a_change_and_the_place_of_a_change_may_be_beyond_a_smaller_picture() -> None:
    comparison = PictureComparison()
    assert not comparison.same(_picture(64, 32, 0), _picture(32, 64, 0))
    large, small = _picture(1024, 600, 0), _picture(16, 16, 0)
    changed = large.copy()
    changed[-1, -1] = 8
    assert not comparison.same(changed, large)
    assert comparison.same(small, small.copy())


def test_what_changes_at_one_place_is_looked_at_there_first(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    equal = np.array_equal

    def counted(new: np.ndarray, old: np.ndarray) -> bool:
        read.append(new.nbytes)
        return bool(equal(new, old))

    monkeypatch.setattr(picture_comparison.np, "array_equal", counted)
    comparison, old = PictureComparison(), _picture(1920, 1080, 0)
    new = old.copy()
    new[-1, -1] = 8
    assert not comparison.same(new, old)
    assert sum(read) == old.nbytes
    read.clear()
    assert not comparison.same(new, old)
    assert sum(read) <= PIECE_BYTES
    read.clear()
    assert comparison.same(old.copy(), old)
    assert sum(read) == old.nbytes
