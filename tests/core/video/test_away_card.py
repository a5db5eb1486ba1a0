"""The card has the size that is asked for and shows a lock in its middle."""

from hypothesis import given
from hypothesis import strategies as st

from ionia.core.video.away_card import away_card


@given(width=st.integers(2, 400), height=st.integers(2, 400))
def test_any_size(width: int, height: int) -> None:
    card = away_card(width, height)
    assert card.shape == (height, width, 4)
    assert (card[:, :, 3] == 255).all()
    assert (card == card[:, ::-1]).all()


def test_a_lock_on_a_dark_ground() -> None:
    card = away_card(640, 360)
    assert card[0, 0, :3].tolist() == [46, 34, 32]
    assert card[180 + 45, 320 - 30, :3].tolist() == [150, 150, 150]  # the body
    assert card[180 + 20, 320, :3].tolist() == [46, 34, 32]  # the keyhole
    assert 0.02 < (card[:, :, 0] == 150).mean() < 0.2
