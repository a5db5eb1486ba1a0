"""loss_control: less for much, nothing for some, slowly back for little, and always within bounds."""

from hypothesis import given
from hypothesis import strategies as st

from ionia.core.live.loss_control import LossControl


def test_down_by_half_of_what_is_lost_and_back_by_a_twentieth() -> None:
    control = LossControl(target=4_000_000)
    assert control.observe(0.0) is None
    assert control.observe(0.2) == 3_600_000
    assert control.observe(0.05) is None
    assert control.observe(0.5) == 2_700_000
    assert control.observe(0.01) == 2_835_000
    back = [control.observe(0.0) for _ in range(9)]
    assert back[-1] is None
    assert control.bitrate == 4_000_000


def test_never_below_what_a_link_that_is_too_slow_gets() -> None:
    control = LossControl(target=1_000_000)
    for _ in range(20):
        control.observe(1.0)
    assert control.bitrate == 300_000


@given(st.lists(st.floats(0, 1), max_size=30))
def test_it_says_what_it_wants_and_only_changes(losses: list[float]) -> None:
    control, last = LossControl(target=1_000_000), 1_000_000
    for lost in losses:
        said = control.observe(lost)
        assert said != last
        last = said or last
        assert last == control.bitrate
        assert 300_000 <= last <= 1_000_000
