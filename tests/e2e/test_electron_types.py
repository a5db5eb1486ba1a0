"""The generator of the TypeScript types: what it translates, and that it refuses the rest."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

PATH = Path(__file__).resolve().parents[2] / "build" / "generate_types.py"


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate_types", PATH)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "integer"}, "number"),
        ({"type": ["string", "null"]}, "string | null"),
        ({"anyOf": [{"type": "string"}, {"type": "string"}, {"type": "null"}]}, "string | null"),
        ({"enum": ["a", 1]}, '"a" | 1'),
        ({"const": True}, "true"),
        ({"$ref": "#/components/schemas/Screen"}, "Screen"),
        ({"type": "array", "items": {"enum": ["a", "b"]}}, 'Array<"a" | "b">'),
        ({"type": "object"}, "Record<string, unknown>"),
        ({"type": "object", "additionalProperties": {"type": "number"}}, "Record<string, number>"),
        ({}, "unknown"),
        (True, "unknown"),
        (
            {"type": "object", "properties": {"a": {"type": "null"}, "b-c": {"type": "boolean"}}, "required": ["a"]},
            '{\n  a: null;\n  "b-c"?: boolean;\n}',
        ),
    ],
)
def test_translates(generator: ModuleType, schema: object, expected: str) -> None:
    assert generator.to_type(schema) == expected


def test_refuses_what_it_does_not_know(generator: ModuleType) -> None:
    with pytest.raises(ValueError, match="patternProperties"):
        generator.to_type({"patternProperties": {}})


def test_a_description_cannot_end_its_comment(generator: ModuleType) -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string", "description": "ends */ here"}}}
    assert "/** ends * / here */" in generator.to_type(schema)


def test_writes_params_by_name(generator: ModuleType) -> None:
    document = {
        "methods": [
            {"name": "m.none", "params": [], "result": {"schema": {"type": "null"}}},
            {
                "name": "m.some",
                "summary": "Does it.",
                "params": [{"name": "x", "required": True, "schema": {"type": "integer"}, "description": "How many."}],
                "result": {"schema": {"type": "boolean"}},
            },
        ],
        "x-notifications": [{"name": "n", "params": {"$ref": "#/components/schemas/N"}}],
    }
    text = generator.generate(document)
    assert '"m.none": {\n    params: Record<string, never>;\n    result: null;' in text
    assert '/** Does it. */\n  "m.some": {\n    params: {\n      /** How many. */\n      x: number;\n    };' in text
    assert '"n": N;' in text
