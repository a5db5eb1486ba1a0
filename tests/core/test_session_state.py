"""The only ways between states; an illegal one raises and changes nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionia.core.session_state import TRANSITIONS, IllegalTransition, SessionState, SessionStateMachine

S = SessionState


def test_a_whole_life() -> None:
    machine = SessionStateMachine()
    assert not machine.is_running
    for state, running in (
        (S.INITIALIZED, False),
        (S.STARTING, True),
        (S.RUNNING, True),
        (S.PAUSED, True),
        (S.RUNNING, True),
        (S.STOPPING, True),
        (S.STOPPED, False),
        (S.INITIALIZED, False),
        (S.DISPOSED, False),
    ):
        assert machine.move(state) is state
        assert machine.is_running is running


def test_running_ends_only_through_stopping() -> None:
    machine = SessionStateMachine()
    for state in (S.INITIALIZED, S.STARTING, S.RUNNING):
        machine.move(state)
    with pytest.raises(IllegalTransition, match="running -> failed"):
        machine.move(S.FAILED)
    assert machine.state is S.RUNNING


@given(st.lists(st.sampled_from(S)))
def test_every_move_is_in_the_table_or_refused(moves: list[SessionState]) -> None:
    machine = SessionStateMachine()
    for to in moves:
        before = machine.state
        if to in TRANSITIONS[before]:
            assert machine.move(to) is to
        else:
            with pytest.raises(IllegalTransition):
                machine.move(to)
            assert machine.state is before


def test_every_state_has_a_row_and_disposed_is_the_end() -> None:
    assert set(TRANSITIONS) == set(S)
    assert TRANSITIONS[S.DISPOSED] == frozenset()
