"""The slate has the size that is asked for and shows a lock in its middle."""

from hypothesis import given
from hypothesis import strategies as st

from ionia.core.video.slate import slate


@given(width=st.integers(2, 400), height=st.integers(2, 400))
def test_any_size(width: int, height: int) -> None:
    picture = slate(width, height)
    assert picture.shape == (height, width, 4)
    assert (picture[:, :, 3] == 255).all()
    assert (picture == picture[:, ::-1]).all()


def test_a_lock_on_a_dark_ground() -> None:
    picture = slate(640, 360)
    assert picture[0, 0, :3].tolist() == [46, 34, 32]
    assert picture[180 + 45, 320 - 30, :3].tolist() == [150, 150, 150]  # the body
    assert picture[180 + 20, 320, :3].tolist() == [46, 34, 32]  # the keyhole
    assert 0.02 < (picture[:, :, 0] == 150).mean() < 0.2
