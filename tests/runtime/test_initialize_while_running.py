"""What runs is not to be initialized, whatever else is wrong with what is asked."""

import pytest

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.redaction import Redactor
from ionia.core.settings import RecorderSettings, SessionKind, StreamerSettings
from ionia.rpc.handlers import handlers
from ionia.rpc.initialize_params import InitializeStreamer
from tests.fakes.backends import FakeFile, FakeMachine
from tests.fakes.engine_service import FakeEngineService, FakeSession
from tests.runtime.test_engine import engine_on, initialize


def refuse(file: FakeFile) -> None:
    raise IoniaError(ErrorKind.OUTPUT_FAILED, "No such folder.")


def test_a_path_that_is_refused_is_not_looked_at() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, _):
        initialize(engine)
        engine.start(SessionKind.RECORDER, "a")
        machine.prepare_file = refuse
        with pytest.raises(IoniaError) as caught:
            initialize(engine)
        assert caught.value.kind is ErrorKind.ALREADY_RUNNING
        with pytest.raises(IoniaError) as other:
            engine.initialize_recorder("b", RecorderSettings(output_path="x.mp4"))
        assert other.value.kind is ErrorKind.OUTPUT_FAILED


@pytest.mark.parametrize(("running", "kind"), [(True, ErrorKind.ALREADY_RUNNING), (False, ErrorKind.BAD_URL)])
def test_nor_is_a_bad_address(running: bool, kind: ErrorKind) -> None:
    service = FakeEngineService(listener=lambda _: None)
    live = FakeSession(settings=StreamerSettings(rtmp_url="rtmp://h/a/key"), running=running)
    service.sessions[SessionKind.STREAMER, "a"] = live
    begin = handlers(service, Redactor(), lambda: None)["streamer.initialize"]
    with pytest.raises(IoniaError) as caught:
        begin(InitializeStreamer(rtmp_url="http://h/a/key", id="a"))
    assert caught.value.kind is kind
