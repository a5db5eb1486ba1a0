"""The same process under Windows' Python: its pipes, its line ends, its signals."""

from collections.abc import Iterator

import pytest

from tests.fakes.engine_service import DEADLINE
from tests.fakes.windows_rig import WindowsRig, windows_rig
from tests.rpc.engine_process import EngineProcess

__all__ = ["windows_rig"]  # a fixture
pytestmark = [pytest.mark.wine, pytest.mark.slow]

RUN = "import runpy, sys; sys.path.insert(0, 'engine'); runpy.run_module('tests.fakes.noisy_service', None, '__main__')"


@pytest.fixture
def engine(windows_rig: WindowsRig) -> Iterator[EngineProcess]:
    made = EngineProcess(windows_rig.command("python.exe", "-c", RUN), env=windows_rig.environment())
    yield made
    made.kill()


def test_stdout_carries_protocol_only_and_eof_ends(engine: EngineProcess) -> None:
    assert engine.call("recorder.initialize", {"outputPath": "a", "id": "noisy"}) is True
    assert engine.call("recorder.start", ["noisy"]) is True
    code, out, err = engine.end()
    assert code == 0
    assert b'"stopped"' in out
    assert b"\r" not in out
    assert all(line.startswith(b'{"jsonrpc"') for line in out.splitlines())
    assert b"a library prints to stdout" in err
    assert b"and another writes to descriptor 1" in err


def test_shutdown_with_stdin_open(engine: EngineProcess) -> None:
    asked = engine.send("engine.shutdown")
    assert engine.answer(asked)["result"] is None
    assert engine.process.wait(DEADLINE) == 0


def test_a_signal_while_stdin_is_read(engine: EngineProcess) -> None:
    engine.send("recorder.initialize", {"outputPath": "a", "id": "signalled"})
    assert engine.process.wait(DEADLINE) == 0
    assert b'"result":true' in engine.stdout.read()


def test_a_client_that_closes_its_end_of_stdout(engine: EngineProcess) -> None:
    engine.call("recorder.isRunning")
    engine.stdout.close()
    engine.send("recorder.isRunning")
    assert engine.process.wait(DEADLINE) == 0


def test_a_session_that_hangs_is_left_behind(engine: EngineProcess) -> None:
    engine.call("recorder.initialize", {"outputPath": "a", "id": "hanging"})
    engine.call("recorder.start", ["hanging"])
    asked = engine.send("engine.shutdown")
    assert engine.answer(asked)["result"] is None
    code, _, err = engine.end()
    assert code == 0
    assert b"ended by force" in err
