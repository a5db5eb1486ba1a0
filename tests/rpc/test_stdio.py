"""The real process: descriptors, signals, framing and the end. No test waits longer than a handshake takes."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from ionia.rpc.server import Server
from ionia.rpc.stdio import Wakeup, read_by_poll, read_by_thread, write_all
from tests.fakes.engine_service import DEADLINE, FakeEngineService, wait
from tests.rpc.duplex import Duplex
from tests.rpc.engine_process import ROOT, EngineProcess, results


@pytest.fixture
def engine() -> Iterator[EngineProcess]:
    made = EngineProcess([sys.executable, "-m", "tests.fakes.noisy_service"])
    yield made
    made.kill()


def test_eof_stops_every_session(engine: EngineProcess) -> None:
    engine.call("recorder.initialize", ["/tmp/a.mp4"])  # noqa: S108 - never opened
    engine.call("recorder.start")
    code, out, err = engine.end()
    assert code == 0
    assert [json.loads(line)["params"]["state"] for line in out.splitlines()] == ["stopping", "stopped"]
    assert err == b""


def test_what_was_asked_before_eof_is_answered(engine: EngineProcess) -> None:
    out, _ = engine.process.communicate(
        b'{"jsonrpc":"2.0","id":1,"method":"engine.info"}\r\n'
        b"garbage \xff\n"
        b'{"jsonrpc":"2.0","id":2,"method":"engine.devices"}',
        timeout=DEADLINE,
    )
    assert sorted(str(m["id"]) for m in results(out, {1: "engine.info", 2: "engine.devices"})) == ["1", "2", "None"]
    assert engine.process.returncode == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_signals_end_like_eof(engine: EngineProcess, number: signal.Signals) -> None:
    engine.call("recorder.initialize", ["/tmp/a.mp4"])  # noqa: S108
    engine.call("recorder.start")
    engine.process.send_signal(number)
    assert engine.process.wait(DEADLINE) == 0
    assert b'"stopped"' in engine.rest()


def test_a_signal_that_another_thread_meets(engine: EngineProcess) -> None:
    engine.send("recorder.initialize", {"outputPath": "a", "id": "signalled"})
    assert engine.process.wait(DEADLINE) == 0
    assert b'"result":true' in engine.rest()


def test_shutdown_answers_null_and_ends_with_stdin_open(engine: EngineProcess) -> None:
    asked = engine.send("engine.shutdown")
    assert engine.answer(asked) == {"jsonrpc": "2.0", "result": None, "id": asked}
    assert engine.process.wait(DEADLINE) == 0


def test_a_client_that_closes_its_end_of_stdout(engine: EngineProcess) -> None:
    engine.call("recorder.initialize", ["/tmp/a.mp4"])  # noqa: S108
    engine.stdout.close()
    engine.send("recorder.start")
    assert engine.process.wait(DEADLINE) == 0


def test_stdout_carries_protocol_only(engine: EngineProcess) -> None:
    assert engine.call("recorder.initialize", {"outputPath": "a", "id": "noisy"}) is True
    code, out, err = engine.end()
    assert code == 0
    assert all(line.startswith(b'{"jsonrpc"') for line in out.splitlines())
    assert b"a library prints to stdout" in err
    assert b"and another writes to descriptor 1" in err


def test_a_mistake_is_logged_on_one_line_without_the_key(engine: EngineProcess) -> None:
    asked = engine.send("recorder.initialize", {"outputPath": "a", "id": "broken"})
    assert engine.answer(asked)["error"]["data"]["kind"] == "internal"
    assert engine.call("recorder.isRunning") is False
    _, _, err = engine.end()
    assert err.count(b"\n") == 1
    assert b"rtmp://host/app/****" in err
    assert b"SECRETKEY" not in err


def test_queries_are_answered_while_a_stop_flushes(engine: EngineProcess) -> None:
    engine.call("recorder.initialize", {"outputPath": "a", "id": "flushing"})
    engine.call("recorder.start", ["flushing"])
    stop = engine.send("recorder.stop", ["flushing"])
    stats = engine.send("recorder.getStats", ["flushing"])  # the fake's stop waits for this
    order: list[int] = []
    while len(order) < 2:
        message = engine.read()
        if "id" in message:
            order.append(message["id"])
    assert sorted(order) == [stop, stats]
    assert engine.end()[0] == 0


def test_header_framing(engine: EngineProcess) -> None:
    body = b'{"jsonrpc":"2.0","id":1,"method":"recorder.isRunning"}'
    out, _ = engine.process.communicate(b"Content-Length: %d\r\n\r\n%b" % (len(body), body), timeout=DEADLINE)
    assert out == b'Content-Length: 39\r\n\r\n{"jsonrpc":"2.0","result":false,"id":1}'


def test_a_message_of_16_mib_and_one_byte_more(engine: EngineProcess) -> None:
    limit = 16 * 1024 * 1024
    head, tail = b'{"jsonrpc":"2.0","id":1,"method":"recorder.isRunning","pad":"', b'"}'
    largest = head + b"x" * (limit - len(head) - len(tail)) + tail
    too_long = largest[:-2] + b' "}'
    out, _ = engine.process.communicate(largest + b"\n" + too_long + b"\n{\n", timeout=DEADLINE)
    answers = results(out, {1: "recorder.isRunning"})
    assert [m["result"] for m in answers if m["id"] == 1] == [False]
    assert [m["error"]["code"] for m in answers if m["id"] is None] == [-32600, -32700]


def test_a_client_that_reads_slowly_gets_the_newest_statistics(engine: EngineProcess) -> None:
    engine.call("recorder.initialize", {"outputPath": "a", "id": "flooding"})
    asked = engine.send("recorder.getStats", ["flooding"])
    numbers = []
    while True:
        message = engine.read()
        if message.get("id") == asked:
            break
        numbers.append(message["params"]["totalBytes"])
    _, out, _ = engine.end()
    numbers += [json.loads(line)["params"]["totalBytes"] for line in out.splitlines() if b"session.stats" in line]
    assert numbers == sorted(numbers)
    assert numbers[-1] == 19_999


@pytest.mark.slow
def test_a_session_that_hangs_is_left_behind(engine: EngineProcess) -> None:
    engine.call("recorder.initialize", {"outputPath": "a", "id": "hanging"})
    engine.call("recorder.start", ["hanging"])
    asked = engine.send("engine.shutdown")
    assert engine.answer(asked)["result"] is None
    code, _, err = engine.end()
    assert code == 0
    assert b"ended by force" in err


def test_closed_descriptors_are_no_failure() -> None:
    closed = subprocess.run(
        ["/bin/sh", "-c", f"exec '{sys.executable}' -m tests.fakes.noisy_service <&- >&- 2>&-"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT}/engine"},
        timeout=DEADLINE,
        check=False,
    )
    assert closed.returncode == 0


def test_the_start_imports_nothing_that_the_wire_does_not_use() -> None:
    said = subprocess.run(
        [sys.executable, "-c", "import sys; before = set(sys.modules); import ionia.rpc.stdio; "
         "print(*({'asyncio', 'http.server', 'jsonschema', 'attr', 'av'} & (set(sys.modules) - before)))"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert said.stdout.split() == []


def test_a_service_that_does_not_start() -> None:
    code = "from ionia.rpc.stdio import serve_stdio; import sys; sys.exit(serve_stdio(lambda _: 1 / 0))"
    failed = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": f"{ROOT}/engine"},
        capture_output=True,
        check=False,
    )
    assert failed.returncode == 1
    assert failed.stdout == b""
    assert b"ZeroDivisionError" in failed.stderr


@pytest.mark.parametrize("read", [read_by_poll, read_by_thread])
class TestReaders:
    """Both ways of reading, on any system."""

    def test_until_eof(self, read: Any, wakeup: Wakeup) -> None:
        client = Duplex()
        with client, piped() as (reading, writing):
            os.write(writing, b'{"jsonrpc":"2.0","id":1,"method":"recorder.isRunning"}')
            os.close(writing)
            read(reading, client.server, wakeup, lambda: None)
            assert client.answer(1)["result"] is False

    def test_until_a_signal(self, read: Any, wakeup: Wakeup) -> None:
        with Duplex() as client, piped() as (reading, writing):
            client.service.hooks["recorder.isRunning"] = lambda _: wakeup.end()
            os.write(writing, b'{"jsonrpc":"2.0","id":1,"method":"recorder.isRunning"}\n')
            read(reading, client.server, wakeup, lambda: None)
            os.close(writing)

    def test_not_while_the_client_reads_nothing(self, read: Any, wakeup: Wakeup) -> None:
        blocked, release = threading.Event(), threading.Event()

        def write(_data: bytes) -> None:
            blocked.set()
            wait(release)

        server = Server(write, wake=wakeup.wake)
        service = FakeEngineService(listener=server.listener)
        server.start(service)
        with piped() as (reading, writing):
            os.write(writing, b'{"jsonrpc":"2.0","id":"' + b"x" * 30_000 + b'","method":"nope"}\n')
            for _ in range(150):
                server.receive(b'{"jsonrpc":"2.0","id":"' + b"x" * 30_000 + b'","method":"nope"}\n')
            wait(blocked)
            assert server.congested
            service.hooks["recorder.isRunning"] = lambda _: wakeup.end()
            os.write(writing, b'{"jsonrpc":"2.0","method":"recorder.isRunning"}\n')
            reader = threading.Thread(target=read, args=(reading, server, wakeup, lambda: None))
            reader.start()
            release.set()
            reader.join(DEADLINE)
            assert not reader.is_alive()
            assert "recorder.isRunning default" in service.calls
            os.close(writing)
        server.close()


def test_writing_to_a_pipe_that_does_not_block() -> None:
    with piped() as (reading, writing):
        os.set_blocking(writing, False)
        read: list[bytes] = []

        def drain() -> None:
            while data := os.read(reading, 65536):
                read.append(data)

        reader = threading.Thread(target=drain)
        data = b"x" * 1_000_000
        reader.start()
        write_all(writing, data)
        os.close(writing)
        reader.join()
        assert b"".join(read) == data


def test_wakeups_are_never_too_many(wakeup: Wakeup) -> None:
    for _ in range(10_000):
        wakeup.wake()
    wakeup.wait()


@pytest.fixture
def wakeup() -> Iterator[Wakeup]:
    made = Wakeup()
    yield made
    made.close()


@contextlib.contextmanager
def piped() -> Iterator[tuple[int, int]]:
    """A pipe whose reading end is closed in the end, when no thread reads it any more."""
    reading, writing = os.pipe()
    yield reading, writing
    for thread in threading.enumerate():
        if thread.name == "rpc-reader":
            thread.join(DEADLINE)
    os.close(reading)
