"""stream_attempts: one sender at a time, and goodbyes that nobody waits for."""

from ionia.core.live.rtmp_url import parse_rtmp_url
from ionia.core.timebase import NS_PER_S
from ionia.runtime.session.stream_attempts import StreamAttempts
from tests.fakes.backends import FakeSender, FakeSenders
from tests.fakes.media import HEADER

URL = parse_rtmp_url("rtmp://host/app/key")


class SlowToLeave(FakeSender):
    """One that says goodbye until it is killed."""

    def leave(self) -> None:
        self.closed = True

    def close(self, timeout: float) -> bool:
        self.waited = timeout
        self.kill()
        return False


def test_without_a_sender_nothing_happens() -> None:
    attempts = StreamAttempts(FakeSenders())
    attempts.send(())
    attempts.leave(0)
    attempts.settle(0)
    attempts.kill()
    assert attempts.deadline_ns is None


def test_a_goodbye_ends_when_its_time_is_over() -> None:
    sender = SlowToLeave()
    attempts = StreamAttempts(lambda: sender)
    attempts.start(URL, HEADER, lambda _: None)
    attempts.leave(5 * NS_PER_S)
    attempts.kill()  # of the attempt in progress, and there is none
    assert sender.closed
    due = attempts.deadline_ns
    assert due is not None
    attempts.tend(due - 1)
    assert not sender.killed.is_set()
    attempts.tend(due)
    assert sender.killed.is_set()
    assert attempts.deadline_ns is None


def test_the_same_server_hears_the_goodbye_before_it_is_asked_again() -> None:
    made = [SlowToLeave(), SlowToLeave()]
    senders = iter(made)
    attempts = StreamAttempts(lambda: next(senders))
    attempts.start(URL, HEADER, lambda _: None)
    attempts.leave(0)
    attempts.start(URL, HEADER, lambda _: None)
    assert made[0].killed.is_set()
    assert made[0].waited > 0
    attempts.kill()
    assert made[1].killed.is_set()
