"""Things shared by identity: made once, waited for, closed by the last, and never handed out broken."""

import threading

import pytest

from ionia.core.errors import ErrorKind, IoniaError
from ionia.runtime import registry as registry_module
from ionia.runtime.registry import Registry
from tests.fakes.backends import WAIT_SECONDS


class Thing:
    def __init__(self) -> None:
        self.failed = False
        self.closed = 0

    def close(self) -> None:
        self.closed += 1


class SlowThing(Thing):
    """Takes until it is let go to close."""

    def __init__(self) -> None:
        super().__init__()
        self.closing, self.go = threading.Event(), threading.Event()

    def close(self) -> None:
        self.closing.set()
        assert self.go.wait(WAIT_SECONDS)
        super().close()


def test_one_that_is_still_being_closed_is_waited_for_by_who_wants_it_and_by_nobody_else() -> None:
    registry: Registry[str, Thing] = Registry()
    slow = SlowThing()
    lease = registry.acquire("a", lambda: slow)
    leaving = threading.Thread(target=lease.release)
    leaving.start()
    assert slow.closing.wait(WAIT_SECONDS)
    assert len(registry) == 0
    made: list[int] = []  # how often the first was closed by then

    def make() -> Thing:
        made.append(slow.closed)
        return Thing()

    coming = [threading.Thread(target=registry.acquire, args=("a", make)) for _ in range(2)]
    for thread in coming:
        thread.start()
    assert registry.acquire("b", Thing).value.closed == 0
    assert made == []
    slow.go.set()
    for thread in [leaving, *coming]:
        thread.join(WAIT_SECONDS)
    assert made == [1]


def test_one_that_does_not_close_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry_module, "CLOSING_TIMEOUT_S", 0.01)
    registry: Registry[str, Thing] = Registry()
    slow = SlowThing()
    leaving = threading.Thread(target=registry.acquire("a", lambda: slow).release)
    leaving.start()
    assert slow.closing.wait(WAIT_SECONDS)
    assert registry.acquire("a", Thing).value is not slow
    slow.go.set()
    leaving.join(WAIT_SECONDS)


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
