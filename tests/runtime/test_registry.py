"""Things shared by identity: made once, waited for, closed by the last, and never handed out broken."""

import threading

import pytest

from ionia.core.errors import ErrorKind, IoniaError
from ionia.runtime.registry import Registry
from tests.fakes.backends import WAIT_SECONDS


class Thing:
    def __init__(self) -> None:
        self.failed = False
        self.closed = 0

    def close(self) -> None:
        self.closed += 1


def test_equal_identities_share_and_the_last_user_closes() -> None:
    registry: Registry[str, Thing] = Registry()
    one, two, other = (registry.acquire(key, Thing) for key in ("a", "a", "b"))
    assert one.value is two.value is not other.value
    assert len(registry) == 2
    one.release()
    one.release()
    assert one.value.closed == 0
    two.release()
    assert (two.value.closed, other.value.closed) == (1, 0)
    assert registry.acquire("a", Thing).value is not one.value


def test_a_second_user_waits_for_the_first_and_gets_its_error() -> None:
    registry: Registry[str, Thing] = Registry()
    making, go, errors = threading.Event(), threading.Event(), []

    def fail() -> Thing:
        making.set()
        assert go.wait(WAIT_SECONDS)
        raise IoniaError(ErrorKind.CAPTURE_UNAVAILABLE, "There is no screen.")

    def ask() -> None:
        try:
            registry.acquire("a", fail)
        except IoniaError as error:
            errors.append(error.message)

    threads = [threading.Thread(target=ask) for _ in range(2)]
    threads[0].start()
    assert making.wait(WAIT_SECONDS)
    threads[1].start()
    go.set()
    for thread in threads:
        thread.join(WAIT_SECONDS)
    assert errors == ["There is no screen."] * 2
    assert len(registry) == 0
    assert registry.acquire("a", Thing).value.closed == 0


def test_a_failed_thing_is_handed_to_nobody_any_more_and_still_closed_once() -> None:
    registry: Registry[str, Thing] = Registry()
    broken = registry.acquire("a", Thing)
    broken.value.failed = True
    fresh = registry.acquire("a", Thing)
    assert fresh.value is not broken.value
    broken.release()
    assert (broken.value.closed, fresh.value.closed) == (1, 0)


def test_only_a_lone_user_may_change_the_identity() -> None:
    registry: Registry[str, Thing] = Registry()
    one = registry.acquire("a", Thing)
    two = registry.acquire("a", Thing)
    assert not one.rekey_if_alone("b")
    two.release()
    assert one.rekey_if_alone("b")
    assert one.key == "b"
    assert registry.acquire("b", Thing).value is one.value
    assert registry.acquire("a", Thing).value is not one.value


def test_alone_is_made_anew_whoever_has_one() -> None:
    registry: Registry[str, Thing] = Registry()
    assert registry.acquire("a", Thing).value is not registry.acquire("a", Thing, alone=True).value


def test_an_error_that_is_none_of_ours_leaves_nothing_behind() -> None:
    registry: Registry[str, Thing] = Registry()

    def wrong() -> Thing:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        registry.acquire("a", wrong)
    assert len(registry) == 0
