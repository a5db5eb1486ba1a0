"""What a server says is read at a bounded rate."""

from ionia.core.rtmp.talk_limit import MOST_BYTES, TalkLimit

MS = 1_000_000


def test_a_server_that_says_little_is_always_heard() -> None:
    limit = TalkLimit()
    assert limit.deaf_ns(5) == 0
    for second in range(10):
        limit.note(MOST_BYTES - 1, second * 1000 * MS)
        assert limit.deaf_ns(second * 1000 * MS) == 0


def test_one_that_says_too_much_is_heard_again_a_second_after_it_began() -> None:
    limit = TalkLimit()
    limit.note(1, 100 * MS)
    limit.note(MOST_BYTES, 400 * MS)
    assert limit.deaf_ns(400 * MS) == 700 * MS
    assert limit.deaf_ns(1099 * MS) == 1 * MS
    assert limit.deaf_ns(1100 * MS) == 0
    limit.note(10, 1100 * MS)
    assert limit.deaf_ns(1100 * MS) == 0
