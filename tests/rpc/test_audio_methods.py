"""audio.set and audio.get: for a session of any kind, in order with what begins and ends it."""

import threading

from ionia.core.settings import SessionKind
from tests.fakes.engine_service import wait
from tests.rpc.duplex import Duplex


def test_a_sound_is_set_and_told() -> None:
    with Duplex() as client:
        client.call("recorder.initialize", ["a.mp4"])
        client.call("streamer.initialize", {"rtmpUrl": "rtmp://h/a/k", "id": "live"})
        assert client.call("audio.set", {"kind": "recorder", "sound": "mic", "gainDb": -6, "mono": True}) is None
        change = {"kind": "streamer", "id": "live", "sound": "desktop", "muted": True, "rampMs": 0, "releaseMs": 300}
        assert client.call("audio.set", change) is None
        assert client.service.sound_changes == [
            (SessionKind.RECORDER, "default", "mic", -6.0, None, True, 10.0, 0.0),
            (SessionKind.STREAMER, "live", "desktop", None, True, None, 0.0, 300.0),
        ]
        assert client.call("audio.get", {"kind": "streamer", "id": "live"}) == {
            "sounds": [{"name": "mic", "kind": "mic", "gainDb": 1.5, "muted": False, "mono": False}]
        }


def test_sessions_are_told_apart_by_kind_and_id() -> None:
    with Duplex() as client:
        client.call("recorder.initialize", ["a.mp4"])
        for method, more in (("audio.set", {"sound": "mic"}), ("audio.get", {})):
            error = client.call(method, {"kind": "streamer", **more})
            assert (error["code"], error["data"]["id"]) == (1003, "default")
            assert client.call(method, {"kind": "player", **more})["message"] == (
                '"kind" must be one of "recorder", "streamer", "replay", not "player"'
            )
        assert client.call("audio.set", {"kind": "recorder", "sound": "mic", "gainDb": 41})["message"] == (
            '"gainDb" must be a number from -120 to 40, not 41'
        )


def test_a_change_waits_for_the_start_and_holds_up_no_question() -> None:
    with Duplex() as client:
        started, changing, release = threading.Event(), threading.Event(), threading.Event()

        def change(_session: str) -> None:
            changing.set()
            wait(release)

        client.service.hooks["recorder.start"] = lambda _: wait(started)
        client.service.hooks["audio.set"] = change
        client.call("recorder.initialize", ["a.mp4"])
        client.request("recorder.start")
        setting = client.request("audio.set", {"kind": "recorder", "sound": "mic", "muted": True})
        assert not changing.is_set()
        started.set()
        wait(changing)
        assert client.call("recorder.isRunning") is True
        release.set()
        assert client.answer(setting)["result"] is None
