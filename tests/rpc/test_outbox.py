"""What is kept, what is replaced, and when a client counts as gone."""

import threading
from collections.abc import Iterator

import pytest

from ionia.rpc.outbox import Outbox
from tests.fakes.engine_service import DEADLINE, wait


class Wire:
    """A client that reads when it is allowed to."""

    def __init__(self) -> None:
        self.reading = threading.Event()
        self.entered = threading.Event()
        self.room = threading.Event()
        self.gone = 0
        self.batches: list[list[bytes]] = []
        self.error: OSError | None = None
        self.outbox = Outbox(self._write, on_gone=self._on_gone, on_room=self.room.set, max_kept=1000, congested=100)

    @property
    def written(self) -> list[bytes]:
        return [payload for batch in self.batches for payload in batch]

    def block(self) -> None:
        """Make the writer hang in a write, so that what follows has to wait."""
        self.outbox.post(b"first")
        wait(self.entered)

    def _write(self, payloads: list[bytes]) -> None:
        self.entered.set()
        wait(self.reading)
        if self.error is not None:
            raise self.error
        self.batches.append(payloads)

    def _on_gone(self) -> None:
        self.gone += 1


@pytest.fixture
def wire() -> Iterator[Wire]:
    made = Wire()
    made.outbox.start()
    yield made
    made.reading.set()
    made.outbox.close()


def test_order_is_kept_and_periodic_ones_are_replaced(wire: Wire) -> None:
    wire.block()
    wire.outbox.post(b"stats 1", ("stats", "a"))
    wire.outbox.post(b"answer 1")
    wire.outbox.post(b"stats b", ("stats", "b"))
    wire.outbox.post(b"stats 2", ("stats", "a"))
    wire.outbox.post(b"answer 2")
    assert not wire.outbox.flush(0)
    wire.reading.set()
    assert wire.outbox.flush(DEADLINE)
    assert wire.written == [b"first", b"answer 1", b"stats b", b"stats 2", b"answer 2"]


def test_close_writes_what_waits_and_then_takes_no_more(wire: Wire) -> None:
    wire.outbox.post(b"a")
    wire.reading.set()
    wire.outbox.close()
    wire.outbox.post(b"b")
    assert wire.written == [b"a"]


def test_close_before_start() -> None:
    wire = Wire()
    wire.outbox.close()
    assert wire.written == []


def test_periodic_ones_are_bounded_and_cost_no_room(wire: Wire) -> None:
    wire.block()
    for number in range(300):
        wire.outbox.post(b"x" * 100, ("stats", str(number)))
    assert not wire.outbox.congested
    wire.reading.set()
    assert wire.outbox.flush(DEADLINE)
    assert len(wire.written) == 1 + 256
    assert wire.gone == 0


def test_congestion_comes_and_goes(wire: Wire) -> None:
    wire.block()
    wire.outbox.post(b"x" * 100)
    assert wire.outbox.congested
    assert not wire.room.is_set()
    wire.reading.set()
    wait(wire.room)
    assert not wire.outbox.congested


def test_a_client_that_reads_nothing_is_gone(wire: Wire) -> None:
    wire.block()
    for _ in range(20):
        wire.outbox.post(b"x" * 100)
    assert wire.gone == 1
    assert not wire.outbox.congested
    wire.reading.set()
    wire.outbox.close()
    assert wire.written == [b"first"]


def test_one_answer_may_be_larger_than_the_bound(wire: Wire) -> None:
    wire.outbox.post(b"x" * 5000)
    wire.reading.set()
    assert wire.outbox.flush(DEADLINE)
    assert wire.gone == 0


@pytest.mark.parametrize("error", [BrokenPipeError(32, "Broken pipe"), OSError()])
def test_a_closed_pipe_is_a_client_gone(wire: Wire, error: OSError) -> None:
    wire.error = error
    wire.block()
    wire.reading.set()
    wire.outbox.close()
    assert wire.gone == 1
    wire.outbox.post(b"more")
    assert wire.outbox.flush(0)


def test_gone_is_said_once(wire: Wire) -> None:
    wire.error = BrokenPipeError()
    wire.block()
    for _ in range(20):
        wire.outbox.post(b"x" * 100)
    wire.reading.set()
    wire.outbox.close()
    assert wire.gone == 1
