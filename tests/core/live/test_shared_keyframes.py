"""A slow link's keyframes are everybody's."""

from dataclasses import replace

from ionia.core.live.shared_keyframes import APART_NS, SharedKeyframes
from tests.core.live.test_joined_figures import ONE, SLOW

GOOD = [SLOW, ONE]
BEHIND = [replace(ONE, backpressure=True), replace(ONE, connected=False)]
S = 1_000_000_000


def test_alone_a_slow_link_has_all_that_it_asks_for() -> None:
    keyframes = SharedKeyframes()
    assert all(keyframes.allows(tick * S // 5, BEHIND) for tick in range(20))


def test_beside_a_good_one_it_has_one_every_two_seconds() -> None:
    keyframes = SharedKeyframes()
    given = [tick for tick in range(50) if keyframes.allows(tick * S // 5, GOOD)]
    assert given == [0, 10, 20, 30, 40]
    assert APART_NS == 2 * S


def test_one_from_when_it_was_alone_counts() -> None:
    keyframes = SharedKeyframes()
    assert keyframes.allows(5 * S, BEHIND)
    assert not keyframes.allows(6 * S, GOOD)
    assert keyframes.allows(6 * S, BEHIND)
    assert not keyframes.allows(8 * S - 1, GOOD)
    assert keyframes.allows(8 * S, GOOD)
