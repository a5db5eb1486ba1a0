"""stream_attempts: one sender at a time."""

from ionia.core.live.rtmp_url import parse_rtmp_url
from ionia.runtime.session.stream_attempts import StreamAttempts
from tests.fakes.backends import FakeSenders
from tests.fakes.media import HEADER

URL = parse_rtmp_url("rtmp://host/app/key")


def test_without_a_sender_nothing_happens() -> None:
    attempts = StreamAttempts(FakeSenders())
    attempts.send(())
    attempts.say_goodbye(0)
    attempts.kill()


def test_the_newest_attempt_is_the_one_that_is_meant() -> None:
    senders = FakeSenders()
    attempts = StreamAttempts(senders)
    attempts.start(URL, HEADER, lambda _: None)
    attempts.start(URL, HEADER, lambda _: None)
    assert senders.made(2).url == URL
    attempts.say_goodbye(0)
    assert senders.made(2).closed
    assert not senders.made(1).closed
    attempts.kill()
    assert not senders.made(1).killed.is_set()
