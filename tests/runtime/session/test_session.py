"""A session's lives: what an earlier one says late ends nothing that came after it."""

from collections.abc import Callable, Sequence

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.events import ConnectionChanged, ConnectionState, Event, SessionFailed, SessionWarned
from ionia.core.media import EncodedPacket, MediaHeader
from ionia.core.settings import AudioMode, MediaSettings, SessionKind
from ionia.core.stats import SessionStats, Stats
from ionia.core.warning import WarningCode
from ionia.runtime.encode.session_feeds import SessionFeeds
from ionia.runtime.encode.studio import Studio
from ionia.runtime.session.life import Life
from ionia.runtime.session.session import Session
from ionia.runtime.session.stats import ProcessUsage
from tests.fakes.backends import Events, FakeMachine

SETTINGS = MediaSettings(fps=100, audio_mode=AudioMode.NONE)
BROKEN = IoniaError(ErrorKind.OUTPUT_FAILED, "The disk is full.")


class NoOutput:
    """Takes everything and keeps nothing."""

    drains = False

    def open(self, header: MediaHeader, feeds: SessionFeeds) -> None: ...

    def deliver(self, packets: Sequence[EncodedPacket]) -> None: ...

    def complete(self) -> None: ...

    def interrupt(self) -> None: ...

    def wait_completed(self, timeout: float) -> bool:
        return True

    def finish(self) -> None: ...

    def abandon(self) -> None: ...

    def stats(self, session: SessionStats) -> Stats:
        return session

    def housekeep(self) -> None: ...


class Lives:
    """A session whose supervisor works only when it is told to."""

    def __init__(self) -> None:
        machine = FakeMachine()
        self.events = Events()
        self.tasks: list[Callable[[], None]] = []
        self.session = Session(
            "a",
            SessionKind.RECORDER,
            studio=Studio(machine.backends(), machine.clock),
            usage=ProcessUsage(machine.clock),
            emit=self.events,
            supervise=self.tasks.append,
        )

    def initialize(self) -> Life:
        life = Life(self.session)
        self.session.initialize(SETTINGS, NoOutput(), life, live=False)
        return life

    def supervise(self) -> None:
        while self.tasks:
            self.tasks.pop(0)()

    def told(self, kind: type[Event]) -> int:
        return sum(isinstance(event, kind) for event in self.events.all)


def test_an_error_ends_the_life_that_it_belongs_to_and_no_other() -> None:
    lives = Lives()
    first = lives.initialize()
    lives.session.start()
    first.fail(BROKEN)  # and before the supervisor comes to it:
    lives.session.stop()
    second = lives.initialize()
    lives.session.start()
    lives.supervise()
    assert lives.session.is_running
    first.fail(BROKEN)
    lives.supervise()
    assert lives.session.is_running
    assert lives.told(SessionFailed) == 0
    second.fail(BROKEN)
    lives.supervise()
    assert not lives.session.is_running
    assert lives.told(SessionFailed) == 1
    lives.session.dispose()


def test_a_shared_thing_that_fails_while_it_is_left_ends_nothing_later() -> None:
    """It had its listeners in hand when the session left."""
    lives = Lives()
    lives.initialize()
    feeds = lives.session.feeds
    assert feeds is not None
    (listener,) = feeds.video.notices._listeners
    lives.session.stop()
    lives.initialize()
    listener.fail(BROKEN)
    listener.warn(WarningCode.ENCODER_LOST, "late")
    lives.supervise()
    assert lives.session.start() is True
    assert (lives.told(SessionFailed), lives.told(SessionWarned)) == (0, 0)
    lives.session.dispose()


def test_an_output_that_is_over_tells_its_losses_and_nothing_that_holds_no_more() -> None:
    lives = Lives()
    first = lives.initialize()
    closed = ConnectionChanged(session_id="a", state=ConnectionState.CLOSED)
    first.emit(closed)
    assert lives.told(ConnectionChanged) == 1
    lives.session.stop()
    lives.initialize()
    first.emit(closed)
    first.warn(WarningCode.FILE_HELD, "the recording goes on as x")
    assert (lives.told(ConnectionChanged), lives.told(SessionWarned)) == (1, 1)
    lives.session.dispose()
