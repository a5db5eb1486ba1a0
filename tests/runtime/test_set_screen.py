"""Another screen for a session that runs, which is lost before it has given a picture."""

from dataclasses import replace

import pytest

from ionia.core.errors import ErrorKind, IoniaError, SourceLost
from ionia.core.warning import WarningCode
from tests.fakes.backends import FakeMachine
from tests.fakes.media import FakeScreen
from tests.runtime.test_engine import MUTE, RECORDER, assert_set, engine_on, initialize, states, warned, written


def lost(code: WarningCode, words: str) -> FakeMachine:
    """A machine all of whose screens but the first are lost at the first look at them, and back at once."""
    machine = FakeMachine()

    def prepare(screen: FakeScreen) -> None:
        screen.lose = SourceLost(code, words) if machine.screens else None

    machine.prepare_screen = prepare
    return machine


def test_what_is_told_of_a_screen_before_its_first_picture_reaches_the_session() -> None:
    machine = lost(WarningCode.SECURE_DESKTOP, "The screen is locked.")
    with engine_on(machine) as (engine, events):
        initialize(engine, "a", MUTE)
        engine.start(RECORDER, "a")
        engine.set_screen(RECORDER, "a", "other")
        events.wait_for(warned("secure_desktop"))
        assert_set(written(machine, 20))
        assert engine.stop(RECORDER, "a")
    assert len([event for event in events.all if warned("secure_desktop")(event)]) == 1  # type: ignore[operator]


@pytest.mark.parametrize("then", ["hold", "stop"])
def test_a_window_that_closes_meanwhile_is_refused_and_the_take_goes_on(then: str) -> None:
    machine = lost(WarningCode.WINDOW_CLOSED, "The window was closed.")
    with engine_on(machine) as (engine, events):
        initialize(engine, "a", replace(MUTE, on_window_closed=then))
        engine.start(RECORDER, "a")
        with pytest.raises(IoniaError, match="The window was closed") as refused:
            engine.set_screen(RECORDER, "a", "window")
        assert refused.value.kind is ErrorKind.CAPTURE_UNAVAILABLE
        assert machine.screens[1].closed
        assert_set(written(machine, 20))
        assert engine.is_running(RECORDER, "a")
        assert engine.stop(RECORDER, "a")
        assert states(events)[-1] == "stopped"
