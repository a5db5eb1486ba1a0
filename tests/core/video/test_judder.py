"""When looks lie on the edge of a screen's beat, in the looks that saw each picture."""

import pytest

from ionia.core.video.judder import Judder


def shares(runs: list[int]) -> list[float]:
    """What is said of pictures that were seen so often each, where anything is."""
    judder = Judder()
    looks = [look == 0 for run in [*runs, 1] for look in range(run)]
    return [share for changed in looks if (share := judder.looked(changed=changed))]


def test_pictures_that_are_seen_twice_among_others_are_on_the_edge() -> None:
    assert shares([1, 1, 2, 1, 1, 1, 2, 1, 1]) == []
    assert shares([1, 1, 2, 1, 1, 1, 2, 1, 1, 2]) == [3 / 32]
    assert shares([1] * 50 + [1, 2] * 3) == [3 / 56]


def test_so_are_those_that_are_seen_more_and_then_less_often() -> None:
    assert shares([2, 2, 3, 2, 1, 2, 3, 1, 2, 2, 3]) == [3 / 32]


@pytest.mark.parametrize(
    "runs",
    [[1] * 200, [2] * 100, [2, 3] * 40, [2, 3, 2, 2, 3] * 20, [40, 1, 7, 2, 2, 31, 5, 1, 1, 90, 3] * 9, [90, 91] * 30],
    ids=["each", "every other", "24 by 60", "25 by 60", "somebody types", "a clock"],
)
def test_a_screen_of_another_rate_or_of_none_is_not(runs: list[int]) -> None:
    assert shares(runs) == []


def test_what_was_before_a_hiccup_is_not_judged() -> None:
    assert shares([1, 1, 2, 1, 2, 1, 1, 9, 1, 1, 2, 1, 1]) == []


def test_what_is_long_past_is_not_judged() -> None:
    assert shares([1, 2, 1, 2, *[1] * 100, 2]) == []


def test_nor_is_anything_from_before_it_forgot() -> None:
    judder = Judder()
    for changed in (True, True, False, True, True, False, True, True):
        judder.looked(changed=changed)
    judder.forget()
    assert [judder.looked(changed=changed) for changed in (False, True, False, True)] == [0.0] * 4
