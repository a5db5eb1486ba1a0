"""What ends an engine besides its stdin, and what must not; each with the real process."""

import os
import signal
import sys
import time
from collections.abc import Iterator

import pytest

from tests.fakes.engine_service import DEADLINE
from tests.rpc.engine_process import EngineProcess

SERVE = [sys.executable, "-m", "tests.fakes.noisy_service"]

SERVE_BROKEN = """
import runpy
from ionia.rpc.server import Server
receive = Server.receive
def failing(self, data):
    if b"nope" in data:
        raise MemoryError("too much")
    receive(self, data)
Server.receive = failing
runpy.run_module("tests.fakes.noisy_service", run_name="__main__")
"""

SERVE_SLOWLY = """
import sys, threading
from ionia.rpc.stdio import serve_stdio
def make(listener):
    print("starting", file=sys.stderr, flush=True)
    threading.Event().wait()
sys.exit(serve_stdio(make))
"""

SIGNALLED_AT_THE_END = """
import os, signal, sys
from ionia.rpc.stdio import serve_stdio
from tests.fakes.engine_service import FakeEngineService
code = serve_stdio(lambda listener: FakeEngineService(listener=listener))
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    os.kill(os.getpid(), number)
    assert signal.getsignal(number) == signal.SIG_IGN  # which Python leaves as it is while it ends
sys.exit(code)
"""

WITH_MANY_DESCRIPTORS = """
import os, resource, sys
_, most = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, most), most))
null = os.open(os.devnull, os.O_RDWR)
while null < 1100:
    null = os.dup(null)
    os.set_inheritable(null, True)
os.execv(sys.argv[1], sys.argv[1:])
"""

LAUNCHER = """
import signal, subprocess, sys, time
how, command = sys.argv[1], sys.argv[2:]
if how == "nohup":
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
engine = subprocess.Popen(command)
print(engine.pid, file=sys.stderr, flush=True)
if how != "leaves":
    time.sleep(600)
"""


def start(*command: str) -> EngineProcess:
    return EngineProcess(list(command))


def launched(how: str) -> tuple[EngineProcess, int]:
    """An engine that another process started and whose pipes are ours: that launcher, and the engine's id."""
    launcher = start(sys.executable, "-c", LAUNCHER, how, *SERVE)
    assert launcher.process.stderr is not None
    return launcher, int(launcher.process.stderr.readline())


@pytest.fixture
def running() -> Iterator[list[EngineProcess]]:
    made: list[EngineProcess] = []
    yield made
    for engine in made:
        engine.kill()


def record(engine: EngineProcess, session: str = "default") -> None:
    assert engine.call("recorder.initialize", {"outputPath": "a", "id": session}) is True
    assert engine.call("recorder.start", [session]) is True


@pytest.mark.parametrize("ended_by", ["eof", "signal"])
def test_descriptors_above_1023(running: list[EngineProcess], ended_by: str) -> None:
    engine = start(sys.executable, "-c", WITH_MANY_DESCRIPTORS, *SERVE)
    running.append(engine)
    record(engine)
    if ended_by == "signal":
        engine.process.send_signal(signal.SIGTERM)
        assert engine.process.wait(DEADLINE) == 0
        assert b'"stopped"' in engine.rest()
    else:
        code, out, _ = engine.end()
        assert code == 0
        assert b'"stopped"' in out


def test_a_mistake_while_reading_ends_in_order(running: list[EngineProcess]) -> None:
    engine = start(sys.executable, "-c", SERVE_BROKEN)
    running.append(engine)
    record(engine)
    engine.send("nope")
    assert engine.process.wait(DEADLINE) == 1
    assert b'"stopped"' in engine.rest()
    assert engine.process.stderr is not None
    assert b"MemoryError: too much" in engine.process.stderr.read()


def test_a_signal_after_the_end_costs_no_exit_code(running: list[EngineProcess]) -> None:
    engine = start(sys.executable, "-c", SIGNALLED_AT_THE_END)
    running.append(engine)
    assert engine.end()[0] == 0


@pytest.mark.slow
def test_an_engine_that_never_gets_ready_obeys_a_signal(running: list[EngineProcess]) -> None:
    engine = start(sys.executable, "-c", SERVE_SLOWLY)
    running.append(engine)
    assert engine.process.stderr is not None
    assert engine.process.stderr.readline() == b"starting\n"
    engine.process.send_signal(signal.SIGTERM)
    assert engine.process.wait(DEADLINE) == 0
    assert b"ended by force" in engine.process.stderr.read()


@pytest.mark.slow
def test_a_library_that_hangs_with_pythons_lock_held(running: list[EngineProcess]) -> None:
    engine = start(*SERVE)
    running.append(engine)
    record(engine, "locked")
    engine.stdin.close()
    assert engine.process.wait(DEADLINE) == 1


def test_a_parent_that_is_killed_while_another_holds_our_stdin(running: list[EngineProcess]) -> None:
    launcher, _ = launched("stays")
    running.append(launcher)
    record(launcher)
    launcher.process.kill()
    assert b'"stopped"' in launcher.rest()  # up to the end of the engine
    assert launcher.process.stderr is not None
    assert b"the process that started it is gone" in launcher.process.stderr.read()


@pytest.mark.parametrize("how", ["leaves", "nohup"])
def test_who_may_outlive_its_parent(running: list[EngineProcess], how: str) -> None:
    """A launcher that ends before the first message, as by a double fork; and who asked for it by `nohup`."""
    launcher, engine = launched(how)
    running.append(launcher)
    if how == "nohup":
        record(launcher)
        launcher.process.kill()
    assert launcher.process.wait(DEADLINE) is not None
    if how == "leaves":
        record(launcher)
    else:
        os.kill(engine, signal.SIGHUP)
    time.sleep(1.0)  # twice as long as a look at the parent takes to come; nothing must happen
    assert launcher.call("recorder.isRunning") is True
    launcher.stdin.close()
    assert b'"stopped"' in launcher.rest()


def test_a_client_that_no_longer_reads_is_noticed_without_a_message(running: list[EngineProcess]) -> None:
    engine = start(*SERVE)
    running.append(engine)
    record(engine)
    engine.stdout.close()
    assert engine.process.wait(DEADLINE) == 0
    assert engine.process.stderr is not None
    assert b"nobody reads its stdout" in engine.process.stderr.read()


@pytest.mark.slow
def test_the_end_of_a_client_that_reads_nothing(running: list[EngineProcess]) -> None:
    """So many answers wait that no more is read from it; that it is gone must be seen all the same."""
    engine = start(*SERVE)
    running.append(engine)
    record(engine)
    ask = b'{"jsonrpc":"2.0","id":"' + b"x" * 30_000 + b'","method":"nope"}\n'
    os.set_blocking(engine.stdin.fileno(), False)
    for _ in range(400):
        try:
            os.write(engine.stdin.fileno(), ask[:30_000])
        except BlockingIOError:
            time.sleep(0.02)
    engine.stdin.close()
    assert engine.process.wait(DEADLINE) == 0
