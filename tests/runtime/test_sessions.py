"""Which sessions an engine knows."""

import pytest

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.settings import SessionKind
from ionia.runtime.session.session import Session
from ionia.runtime.sessions import Sessions

RECORDER = SessionKind.RECORDER


def made(session_id: str, kind: SessionKind = RECORDER) -> Session:
    session = object.__new__(Session)  # nothing of it is asked but what it is called
    session.kind, session.session_id = kind, session_id
    return session


def refused(kind: ErrorKind) -> "pytest.RaisesExc[IoniaError]":
    return pytest.RaisesExc(IoniaError, check=lambda error: error.kind is kind)


def test_one_of_each_kind_may_have_an_id() -> None:
    sessions, recorder, streamer = Sessions(), made("a"), made("a", SessionKind.STREAMER)
    assert sessions.keep(recorder)
    assert sessions.keep(streamer)

    assert sessions.require(RECORDER, "a") is recorder
    assert sessions.require(SessionKind.STREAMER, "a") is streamer
    assert sessions.find(RECORDER, "b") is None
    with refused(ErrorKind.NO_SUCH_SESSION):
        sessions.require(RECORDER, "b")


def test_one_that_leaves_can_still_be_asked_for_its_figures() -> None:
    sessions, session = Sessions(), made("a")
    sessions.keep(session)
    sessions.leave(session)

    assert sessions.find(RECORDER, "a") is None
    assert sessions.require_even_leaving(RECORDER, "a") is session
    sessions.gone(session)
    with refused(ErrorKind.NO_SUCH_SESSION):
        sessions.require_even_leaving(RECORDER, "a")


def test_the_next_of_an_id_is_asked_while_the_one_before_leaves() -> None:
    sessions, before, after = Sessions(), made("a"), made("a")
    sessions.keep(before)
    sessions.leave(before)
    sessions.keep(after)

    assert sessions.require_even_leaving(RECORDER, "a") is after
    assert sessions.all() == [after]


def test_a_second_that_leaves_is_not_forgotten_with_the_first() -> None:
    sessions, before, after = Sessions(), made("a"), made("a")
    for session in (before, after):
        sessions.keep(session)
        sessions.leave(session)
    sessions.gone(before)

    assert sessions.require_even_leaving(RECORDER, "a") is after


def test_a_closed_table_lets_nobody_in() -> None:
    sessions, known, leaving, late = Sessions(), made("a"), made("b"), made("c")
    sessions.keep(known)
    sessions.keep(leaving)
    sessions.leave(leaving)

    assert sessions.close() == ([known], [leaving])
    assert sessions.close() is None
    with refused(ErrorKind.INTERNAL):
        sessions.find_or_closed(RECORDER, "c")
    assert not sessions.keep(late)
