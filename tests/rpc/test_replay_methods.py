"""replay.save: in order with what begins and ends the session, and answered when its file is there."""

import threading

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.settings import Preroll, ReplaySettings, SessionKind
from tests.fakes.engine_service import wait
from tests.rpc.duplex import Duplex

SAVED = {"path": "a.mp4", "durationSeconds": 12.5, "startUtc": "2026-01-02T03:04:05.678Z"}


def begun(client: Duplex, session: str = "default") -> None:
    assert client.call("replay.initialize", {"id": session, "seconds": 60, "maxBytes": 2_000_000}) is True
    assert client.call("replay.start", {"id": session}) is True


def test_a_replay_is_saved_and_told_of() -> None:
    with Duplex() as client:
        begun(client)
        settings = client.service.sessions[SessionKind.REPLAY, "default"].settings
        assert isinstance(settings, ReplaySettings)
        assert (settings.seconds, settings.max_bytes) == (60.0, 2_000_000)
        assert client.call("replay.save", ["a.mp4", 12.5]) == SAVED
        told = client.wait_for(lambda message: message.get("method") == "replay.saved")
        assert told["params"] == {"id": "default", **SAVED}
        assert client.call("replay.save", {"path": "b.mp4"})["durationSeconds"] == 30.5
        assert client.call("replay.getStats")["secondsHeld"] == 30.5
        assert client.call("replay.isRunning") is True
        assert client.call("replay.stop") is True


def test_a_save_that_takes_long_holds_up_nothing_and_is_answered_at_its_end() -> None:
    may_write = threading.Event()
    with Duplex() as client:
        begun(client)
        client.service.hooks["replay.write"] = lambda _: wait(may_write)
        saves = [client.request("replay.save", [f"{name}.mp4"]) for name in "abc"]
        assert client.call("replay.getStats")["state"] == "running"
        assert client.call("replay.stop") is True
        assert client.call("replay.isRunning") is False
        may_write.set()
        assert [client.answer(save)["result"]["path"] for save in saves] == ["a.mp4", "b.mp4", "c.mp4"]


def test_a_save_that_fails_says_why() -> None:
    with Duplex() as client:
        assert client.call("replay.save", ["a.mp4"])["code"] == 1003
        client.call("replay.initialize")
        assert client.call("replay.save", ["a.mp4"])["code"] == 1001
        client.call("replay.start")

        def full(_: str) -> None:
            raise IoniaError(ErrorKind.OUTPUT_FAILED, "the disk is full", "Free some space.")

        client.service.hooks["replay.write"] = full
        error = client.call("replay.save", ["a.mp4"])
        assert (error["code"], error["message"]) == (1301, "the disk is full")
        assert error["data"] == {"kind": "output_failed", "hint": "Free some space.", "id": "default"}
        assert client.call("replay.save", ["a.mp4", 0])["message"] == (
            '"seconds" must be a number above 0 and up to 86400, not 0'
        )


def test_a_save_without_an_id_is_made_and_not_answered() -> None:
    with Duplex() as client:
        begun(client)
        client.send({"jsonrpc": "2.0", "method": "replay.save", "params": ["a.mp4", 12.5]})
        client.wait_for(lambda message: message.get("method") == "replay.saved")


def test_a_recording_may_begin_with_a_replay() -> None:
    with Duplex() as client:
        for params in ({}, {"prerollSeconds": 5}, {"replayId": "r", "prerollSeconds": 2.5}, {"replayId": "r"}):
            client.call("recorder.initialize", ["a.mp4"])
            assert client.call("recorder.start", params) is True
            client.call("recorder.stop")
        assert client.service.prerolls == [
            Preroll(replay_id="default", seconds=5.0),
            Preroll(replay_id="r", seconds=2.5),
            Preroll(replay_id="r"),
        ]
        assert client.call("streamer.start", {"prerollSeconds": 5})["code"] == -32602
