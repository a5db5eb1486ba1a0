"""A recording that ends without a picture says so: its caller would look for a file."""

import threading

import pytest

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.events import SessionFailed, SessionStateChanged
from ionia.core.settings import SessionKind
from ionia.runtime.session import ending
from tests.fakes.backends import WAIT_SECONDS, FakeMachine
from tests.fakes.media import FakeFile, FakeVideoEncoder
from tests.runtime.test_engine import engine_on, initialize, states

RECORDER = SessionKind.RECORDER


def test_a_stop_is_no_success_when_there_is_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ending, "PATIENCE_S", 0.02)
    monkeypatch.setattr(ending, "DRAIN_TIMEOUT_S", 0.02)

    def stuck(encoder: FakeVideoEncoder) -> None:
        encoder.stuck_at = 0

    machine = FakeMachine(prepare_video=stuck)
    with engine_on(machine) as (engine, events):
        initialize(engine)
        engine.start(RECORDER, "a")

        def free() -> None:
            events.wait_for(lambda event: isinstance(event, SessionFailed))
            machine.videos[0].freed.set()

        freeing = threading.Thread(target=free)  # the encoder's thread, which a stop joins when all is told
        freeing.start()
        for _ in range(2):
            with pytest.raises(IoniaError, match="Nothing was recorded") as failed:
                engine.stop(RECORDER, "a")
            assert failed.value.kind is ErrorKind.OUTPUT_FAILED
        freeing.join(WAIT_SECONDS)
        assert states(events)[-1] == "failed"
    assert not machine.files[0].packets


def test_nor_when_the_disk_took_nothing() -> None:
    full = IoniaError(ErrorKind.OUTPUT_FAILED, "The disk is full.")

    def fill(file: FakeFile) -> None:
        file.break_after = (0, full)
        file.on_write = file.packets.clear

    machine = FakeMachine(prepare_file=fill)
    with engine_on(machine) as (engine, events):
        initialize(engine)
        engine.start(RECORDER, "a")
        events.wait_for(lambda event: isinstance(event, SessionStateChanged) and event.state == "failed")
        for _ in range(2):
            with pytest.raises(IoniaError, match="The disk is full"):
                engine.stop(RECORDER, "a")
        assert sum(isinstance(event, SessionFailed) for event in events.all) == 1
