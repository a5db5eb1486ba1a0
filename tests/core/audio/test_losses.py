"""Lost sound is told at once, then at most every ten seconds, and all of it."""

from ionia.core.audio.losses import INTERVAL_SAMPLES, LossTeller


def test_a_loss_is_told_at_once_and_then_in_sums() -> None:
    teller = LossTeller()
    assert teller.update(0, 0) == 0
    assert teller.update(480, 1024) == 480
    assert teller.update(480, 2048) == 0
    assert teller.update(960, 3072) == 0
    assert teller.update(1440, 1024 + INTERVAL_SAMPLES - 1) == 0
    assert teller.update(1440, 1024 + INTERVAL_SAMPLES) == 960
    assert teller.update(1440, 10 * INTERVAL_SAMPLES) == 0
    assert teller.update(1500, 10 * INTERVAL_SAMPLES + 1) == 60
