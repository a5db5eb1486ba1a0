"""Which self-tests may run, and what ends them. What one finds is in tests/selftest."""

import threading
from collections.abc import Set as AbstractSet
from typing import cast

import pytest

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.selftest_report import SelftestReport
from ionia.core.settings import SessionKind
from ionia.runtime.selftests import Selftests

REPORT = cast("SelftestReport", object())
NOTHING: AbstractSet[SessionKind] = frozenset()


class Test:
    """Runs until it is cancelled."""

    __test__ = False

    def __init__(self) -> None:
        self.begun, self.cancelled = threading.Event(), threading.Event()

    def run(self) -> SelftestReport:
        self.begun.set()
        assert self.cancelled.wait(30)
        return REPORT

    def cancel(self) -> None:
        self.cancelled.set()


def done() -> Test:
    test = Test()
    test.cancel()
    return test


@pytest.mark.parametrize(
    ("kinds", "words"),
    [
        ({SessionKind.RECORDER}, "A recording is running."),
        ({SessionKind.STREAMER, SessionKind.REPLAY}, "A stream and a replay are running."),
    ],
)
def test_none_runs_beside_what_it_would_disturb(kinds: set[SessionKind], words: str) -> None:
    with pytest.raises(IoniaError) as caught:
        Selftests().run(done(), kinds)
    assert (caught.value.kind, caught.value.message) == (ErrorKind.ALREADY_RUNNING, words)


def test_one_at_a_time_and_it_can_be_cancelled() -> None:
    tests, test, reports = Selftests(), Test(), []
    assert tests.cancel() is False
    running = threading.Thread(target=lambda: reports.append(tests.run(test, NOTHING)))
    running.start()
    assert test.begun.wait(30)
    with pytest.raises(IoniaError, match="Another self-test is running"):
        tests.run(done(), NOTHING)
    assert tests.cancel() is True
    running.join(30)
    assert reports == [REPORT]
    assert tests.run(done(), NOTHING) is REPORT


def test_the_end_of_the_engine_ends_it_and_begins_no_other() -> None:
    tests = Selftests()
    tests.close()
    with pytest.raises(IoniaError, match="shutting down"):
        tests.run(done(), NOTHING)
