"""In which order the server answers: what waits, what overtakes, and what comes before the end."""

import threading

import pytest

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.video.framing import Region
from ionia.rpc.lanes import MAX_WAITING
from tests.fakes.engine_service import wait
from tests.rpc.duplex import Duplex
from tests.rpc.test_server import TARGET


class Held:
    """A call of the service that has begun, and is held until it is let go."""

    def __init__(self) -> None:
        self.begun, self.release = threading.Event(), threading.Event()

    def __call__(self, _: str) -> None:
        self.begun.set()
        wait(self.release)


def test_queries_are_answered_while_a_stop_flushes() -> None:
    flushing, release = threading.Event(), threading.Event()

    def flush(session_id: str) -> None:
        if session_id == "a":
            flushing.set()
            wait(release)

    with Duplex() as client:
        client.service.hooks["recorder.stop"] = flush
        client.call("recorder.initialize", {"outputPath": "x", "id": "a"})
        client.call("recorder.start", ["a"])
        stop = client.request("recorder.stop", ["a"])
        wait(flushing)
        assert client.call("recorder.getStats", ["a"])["state"] == "running"
        assert client.call("recorder.isRunning", ["a"]) is True
        assert client.call("streamer.initialize", {"rtmpUrl": TARGET["streamer"], "id": "a"}) is True
        assert client.call("streamer.stop", ["a"]) is True
        assert client.call("engine.devices")["windows"][0]["title"] == "half of a pair ?"
        again = client.request("recorder.start", ["a"])
        behind = client.request("recorder.isRunning", ["a"])
        release.set()
        assert client.answer(stop)["result"] is True
        assert client.answer(again)["result"] is True
        assert client.answer(behind)["result"] is True
        order = [m["id"] for m in client.messages if m.get("id") in {stop, again, behind}]
        assert order == [stop, again, behind]


def test_a_slow_device_list_delays_nobody_and_a_batch_does_not_block() -> None:
    held = Held()
    with Duplex() as client:
        client.service.hooks["engine.devices"] = held
        calls = ["engine.devices", "engine.info"]
        client.send([{"jsonrpc": "2.0", "method": method, "id": method} for method in calls])
        wait(held.begun)
        assert client.call("engine.info")["name"] == "ionia-engine"
        assert client.call("recorder.stop") is True
        held.release.set()
        batch = client.wait_for(lambda m: isinstance(m, list))
        assert [answer["id"] for answer in batch] == calls


def test_too_many_calls() -> None:
    held = Held()
    with Duplex() as client:
        client.service.hooks["recorder.start"] = held
        client.request("recorder.start", ["a"])
        wait(held.begun)
        ids = [client.request("recorder.isRunning", ["a"]) for _ in range(MAX_WAITING)]
        stop = client.request("recorder.stop", ["a"])
        refused = client.answer(ids[-1])
        assert refused["error"]["data"] == {"kind": "busy", "hint": "", "id": "a"}
        held.release.set()
        assert client.answer(ids[-2])["result"] is False
        assert client.answer(stop)["result"] is True


def test_thousands_of_calls_in_a_row_are_all_answered() -> None:
    with Duplex() as client:
        client.send([{"jsonrpc": "2.0", "method": "recorder.isRunning", "id": number} for number in range(1000)])
        batch = client.wait_for(lambda m: isinstance(m, list))
        assert [answer.get("result") for answer in batch] == [False] * 1000


@pytest.mark.parametrize("end", ["stop", "dispose"])
def test_a_stop_behind_a_start_interrupts_it_and_comes_after_it(end: str) -> None:
    begun, interrupted = threading.Event(), threading.Event()

    def connect(_: str) -> None:
        begun.set()
        wait(interrupted)
        raise IoniaError(ErrorKind.CONNECT_FAILED, "Stopped before there was a connection.")

    with Duplex() as client:
        client.call("streamer.initialize", [TARGET["streamer"]])
        client.service.hooks["streamer.start"] = connect
        client.service.hooks["streamer.interrupt_start"] = lambda _: interrupted.set()
        started = client.request("streamer.start")
        wait(begun)
        ended = client.request(f"streamer.{end}")
        assert client.answer(started)["error"]["code"] == 1303
        assert client.answer(ended)["result"] is (True if end == "stop" else None)
    order = [call for call in client.service.calls if call in ("streamer.start default", f"streamer.{end} default")]
    assert order[:2] == ["streamer.start default", f"streamer.{end} default"]


def test_a_start_that_begins_with_a_stop_behind_it_is_interrupted_and_a_later_one_is_not() -> None:
    held = Held()
    with Duplex() as client:
        client.service.hooks["streamer.initialize"] = held
        client.request("streamer.initialize", [TARGET["streamer"]])
        wait(held.begun)
        client.request("streamer.start")
        stopped = client.request("streamer.stop")
        assert client.service.interrupted == ["default"]
        held.release.set()
        assert client.answer(stopped)["result"] is True
        interrupted = len(client.service.interrupted)
        assert interrupted >= 2
        client.call("streamer.initialize", [TARGET["streamer"]])
        assert client.call("streamer.start") is True
        assert len(client.service.interrupted) == interrupted
        client.call("streamer.stop")


def test_shutdown_is_answered_last() -> None:
    held = Held()
    with Duplex() as client:
        client.service.hooks["recorder.start"] = held
        client.service.hooks["close"] = lambda _: held.release.set()
        running = client.request("recorder.start")
        wait(held.begun)
        waiting = client.request("recorder.stop")
        assert not client.server.ending
        ended = client.request("engine.shutdown")
        client.send({"jsonrpc": "2.0", "method": "engine.shutdown"})
        assert client.server.ending
        late = client.request("recorder.isRunning")
    assert client.service.closed.is_set()
    answers = {m["id"]: m.get("result", m.get("error")) for m in client.messages if "id" in m}
    assert list(answers)[-1] == ended
    assert answers[ended] is None
    assert answers[running]["code"] == 1001
    assert answers[waiting]["data"]["kind"] == "shutting_down"
    assert answers[late]["data"]["kind"] == "shutting_down"


def test_a_service_that_fails_to_close_costs_no_answer(caplog: pytest.LogCaptureFixture) -> None:
    def fail(_: str) -> None:
        raise RuntimeError("stuck")

    with Duplex() as client:
        client.service.hooks["close"] = fail
        ended = client.request("engine.shutdown")
    assert client.answer(ended)["result"] is None
    assert "did not close cleanly" in caplog.text


def test_hurry_answers_a_shutdown_that_hangs() -> None:
    release = threading.Event()
    with Duplex() as client:
        client.service.hooks["close"] = lambda _: wait(release)
        ended = client.request("engine.shutdown")
        closing = threading.Thread(target=client.close)
        closing.start()
        client.server.hurry(20)
        assert client.answer(ended)["result"] is None
        release.set()
        closing.join()


def test_pending_calls_are_made_before_the_end() -> None:
    with Duplex() as client:
        for method, params in [("initialize", ["a"]), ("start", []), ("getStats", []), ("stop", [])]:
            client.request(f"recorder.{method}", params)
        client.close()
        results = [m["result"] for m in client.messages if "id" in m]
    assert [one if one is True else one["state"] for one in results] == [True, True, "running", True]


def test_a_recorder_is_paused_and_goes_on() -> None:
    with Duplex() as client:
        client.call("recorder.initialize", ["out.mp4"])
        assert client.call("recorder.pause") is False
        assert client.call("recorder.split")["code"] == 1001
        client.call("recorder.start")
        finished = {
            "path": "a.mp4",
            "durationSeconds": 1.5,
            "bytes": 1000,
            "startUtc": "2026-01-02T03:04:05.678Z",
        }
        assert client.call("recorder.split") == {"finished": finished, "next": "a-2.mp4"}
        mark = {"index": 0, "fileSeconds": 1.5, "utc": "2026-01-02T03:04:07.178Z", "path": "a.mp4"}
        assert client.call("recorder.mark", {"label": "goal", "data": {"team": [1, None]}, "secondsAgo": 5}) == mark
        assert client.service.marks == [("goal", {"team": [1, None]}, 5.0)]
        assert client.call("recorder.mark")["code"] == -32602
        region = {"x": 1, "y": 2, "width": 64, "height": 48}
        assert client.call("recorder.setRegion", {"region": region}) is None
        assert client.call("recorder.setRegion", [region, "default"]) is None
        assert client.call("recorder.setRegion", {"region": {**region, "width": 8}})["code"] == -32602
        assert client.call("recorder.setScreen", {"screen": "x11:DP-2"}) is None
        assert client.call("recorder.setScreen", [None, region, "default"]) is None
        assert client.service.shown == [("x11:DP-2", None), (None, Region(**region))]
        assert client.call("recorder.setScreen", {"screen": ""})["code"] == -32602
        assert client.call("recorder.pause", {"id": "default"}) is True
        assert client.call("recorder.pause", ["default"]) is False
        assert client.call("recorder.togglePause") is False
        assert client.call("recorder.togglePause") is True
        assert client.call("recorder.resume") is True
        assert client.call("recorder.resume") is False
        assert client.call("streamer.pause")["code"] == -32601


def test_a_mark_whose_line_is_awaited_holds_up_no_pause_and_no_stop() -> None:
    with Duplex() as client:
        client.call("recorder.initialize", ["a.mp4"])
        client.call("recorder.start")
        client.service.holds_marks = True
        asked = client.request("recorder.mark", {"label": "goal"})
        assert client.call("recorder.pause") is True
        assert client.call("recorder.stop") is True
        for tell in client.service.unnoted:
            tell()
        assert client.answer(asked)["result"]["index"] == 0
