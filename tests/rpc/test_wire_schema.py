"""What the tests hold every message of an engine against is strict: each of these must be noticed."""

from typing import Any

import msgspec
import pytest

from ionia.core.settings import SessionKind
from ionia.rpc.wire import to_wire
from tests.fakes.stats import session_stats
from tests.fakes.wire_schema import wire_schema

YES = {"jsonrpc": "2.0", "id": 1, "result": True}
WARNING = {"id": "a", "kind": "recorder", "code": "stalled", "message": "m", "data": {}}
LOW = {"minutesLeft": 1.5, "freeBytes": 3}
FAILED = {"id": "a", "kind": "streamer", "code": 1303, "message": "m", "data": {"kind": "connect_failed", "hint": ""}}


def answer(result: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 1, "result": result}


def refusal(**others: Any) -> dict[str, Any]:
    error = {"code": 1001, "message": "m", "data": {"kind": "not_initialized", "hint": "", "id": None}}
    return {"jsonrpc": "2.0", "id": 1, "error": {**error, **others}}


def told(method: str, params: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "method": method, "params": params}


def stats(kind: SessionKind) -> dict[str, Any]:
    sent: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(to_wire(session_stats(kind))))
    return sent


@pytest.mark.parametrize(
    ("message", "method"),
    [
        (answer(stats(SessionKind.RECORDER)), "recorder.getStats"),
        (answer(stats(SessionKind.STREAMER)), "streamer.getStatistics"),
        (answer(None), "recorder.dispose"),
        (refusal(), None),
        ([refusal(), YES], None),
        (told("session.warning", WARNING), None),
        (told("session.warning", {**WARNING, "code": "disk_low", "data": LOW}), None),
        (told("session.error", FAILED), None),
        (told("session.error", {**FAILED, "data": {**FAILED["data"], "liveKind": "in_use"}}), None),
        (told("session.stats", {"id": "a", "kind": "recorder", **stats(SessionKind.RECORDER)}), None),
    ],
)
def test_what_is_right_passes(message: Any, method: str | None) -> None:
    assert wire_schema().complaints(message, method) == []


@pytest.mark.parametrize(
    ("message", "method"),
    [
        (answer({**stats(SessionKind.RECORDER), "more": 1}), "recorder.getStats"),
        (answer(stats(SessionKind.RECORDER)), "streamer.getStats"),
        (answer({k: v for k, v in stats(SessionKind.STREAMER).items() if k != "videoFrames"}), "streamer.getStats"),
        (answer({**stats(SessionKind.STREAMER), "fps": None}), "streamer.getStats"),
        (answer("true"), "recorder.start"),
        ({"jsonrpc": "2.0", "result": True}, "recorder.start"),
        ({**YES, "more": 1}, "recorder.start"),
        (refusal(data={"kind": "not_initialized"}), None),
        (refusal(code=1002), None),
        (refusal(more=1), None),
        (told("session.other", {}), None),
        (told("session.warning", {**WARNING, "code": "made_up"}), None),
        (told("session.warning", {**WARNING, "data": LOW}), None),
        (told("session.warning", {**WARNING, "code": "disk_low"}), None),
        (told("session.warning", {k: v for k, v in WARNING.items() if k != "kind"}), None),
        (told("session.error", {**FAILED, "code": 1302}), None),
        (told("session.error", {**FAILED, "data": {**FAILED["data"], "liveKind": "because"}}), None),
        (told("session.stats", {"id": "a", **stats(SessionKind.RECORDER)}), None),
    ],
)
def test_what_is_wrong_is_noticed(message: Any, method: str | None) -> None:
    assert wire_schema().complaints(message, method) != []
