"""The sink's thread: everything written, errors told once, the sink closed in every case."""

import threading
from collections.abc import Sequence

import pytest

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.media import EncodedPacket, MediaHeader
from ionia.runtime.session import sink_worker
from ionia.runtime.session.sink_worker import SinkWorker
from tests.fakes.media import HEADER, FakeFile, audio_packet, video_packet

FULL = IoniaError(ErrorKind.OUTPUT_FAILED, "The disk is full.")


def start(sink: FakeFile) -> tuple[SinkWorker, list[IoniaError]]:
    errors: list[IoniaError] = []
    worker = SinkWorker("test-sink", sink, HEADER, errors.append)
    worker.open(10)
    return worker, errors


def test_writes_all_then_closes() -> None:
    sink = FakeFile()
    worker, errors = start(sink)
    worker.deliver([audio_packet(-1), video_packet(0, keyframe=True)])
    worker.deliver([video_packet(1)])
    worker.complete()
    worker.wait_closed(10)
    assert sink.header is HEADER
    assert sink.packets == [audio_packet(-1), video_packet(0, keyframe=True), video_packet(1)]
    counters = worker.counters
    assert (counters.video_delivered, counters.audio_delivered) == (2, 1)
    assert (counters.video_written, counters.audio_written) == (2, 1)
    assert errors == []


def test_a_sink_that_does_not_open_says_so_and_is_closed() -> None:
    sink = FakeFile()
    sink.refuse_open = FULL
    worker = SinkWorker("test-sink", sink, HEADER, lambda error: pytest.fail(str(error)))
    with pytest.raises(IoniaError, match="disk is full"):
        worker.open(10)
    worker.wait_closed(10)
    assert sink.closed.is_set()


def test_a_sink_that_breaks_is_reported_once_and_closed_and_later_packets_are_dropped() -> None:
    sink = FakeFile()
    sink.break_after = (1, FULL)
    worker, errors = start(sink)
    worker.deliver([video_packet(0, keyframe=True)])
    worker.wait_closed(10)
    worker.deliver([video_packet(1)])
    worker.complete()
    assert errors == [FULL]
    assert sink.packets == [video_packet(0, keyframe=True)]


def test_what_closing_raises_reaches_who_waits() -> None:
    sink = FakeFile()
    sink.refuse_close = FULL
    worker, errors = start(sink)
    worker.complete()
    with pytest.raises(IoniaError, match="disk is full"):
        worker.wait_closed(10)
    assert errors == []


def test_a_mistake_in_the_sink_leaves_nobody_waiting() -> None:
    class Broken(FakeFile):
        def open(self, header: MediaHeader) -> None:
            raise RuntimeError("a bug")

    errors: list[IoniaError] = []
    sink = Broken()
    worker = SinkWorker("test-sink", sink, HEADER, errors.append)
    with pytest.raises(IoniaError) as caught:
        worker.open(10)
    assert caught.value.kind is ErrorKind.INTERNAL
    assert isinstance(caught.value.__cause__, RuntimeError)
    worker.wait_closed(10)
    assert sink.closed.is_set()
    assert errors == []


def test_a_mistake_while_writing_is_told_and_the_file_is_finished() -> None:
    class Broken(FakeFile):
        def write(self, packets: Sequence[EncodedPacket]) -> None:
            if self.packets:
                raise ZeroDivisionError("a bug")
            super().write(packets)

    sink = Broken()
    worker, errors = start(sink)
    worker.deliver([video_packet(0, keyframe=True)])
    while not worker.counters.video_written:
        assert not sink.closed.wait(0.001)
    worker.deliver([video_packet(1)])
    worker.wait_closed(10)
    worker.deliver([video_packet(2)])
    assert sink.closed.is_set()
    assert sink.packets == [video_packet(0, keyframe=True)]
    (error,) = errors
    assert error.kind is ErrorKind.INTERNAL
    assert isinstance(error.__cause__, ZeroDivisionError)


def test_a_mistake_while_closing_reaches_who_waits() -> None:
    class Broken(FakeFile):
        def close(self) -> None:
            raise ZeroDivisionError("a bug")

    worker, errors = start(Broken())
    worker.complete()
    with pytest.raises(IoniaError, match="ZeroDivisionError"):
        worker.wait_closed(10)
    assert errors == []


def test_a_mistake_in_an_errand_ends_nothing() -> None:
    def fail() -> None:
        raise ZeroDivisionError("a bug")

    sink = FakeFile()
    worker, errors = start(sink)
    done = threading.Event()
    assert worker.ask(fail)
    while not worker.ask(done.set):
        assert not sink.closed.wait(0.001)
    assert done.wait(10)
    worker.deliver([video_packet(0, keyframe=True)])
    worker.complete()
    worker.wait_closed(10)
    assert (errors, sink.packets) == ([], [video_packet(0, keyframe=True)])


def test_a_disk_that_stands_still_fails_the_sink_instead_of_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sink_worker, "QUEUE_LIMIT_BYTES", 10)
    sink = FakeFile()
    worker, errors = start(sink)
    worker.deliver([video_packet(0, keyframe=True, data=b"x" * 11)])
    assert [error.kind for error in errors] == [ErrorKind.OUTPUT_FAILED]
    worker.complete()
    worker.wait_closed(10)


def test_what_closing_has_to_say_is_done_and_then_nothing_more() -> None:
    done: list[str] = []
    sink = FakeFile()
    worker, errors = start(sink)
    sink.on_close = lambda: done.append(f"taken: {worker.order(lambda: done.append('behind'))}")
    worker.complete()
    worker.wait_closed(10)
    assert done == ["taken: True", "behind"]
    assert worker.order(lambda: done.append("too late")) is False
    assert (done[-1], errors) == ("behind", [])


def test_what_was_noted_before_a_sink_broke_is_done() -> None:
    done: list[str] = []
    sink = FakeFile()
    sink.break_after = (1, FULL)
    worker, _ = start(sink)
    sink.on_write = lambda: done.append(f"taken: {worker.order(lambda: done.append('note'))}")
    worker.deliver([video_packet(0, keyframe=True)])
    worker.wait_closed(10)
    assert done == ["taken: True", "note"]
