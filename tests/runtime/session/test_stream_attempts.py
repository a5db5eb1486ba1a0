"""stream_attempts: one sender at a time, and none that can't be had ends anything."""

import errno

from ionia.core.live.failure_code import FailureCode
from ionia.core.live.rtmp_url import parse_rtmp_url
from ionia.runtime.session.stream_attempts import StreamAttempts
from ionia.sinks.rtmp_sender import SenderEvent
from ionia.sinks.rtmp_wire import Ended
from tests.fakes.backends import FakeSpares
from tests.fakes.media import HEADER

URL = parse_rtmp_url("rtmp://host/app/key")


def test_without_a_sender_nothing_happens() -> None:
    attempts = StreamAttempts(FakeSpares())
    attempts.send(())
    attempts.say_goodbye(0)
    attempts.kill()


def test_an_attempt_has_the_next_spare_made() -> None:
    spares = FakeSpares()
    attempts = StreamAttempts(spares)
    attempts.start(URL, HEADER, lambda _: None)
    assert (spares.taken(1).url, spares.prepared) == (URL, 1)
    attempts.say_goodbye(0)
    assert spares.taken(1).closed


def test_what_cannot_be_started_has_ended() -> None:
    spares, heard = FakeSpares(), list[SenderEvent]()
    attempts = StreamAttempts(spares)
    attempts.start(URL, HEADER, heard.append)
    first = spares.taken(1)
    spares.no_room = 1
    attempts.start(URL, HEADER, heard.append)
    assert heard == [Ended(code=FailureCode.NO_ROOM, detail=f"BlockingIOError {errno.EAGAIN}")]
    attempts.kill()
    assert not first.killed.is_set()


def test_a_spare_that_cannot_be_made_is_no_failure() -> None:
    class Full(FakeSpares):
        def prepare(self) -> None:
            raise OSError(errno.EMFILE, "too many files")

    spares, heard = Full(), list[SenderEvent]()
    attempts = StreamAttempts(spares)
    attempts.prepare()
    attempts.start(URL, HEADER, heard.append)
    assert spares.taken(1).url == URL
    attempts.close()
    assert spares.closed
    assert spares.taken(1).killed.is_set()
    assert heard == []
