"""Whole conversations with the server over an in-memory wire."""

import json
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.events import StatsSampled
from ionia.core.failure import LiveKind
from ionia.core.settings import SessionKind
from ionia.rpc.schema import METHODS, NOTIFICATIONS, Role
from tests.fakes.examples import CHARACTERS, examples
from tests.fakes.stats import recorder_stats
from tests.rpc.duplex import Duplex

KINDS = [kind.value for kind in SessionKind]
TARGET = {"recorder": "/tmp/a.mp4", "streamer": "rtmp://host/app/SECRETKEY"}  # noqa: S108 - never opened
FIRST: dict[str, object] = {**TARGET, "replay": 20}


def error(
    code: int, kind: str, message: str, *, request_id: object = 1, session: str | None = None, hint: str = ""
) -> object:
    data = {"kind": kind, "hint": hint, "id": session}
    return {"jsonrpc": "2.0", "error": {"code": code, "message": message, "data": data}, "id": request_id}


@pytest.mark.parametrize("kind", KINDS)
def test_the_life_of_a_session(kind: str) -> None:
    with Duplex() as client:
        assert client.call(f"{kind}.getCodecName") == "none"
        assert client.call(f"{kind}.initialize", [FIRST[kind]]) is True
        assert client.call(f"{kind}.getCodecName") == "libx264"
        assert client.call(f"{kind}.start") is True
        assert client.call(f"{kind}.start") is False
        assert client.call(f"{kind}.isRunning") is True
        assert client.call(f"{kind}.getStats") == client.call(f"{kind}.getStatistics")
        assert client.call(f"{kind}.getStats")["state"] == "running"
        assert client.call(f"{kind}.getCurrentPTSSeconds") == 1.5
        assert client.call(f"{kind}.stop") is True
        assert client.call(f"{kind}.stop") is True
        assert client.call(f"{kind}.getStats")["state"] == "stopped"
        assert client.call(f"{kind}.dispose") is None
        assert client.call(f"{kind}.getStats")["code"] == 1003
    states = [m["params"]["state"] for m in client.messages if m.get("method") == "session.state"]
    assert states == ["initialized", "running", "stopping", "stopped"]


@pytest.mark.parametrize("kind", KINDS)
def test_unknown_sessions(kind: str) -> None:
    with Duplex() as client:
        answers = {
            method.name.partition(".")[2]: client.call(method.name, {"id": "nobody"})
            for method in METHODS.values()
            if method.kind is SessionKind(kind) and not method.name.endswith("initialize")
        }
        codes = {verb: answer["code"] for verb, answer in answers.items() if isinstance(answer, dict)}
        verbs = ("pause", "resume", "togglePause", "setRegion", "setScreen", "split") if kind == "recorder" else ()
        commands = dict.fromkeys(verbs, 1003)
        if kind == "recorder":
            assert answers.pop("mark")["code"] == codes.pop("mark") == -32602  # which has a param that it needs
            assert client.call("recorder.mark", {"label": "goal", "id": "nobody"})["code"] == 1003
        if kind == "streamer":
            commands = {"setScreen": 1003}
            needed: dict[str, dict[str, object]] = {
                "addDestination": {"rtmpUrl": "rtmp://h/a/b"},
                "setDestination": {"rtmpUrl": "rtmp://h/a/b"},
                "removeDestination": {"destination": "1"},
                "setDelay": {"delaySeconds": 1},
            }
            for name, params in needed.items():
                assert answers.pop(name)["code"] == codes.pop(name) == -32602
                assert client.call(f"streamer.{name}", {**params, "id": "nobody"})["code"] == 1003
        if kind == "replay":
            assert answers.pop("save")["code"] == codes.pop("save") == -32602
            assert client.call("replay.save", {"path": "a.mp4", "id": "nobody"})["code"] == 1003
        assert codes == {"start": 1001, "getStats": 1003, "getStatistics": 1003, "dispose": 1003, **commands}
        values = {verb: answer for verb, answer in answers.items() if verb not in codes}
        connection = {"isConnected": False, "isBackpressure": False} if kind == "streamer" else {}
        assert values == {
            "isRunning": False,
            "getCodecName": "none",
            "stop": True,
            "getCurrentPTSSeconds": 0,
            **connection,
        }


@pytest.mark.parametrize("kind", [kind for kind in ErrorKind if kind is not ErrorKind.INTERNAL])
def test_every_error_of_the_engine(kind: ErrorKind) -> None:
    def fail(_session_id: str) -> None:
        raise IoniaError(kind, "rtmp://host/app/KEY said\nno", "Try rtmp://u:p@host/a/b")

    with Duplex() as client:
        client.service.hooks["recorder.start"] = fail
        assert client.answer(client.request("recorder.start", ["x"])) == error(
            kind.code,
            kind.kind,
            "rtmp://host/app/**** said\\nno",
            session="x",
            hint="Try rtmp://host/a/****",
        )


def test_a_failed_connection_keeps_its_kind_in_the_answer() -> None:
    def fail(_session_id: str) -> None:
        raise IoniaError(ErrorKind.CONNECT_FAILED, "no", live_kind=LiveKind.IN_USE)

    with Duplex() as client:
        client.service.hooks["streamer.start"] = fail
        data = client.call("streamer.start", ["x"])["data"]
        assert data == {"kind": "connect_failed", "hint": "", "id": "x", "liveKind": "in_use"}


def test_a_mistake_in_the_engine(caplog: pytest.LogCaptureFixture) -> None:
    def fail(_session_id: str) -> None:
        raise RuntimeError("secret details")

    def leave(_session_id: str) -> None:
        raise SystemExit(3)

    with Duplex() as client, caplog.at_level(logging.ERROR):
        client.service.hooks["recorder.start"] = fail
        client.service.hooks["recorder.getCodecName"] = leave
        assert client.call("recorder.getCodecName")["data"]["kind"] == "internal"
        hint = "The engine's log says more: on stderr, and in the logFile of engine.info."
        expected = error(-32603, "internal", "Internal error", session="x", hint=hint, request_id=2)
        assert client.answer(client.request("recorder.start", ["x"])) == expected
        client.service.stats_extra["codec"] = object()
        client.call("recorder.initialize", ["a"])
        assert client.call("recorder.getStats")["data"]["kind"] == "internal"
        assert client.call("recorder.isRunning") is False
    assert "secret details" in caplog.text


def test_a_mistake_in_reading_a_call_ends_nothing(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Duplex() as client, caplog.at_level(logging.ERROR), monkeypatch.context() as broken:
        broken.setattr("ionia.rpc.server.bind", lambda *_: {}["maxLength"])
        assert client.answer(client.request("recorder.start", ["x"])) == error(
            -32603, "internal", "Internal error", session="x"
        )
        broken.undo()
        assert client.call("recorder.isRunning") is False
    assert "The params of recorder.start can't be read" in caplog.text


def test_values_that_json_lacks_become_null() -> None:
    with Duplex(strict=False) as client:
        client.service.stats_extra.update(cpu_percent=float("nan"), output_path="rtmp://u:p@host/app/KEY")
        client.call("recorder.initialize", ["a"])
        stats = client.call("recorder.getStats")
        assert (stats["cpuPercent"], stats["outputPath"]) == (None, "rtmp://host/app/****")


@pytest.mark.parametrize(
    ("line", "answers"),
    [
        (b"", []),
        (b"\r\n", []),
        (b"{nope", [error(-32700, "parse_error", "Parse error: the message is not JSON in UTF-8", request_id=None)]),
        (b"\xff", [error(-32700, "parse_error", "Parse error: the message is not JSON in UTF-8", request_id=None)]),
        (b"[]", [error(-32600, "invalid_request", "Invalid request: the batch is empty", request_id=None)]),
        (b"3", [error(-32600, "invalid_request", "Invalid request: it is not an object", request_id=None)]),
        (
            b'{"jsonrpc":"2.0","method":"engine.nope","id":1}',
            [error(-32601, "method_not_found", "There is no method 'engine.nope'")],
        ),
        (b'{"jsonrpc":"2.0","method":"engine.nope"}', []),
        (b'{"jsonrpc":"2.0","method":"recorder.isRunning"}', []),
        (b'{"jsonrpc":"2.0","method":"recorder.isRunning","params":{"x":1}}', []),
        (
            b'{"jsonrpc":"2.0","method":"recorder.isRunning","params":null,"id":null,"extra":1}',
            [{"jsonrpc": "2.0", "result": False, "id": None}],
        ),
        (
            b'{"jsonrpc":"2.0","method":"recorder.isRunning","params":{"context":1,"id":"s"},"id":1}',
            [error(-32602, "invalid_params", 'recorder.isRunning has no param "context"; it has id', session="s")],
        ),
        (
            b'{"jsonrpc":"2.0","method":"streamer.start","params":[7],"id":1}',
            [
                error(
                    -32602,
                    "invalid_params",
                    '"id" must be text of 1 to 128 characters without control characters, not 7',
                )
            ],
        ),
        (
            b'{"jsonrpc":"2.0","method":"recorder.initialize","id":1}',
            [
                error(
                    -32602,
                    "invalid_params",
                    'recorder.initialize needs the param "outputPath": text of 1 to 32767 characters '
                    "without control characters",
                    session="default",
                )
            ],
        ),
        (
            b'{"jsonrpc":"2.0","method":"engine.info","params":[1],"id":1}',
            [error(-32602, "invalid_params", "engine.info takes no params, not 1; options are given by name")],
        ),
        (
            b'[{"jsonrpc":"2.0","method":"recorder.isRunning","id":"a"},1,{"jsonrpc":"2.0","method":"streamer.stop"},'
            b'{"jsonrpc":"2.0","method":"streamer.stop","id":"b"}]',
            [
                [
                    {"jsonrpc": "2.0", "result": False, "id": "a"},
                    error(-32600, "invalid_request", "Invalid request: it is not an object", request_id=None),
                    {"jsonrpc": "2.0", "result": True, "id": "b"},
                ]
            ],
        ),
        (b'[{"jsonrpc":"2.0","method":"recorder.isRunning"}]', []),
    ],
)
def test_lines_and_their_answers(line: bytes, answers: list[object]) -> None:
    with Duplex() as client:
        assert client.exchange(line + b"\n") == answers


def test_an_oversized_line() -> None:
    with Duplex() as client:
        for _ in range(17):
            client.server.receive(b"x" * (1 << 20))
        client.server.receive(b"\n")
        assert client.call("recorder.isRunning") is False
    reason = "Invalid request: the message is longer than 16777216 bytes"
    assert client.messages[0] == error(-32600, "invalid_request", reason, request_id=None)


def test_header_framing_is_answered_in_kind() -> None:
    with Duplex() as client:
        body = b'{"jsonrpc":"2.0","method":"recorder.isRunning","id":1}'
        client.exchange(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
    assert client.written == b'Content-Length: 39\r\n\r\n{"jsonrpc":"2.0","result":false,"id":1}'


def test_settings_of_the_engine() -> None:
    with Duplex() as client:
        assert client.call("engine.setDebugLogging", [True]) is None
        assert client.service.debug is True
        assert logging.getLogger("ionia").level == logging.DEBUG
        assert client.call("engine.setDebugLogging", {"enabled": False}) is None
        logging.getLogger("ionia").setLevel(logging.NOTSET)
        assert client.call("engine.subscribe", {"statsIntervalMs": 500, "audioLevels": True}) is None
        assert client.service.subscription == (500, True)
        assert client.call("engine.subscribe") is None
        assert client.service.subscription == (None, False)
        assert client.call("engine.setDebugLogging")["code"] == -32602


def test_an_event_that_cannot_be_told_is_no_failure(caplog: pytest.LogCaptureFixture) -> None:
    def sampled(codec: object) -> StatsSampled:
        return StatsSampled(session_id="a", session_kind=SessionKind.RECORDER, stats=recorder_stats(codec=codec))

    with Duplex() as client:
        client.service.listener(sampled(object()))
        client.service.listener(sampled("libx264"))
    assert [m["params"]["codec"] for m in client.messages] == ["libx264"]
    assert "StatsSampled can't be told" in caplog.text


def test_the_document_is_served() -> None:
    with Duplex() as client:
        document = client.call("rpc.discover")
    assert [method["name"] for method in document["methods"]] == list(METHODS)
    assert [entry["name"] for entry in document["x-notifications"]] == list(NOTIFICATIONS)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(CHARACTERS),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(CHARACTERS), inner, max_size=4),
    max_leaves=8,
)
NAMES = st.sampled_from([name for name, method in METHODS.items() if method.role is not Role.SHUTDOWN])
REQUESTS = st.fixed_dictionaries(
    {"jsonrpc": st.just("2.0") | JSON, "method": NAMES | JSON},
    optional={"params": JSON | st.lists(JSON), "id": JSON, "other": JSON},
)


def wants_answer(message: object) -> bool:
    """JSON-RPC 2.0's own rule, written once more."""
    if isinstance(message, list) and message:
        return any(wants_answer(item) for item in message)
    valid = (
        isinstance(message, dict)
        and message.get("jsonrpc") == "2.0"
        and isinstance(message.get("method"), str)
        and (message.get("params") is None or isinstance(message["params"], (list, dict)))
    )
    return not valid or "id" in message


def is_answer(message: object) -> bool:
    if isinstance(message, list):
        return bool(message) and all(isinstance(item, dict) and is_answer(item) for item in message)
    assert isinstance(message, dict)
    if message.keys() == {"jsonrpc", "result", "id"}:
        return True
    data = message["error"]["data"]
    return message.keys() == {"jsonrpc", "error", "id"} and data.keys() == {"kind", "hint", "id"}


@examples(150)
@given(st.lists(REQUESTS | JSON | st.lists(REQUESTS | JSON, max_size=4), max_size=5))
def test_any_json_is_answered_as_it_should(messages: list[object]) -> None:
    with Duplex() as client:
        answers = client.exchange(b"".join(json.dumps(message).encode() + b"\n" for message in messages))
    answers = [answer for answer in answers if not (isinstance(answer, dict) and "method" in answer)]
    assert all(is_answer(answer) for answer in answers)
    assert len(answers) == sum(wants_answer(message) for message in messages)


@examples(100)
@given(st.binary(max_size=300), st.integers(1, 50))
def test_any_bytes_leave_the_server_well(data: bytes, chunk: int) -> None:
    with Duplex() as client:
        for start in range(0, len(data), chunk):
            client.server.receive(data[start : start + chunk])
        client.server.receive(b"\n")
        if not data.lower().lstrip(b" \t\r\n").removeprefix(b"\xef\xbb\xbf").startswith(b"content-"):
            assert client.call("recorder.isRunning") is False
