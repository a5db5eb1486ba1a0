"""When a lost source is opened again, in literal times."""

from ionia.core.recovery import ReopenPolicy

MS = 1_000_000


def test_doubling_to_a_second_and_anew_after_a_second_of_success() -> None:
    policy = ReopenPolicy()
    waits = [policy.lost(0) // MS for _ in range(7)]
    assert waits == [50, 100, 200, 400, 800, 1000, 1000]
    assert policy.attempts == 7
    for at in (0, 500, 999):
        policy.gives(at * MS)
    assert policy.attempts == 7
    policy.gives(1000 * MS)
    assert policy.attempts == 0
    assert policy.lost(5 * MS) == 55 * MS


def test_one_that_gives_a_little_and_fails_again_is_tried_less_and_less_often() -> None:
    policy, now, waits = ReopenPolicy(), 0, []
    for _ in range(7):
        policy.gives(now)
        policy.gives(now + 400 * MS)
        due = policy.lost(now + 400 * MS)
        waits.append((due - now) // MS - 400)
        now = due
    assert waits == [50, 100, 200, 400, 800, 1000, 1000]


def test_a_source_that_must_be_back_soon_is_tried_more_often() -> None:
    policy = ReopenPolicy(longest_ns=250 * MS)
    assert [policy.lost(0) // MS for _ in range(5)] == [50, 100, 200, 250, 250]


def test_at_once_only_the_first_time() -> None:
    policy = ReopenPolicy()
    assert policy.lost(7, retry_at_once=True) == 7
    assert policy.lost(7, retry_at_once=True) == 7 + 50 * MS
