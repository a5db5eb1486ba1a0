"""audio.set and audio.get: for a session of any kind, in order with what begins and ends it."""

import threading

import pytest

from ionia.core.audio.filters import Compressor, Gate, Limiter, NoiseSuppression, SoundFilter
from ionia.core.settings import SessionKind
from tests.fakes.engine_service import wait
from tests.rpc.duplex import Duplex

OBS_GATE = {
    "type": "gate",
    "openThresholdDb": -26,
    "closeThresholdDb": -32,
    "attackMs": 25,
    "holdMs": 200,
    "releaseMs": 150,
}


def test_a_sound_is_set_and_told() -> None:
    with Duplex() as client:
        client.call("recorder.initialize", ["a.mp4"])
        client.call("streamer.initialize", {"rtmpUrl": "rtmp://h/a/k", "id": "live"})
        assert client.call("audio.set", {"kind": "recorder", "sound": "mic", "gainDb": -6, "mono": True}) is None
        change = {"kind": "streamer", "id": "live", "sound": "desktop", "muted": True, "rampMs": 0, "releaseMs": 300}
        assert client.call("audio.set", change) is None
        assert client.service.sound_changes == [
            (SessionKind.RECORDER, "default", "mic", -6.0, None, True, 10.0, 0.0, None),
            (SessionKind.STREAMER, "live", "desktop", None, True, None, 0.0, 300.0, None),
        ]
        assert client.call("audio.get", {"kind": "streamer", "id": "live"}) == {
            "sounds": [
                {"name": "mic", "kind": "mic", "gainDb": 1.5, "muted": False, "mono": False, "filters": [OBS_GATE]}
            ]
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


ALL_FILTERS = [
    {"type": "noise-suppression", "level": "high"},
    {"type": "gate", "openThresholdDb": -30, "closeThresholdDb": -40.5},
    {"type": "compressor", "ratio": 4, "outputGainDb": 6},
    {"type": "limiter"},
]
SAME: tuple[SoundFilter, ...] = (
    NoiseSuppression(level="high"),
    Gate(open_threshold_db=-30, close_threshold_db=-40.5),
    Compressor(ratio=4, output_gain_db=6),
    Limiter(threshold_db=-6, release_ms=60),
)


def test_filters_are_given_at_initialize_and_while_it_runs_in_their_order() -> None:
    with Duplex() as client:
        sounds = [{"name": "me", "kind": "mic", "filters": ALL_FILTERS}]
        client.call("recorder.initialize", {"outputPath": "a.mp4", "sounds": sounds})
        wishes = client.service.sessions[SessionKind.RECORDER, "default"].settings.media.all_sounds
        assert [wish.filters for wish in wishes] == [SAME]
        client.call("audio.set", {"kind": "recorder", "sound": "me", "filters": ALL_FILTERS[::-1]})
        client.call("audio.set", {"kind": "recorder", "sound": "me", "filters": []})
        client.call("audio.set", {"kind": "recorder", "sound": "me", "muted": True, "filters": None})
        assert [change[-1] for change in client.service.sound_changes] == [SAME[::-1], (), None]


@pytest.mark.parametrize(
    ("filters", "message"),
    [
        (
            [{"type": "limiter"}, {"type": "reverb"}],
            '"{}[1].type" must be one of "noise-suppression", "gate", "compressor", "limiter", not "reverb"',
        ),
        ([{}], '"{}[0].type" must be one of "noise-suppression", "gate", "compressor", "limiter"'),
        (
            ["gate"],
            '"{}[0]" must be an object whose "type" is one of "noise-suppression", "gate", "compressor", "limiter", '
            'not "gate"',
        ),
        (
            [{"type": "gate", "thresholdDb": -26}],
            '"{}[0]" has no member "thresholdDb"; '
            "it has openThresholdDb, closeThresholdDb, attackMs, holdMs, releaseMs",
        ),
        (
            [{"type": "compressor", "ratio": 0.5}],
            '"{}[0].ratio" must be a number from 1 to 32, not 0.5',
        ),
        (
            [{"type": "noise-suppression", "level": 9}],
            '"{}[0].level" must be one of "low", "moderate", "high", "very-high", not 9',
        ),
        (
            [{"type": "gate", "openThresholdDb": -40}],
            '"{}[0].closeThresholdDb" must not be above openThresholdDb, -40, not -32',
        ),
        ([{"type": "gate"}, {"type": "gate"}], '"{}[1].type" must not be that of another one, "gate"'),
    ],
)
def test_filters_that_make_no_sense_are_refused_with_their_place(filters: list[object], message: str) -> None:
    with Duplex() as client:
        client.call("recorder.initialize", ["a.mp4"])
        changed = client.call("audio.set", {"kind": "recorder", "sound": "mic", "filters": filters})
        sounds = [{"name": "me", "kind": "mic", "filters": filters}]
        begun = client.call("replay.initialize", {"sounds": sounds})
        assert changed["message"] == message.format("filters")
        assert begun["message"] == message.format("sounds[0].filters")
