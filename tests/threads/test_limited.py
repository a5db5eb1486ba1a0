"""What never answers is waited for only so long, and what comes late is handed to whoever frees it."""

import threading
from concurrent.futures import Future

import pytest

from ionia.threads.limited import NoAnswerError, within
from tests.fakes.backends import WAIT_SECONDS


def test_an_answer_in_time_is_given_and_an_error_raised() -> None:
    assert within(WAIT_SECONDS, "asked", lambda: 5) == 5

    def breaks() -> int:
        raise TimeoutError("of its own")

    with pytest.raises(TimeoutError, match="of its own"):
        within(WAIT_SECONDS, "asked", breaks)


def test_an_answer_at_the_very_end_of_a_wait_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    let, waits = threading.Event(), Future.result

    def result(future: Future[int], timeout: float | None = None) -> int:
        try:
            return waits(future, timeout)
        except TimeoutError:
            let.set()
            waits(future)  # it comes before anybody looks
            raise

    monkeypatch.setattr(Future, "result", result)
    assert within(0.01, "asked", lambda: 5 * let.wait(WAIT_SECONDS)) == 5


def test_what_comes_too_late_is_handed_over() -> None:
    let, late = threading.Event(), threading.Event()

    def ask() -> threading.Event:
        let.wait(WAIT_SECONDS)
        return late

    with pytest.raises(NoAnswerError):
        within(0.01, "asked", ask, too_late=threading.Event.set)
    let.set()
    assert late.wait(WAIT_SECONDS)
