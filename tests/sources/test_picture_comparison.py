"""Whether nothing changed on a screen."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ionia.sources.grabber import same_picture
from tests.fakes.examples import examples


def _picture(width: int, height: int, padding: int) -> np.ndarray:
    return np.full((height, width + padding, 4), 7, np.uint8)[:, :width]


@examples(80)
@given(data=st.data(), width=st.integers(1, 900), height=st.integers(1, 700), pads=st.tuples(*[st.integers(0, 5)] * 2))
def test_one_byte_anywhere_is_a_change(data: st.DataObject, width: int, height: int, pads: tuple[int, int]) -> None:
    old, new = _picture(width, height, pads[0]), _picture(width, height, pads[1])
    assert same_picture(new, old)
    y, x, channel = (data.draw(st.integers(0, limit - 1)) for limit in (height, width, 4))
    new[y, x, channel] = 8
    assert not same_picture(new, old)


def test_another_size_is_a_change() -> None:
    assert not same_picture(_picture(64, 32, 0), _picture(32, 64, 0))
