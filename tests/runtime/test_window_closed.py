"""What becomes of a session whose window is closed."""

from dataclasses import replace

from ionia.core.errors import SourceLost
from ionia.core.events import Event, SessionFailed, SessionStateChanged, SessionWarned
from ionia.core.warning import WarningCode
from tests.fakes.backends import Events, FakeMachine
from tests.runtime.test_engine import MUTE, RECORDER, assert_set, engine_on, initialize, states, warned, written

STOP = replace(MUTE, on_window_closed="stop")
CLOSED = SourceLost(WarningCode.WINDOW_CLOSED, "The window was closed.")


def stopped(events: Events, session: str) -> SessionStateChanged:
    def ended(event: Event) -> bool:
        return isinstance(event, SessionStateChanged) and (event.session_id, event.state) == (session, "stopped")

    event = events.wait_for(ended)
    assert isinstance(event, SessionStateChanged)
    return event


def test_one_that_is_to_stop_ends_with_its_file_and_says_why_and_the_other_goes_on() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, events):
        initialize(engine, "holds", MUTE)
        initialize(engine, "stops", STOP)
        assert len(machine.screens) == 1  # how a session ends is no part of what it shares
        for session in ("holds", "stops"):
            engine.start(RECORDER, session)
        assert_set(written(machine, 20))
        machine.screens[0].lose = CLOSED
        assert stopped(events, "stops").reason == "The window that was recorded was closed."
        assert states(events, "stops") == ["initialized", "starting", "running", "stopping", "stopped"]
        assert machine.files[1].closed.is_set()
        assert not engine.is_running(RECORDER, "stops")
        assert engine.is_running(RECORDER, "holds")
        told = events.wait_for(warned("window_closed"))
        assert isinstance(told, SessionWarned)
        assert told.session_id == "holds"
        assert told.message == "The window was closed. The last picture is held until it returns."
        assert engine.stop(RECORDER, "stops") is True
        assert engine.stop(RECORDER, "holds") is True
    assert not [event for event in events.all if isinstance(event, SessionFailed)]
    assert not [event for event in events.all if warned("window_closed")(event) and event.session_id == "stops"]  # type: ignore[operator, union-attr]


def test_one_that_is_to_stop_doesnt_for_a_window_that_is_only_hidden() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, events):
        initialize(engine, "a", STOP)
        engine.start(RECORDER, "a")
        machine.screens[0].lose = SourceLost(WarningCode.WINDOW_HIDDEN, "The window is hidden.")
        events.wait_for(warned("window_hidden"))
        events.wait_for(warned("capture_recovered"))
        assert engine.is_running(RECORDER, "a")


def test_one_that_was_only_initialized_is_given_up_too() -> None:
    """Another session looks at the window already."""
    machine = FakeMachine()
    with engine_on(machine) as (engine, events):
        initialize(engine, "holds", MUTE)
        engine.start(RECORDER, "holds")
        initialize(engine, "stops", STOP)
        machine.screens[0].lose = CLOSED
        assert stopped(events, "stops").reason == "The window that was recorded was closed."
        assert states(events, "stops") == ["initialized", "stopped"]
