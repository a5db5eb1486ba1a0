"""When a lost source is opened again, in literal times."""

from ionia.core.recovery import ReopenPolicy

MS = 1_000_000


def test_doubling_to_a_second_and_anew_after_success() -> None:
    policy = ReopenPolicy()
    waits = [policy.lost(0) // MS for _ in range(7)]
    assert waits == [50, 100, 200, 400, 800, 1000, 1000]
    assert policy.attempts == 7
    policy.recovered()
    assert policy.attempts == 0
    assert policy.lost(5 * MS) == 55 * MS


def test_a_source_that_must_be_back_soon_is_tried_more_often() -> None:
    policy = ReopenPolicy(longest_ns=250 * MS)
    assert [policy.lost(0) // MS for _ in range(5)] == [50, 100, 200, 250, 250]


def test_at_once_only_the_first_time() -> None:
    policy = ReopenPolicy()
    assert policy.lost(7, retry_at_once=True) == 7
    assert policy.lost(7, retry_at_once=True) == 7 + 50 * MS
