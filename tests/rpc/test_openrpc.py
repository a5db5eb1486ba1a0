"""The OpenRPC document is valid, complete, and the committed copy is the one that the schema makes."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft7Validator, Draft202012Validator

from ionia.core.errors import ErrorKind
from ionia.rpc.openrpc import document
from ionia.rpc.params import NoParams
from ionia.rpc.schema import METHODS, Role
from ionia.rpc.wire_errors import ERROR_WHEN
from tests.rpc.duplex import Duplex

ROOT = Path(__file__).resolve().parents[2]
META = json.loads((ROOT / "tests/rpc/openrpc_meta_schema.json").read_text(encoding="utf-8"))
CONTRACT_PARAMS = "fps=30 videoBitrate=5000000 useNvenc=True audioBitrate=192000 audioMode=both id=default"


def method(name: str) -> dict[str, Any]:
    return next(entry for entry in document()["methods"] if entry["name"] == name)


def schemas(value: object) -> list[dict[str, Any]]:
    """Every JSON Schema of the document."""
    found = list(document()["components"]["schemas"].values())
    for entry in document()["methods"]:
        found += [param["schema"] for param in entry["params"]] + [entry["result"]["schema"]]
    return found + [entry["params"] for entry in document()["x-notifications"]]


def test_the_committed_document_is_up_to_date() -> None:
    committed = (ROOT / "engine/docs/openrpc.json").read_text(encoding="utf-8")
    expected = json.dumps(document(), indent=2, ensure_ascii=False) + "\n"
    assert committed == expected, "run build/generate.py"


def test_it_is_valid_openrpc() -> None:
    errors = [f"{list(e.absolute_path)}: {e.message}" for e in Draft7Validator(META).iter_errors(document())]
    assert errors == []


def test_its_schemas_are_valid_and_resolve() -> None:
    for schema in schemas(document()):
        Draft202012Validator.check_schema(schema)
    text = json.dumps(document())
    names = {part.partition('"')[0] for part in text.split('"$ref": "#/components/schemas/')[1:]}
    assert names <= set(document()["components"]["schemas"])


@pytest.mark.parametrize(("kind", "first"), [("recorder", "outputPath"), ("streamer", "rtmpUrl")])
def test_initialize_is_the_contracts(kind: str, first: str) -> None:
    params = method(f"{kind}.initialize")["params"]
    positional = [param for param in params if not param.get("x-named-only")]
    assert positional[0]["name"] == first
    assert positional[0].get("required", False) is (kind == "recorder")  # a stream may have rtmpUrls instead
    found = " ".join(f"{param['name']}={param['schema']['default']}" for param in positional[1:])
    assert found == CONTRACT_PARAMS
    options = {param["name"]: param["schema"]["default"] for param in params if param.get("x-named-only")}
    contract = {
        "encoder": None,
        "screen": None,
        "desktopAudio": None,
        "microphone": None,
        "micGain": 1.2,
        "desktopGain": 1.0,
        "keyframeIntervalSeconds": 2.0,
        "cursor": True,
    }
    assert options.items() >= contract.items()
    assert next(p for p in params if p["name"] == "audioMode")["schema"]["enum"][:4] == [
        "both",
        "desktop",
        "mic",
        "none",
    ]


def test_every_param_has_words() -> None:
    for entry in document()["methods"]:
        assert entry["summary"]
        for param in entry["params"]:
            assert param["description"], f"{entry['name']} {param['name']}"


def test_positional_names_are_params() -> None:
    for entry in METHODS.values():
        names = [field.encode_name for field in msgspec.structs.fields(entry.params)]
        assert set(entry.positional) <= set(names)
        assert not names or "id" not in names or not entry.positional or entry.positional[-1] == "id"
        assert (entry.params is NoParams) == (not names)


def test_every_error_is_described() -> None:
    assert set(ERROR_WHEN) == set(ErrorKind)
    described = {(error["kind"], error["code"]) for error in document()["x-errors"]}
    assert {(kind.kind, kind.code) for kind in ErrorKind} <= described
    assert {-32700, -32600, -32601, -32602, -32603} <= {code for _, code in described}
    assert len({kind for kind, _ in described}) == len(described)


def test_every_method_has_a_handler() -> None:
    with Duplex() as client:
        for name, entry in METHODS.items():
            if entry.role is not Role.SHUTDOWN:
                answer = client.call(name, {"id": "x"} if entry.kind else None)
                assert not (isinstance(answer, dict) and answer.get("code") == -32601), name


def test_what_has_a_default_is_not_required() -> None:
    for name, described in METHODS.items():
        fields = {field.encode_name: field for field in msgspec.structs.fields(described.params)}
        required = {param["name"]: param["required"] for param in method(name)["params"]}
        assert required == {param: field.required for param, field in fields.items()}, name
