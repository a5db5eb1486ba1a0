"""A name that another program holds: waited for, then told, once."""

from ionia.core.publication import Publication
from ionia.core.timebase import NS_PER_S


def test_the_user_hears_after_two_seconds_and_once() -> None:
    publication = Publication()
    begin = 77 * NS_PER_S
    told = [publication.refused(begin + half * NS_PER_S // 2) for half in range(10)]
    assert told == [False] * 4 + [True] + [False] * 5
